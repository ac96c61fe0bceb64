//! What a file is, told by its first lines where its name does not say.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{Read, Write};

use proptest::prelude::*;
use xner_corpus::read::{Format, Input, Labels, Looks, ReadOptions, read_corpus, stream};
use xner_corpus::write::Output;
use xner_corpus::{Error, Stats};

const COLUMNS: &str = "Ada B-PER\nLovelace I-PER\nran O\n\nshe O\nsat O\n";
const PROSE: &str = "Ada Lovelace ran home.\n\nThen she sat.\n";
const VECTORS: &str = "2 3\nthe 1 0 0\nof 0 1 0\n";

#[test]
fn content_decides_where_the_name_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let options = ReadOptions::default();
    for name in ["a.txt", "a", "a.txt.gz"] {
        let path = write("plain", COLUMNS);
        let path = if name == "a.txt.gz" {
            let path = folder.path().join(name);
            let mut output = Output::create(&path).unwrap();
            output.write_all(COLUMNS.as_bytes()).unwrap();
            output.finish().unwrap();
            path
        } else {
            fs::rename(path, folder.path().join(name)).unwrap();
            folder.path().join(name)
        };
        assert_eq!(read_corpus(&path, &options).unwrap().len(), 2, "{name}");
    }
    let json = write("json.txt", "{\"text\": \"Ada ran.\", \"entities\": [[0, 3, \"PER\"]]}\n");
    assert_eq!(read_corpus(&json, &options).unwrap()[0].entities.len(), 1);
    let list = write("list", "[\n  {\"text\": \"Ada ran.\", \"entities\": [[0, 3, \"PER\"]]}\n]\n");
    assert_eq!(read_corpus(&list, &options).unwrap()[0].entities.len(), 1);
    for (name, text, parts) in [
        ("prose.txt", PROSE, ["prose.txt: looks like plain text", "text or conll"]),
        ("x.vec", VECTORS, ["x.vec: looks like word vectors", "conll"]),
    ] {
        let path = write(name, text);
        let fault = stream(&path, &options).err().unwrap();
        assert!(matches!(fault, Error::Looks { .. }), "{fault}");
        let fault = fault.to_string();
        assert!(parts.iter().all(|part| fault.contains(part)), "{fault}");
        // Whoever says what it is is believed.
        let said = options.clone().with_format(Format::Text);
        assert!(read_corpus(&path, &said).is_ok(), "{name}");
    }
    // So is a name.
    let named = write("prose.conll", "Ada ran.\n");
    assert!(stream(&named, &options).is_ok());
    assert!(Stats::of_file(folder.path().join("prose.txt"), &options).is_err());
}

#[test]
fn text_is_read_where_text_is_meant() {
    let settle = |text: &'static str| {
        Input::from_reader(text.as_bytes(), "<stdin>").unwrap().settle(None, Format::Text)
    };
    for text in [PROSE, "Ada\nran\n", "", "Guten Morgen", "\n\n\nHallo, Welt!\n"] {
        let (mut input, format) = settle(text).unwrap();
        assert_eq!(format, Format::Text, "{text:?}");
        let mut whole = String::new();
        input.reader.read_to_string(&mut whole).unwrap();
        assert_eq!(whole, text);
    }
    assert_eq!(settle("{\"text\": \"a\"}\n").unwrap().1, Format::Jsonl);
    for (text, looks) in [(COLUMNS, Looks::Columns), (VECTORS, Looks::Vectors)] {
        match settle(text) {
            Err(Error::Looks { looks: found, otherwise: Format::Text, .. }) => assert_eq!(found, looks),
            other => panic!("{:?}", other.map(|(_, format)| format)),
        }
    }
}

#[test]
fn no_more_is_waited_for_than_a_line() {
    /// A pipe on which nothing comes any more.
    struct Pipe(Vec<&'static [u8]>);
    impl Read for Pipe {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let bytes = self.0.pop().expect("more is waited for");
            buffer[..bytes.len()].copy_from_slice(bytes);
            Ok(bytes.len())
        }
    }
    for (writes, want) in [
        (vec![&b"Hi.\n"[..]], Format::Text),
        (vec![&b"a\n"[..], b"\n"], Format::Text),
        (vec![&b"ext\": \"a\"}\n"[..], b"{\"t"], Format::Jsonl),
    ] {
        let input = Input::from_reader(Pipe(writes), "<stdin>").unwrap();
        assert_eq!(input.settle(None, Format::Text).unwrap().1, want);
    }
}

#[test]
fn brat_is_told_by_the_annotations_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    fs::write(&path, "Ada ran home.\n").unwrap();
    assert!(stream(&path, &ReadOptions::default()).is_err());
    fs::write(folder.path().join("a.ann"), "T1\tPER 0 3\tAda\n").unwrap();
    assert_eq!(read_corpus(&path, &ReadOptions::default()).unwrap()[0].entities.len(), 1);
}

#[test]
fn ignored_labels_are_neither_read_nor_lost() {
    let mut options = ReadOptions::default().with_format(Format::Jsonl);
    let lines = [
        "{\"tokens\": [\"Ada\", \"ran\"], \"ner_tags\": [1, 0]}\n",
        "{\"text\": \"Ada ran\", \"entities\": [[0, 2, \"PER\"]]}\n",
        "{\"text\": \"Ada ran\", \"label\": {\"odd\": 1}}\n",
        "{\"data\": {\"text\": \"Ada ran\"}, \"annotations\": [{\"result\": []}, {\"result\": []}]}\n",
    ];
    let read = |line: &'static str, options: &ReadOptions| {
        let input = Input::from_reader(line.as_bytes(), "f").unwrap();
        xner_corpus::read::Stream::new(input, Format::Jsonl, options).collect::<Result<Vec<_>, _>>()
    };
    for line in lines {
        assert!(read(line, &options).is_err(), "{line}");
    }
    options.jsonl.labels = Labels::Ignored;
    for line in lines {
        let found = read(line, &options).unwrap();
        assert_eq!((found[0].sentence.text(), found[0].entities.len()), ("Ada ran", 0), "{line}");
    }
}

#[test]
fn label_names_come_from_a_list_or_a_file() {
    use xner_corpus::Spelling;
    use xner_corpus::read::jsonl::label_names;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("labels");
    let given = path.to_str().unwrap();
    for text in [
        "O\nB-PER\n\nI-PER\n",
        "[\"O\", \"B-PER\", \"I-PER\"]",
        "{\"names\": [\"O\", \"B-PER\", \"I-PER\"]}",
        "{\"id2label\": {\"2\": \"I-PER\", \"0\": \"O\", \"1\": \"B-PER\"}}",
        "{\"label2id\": {\"I-PER\": 2, \"O\": 0, \"B-PER\": 1}}",
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(label_names(given, Spelling::Auto).unwrap(), ["O", "B-PER", "I-PER"], "{text}");
    }
    for (text, part) in [
        ("O\nPER\n", "labels:2: label 1: `PER` is no tag"),
        ("{\"0\": \"O\", \"2\": \"B-PER\"}", "expected a list of labels"),
        ("[\"O\"", "no JSON"),
        ("{\"a\": 1.5}", "expected a list of labels"),
    ] {
        fs::write(&path, text).unwrap();
        let fault = label_names(given, Spelling::Auto).unwrap_err().to_string();
        assert!(fault.contains(part), "{fault}");
    }
    assert_eq!(label_names("O,PER", Spelling::Bare).unwrap(), ["O", "PER"]);
    assert!(label_names("nowhere", Spelling::Auto).unwrap_err().to_string().contains("no such file"));
}

#[test]
fn zstd_is_written_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.conll.zst");
    let words: Vec<String> =
        (0..200_000_u32).map(|at| format!("w{} O\n", at.wrapping_mul(2_654_435_761))).collect();
    for text in [String::new(), "Ada B-PER\n".to_owned(), words.concat()] {
        let mut output = Output::create(&path).unwrap();
        output.write_all(text.as_bytes()).unwrap();
        output.finish().unwrap();
        let mut read = String::new();
        Input::open(&path).unwrap().reader.read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
        assert!(fs::read(&path).unwrap().starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
        assert!(text.len() < 1000 || fs::metadata(&path).unwrap().len() < 3 * text.len() as u64 / 4);
    }
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_keeps_its_format() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    for (name, format) in
        [(&b"\xff.jsonl"[..], Some(Format::Jsonl)), (b"\xe9.conll.gz", Some(Format::Conll)), (b"\xff", None)]
    {
        let path = folder.path().join(OsStr::from_bytes(name));
        assert_eq!(Format::guess(&path), format, "{}", path.display());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_looked_at_and_given_back(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "[ -~\\n\\t\u{e9}\u{5d0}。]{0,200}".prop_map(String::into_bytes),
            "([a-z]{1,3} (0\\.[0-9] ?){0,6}\n){0,6}".prop_map(String::into_bytes),
        ],
        whole in any::<bool>(),
    ) {
        let _ = Looks::of(&bytes, whole);
        let begins = [&[0x1f, 0x8b][..], b"BZh91AY&SY", b"PAR1\x15", &[0xfd, b'7'], &[0x28, 0xb5]];
        prop_assume!(!begins.iter().any(|magic| bytes.starts_with(magic)));
        let input = Input::from_reader(std::io::Cursor::new(bytes.clone()), "f").unwrap();
        let (mut input, _) = input.looks().unwrap();
        let mut read = Vec::new();
        input.reader.read_to_end(&mut read).unwrap();
        prop_assert_eq!(read, bytes);
    }
}
