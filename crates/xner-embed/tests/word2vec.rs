//! word2vec's binary format: gensim's file, layouts, faults with their bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_embed::read::{self, ReadOptions, read_word2vec};
use xner_embed::{FastText, Vectors};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/fasttext").join(name)
}

fn limited(bytes: impl AsRef<[u8]>, limit: Option<usize>) -> Result<Vectors, String> {
    let options = ReadOptions { limit, ..ReadOptions::default() };
    read_word2vec(bytes.as_ref(), "f", &options).map_err(|error| error.to_string())
}

fn parse(bytes: impl AsRef<[u8]>) -> Result<Vectors, String> {
    limited(bytes, None)
}

/// A file as the original program writes it, with a newline behind each row, or as others do, without.
fn file(vectors: &[(&[u8], &[f32])], newlines: bool) -> Vec<u8> {
    let mut bytes = format!("{} {}\n", vectors.len(), vectors[0].1.len()).into_bytes();
    for (word, numbers) in vectors {
        bytes.extend_from_slice(word);
        bytes.push(b' ');
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        if newlines {
            bytes.push(b'\n');
        }
    }
    bytes
}

#[test]
fn gensims_file_is_read() {
    let vectors = read::open(golden("word2vec.bin"), &ReadOptions::default()).unwrap();
    let want = FastText::open(golden("skipgram.bin")).unwrap().vectors(None);
    assert!(vectors.words().eq(want.words()));
    for (found, want) in vectors.data().iter().zip(want.data()) {
        assert!((found - want).abs() < 1e-6, "{found} {want}");
    }
}

#[test]
fn layouts_limits_duplicates() {
    let rows: [(&[u8], &[f32]); 4] = [
        (b"the", &[1.0, -0.5]),
        ("Köln\u{a0}1".as_bytes(), &[f32::from_le_bytes(*b"\n  \n"), 0.0]),
        (b"the", &[3.0, 4.0]),
        (b"c", &[5.0, 6.0]),
    ];
    for newlines in [false, true] {
        let bytes = file(&rows, newlines);
        let vectors = parse(&bytes).unwrap();
        assert_eq!(vectors.words().collect::<Vec<_>>(), ["the", "Köln\u{a0}1", "c"]);
        assert_eq!(vectors.get("the"), Some([1.0, -0.5].as_slice()));
        assert_eq!(vectors.get("c"), Some([5.0, 6.0].as_slice()));
        // Nothing behind the limit is read.
        let limit = limited(&bytes[..bytes.len() - 3], Some(3)).unwrap();
        assert_eq!(limit.words().collect::<Vec<_>>(), ["the", "Köln\u{a0}1"]);
        assert_eq!(limited(&bytes, Some(9)).unwrap(), vectors);
        let options = ReadOptions { lowercase: true, ..ReadOptions::default() };
        let lower = read_word2vec(bytes.as_slice(), "f", &options).unwrap();
        assert_eq!(lower.words().collect::<Vec<_>>(), ["the", "köln\u{a0}1", "c"]);
    }
}

#[test]
fn faults_have_a_byte() {
    let good = file(&[(b"one", &[1.0, 2.0]), (b"two", &[3.0, 4.0])], false);
    // Header 0..4, `one ` 4..8, 8..16, `two ` 16..20, 20..28.
    assert_eq!(good.len(), 28);
    let change = |at: usize, new: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + new.len()].copy_from_slice(new);
        parse(bytes).unwrap_err()
    };
    for (at, new, want) in [
        (0, &b"2"[..1], ""),
        (0, b"x", "f: byte 0: expected the counts of words and dimensions, found `x 2`"),
        (0, b"0", "f: no word vectors"),
        (2, b"0", "f: byte 0: expected the counts"),
        (0, b"3", "f: byte 28: the file ends within the word of rank 2"),
        (0, b"1", "f: byte 16: the file goes on behind the 1 words that the header promises"),
        (2, b"3", "f: byte 28: the file ends within the word of rank 1"),
        (2, b"9", "f: byte 28: the file ends within the vector of `one` (rank 0)"),
        (18, b"\xff", "f: byte 18: the word of rank 1, `tw\\xff`, is not UTF-8 here"),
        (17, b"\t", "f: byte 17: the word of rank 1, `t\\to`, cannot stand here: a word may"),
        (4, b" ", "f: byte 4: the word of rank 0, ``, cannot stand here"),
        (24, &f32::INFINITY.to_le_bytes(), "f: byte 24: inf in the vector of `two` (rank 1) is not finite"),
    ] {
        if want.is_empty() {
            assert!(parse(&good).is_ok());
            continue;
        }
        let error = change(at, new);
        assert!(error.starts_with(want), "{at}: {error}");
    }
    assert_eq!(parse(b"").unwrap_err(), "f: byte 0: the file ends within the line of counts");
    assert!(
        read::open("/no/such.bin", &ReadOptions::default()).unwrap_err().to_string().contains("/no/such")
    );
}

#[test]
fn headers_that_promise_the_world_allocate_nothing() {
    for header in
        ["4294967295 4000000000\n", "4294967295 1\n", "1 18446744073709551615\n", "4294967295 1073741824\n"]
    {
        let bytes = [header.as_bytes(), b"word \x00\x00\x80\x3f"].concat();
        let error = parse(&bytes).unwrap_err();
        assert!(error.contains("the file ends within") || error.contains("should have"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        fs::write(&path, &bytes).unwrap();
        let error = read::open(&path, &ReadOptions::default()).unwrap_err().to_string();
        assert!(error.contains("a.bin: byte "), "{error}");
    }
    let endless = [b"1 1\n".as_slice(), &vec![b'a'; 70_000]].concat();
    assert_eq!(parse(endless).unwrap_err(), "f: byte 4: the word of rank 0 has more than 65536 bytes");
}

#[test]
fn cut_anywhere_is_an_error() {
    let whole = fs::read(golden("word2vec.bin")).unwrap();
    for len in 0..whole.len() {
        let error = parse(&whole[..len]).unwrap_err();
        assert!(error.starts_with(&format!("f: byte {len}: the file ends within ")), "{error}");
    }
    parse(&whole).unwrap();
    parse([whole.as_slice(), b"\n"].concat()).unwrap();
    assert!(parse([whole.as_slice(), b"\n\n"].concat()).unwrap_err().contains("the file goes on behind"));
}

#[test]
fn flipped_bytes_never_panic() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let whole = fs::read(golden("word2vec.bin")).unwrap();
    for round in 0..20_000 {
        let mut bytes = whole.clone();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..if round % 2 == 0 { bytes.len() } else { 12 });
            bytes[at] = [b' ', b'\n', b'9', 0xff, random.random()][random.random_range(0..5)];
        }
        if let Ok(vectors) = parse(&bytes) {
            assert_eq!(vectors.rows().len(), vectors.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_to_the_bit(
        words in prop::collection::hash_set("[^ \t\r\n]{1,5}", 1..12),
        numbers in prop::collection::vec(any::<f32>().prop_filter("finite", |n| n.is_finite()), 36),
        newlines: bool,
    ) {
        let rows: Vec<(&[u8], &[f32])> = words.iter().map(String::as_bytes).zip(numbers.chunks(3)).collect();
        let read = parse(file(&rows, newlines)).unwrap();
        prop_assert!(read.words().map(str::as_bytes).eq(rows.iter().map(|row| row.0)));
        let want = numbers[..3 * rows.len()].iter().map(|n| n.to_bits());
        prop_assert!(read.data().iter().map(|n| n.to_bits()).eq(want));
    }
}
