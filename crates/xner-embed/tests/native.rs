//! The native format: what is written is read, used where it lies; and no bytes harm.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    clippy::items_after_statements
)]

use std::fs;
use std::io::Write;
use std::path::Path;

use proptest::prelude::*;
use xner_embed::read::{self, Format, ReadOptions};
use xner_embed::write::{save, write_native};
use xner_embed::{Error, Vectors};

fn example(words: usize, dim: usize) -> Vectors {
    let names: Vec<String> = (0..words).map(|n| format!("Wört{n}")).collect();
    let data: Vec<f32> = (0..words * dim).map(|n| (n as f32).sin()).collect();
    Vectors::from_rows(&names, dim, &data).unwrap()
}

fn open(path: &Path) -> Result<Vectors, Error> {
    read::open(path, &ReadOptions::default())
}

#[test]
fn what_is_written_is_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    // An odd number of numbers too: everything must be aligned all the same.
    for (words, dim) in [(1, 1), (3, 3), (1000, 7), (70_000, 2)] {
        let vectors = example(words, dim);
        save(&path, &vectors).unwrap();
        let read = open(&path).unwrap();
        assert!(read.is_mapped() && !vectors.is_mapped());
        assert_eq!(read, vectors);
        read.verify().unwrap();
        for rank in [0, words / 2, words - 1] {
            assert_eq!(read.rank(vectors.word(rank)), Some(rank));
            assert_eq!(read.get(vectors.word(rank)), Some(vectors.row(rank)));
        }
        assert_eq!((read.rank("Wört"), read.rank(""), read.rank("no")), (None, None, None));
        // What was mapped can be written again, over the file it lies in, and gives the same bytes.
        let bytes = fs::read(&path).unwrap();
        save(&path, &read).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
        assert_eq!(read.into_data(), vectors.data());
    }
}

#[test]
fn limits_and_lower_case_index_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    let data = [1.0, 2.0, 3.0, 4.0];
    save(&path, &Vectors::from_rows(["The", "a", "the", "A"], 1, &data).unwrap()).unwrap();
    let read = |limit, lowercase| {
        read::open(&path, &ReadOptions { limit, lowercase, ..ReadOptions::default() }).unwrap()
    };
    let all = read(None, true);
    assert_eq!(all, Vectors::from_rows(["the", "a"], 1, &[1.0, 2.0]).unwrap());
    assert_eq!((all.duplicates(), all.is_mapped()), (2, false));
    let two = read(Some(2), true);
    assert_eq!((two.clone(), two.duplicates(), two.is_mapped()), (all, 0, true));
    let three = read(Some(3), false);
    assert_eq!(three, Vectors::from_rows(["The", "a", "the"], 1, &data[..3]).unwrap());
    assert_eq!((three.rank("A"), three.rank("the"), three.is_mapped()), (None, Some(2), true));
    assert_eq!(read(Some(9), false).len(), 4);
    // It can be written again though its index is another.
    let again = folder.path().join("b.safetensors");
    save(&again, &three).unwrap();
    assert_eq!(open(&again).unwrap(), three);
    let none = read::open(&path, &ReadOptions { limit: Some(0), ..ReadOptions::default() });
    assert!(matches!(none, Err(Error::Empty { .. })));
}

/// A file with this header and these bytes behind it.
fn file(path: &Path, header: &str, rest: &[u8]) {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(rest);
    fs::write(path, bytes).unwrap();
}

/// A file of two words, "ab" and "é", of one dimension, changed in one place.
fn changed(path: &Path, change: impl FnOnce(&mut Parts)) {
    let mut parts = Parts {
        format: "xner-vectors",
        version: "1",
        dtype: "F32",
        shape: "[2,1]".to_owned(),
        offsets: vec![0, 2, 4],
        index: vec![u32::MAX; 4],
        words: "abé".as_bytes().to_vec(),
    };
    parts.index[0] = 0;
    parts.index[1] = 1;
    change(&mut parts);
    let Parts { format, version, dtype, shape, offsets, index, words } = parts;
    let ends = [offsets.len() * 8, 8, index.len() * 4, words.len()].into_iter().scan(0, |end, len| {
        *end += len;
        Some(*end)
    });
    let [a, b, c, d] = ends.collect::<Vec<_>>()[..] else { panic!() };
    let header = format!(
        r#"{{"__metadata__":{{"format":"{format}","version":"{version}"}},
        "offsets":{{"dtype":"U64","shape":[{}],"data_offsets":[0,{a}]}},
        "vectors":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{a},{b}]}},
        "index":{{"dtype":"U32","shape":[{}],"data_offsets":[{b},{c}]}},
        "words":{{"dtype":"U8","shape":[{}],"data_offsets":[{c},{d}]}}}}"#,
        offsets.len(),
        index.len(),
        words.len()
    );
    let mut rest: Vec<u8> = offsets.iter().flat_map(|n| n.to_le_bytes()).collect();
    rest.extend([0, 0, 128, 63, 0, 0, 0, 64]);
    rest.extend(index.iter().flat_map(|n| n.to_le_bytes()));
    rest.extend(words);
    file(path, &header, &rest);
}

struct Parts {
    format: &'static str,
    version: &'static str,
    dtype: &'static str,
    shape: String,
    offsets: Vec<u64>,
    index: Vec<u32>,
    words: Vec<u8>,
}

#[test]
fn damage_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    changed(&path, |_| ());
    let whole = open(&path).unwrap();
    assert_eq!((whole.words().collect::<Vec<_>>(), whole.data()), (vec!["ab", "é"], [1.0, 2.0].as_slice()));
    // Sound enough to be used, though the words do not stand where their hashes say.
    assert!(whole.verify().unwrap_err().to_string().contains("at its rank"));

    type Change = fn(&mut Parts);
    let cases: [(Change, &str); 15] = [
        (|p| p.format = "pt", "the header: format `pt`, expected `xner-vectors`"),
        (|p| p.version = "2", "the header: version 2 of `xner-vectors`, expected 1"),
        (|p| p.dtype = "I32", "tensor `vectors`: is of I32, expected F32"),
        (|p| p.shape = "[2]".into(), "tensor `vectors`: shape [2], expected [words, dimensions]"),
        (|p| p.shape = "[1,2]".into(), "tensor `offsets`: shape [3], expected [2]"),
        (|p| p.shape = "[2,2]".into(), "the header: no safetensors file, or a damaged one"),
        (|p| p.shape = "[9999999999999,99999999999]".into(), "the header: no safetensors file, or a damaged"),
        (|p| p.offsets[1] = 4, "tensor `offsets`: do not increase behind word 1"),
        (|p| p.offsets[1] = 3, "tensor `offsets`: word 1 begins inside a character"),
        (|p| p.offsets[2] = u64::MAX, "tensor `offsets`: do not begin at 0 and end at 4"),
        (|p| p.words[3] = b'x', "tensor `words`: invalid UTF-8 at byte 2"),
        (|p| p.words[1] = b'\n', "tensor `words`: a blank or line break at byte 1"),
        (|p| p.index[2] = 2, "tensor `index`: has rank 2, there are 2 words"),
        (|p| p.index[2] = 1, "tensor `index`: has 3 ranks, there are 2 words"),
        (|p| p.index.truncate(2), "tensor `index`: shape [2], expected a power of two above 2"),
    ];
    for (change, want) in cases {
        changed(&path, change);
        let error = open(&path).unwrap_err().to_string();
        let (file, error) = error.split_once(": ").unwrap();
        assert!(file.ends_with("a.safetensors") && error.starts_with(want), "{want}: {error}");
    }
    changed(&path, |p| {
        p.shape = "[0,2]".into();
        p.offsets = vec![0];
    });
    assert!(open(&path).unwrap_err().to_string().contains("the header: no safetensors"));

    let mut cut = fs::read(&path).unwrap();
    for len in [0, 1, 8, 9, 200, cut.len() - 1] {
        fs::write(&path, &cut[..len]).unwrap();
        assert!(matches!(open(&path), Err(Error::Native { .. })), "{len} bytes");
    }
    cut.push(0);
    fs::write(&path, &cut).unwrap();
    assert!(matches!(open(&path), Err(Error::Native { .. })));
    file(&path, r#"{"weights":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#, &[]);
    assert!(open(&path).unwrap_err().to_string().contains("format `none`, expected `xner-vectors`"));
    file(&path, r#"{"__metadata__":{"format":"xner-vectors","version":"1"}}"#, &[]);
    assert!(open(&path).unwrap_err().to_string().contains("tensor `vectors`: is missing"));
}

#[test]
fn what_cannot_be_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let vectors = example(3, 2);
    let error = write_native(folder.path().join("a.safetensors.gz"), &vectors).unwrap_err();
    assert!(error.to_string().contains("cannot be compressed (.gz)"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(write_native(folder.path().join("no/a.safetensors"), &vectors).is_err());
    let error = read::open(folder.path().join("no.safetensors"), &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("no.safetensors: "));
    let options = ReadOptions { format: Some(Format::Native), ..ReadOptions::default() };
    assert!(matches!(read::open(folder.path(), &options), Err(Error::Io { .. })));
}

#[test]
fn what_changes_underneath_changes_answers_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    let vectors = example(50, 2);
    let mut state = 1_u64;
    for round in 0..30 {
        write_native(&path, &vectors).unwrap();
        let read = open(&path).unwrap();
        let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // All zeros, all ones, and noise with many zeros.
            [0, 255, (state >> 56) as u8 & (state >> 40) as u8][round % 3]
        })
        .take(fs::metadata(&path).unwrap().len() as usize)
        .collect();
        (&file).write_all(&noise).unwrap();
        for (rank, word) in vectors.words().enumerate() {
            let _ = (read.word(rank), read.row(rank), read.get(word));
        }
        let _ = (read.verify(), read.words().count());
        assert_ne!(read, vectors, "the file was not mapped");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is overwritten, opening says no, or every question has an answer.
    #[test]
    fn no_bytes_make_it_panic(
        words in prop::collection::btree_set("[a-zé]{1,3}", 1..20),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        behind_header in any::<bool>(),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        let data = vec![0.5; words.len() * 2];
        write_native(&path, &Vectors::from_rows(&words, 2, &data).unwrap()).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let begin = if behind_header { 8 + bytes[0] as usize + 256 * bytes[1] as usize } else { 0 };
        for (place, byte) in &places {
            let at = begin + place.index(bytes.len() - begin);
            bytes[at] = *byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        fs::write(&path, &bytes).unwrap();
        let opened = open(&path);
        if places.is_empty() && cut.is_none() {
            prop_assert!(opened.is_ok());
        }
        if let Ok(vectors) = opened {
            for word in &words {
                if let Some(rank) = vectors.rank(word) {
                    prop_assert_eq!(vectors.word(rank), word);
                }
            }
            prop_assert!(vectors.rank("none of them").is_none());
            for rank in 0..vectors.len() {
                prop_assert!(!vectors.word(rank).is_empty());
                if let Some(found) = vectors.rank(vectors.word(rank)) {
                    prop_assert_eq!(vectors.word(found), vectors.word(rank));
                }
            }
            let _ = (vectors.verify(), vectors.zeros());
        }
    }

    #[test]
    fn no_file_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        fs::write(&path, &bytes).unwrap();
        prop_assert!(open(&path).is_err());
    }
}
