//! Vectors from text and back: layouts, limits, duplicates, faults with their lines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use std::fmt::Write;
use std::fs;

use proptest::prelude::*;
use xner_embed::Vectors;
use xner_embed::read::{self, ReadOptions, read_text};
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
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(prop::sample::select(b"a1 \t\n\r.-e\xff\xc3\xbc9".to_vec()), 0..60)) {
        let _ = read(&bytes);
    }
}
