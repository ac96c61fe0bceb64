//! Files: compression, guessing, writing whole or not at all, bad input, and no panic on any bytes.
#![cfg(feature = "xz")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{Read, Write};

use proptest::prelude::*;
use xner_corpus::read::{Format, Input, ReadOptions, Stream, read_corpus, stream};
use xner_corpus::write::{Output, WriteOptions, Writer, check_type, write_corpus};
use xner_corpus::{Error, Labelled, Scheme, Stats, sample};

const COLUMNS: &str = "Ada B-PER\nLovelace I-PER\nsang O\n\nKöln B-LOC\n\n";

fn corpus() -> Vec<Labelled> {
    stream_of(COLUMNS.as_bytes(), Format::Conll).unwrap()
}

fn stream_of(bytes: &[u8], format: Format) -> xner_corpus::Result<Vec<Labelled>> {
    let input = Input::from_reader(std::io::Cursor::new(bytes.to_vec()), "f")?;
    Stream::new(input, format, &ReadOptions::default()).collect()
}

#[test]
fn every_format_and_compression_round_trips() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.conll", "a.tsv", "a.jsonl"] {
        for ending in ["", ".gz", ".xz", ".bz2"] {
            let path = folder.path().join(format!("{name}{ending}"));
            for scheme in [Scheme::Iob1, Scheme::Iob2, Scheme::Iobes] {
                write_corpus(&path, &corpus(), &WriteOptions { scheme, format: None }).unwrap();
                assert_eq!(
                    read_corpus(&path, &ReadOptions::default()).unwrap(),
                    corpus(),
                    "{}",
                    path.display()
                );
            }
            // Known by its first bytes under any name.
            let other = folder.path().join("other");
            fs::copy(&path, &other).unwrap();
            let options = ReadOptions::default().with_format(Format::guess(&path).unwrap());
            assert_eq!(read_corpus(&other, &options).unwrap(), corpus());
        }
    }
    let text = folder.path().join("a.text.xz");
    write_corpus(&text, &corpus(), &WriteOptions::default()).unwrap();
    let mut words = String::new();
    Input::open(&text).unwrap().reader.read_to_string(&mut words).unwrap();
    assert_eq!(words, "Ada Lovelace sang\nKöln\n");
}

#[test]
fn several_members_are_one_file() {
    let folder = tempfile::tempdir().unwrap();
    for ending in ["gz", "xz", "bz2"] {
        let path = folder.path().join(format!("a.conll.{ending}"));
        write_corpus(&path, &corpus(), &WriteOptions::default()).unwrap();
        let mut twice = fs::read(&path).unwrap();
        twice.extend_from_within(..);
        fs::write(&path, twice).unwrap();
        assert_eq!(read_corpus(&path, &ReadOptions::default()).unwrap().len(), 4);
    }
}

#[test]
fn compressed_files_cut_short_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let many: Vec<Labelled> = (0..500).flat_map(|_| corpus()).collect();
    for ending in ["gz", "xz", "bz2"] {
        let path = folder.path().join(format!("a.conll.{ending}"));
        write_corpus(&path, &many, &WriteOptions::default()).unwrap();
        let whole = fs::read(&path).unwrap();
        for len in [0, 1, 5, 7, 12, whole.len() / 2, whole.len() - 1] {
            fs::write(&path, &whole[..len]).unwrap();
            let error = read_corpus(&path, &ReadOptions::default()).unwrap_err();
            assert!(matches!(error, Error::Io { .. }), "{ending} {len}: {error}");
            assert!(error.to_string().contains(&format!("a.conll.{ending}: ")), "{error}");
        }
        let error = read_corpus(&path, &ReadOptions::default()).unwrap_err().to_string();
        assert!(error.contains("data is cut short"), "{error}");
        let mut damaged = whole.clone();
        let middle = whole.len() / 2;
        damaged[middle] ^= 0x55;
        fs::write(&path, damaged).unwrap();
        assert!(read_corpus(&path, &ReadOptions::default()).is_err());
    }
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn zstd_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.conll.zst");
    let many = COLUMNS.repeat(5000);
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    fs::write(&path, [&zstd(many.as_bytes())[..], &skipped, &zstd(COLUMNS.as_bytes())].concat()).unwrap();
    let found = read_corpus(&path, &ReadOptions::default()).unwrap();
    assert_eq!(found.len(), 10_002);
    assert_eq!(&found[10_000..], corpus());
    let whole = zstd(many.as_bytes());
    for at in 0..whole.len() {
        fs::write(&path, &whole[..at]).unwrap();
        assert!(matches!(read_corpus(&path, &ReadOptions::default()), Err(Error::Io { .. })), "{at}");
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        fs::write(&path, damaged).unwrap();
        match read_corpus(&path, &ReadOptions::default()) {
            Ok(found) => assert_eq!(found.len(), 10_000, "{at}"),
            Err(error) => assert!(error.to_string().contains("a.conll.zst:"), "{error}"),
        }
    }
}

#[test]
fn parquet_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train.jsonl");
    fs::write(&path, b"PAR1\x15\x04\x15").unwrap();
    let error = read_corpus(&path, &ReadOptions::default()).unwrap_err().to_string();
    assert!(
        error.ends_with("train.jsonl: it is Parquet, which is not read: export it as JSON lines"),
        "{error}"
    );
}

/// The letters that other formats begin with are those of a word too.
#[test]
fn words_that_other_formats_begin_with_are_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.conll");
    for word in ["PAR1", "PAR12", "ARROW1", "BZh", "BZh1", "BZh91A", "BZh91AY&S", "BZh0", "BZhx"] {
        fs::write(&path, format!("{word} B-ORG\nand O\n")).unwrap();
        let found = read_corpus(&path, &ReadOptions::default()).unwrap();
        assert_eq!(found[0].sentence.tokens().next(), Some(word));
        assert_eq!(found[0].entities.len(), 1, "{word}");
        // Alone in the file, and cut.
        fs::write(&path, word).unwrap();
        assert!(Input::open(&path).is_ok(), "{word}");
    }
}

#[test]
fn bad_files_have_clear_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.conll");
    let fault = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let error = read_corpus(&path, &ReadOptions::default()).unwrap_err().to_string();
        error.strip_prefix(path.to_str().unwrap()).expect("begins with the file").to_owned()
    };
    assert_eq!(fault(b""), ": no sentences");
    assert_eq!(fault(b"\n\n-DOCSTART- O\n\n"), ": no sentences");
    assert_eq!(fault(b"a O\nb\xffc O\n"), ":2: invalid UTF-8 at byte 2 of the line");
    assert_eq!(fault(b"a O\nb O\xc3"), ":2: invalid UTF-8 at byte 4 of the line");
    assert_eq!(
        fault(b"\xff\xfea\0 \0O\0\n\0"),
        ":1: invalid UTF-8 at byte 1 of the line (the file looks like UTF-16)"
    );
    fs::remove_file(&path).unwrap();
    assert!(
        read_corpus(&path, &ReadOptions::default())
            .unwrap_err()
            .to_string()
            .contains("a.conll: No such file")
    );
    assert!(read_corpus(folder.path(), &ReadOptions::default()).is_err());
}

#[test]
fn formats_are_guessed() {
    for (name, format) in [
        ("a/train.conll", Some(Format::Conll)),
        ("train.IOB2.gz", Some(Format::Conll)),
        ("en.tsv.xz", Some(Format::Tsv)),
        ("x.jsonl", Some(Format::Jsonl)),
        ("x.conllu.gz", Some(Format::Conllu)),
        ("x.txt", None),
        ("train", None),
        ("-", None),
    ] {
        assert_eq!(Format::guess(name.as_ref()), format, "{name}");
    }
    for &format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    assert!(
        "xml".parse::<Format>().unwrap_err().contains("expected conll, tsv, jsonl, text, conllu or brat")
    );
}

#[test]
fn what_cannot_be_read_back_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.conll");
    fs::write(&path, "before").unwrap();
    let line = br#"{"text": "New York is", "tokens": [[0, 8], [9, 11]], "entities": [[0, 8, "A B"]]}"#;
    let spaced = stream_of(line, Format::Jsonl).unwrap();
    let both: Vec<_> = corpus().into_iter().chain(spaced.clone()).collect();
    let error = write_corpus(&path, &both, &WriteOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot write token `New York` as columns: it holds what separates columns"
    );
    let tsv = WriteOptions { format: Some(Format::Tsv), ..WriteOptions::default() };
    let error = write_corpus(&path, &spaced, &tsv).unwrap_err();
    assert!(error.to_string().contains("entity type `A B`"), "{error}");
    for token in ["-DOCSTART-", "a\nb", " ", "a\tb"] {
        let sentence = xner_corpus::Sentence::from_tokens([token]);
        let labelled = Labelled { sentence, entities: Vec::new() };
        assert!(matches!(write_corpus(&path, [&labelled], &tsv), Err(Error::Unwritable { .. })), "{token:?}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "before");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn types_are_checked_before_a_row_is_written() {
    for bad in ["", "A B", "A\tB", "A\nB", "A\r"] {
        let error = check_type(&bad.into()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot write entity type `{}`", bad.escape_debug())), "{error}");
    }
    assert!(check_type(&"Köln-x_1".into()).is_ok());
}

#[test]
fn a_byte_order_mark_that_is_text_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.conll");
    let found = stream_of("\u{feff}\u{feff} O\n\n\u{feff}a O\n".as_bytes(), Format::Conll).unwrap();
    write_corpus(&path, &found, &WriteOptions::default()).unwrap();
    assert_eq!(read_corpus(&path, &ReadOptions::default()).unwrap(), found);
}

#[test]
fn an_output_appears_when_it_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let mut output = Output::create(&path).unwrap();
    output.write_all(b"x").unwrap();
    assert!(!path.exists());
    output.finish().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"x");
    drop(Writer::create(folder.path().join("b.conll"), &WriteOptions::default()).unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    for name in ["no", "no/such", "file", "file/no"] {
        let parent = folder.path().join(name);
        let path = parent.join("a.txt");
        let error = Output::create(&path).map(drop).unwrap_err().to_string();
        assert_eq!(error, format!("{}: there is no folder {}", path.display(), parent.display()));
    }
}

#[test]
fn links_and_devices_stay_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("a.conll"), folder.path().join("link.conll"));
    fs::write(&path, "before").unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    write_corpus(&link, &corpus(), &WriteOptions::default()).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&path).unwrap(), COLUMNS);
    let device = WriteOptions { format: Some(Format::Conll), ..WriteOptions::default() };
    write_corpus("/dev/null", &corpus(), &device).unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn options_refuse_unknown_keys() {
    let options: ReadOptions = serde_json::from_str(
        r#"{"format": "conll", "conll": {"token": 1, "tag": -2, "ragged": "allow", "scheme": "iob2"}}"#,
    )
    .unwrap();
    assert_eq!(options.conll.scheme, Some(Scheme::Iob2));
    for wrong in [r#"{"formt": "conll"}"#, r#"{"conll": {"tok": 1}}"#, r#"{"jsonl": {"align": "no"}}"#] {
        assert!(serde_json::from_str::<ReadOptions>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn statistics_of_a_small_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.conll");
    fs::write(&path, format!("-DOCSTART- O\n\n{COLUMNS}x I-LOC\ny B-LOC\n")).unwrap();
    let stats = Stats::of_file(&path, &ReadOptions::default()).unwrap();
    assert_eq!((stats.sentences, stats.tokens, stats.entities, stats.marks), (3, 6, 4, 1));
    assert_eq!(
        stats.types.iter().map(|(k, n)| (k.as_str(), *n)).collect::<Vec<_>>(),
        [("LOC", 3), ("PER", 1)]
    );
    assert_eq!(stats.scheme(), Some((Scheme::Iob2, 1)));
}

#[test]
fn draws_are_seeded() {
    assert_eq!(sample::subset(50, 7, 3), sample::subset(50, 7, 3));
    assert_ne!(sample::subset(50, 7, 3), sample::subset(50, 7, 4));
    assert_eq!(sample::subset(3, 9, 1), [0, 1, 2]);
    let (drawn, others) = sample::split(20, 6, 9);
    assert_eq!((drawn.len(), others.len()), (6, 14));
    let mut all = [drawn, others].concat();
    all.sort_unstable();
    assert_eq!(all, (0..20).collect::<Vec<_>>());
}

fn soup() -> impl Strategy<Value = Vec<u8>> {
    let bits = prop::sample::select(vec![
        "a",
        "é",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\n\n",
        "O",
        "B-X",
        "I-X",
        "-DOCSTART-",
        "{",
        "}",
        "\"text\":",
        "\"",
        "[0,1]",
        ":",
        ",",
        ".",
        "Dr.",
        "'",
        "’s",
        "-",
        "(",
        "”",
        "。",
        "\u{feff}",
        "\u{200d}",
        "\u{301}",
        "3",
        "1.",
        "1\t",
        "\t_\t_\t_\t_\t1\t_\t_\tNER=B-X",
        "# ",
        "[",
        "]",
        "\"label\":",
        "\"tokens\":",
        "http://",
        "@",
        "#",
        "U.S.",
        "?",
        "!",
    ]);
    let piece = prop_oneof![30 => bits.prop_map(|b| b.as_bytes().to_vec()), 1 => prop::collection::vec(any::<u8>(), 1..4)];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in soup()) {
        for &format in Format::ALL {
            if let Ok(found) = stream_of(&bytes, format) {
                for labelled in found {
                    prop_assert!(!labelled.sentence.is_empty());
                    labelled.sentence.tokens().for_each(|token| assert!(!token.is_empty()));
                }
            }
        }
    }

    #[test]
    fn columns_survive_writing(bytes in soup()) {
        if let Ok(found) = stream_of(&bytes, Format::Conll) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.tsv");
            match write_corpus(&path, &found, &WriteOptions::default()) {
                Ok(()) if found.is_empty() => {}
                Ok(()) => prop_assert_eq!(read_corpus(&path, &ReadOptions::default()).unwrap(), found),
                Err(error) => prop_assert!(matches!(error, Error::Unwritable { .. }), "{}", error),
            }
        }
    }
}

#[test]
fn a_stream_yields_before_the_file_ends() {
    /// Sentences without end; a reader that wanted the whole file would never return.
    struct Endless(usize);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            for byte in buffer.iter_mut() {
                *byte = b"Ada sang.\n\n"[self.0 % 11];
                self.0 += 1;
            }
            Ok(buffer.len())
        }
    }
    let input = Input::from_reader(Endless(0), "endless").unwrap();
    let options =
        ReadOptions { conll: xner_corpus::read::ConllOptions::unlabelled(), ..ReadOptions::default() };
    assert_eq!(Stream::new(input, Format::Text, &options).take(5000).map(Result::unwrap).count(), 5000);
    let input = Input::from_reader(Endless(0), "endless").unwrap();
    assert_eq!(Stream::new(input, Format::Conll, &options).take(50_000).map(Result::unwrap).count(), 50_000);
    assert!(stream("/no/such", &options).is_err());
}
