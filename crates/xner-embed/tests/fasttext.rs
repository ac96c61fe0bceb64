//! fastText's models: the peer's vectors, and files that are not what they say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_embed::read::{self, ReadOptions};
use xner_embed::{FastText, Rows};

const MODELS: [&str; 4] = ["skipgram.bin", "words.bin", "quantised.ftz", "pruned.ftz"];

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/fasttext").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(golden(name)).unwrap()
}

fn parse(bytes: &[u8]) -> Result<FastText, String> {
    FastText::read(bytes, "f").map_err(|error| error.to_string())
}

#[derive(serde::Deserialize)]
struct Peer {
    words: Vec<String>,
    vectors: BTreeMap<String, Vec<f32>>,
}

fn peers() -> BTreeMap<String, Peer> {
    serde_json::from_slice(&bytes("vectors.json")).unwrap()
}

#[track_caller]
fn assert_close(found: &[f32], want: &[f32], word: &str) {
    assert_eq!(found.len(), want.len());
    for (found, want) in found.iter().zip(want) {
        assert!((found - want).abs() <= 1e-6 * want.abs().max(1.0), "{word}: {found} {want}");
    }
}

#[test]
fn vectors_are_the_peers() {
    let peers = peers();
    assert_eq!(peers.len(), MODELS.len());
    for name in MODELS {
        let peer = &peers[name];
        let model = FastText::open(golden(name)).unwrap();
        assert_eq!(model.words().collect::<Vec<_>>(), peer.words, "{name}");
        for (word, want) in &peer.vectors {
            assert_close(&model.vector(word), want, word);
            assert_eq!(
                model.knows(word),
                model.rank(word).is_some() || want.iter().any(|x| *x != 0.0),
                "{word}"
            );
        }
        let unseen = peer.vectors.keys().filter(|word| model.rank(word).is_none()).count();
        assert!(unseen > 10, "{name}");
        let vectors = model.vectors(None);
        assert!(vectors.words().eq(model.words()));
        for word in &peer.words {
            assert_close(vectors.get(word).unwrap(), &peer.vectors[word], word);
        }
        let limited = model.vectors(Some(3));
        assert_eq!(limited.rows().data(), vectors.rows().head(3).data());
        assert_eq!(model.vectors(Some(1000)), vectors);
        // A file of vectors like any other.
        assert_eq!(read::open(golden(name), &ReadOptions::default()).unwrap(), vectors);
        let options = ReadOptions { limit: Some(14), lowercase: true, ..ReadOptions::default() };
        let lower = read::open(golden(name), &options).unwrap();
        let words: Vec<String> = peer.words.iter().take(14).map(|word| word.to_lowercase()).collect();
        assert_eq!(lower.words().collect::<Vec<_>>(), words);
        assert!(read::open(golden(name), &ReadOptions { limit: Some(0), ..options }).is_err());
    }
}

#[test]
fn unseen_words_extend() {
    let model = FastText::open(golden("skipgram.bin")).unwrap();
    let vectors = model.extend(["Flüsse", "river", "Flüsse", "🌊🌊"]).unwrap();
    assert_eq!(vectors.words().collect::<Vec<_>>(), ["Flüsse", "river", "🌊🌊"]);
    for (rank, word) in vectors.words().enumerate() {
        assert_eq!(vectors.row(rank), model.vector(word));
    }
    for bad in ["", "two words", "a\tb", "a\n"] {
        let error = model.extend(["river", bad]).unwrap_err().to_string();
        assert!(error.contains("(row 1): a word may not be empty or hold blanks"), "{error}");
    }
    // Without subwords nothing is known of an unseen word, and no row of zeros is made up.
    let model = FastText::open(golden("words.bin")).unwrap();
    assert_eq!(model.extend(["unseen", "river"]).unwrap().words().collect::<Vec<_>>(), ["river"]);
    assert_eq!(model.vector("unseen"), vec![0.0; model.dim()]);
}

#[test]
fn version_11_differs_for_classifiers_alone() {
    let older = |name: &str| {
        let mut file = bytes(name);
        file[4] = 11;
        parse(&file).unwrap()
    };
    let model = older("skipgram.bin");
    assert_close(&model.vector("Flüsse"), &peers()["skipgram.bin"].vectors["Flüsse"], "Flüsse");
    assert!(!older("quantised.ftz").knows("Flüsse"));
}

#[test]
fn compressed_files_are_read() {
    use std::io::Write;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.bin.gz");
    let mut output = xner_corpus::write::Output::create(&path).unwrap();
    output.write_all(&bytes("skipgram.bin")).unwrap();
    output.finish().unwrap();
    let model = FastText::open(&path).unwrap();
    assert_eq!(model.vectors(None), FastText::open(golden("skipgram.bin")).unwrap().vectors(None));
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = FastText::open(&path).unwrap_err().to_string();
    assert!(error.contains("model.bin.gz: the gzip data is cut short"), "{error}");
}

#[test]
fn faults_have_a_byte() {
    // The bytes of skipgram.bin: 8 of magic number and version, 56 of arguments (buckets at 40, the longest n-gram
    // at 48), 28 of the dictionary's counts (entries at 64), then the words, the first `</s>` with its end at 96,
    // its count at 97 and its kind at 105.
    let change = |at: usize, new: &[u8]| {
        let mut file = bytes("skipgram.bin");
        file[at..at + new.len()].copy_from_slice(new);
        parse(&file).unwrap_err()
    };
    let max = i32::MAX.to_le_bytes();
    for (at, new, want) in [
        (0, &b"3000"[..], "f: byte 0: no fastText model: it begins with 808464435, expected 793712314"),
        (4, &[13], "f: byte 4: fastText version 13, expected 11 or 12"),
        (8, &[0], "f: byte 8: the dimension is 0"),
        (8, &[255; 4], "f: byte 8: the dimension is -1"),
        (
            8,
            &max,
            "f: byte 570: the input matrix is of 80 times 4 numbers, expected 80 (words and n-grams) times 2147483647",
        ),
        (36, &[9], "f: byte 36: a model of kind 9"),
        (
            40,
            &max,
            "f: byte 570: the input matrix is of 80 times 4 numbers, expected 2147483678 (words and n-grams) times 4",
        ),
        (48, &max, "f: byte 48: n-grams of 2147483647 characters"),
        (64, &max, "f: byte 64: 2147483647 entries, but 31 words and 0 labels"),
        (84, &[0xfe], "f: byte 84: -2 kept n-grams"),
        (93, &[0xff], "f: byte 93: the word of rank 0, `<\\xffs>`, is not UTF-8 here"),
        (94, b" ", "f: byte 94: the word of rank 0, `</ >`, cannot stand here: a word may"),
        (92, &[0], "f: byte 92: the word of rank 0, ``, cannot stand here"),
        (105, &[1], "f: byte 105: the entry of `</s>` (rank 0): expected 31 words, then 0 labels"),
        (105, &[2], "f: byte 105: the kind of the entry of `</s>` (rank 0) is 2, expected 0 or 1"),
        (569, &[3], "f: byte 569: the flag for a quantised input matrix is 3"),
    ] {
        let error = change(at, new);
        assert!(error.starts_with(want), "{at}: {error}");
    }
    let mut longer = bytes("skipgram.bin");
    longer.push(0);
    assert!(parse(&longer).unwrap_err().contains("f: byte 2379: the file goes on behind the output matrix"));
    let nan = change(702, &f32::NAN.to_le_bytes());
    assert_eq!(nan, "f: byte 702: NaN in the input matrix is not finite");
    assert!(FastText::open("/no/such.bin").unwrap_err().to_string().contains("/no/such.bin: "));
}

/// Uses what was read as much as a user would.
fn use_it(model: &FastText) {
    let vectors = model.vectors(None);
    assert_eq!(Rows::new(vectors.data(), model.dim()).len(), vectors.len());
    for word in ["river", "unseen", "é🌊", ""] {
        assert!(model.vector(word).iter().all(|number| number.is_finite()));
    }
}

#[test]
fn cut_anywhere_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for name in MODELS {
        let whole = bytes(name);
        let path = folder.path().join(name);
        fs::write(&path, &whole).unwrap();
        let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        for len in (0..whole.len()).rev() {
            let error = parse(&whole[..len]).unwrap_err();
            // Of what is short the last byte is named, or where the part that should be longer begins.
            let byte: usize =
                error.strip_prefix("f: byte ").unwrap().split(':').next().unwrap().parse().unwrap();
            assert!(byte <= len, "{len}: {error}");
            // A file's length is known, a reader's not.
            file.set_len(len as u64).unwrap();
            assert!(FastText::open(&path).is_err(), "{len}");
        }
        parse(&whole).unwrap();
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for name in MODELS {
        let whole = bytes(name);
        for round in 0..1500 {
            let mut file = whole.clone();
            for _ in 0..random.random_range(1..4) {
                // The header's counts and flags are the interesting part.
                let most = if round % 2 == 0 { file.len() } else { 120 };
                let at = random.random_range(0..most);
                file[at] = [0, 1, 0x7f, 0x80, 0xff, random.random()][random.random_range(0..6)];
            }
            if let Ok(model) = parse(&file) {
                use_it(&model);
            }
        }
    }
}
