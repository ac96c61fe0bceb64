//! Vectors from text and back: layouts, limits, duplicates, faults with their lines.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    clippy::items_after_statements
)]

use std::fmt::Write;
use std::fs;

use proptest::prelude::*;
use xner_embed::Vectors;
use xner_embed::read::{self, Format, ReadOptions, read_text};
use xner_embed::write::write_vec;

fn read(text: impl AsRef<[u8]>) -> Result<Vectors, String> {
    limited(text, None)
}

fn limited(text: impl AsRef<[u8]>, limit: Option<usize>) -> Result<Vectors, String> {
    read_text(text.as_ref(), "f", &ReadOptions { limit, ..ReadOptions::default() })
        .map_err(|error| error.to_string())
}

#[test]
fn layouts() {
    let want = Vectors::from_rows(["the", "Köln"], 2, &[1.0, -0.5, 1e-3, 0.0]).unwrap();
    for text in [
        "2 2\nthe 1 -0.5\nKöln 1e-3 0\n",
        "the 1 -0.5\nKöln 1e-3 0",
        "2 2\r\nthe 1 -0.5 \r\nKöln 1e-3 0 \r\n",
        "\u{feff}2 2\nthe\t1\t-0.5\nKöln  0.001  0.0\n",
        "\u{feff}the 1 -0.5\nKöln +1.0E-3 .0\n",
    ] {
        assert_eq!(read(text).unwrap(), want, "{text:?}");
    }
}

#[test]
fn words_may_hold_other_white_space() {
    let vectors = read("2 1\n10\u{a0}000 1\n\u{2028} 2\n").unwrap();
    assert_eq!(vectors.words().collect::<Vec<_>>(), ["10\u{a0}000", "\u{2028}"]);
    // Numbers are words too.
    assert_eq!(read("2 1\n3 1\n4 2\n").unwrap().get("4"), Some([2.0].as_slice()));
}

#[test]
fn the_first_of_equal_words_stays() {
    let vectors = read("4 1\na 1\nb 2\na 3\nc 4\n").unwrap();
    assert_eq!(vectors.words().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(
        (vectors.get("a"), vectors.get("c"), vectors.rank("c")),
        (Some([1.0].as_slice()), Some([4.0].as_slice()), Some(2))
    );
    assert_eq!(vectors.data(), [1.0, 2.0, 4.0]);
}

#[test]
fn a_limit_reads_no_further() {
    let text = "3 2\na 1 2\nb 3 4\nc broken\n";
    assert_eq!(limited(text, Some(2)).unwrap().len(), 2);
    assert_eq!(limited(text, Some(1)).unwrap().data(), [1.0, 2.0]);
    assert!(limited(text, Some(3)).is_err());
    assert_eq!(limited("2 1\na 1\nb 2\n", Some(9)).unwrap().len(), 2);
}

#[test]
fn faults_have_a_line() {
    for (text, want) in [
        ("2 2\na 1 2\nb 1\n", "f:3: expected 2 numbers behind `b`, found 1"),
        ("a 1 2\nb 1 2 3\n", "f:2: expected 2 numbers behind `b`, found 3"),
        ("1 3\na 1 2\n", "f:2: expected 3 numbers behind `a`, found 2"),
        ("a 1\nb nan\n", "f:2: `nan` in the vector of `b` is not finite"),
        ("a 1\nb 1\nc -inf\n", "f:3: `-inf` in the vector of `c` is not finite"),
        ("a 1e60\n", "f:1: `1e60` in the vector of `a` is not finite"),
        ("a 1\n\u{2028}\r\0 2\n", "f:2: the word `\\u{2028}\\r\\0` holds a line break"),
        ("a 1\nb x\n", "f:2: `x` in the vector of `b` is no number"),
        ("a 1\n\nb 2\n", "f:2: expected a word and 1 numbers"),
        ("3 1\na 1\nb 2\n", "f:1: promises 3 words, the file has 2"),
        ("1 1\na 1\nb 2\n", "f:1: promises 1 words, the file has 2"),
        ("3 1\n", "f:1: promises 3 words, the file has 0"),
        ("", "f: no word vectors"),
        ("0 5\n", "f: no word vectors"),
        ("word\n", "f:1: expected a word and its numbers"),
        ("2 0\na\nb\n", "f:1: expected a word and its numbers"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(want), "{text:?}: {error}");
    }
    assert_eq!(read(b"a 1\nb\xff 2\n").unwrap_err(), "f:2: invalid UTF-8");
    assert_eq!(read(b"a 1\nb 1\n\xff").unwrap_err(), "f:3: invalid UTF-8");
    let error = limited("1 1\na 1\nb 1\nc 1\n", Some(2)).unwrap_err();
    assert_eq!(error, "f:1: promises 1 words, the file has at least 2");
    assert!(
        read::open("/no/such.vec", &ReadOptions::default())
            .unwrap_err()
            .to_string()
            .contains("/no/such.vec: ")
    );
}

#[test]
fn lines_are_counted_across_batches() {
    // More than one batch and many shares, so the fault's line says whether all of them were counted.
    let mut text = String::from("300000 8\n");
    for row in 0..300_000 {
        writeln!(text, "w{row} {row}.5 -1.25 3.125 0.0625 1 2 3 4.000000000000000000000000").unwrap();
    }
    assert!(text.len() > 1 << 24);
    let vectors = read(&text).unwrap();
    assert_eq!(vectors.len(), 300_000);
    for row in [0, 1, 12_345, 299_999] {
        assert_eq!(vectors.row(row)[..2], [row as f32 + 0.5, -1.25]);
        assert_eq!(vectors.rank(&format!("w{row}")), Some(row));
    }
    let broken = text.replace("w288888 288888.5", "w288888 288888.x");
    assert_eq!(read(&broken).unwrap_err(), "f:288890: `288888.x` in the vector of `w288888` is no number");
}

#[test]
fn rows_must_fit() {
    let fault =
        |words: &[&str], dim, data: &[f32]| Vectors::from_rows(words, dim, data).unwrap_err().to_string();
    assert!(fault(&["a", "b"], 2, &[1.0, 2.0, 3.0]).contains("vector of `b` (row 1): 1 numbers, expected 2"));
    assert!(fault(&["a"], 2, &[1.0, 2.0, 3.0]).contains("more rows than words"));
    assert!(fault(&["a"], 1, &[f32::NAN]).contains("NaN is not finite"));
    assert!(fault(&["a b"], 1, &[1.0]).contains("may not be empty or hold blanks"));
    assert!(fault(&["a"], 0, &[]).contains("at least 1"));
}

#[test]
fn files_cut_short_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let words: Vec<String> = (0..2000).map(|n| format!("w{n}")).collect();
    let data: Vec<f32> = (0..8000).map(|n| n as f32 * 0.37).collect();
    let vectors = Vectors::from_rows(&words, 4, &data).unwrap();
    for name in ["a.vec", "a.vec.gz", "a.vec.xz"] {
        let path = folder.path().join(name);
        write_vec(&path, &vectors).unwrap();
        assert_eq!(read::open(&path, &ReadOptions::default()).unwrap(), vectors);
        let whole = fs::read(&path).unwrap();
        for len in [0, 5, whole.len() / 3, whole.len() - 25] {
            fs::write(&path, &whole[..len]).unwrap();
            let error = read::open(&path, &ReadOptions::default()).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
    assert!(write_vec(folder.path().join("no/a.vec"), &vectors).is_err());
}

#[test]
fn lower_case_keeps_the_most_frequent() {
    let text = "5 1\nThe 1\nof 2\nTHE 3\nOf 4\nÉTÉ 5\n";
    let read = |limit| {
        read_text(text.as_bytes(), "f", &ReadOptions { limit, lowercase: true, ..ReadOptions::default() })
            .unwrap()
    };
    let all = read(None);
    assert_eq!(all.words().collect::<Vec<_>>(), ["the", "of", "été"]);
    assert_eq!((all.data(), all.duplicates()), ([1.0, 2.0, 5.0].as_slice(), 2));
    // A limit counts rows of the file, not words that are left of them.
    let three = read(Some(3));
    assert_eq!((three.words().collect::<Vec<_>>(), three.duplicates()), (vec!["the", "of"], 1));
}

#[test]
fn duplicates_and_zeros_are_counted() {
    let vectors = read("a 0 0\nb 0 1\na 1 1\nc -0 0.0\nb 5 5\nd 1 1\n").unwrap();
    assert_eq!((vectors.len(), vectors.duplicates(), vectors.zeros()), (4, 2, 2));
    assert_eq!(vectors.data(), [0.0, 0.0, 0.0, 1.0, -0.0, 0.0, 1.0, 1.0]);
    vectors.verify().unwrap();
}

#[test]
fn absurd_headers_take_no_memory() {
    for (text, want) in [
        ("9999999999999 300\na 1 2\n", "f:2: expected 300 numbers behind `a`, found 2"),
        ("2 9999999999\na 1 2\nb 1 2\n", "f:2: expected 9999999999 numbers behind `a`, found 2"),
        (
            "2 18446744073709551615\na 1\nb 2\n",
            "f:2: expected 18446744073709551615 numbers behind `a`, found 1",
        ),
        ("18446744073709551615 1\na 1\n", "f:1: promises 18446744073709551615 words, the file has 1"),
        ("9999999999999 1\n", "f:1: promises 9999999999999 words, the file has 0"),
        // Only the second row is too short for the bytes that there are.
        ("2 4\na 1 2 3 4\nb\n", "f:3: expected 4 numbers behind `b`, found 0"),
    ] {
        assert_eq!(read(text).unwrap_err(), want);
    }
    // Beyond u64 it is no header but a row.
    assert_eq!(read("99999999999999999999 1\na 1\n").unwrap().len(), 2);
}

#[test]
fn a_line_has_an_end() {
    let error = read_text(std::io::repeat(b'a'), "f", &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("f: a line of more than 67108864 bytes"), "{error}");
}

#[test]
fn readers_may_give_a_byte_at_a_time() {
    struct Slowly<'a>(&'a [u8]);
    impl std::io::Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(&mut buffer[..1])
        }
    }
    let vectors = read_text(Slowly(b"2 2\na 1 2\nab 3 4"), "f", &ReadOptions::default()).unwrap();
    assert_eq!((vectors.get("ab"), vectors.len()), (Some([3.0, 4.0].as_slice()), 2));
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("no disk"))
        }
    }
    let error = read_text(Broken, "f", &ReadOptions::default()).unwrap_err().to_string();
    assert_eq!(error, "f: no disk");
}

#[test]
fn formats_are_told_by_first_bytes_then_by_name() {
    let detect = |name: &str, head: &[u8]| Format::detect(name.as_ref(), head);
    assert_eq!(detect("a.vec", b"2 2\nthe 1 -0.5\n"), Format::Text);
    assert_eq!(detect("a", b""), Format::Text);
    assert_eq!(detect("a.bin", b"2 2\nthe \0\0\0\0"), Format::Word2Vec);
    assert_eq!(detect("a.BIN.gz", b"2 2\nthe \0\0\0\0"), Format::Word2Vec);
    assert_eq!(detect("a.bin", b"\xba\x16\x4f\x2f\x0c\0\0\0"), Format::FastText);
    assert_eq!(detect("a.vec", b"\xba\x16\x4f\x2f\x0c\0\0\0"), Format::FastText);
    assert_eq!(detect("a.vec", b"\x40\x01\0\0\0\0\0\0{\"__meta"), Format::Native);
    assert_eq!(detect("a.safetensors", b"2 2\nthe 1 -0.5\n"), Format::Native);
    for format in [Format::Text, Format::FastText, Format::Word2Vec, Format::Native] {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    assert!("wor2vec".parse::<Format>().unwrap_err().contains("expected text, fasttext, word2vec or native"));
}

#[test]
fn a_forced_format_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bin");
    fs::write(&path, "a 1 2\nb 3 4\n").unwrap();
    let options = ReadOptions { format: Some(Format::Text), ..ReadOptions::default() };
    assert_eq!(read::open(&path, &options).unwrap().len(), 2);
    assert!(read::open(&path, &ReadOptions::default()).is_err());
}

/// Reads as plainly as can be: what [`read_text`] must give, or `None` where it must refuse.
fn plainly(text: &str, options: &ReadOptions) -> Option<(Vec<String>, Vec<f32>)> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    if lines.last() == Some(&"") {
        lines.pop();
    }
    let header: Vec<usize> =
        lines.first()?.split(' ').map(|n| n.parse().ok()).collect::<Option<_>>().unwrap_or_default();
    let mut dim = lines[0].split(' ').count() - 1;
    let mut promised = None;
    if let [count, numbers] = header[..] {
        (promised, dim) = (Some(count), numbers);
        lines.remove(0);
    }
    let limit = options.limit.unwrap_or(usize::MAX);
    let cut = lines.len() >= limit;
    lines.truncate(limit);
    let (mut words, mut data) = (Vec::<String>::new(), Vec::new());
    for line in &lines {
        let mut columns = line.split(' ');
        let word = columns.next().filter(|word| !word.is_empty())?;
        let word = if options.lowercase { word.to_lowercase() } else { word.to_owned() };
        let numbers: Vec<f32> = columns.map(|n| n.parse().ok()).collect::<Option<_>>()?;
        if numbers.len() != dim || dim == 0 || numbers.iter().any(|n| !n.is_finite()) {
            return None;
        }
        if !words.contains(&word) {
            words.push(word);
            data.extend(numbers);
        }
    }
    let kept = promised.is_none_or(|count| if cut { count >= lines.len() } else { count == lines.len() });
    (kept && !lines.is_empty()).then_some((words, data))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_to_the_bit(
        words in prop::collection::vec("[^ \t\r\n]{1,5}", 1..12),
        numbers in prop::collection::vec(any::<f32>().prop_filter("finite", |n| n.is_finite()), 36),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.vec");
        let vectors = Vectors::from_rows(&words, 3, &numbers[..words.len() * 3]).unwrap();
        write_vec(&path, &vectors).unwrap();
        let read = read::open(&path, &ReadOptions::default()).unwrap();
        let bits = |vectors: &Vectors| vectors.data().iter().map(|n| n.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&read), bits(&vectors));
        prop_assert_eq!(read, vectors);
    }

    #[test]
    fn it_reads_what_the_plainest_reader_reads(
        rows in prop::collection::vec((
            "[aAbÉé\u{a0}]{1,2}",
            prop::collection::vec(prop_oneof![
                30 => "-?[0-9]\\.[0-9]{0,18}",
                10 => "[-+]?[0-9]{1,9}(\\.[0-9]{1,9})?([eE][-+]?[0-9]{1,2})?",
                1 => prop::sample::select(vec!["nan", "1.0x", "1.0e", "-", "inf", "0x1"]).prop_map(str::to_owned),
            ], 3),
            prop::bool::weighted(0.02),
        ), 0..12),
        header in prop::option::of(prop::sample::select(vec![0, 0, 0, 1])),
        limit in prop::option::of(1_usize..12),
        lowercase: bool,
        ended: bool,
    ) {
        let mut text = String::new();
        if let Some(more) = header {
            writeln!(text, "{} 3", rows.len() + more).unwrap();
        }
        for (word, numbers, short) in &rows {
            writeln!(text, "{word} {}", numbers[usize::from(*short)..].join(" ")).unwrap();
        }
        if !ended {
            text.pop();
        }
        let options = ReadOptions { limit, lowercase, ..ReadOptions::default() };
        let read = read_text(text.as_bytes(), "f", &options);
        match plainly(&text, &options) {
            Some((words, data)) => {
                let read = read.unwrap();
                prop_assert_eq!(read.words().collect::<Vec<_>>(), words);
                let bits = |data: &[f32]| data.iter().map(|n| n.to_bits()).collect::<Vec<_>>();
                prop_assert_eq!(bits(read.data()), bits(&data));
            }
            None => prop_assert!(read.is_err(), "{text:?}"),
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(prop::sample::select(b"a1 \t\n\r.-e\xff\xc3\xbc9".to_vec()), 0..60)) {
        let _ = read(&bytes);
    }
}
