//! Rows of vectors that cannot be read: refused, or left out and counted; words with spaces.
#![allow(clippy::unwrap_used)]

use std::fs;

use xner_embed::read::{ReadOptions, open_counted, read_text};
use xner_embed::write::write_vec;

const SKIP: ReadOptions = ReadOptions { limit: None, lowercase: false, skip_bad: true, format: None };

#[test]
fn bad_rows_are_left_out_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vec");
    let bad: [&[u8]; 7] = [b"b\xff 1 2", b"c 1", b" 1 2", b"", b"d 1 x", b"e 1 nan", b"f 1 2 3"];
    let mut bytes = b"a 1 2\n".to_vec();
    for row in bad {
        bytes.extend_from_slice(row);
        bytes.extend_from_slice(b"\ng 3 4\nh 5 6\n");
    }
    fs::write(&path, &bytes).unwrap();
    let (vectors, skipped) = open_counted(&path, &SKIP).unwrap();
    assert_eq!(vectors.words().collect::<Vec<_>>(), ["a", "g", "h"]);
    assert_eq!(
        (vectors.row(0), vectors.row(1), vectors.row(2)),
        (&[1.0, 2.0][..], &[3.0, 4.0][..], &[5.0, 6.0][..])
    );
    let skipped = skipped.unwrap();
    assert_eq!(skipped.count, bad.len());
    assert!(skipped.first.ends_with("a.vec:2: invalid UTF-8"), "{}", skipped.first);
    assert!(open_counted(&path, &ReadOptions::default()).is_err());
    // Nothing to leave out is nothing to tell of.
    fs::write(&path, "a 1 2\n").unwrap();
    assert_eq!(open_counted(&path, &SKIP).unwrap().1, None);
    // A header counts all rows, and a file of bad ones is empty.
    fs::write(&path, "3 2\na 1 2\nb 1\nc 3 4\n").unwrap();
    assert_eq!(open_counted(&path, &SKIP).unwrap().0.len(), 2);
    fs::write(&path, "1 2\nabcdefgh x y\n").unwrap();
    assert!(open_counted(&path, &SKIP).unwrap_err().to_string().contains("no word vectors"));
}

#[test]
fn many_bad_rows_on_many_threads_keep_the_others_in_order() {
    let rows: Vec<String> = (0..60_000)
        .map(|at| if at % 7 == 3 { format!("w{at} {at} bad\n") } else { format!("w{at} {at} 0.5\n") })
        .collect();
    let vectors = read_text(rows.concat().as_bytes(), "f", &SKIP).unwrap();
    let good: Vec<usize> = (0..60_000).filter(|at| at % 7 != 3).collect();
    assert_eq!(vectors.len(), good.len());
    for (rank, at) in good.iter().enumerate() {
        assert_eq!(vectors.word(rank), format!("w{at}"));
        assert!((vectors.row(rank)[0] - *at as f32).abs() < 0.5);
    }
}

#[test]
fn words_with_spaces_are_read_where_the_numbers_are_last() {
    let text = ", 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\nin 1 2 3\n";
    let vectors = read_text(text.as_bytes(), "f", &ReadOptions::default()).unwrap();
    let words: Vec<&str> = vectors.words().collect();
    assert_eq!(words, [",", ".\u{a0}.\u{a0}.", "at\u{a0}name@domain.com", "in"]);
    assert_eq!(vectors.get("at\u{a0}name@domain.com"), Some([7.0, 8.0, 9.0].as_slice()));
    // They are written and read again.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vec");
    write_vec(&path, &vectors).unwrap();
    assert_eq!(open_counted(&path, &ReadOptions::default()).unwrap().0, vectors);
    // A number too many is no word with a space.
    let fault =
        |text: &str| read_text(text.as_bytes(), "f", &ReadOptions::default()).unwrap_err().to_string();
    assert_eq!(fault("a 1 2\nb 1 2 3\n"), "f:2: expected 2 numbers behind `b`, found 3");
    assert_eq!(fault("a 1 2\nb c 1 x\n"), "f:2: `c` in the vector of `b` is no number");
}

#[test]
fn binary_words_that_are_none_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bin");
    let row = |word: &[u8], number: f32| [word, b" ", &number.to_le_bytes()].concat();
    let bytes = [b"3 1\n".to_vec(), row(b"a", 1.0), row(b"b\xff", 2.0), row(b"c", 3.0)].concat();
    fs::write(&path, bytes).unwrap();
    assert!(open_counted(&path, &ReadOptions::default()).is_err());
    let (vectors, skipped) = open_counted(&path, &SKIP).unwrap();
    assert_eq!((vectors.words().collect::<Vec<_>>(), vectors.data()), (vec!["a", "c"], &[1.0, 3.0][..]));
    let skipped = skipped.unwrap();
    assert!(skipped.count == 1 && skipped.first.contains("rank 1"), "{skipped:?}");
}
