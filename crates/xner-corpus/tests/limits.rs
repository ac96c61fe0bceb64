//! What is too long is refused with its line, and nothing behind it is read.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use xner_core::ErrorKind;
use xner_corpus::read::conll::Blocks;
use xner_corpus::read::{
    ConllOptions, Format, Input, LARGEST_TEXT, LONGEST_LINE, LONGEST_TOKEN, MOST_TOKENS, ReadOptions, Stream,
    check_regular, whole_text,
};
use xner_corpus::write::Output;

/// What is said of bytes that are read in a format.
fn refused(bytes: Vec<u8>, name: &str, format: Format) -> String {
    let input = Input::from_reader(Cursor::new(bytes), name).unwrap();
    let mut stream = Stream::new(input, format, &ReadOptions::default());
    let fault = stream.find_map(Result::err).unwrap();
    assert_eq!(fault.kind(), ErrorKind::BadInput, "{fault}");
    fault.to_string()
}

/// As many letters, twice a line.
fn letters(count: usize) -> Vec<u8> {
    [b"a O\n\n".as_slice(), &vec![b'b'; count]].concat()
}

#[test]
fn a_line_has_a_limit_in_every_format() {
    let long = letters(LONGEST_LINE + 1);
    for format in [Format::Conll, Format::Tsv, Format::Conllu] {
        let fault = refused(long.clone(), "long", format);
        let place = if format == Format::Conll { "long:3: " } else { "long:" };
        assert!(fault.contains(place), "{fault}");
    }
    let fault = refused([b"{\"text\": \"a\"}\n".as_slice(), &long[5..]].concat(), "long", Format::Jsonl);
    assert!(fault.contains("long:2: the line is longer than 64 MiB"), "{fault}");
    // A text has no lines that must be whole: what does not end is cut into windows.
    let input = Input::from_reader(Cursor::new(vec![b'b'; LONGEST_LINE + 1]), "long").unwrap();
    let cut: Vec<usize> = Stream::new(input, Format::Text, &ReadOptions::default())
        .map(|labelled| labelled.unwrap().sentence.text().len())
        .collect();
    assert!(cut.len() > 60 && cut.iter().sum::<usize>() == LONGEST_LINE + 1, "{}", cut.len());
    // One record of a list, over many lines.
    let mut list = b"[{\"text\": \"a\"},\n{\"text\": [\n".to_vec();
    for _ in 0..65 {
        list.extend(vec![b'0'; 1 << 20]);
        list.push(b'\n');
    }
    let fault = refused(list, "list", Format::Jsonl);
    assert!(fault.contains("the record that begins in line 2 is longer than 64 MiB"), "{fault}");
}

#[test]
fn packed_lines_have_the_same_limit_and_the_rest_is_not_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    for ending in ["gz", "xz", "bz2", "zst"] {
        let name = format!("part.{ending}");
        let part = packed(&folder.path().join(&name), &vec![b'c'; 1 << 20]);
        let first = packed(&folder.path().join(&name), b"a O\n\n");
        // Streams of each kind may stand behind one another. The end is cut off: who reads to the end says so.
        let count = LONGEST_LINE / (1 << 20) + 40;
        let mut bytes = first;
        (0..count).for_each(|_| bytes.extend_from_slice(&part));
        bytes.truncate(bytes.len() - 9);
        let fault = refused(bytes, &format!("long.{ending}"), Format::Conll);
        assert!(fault.contains(&format!("long.{ending}:3: the line is longer than 64 MiB")), "{fault}");
    }
}

fn packed(path: &Path, bytes: &[u8]) -> Vec<u8> {
    if path.extension().is_some_and(|ending| ending == "zst") {
        return ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest);
    }
    let mut file = Output::create(path).unwrap();
    file.write_all(bytes).unwrap();
    file.finish().unwrap();
    fs::read(path).unwrap()
}

#[test]
fn a_token_has_a_limit() {
    let token = |count: usize| "d".repeat(count);
    let rows = |count: usize| format!("a O\n{} B-PER\n", token(count)).into_bytes();
    let fault = refused(rows(LONGEST_TOKEN + 1), "long", Format::Conll);
    assert!(fault.contains("long:2: a token has 1048577 bytes, expected at most 1048576"), "{fault}");
    let read = Input::from_reader(Cursor::new(rows(LONGEST_TOKEN)), "long").unwrap();
    let mut stream = Stream::new(read, Format::Conll, &ReadOptions::default());
    assert_eq!(stream.next().unwrap().unwrap().sentence.len(), 2);
    let words = format!("{{\"tokens\": [\"a\", \"{}\"]}}\n", token(LONGEST_TOKEN + 1));
    let fault = refused(words.into_bytes(), "long", Format::Jsonl);
    assert!(fault.contains("long:1: a token has 1048577 bytes"), "{fault}");
}

#[test]
fn a_sentence_has_a_limit() {
    let rows = "a O\n".repeat(MOST_TOKENS + 1);
    let fault = refused(rows.clone().into_bytes(), "long", Format::Conll);
    let line = MOST_TOKENS + 1;
    assert!(fault.contains(&format!("long:{line}: the sentence has more than 1048576 tokens")), "{fault}");
    let mut blocks = Blocks::new(rows.as_bytes(), "long", ConllOptions::default());
    assert!(blocks.next().unwrap().unwrap_err().to_string().contains("more than 1048576 tokens"));
    assert!(blocks.next().is_none());
    let words = vec!["\"a\""; MOST_TOKENS + 1].join(",");
    let fault = refused(format!("{{\"tokens\": [{words}]}}").into_bytes(), "long", Format::Jsonl);
    assert!(fault.contains("more than 1048576 tokens"), "{fault}");
    // Tokens within their limit, but too many letters together.
    let row = format!("{} O\n", "e".repeat(LONGEST_TOKEN));
    let fault = refused(row.repeat(65).into_bytes(), "long", Format::Conll);
    assert!(fault.contains("long:64: the sentence is longer than 64 MiB"), "{fault}");
}

#[test]
fn a_record_of_very_many_keys_is_refused() {
    let keys: Vec<String> = (0..5000).map(|key| format!("\"k{key}\": 0")).collect();
    let fault = refused(format!("{{{}}}", keys.join(",")).into_bytes(), "keys", Format::Jsonl);
    assert!(fault.contains("more than 4096 keys"), "{fault}");
}

#[test]
fn a_file_that_is_read_as_a_whole_has_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.toml");
    // Nothing is written: a file may be all holes.
    fs::File::create(&path).unwrap().set_len(LARGEST_TEXT + 1).unwrap();
    let fault = whole_text(&path).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::BadInput);
    assert!(fault.to_string().contains("large.toml: larger than 268435456 bytes"), "{fault}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_named_and_not_opened() {
    use std::os::unix::{fs::symlink, net::UnixListener};
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap();
    assert!(made.success());
    let _socket = UnixListener::bind(path("socket")).unwrap();
    symlink(path("pipe"), path("link")).unwrap();
    symlink("/dev/zero", path("zero")).unwrap();
    for (name, what) in [
        ("pipe", "a pipe"),
        ("link", "a pipe"),
        ("socket", "a socket"),
        ("zero", "a device"),
        ("", "a folder"),
    ] {
        let fault = check_regular(&path(name)).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput);
        assert!(fault.to_string().ends_with(&format!("is {what}, expected a file")), "{fault}");
    }
    symlink(path("circle"), path("circle")).unwrap();
    assert_eq!(check_regular(&path("circle")).unwrap_err().kind(), ErrorKind::BadInput);
    // A device that has no end is read no further than a file may go.
    assert!(whole_text(&path("zero")).unwrap_err().to_string().contains("larger than"));
}

#[test]
fn control_characters_are_shown() {
    let fault = refused(b"a\x1b[2J X\x1b[31m\n".to_vec(), "bad\u{1b}.conll", Format::Conll);
    assert!(fault.starts_with("bad\\u{1b}.conll:1: `X\\u{1b}[31m` is no tag"), "{fault}");
    assert!(!fault.contains('\u{1b}'), "{fault}");
}
