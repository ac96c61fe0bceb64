//! The index of sentences: searches against brute force, its cache, and what it refuses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use xner_corpus::Sentence;
use xner_tagger::bert::Pooling;
use xner_train::Device;
use xner_transfer::meta::index::{
    Neighbour, Origin, Pretrained, Represent, Representation, SentenceIndex, SentenceVectors, Vectors,
};
use xner_transfer::{Error, Result};

/// Stands in for an encoder: a sentence is a number, and the number chooses a vector; equal numbers, equal vectors.
struct Made {
    width: usize,
    identity: &'static str,
    calls: AtomicUsize,
}

impl Made {
    fn new(width: usize) -> Self {
        Self { width, identity: "made", calls: AtomicUsize::new(0) }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

impl Represent for Made {
    fn identity(&self) -> &str {
        self.identity
    }

    fn represent(&self, sentences: &[Sentence], done: &(dyn Fn(usize) + Sync)) -> Result<Vectors> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        done(sentences.len());
        let row = |sentence: &Sentence| {
            let number: u64 = sentence.text().parse().unwrap();
            // One or two numbers that are not 0, of lengths whose sums are exact.
            let mut row = vec![0.0f32; self.width];
            row[number as usize % self.width] = 0.6;
            row[(number / 7) as usize % self.width] += 0.8;
            let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
            row.iter().map(|x| x / length).collect::<Vec<_>>()
        };
        Ok(Vectors { width: self.width, rows: sentences.iter().flat_map(row).collect() })
    }
}

fn sentences(numbers: &[u64]) -> Vec<Sentence> {
    numbers.iter().map(|number| Sentence::from_tokens([number.to_string()])).collect()
}

/// All cosines, sorted: the largest first, then the first in the source.
fn brute(query: &[f32], keys: &SentenceVectors, without: Option<usize>, k: usize) -> Vec<Neighbour> {
    let cosine = |key: &[f32]| query.iter().zip(key).fold(0.0f32, |sum, (a, b)| a.mul_add(*b, sum));
    let mut all: Vec<Neighbour> = keys
        .rows()
        .iter()
        .enumerate()
        .filter(|(sentence, _)| Some(*sentence) != without)
        .map(|(sentence, key)| Neighbour { sentence, cosine: cosine(key) })
        .collect();
    all.sort_by(|a, b| b.cosine.total_cmp(&a.cosine).then(a.sentence.cmp(&b.sentence)));
    all.truncate(k);
    all
}

proptest! {
    #[test]
    fn the_nearest_are_those_of_brute_force(
        numbers in prop::collection::vec(0u64..60, 2..150), asked in prop::collection::vec(0u64..90, 0..40),
        width in 1usize..9, k in 1usize..8, threads in 1usize..4,
    ) {
        let k = k.min(numbers.len() - 1);
        let encoder = Made::new(width);
        let index = SentenceIndex::open_or_make(None, &encoder, &sentences(&numbers)).unwrap();
        let queries = SentenceVectors::open_or_make(None, &encoder, &sentences(&asked)).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (tasks, found) = pool.install(|| (index.tasks(k).unwrap(), index.nearest(&queries, k).unwrap()));
        let rows = index.vectors().rows();
        for (at, task) in tasks.iter().enumerate() {
            prop_assert_eq!(task, &brute(rows.row(at), index.vectors(), Some(at), k), "task {}", at);
        }
        prop_assert_eq!((tasks.len(), found.len()), (numbers.len(), asked.len()));
        for (query, found) in queries.rows().iter().zip(&found) {
            prop_assert_eq!(found, &brute(query, index.vectors(), None, k));
        }
    }
}

#[test]
fn a_sentence_that_is_there_twice_is_a_neighbour_and_itself_is_none() {
    let encoder = Made::new(5);
    let index = SentenceIndex::open_or_make(None, &encoder, &sentences(&[3, 8, 3, 3, 3, 9])).unwrap();
    let tasks = index.tasks(2).unwrap();
    let places = |at: usize| tasks[at].iter().map(|neighbour| neighbour.sentence).collect::<Vec<_>>();
    assert_eq!([places(0), places(2), places(3), places(4)], [[2, 3], [0, 3], [0, 2], [0, 2]]);
    assert!(tasks[4].iter().all(|neighbour| (neighbour.cosine - 1.0).abs() < 1e-6));
    // As a query it finds itself too.
    let query = SentenceVectors::open_or_make(None, &encoder, &sentences(&[3])).unwrap();
    let found = index.nearest(&query, 4).unwrap().remove(0);
    assert_eq!(found.iter().map(|neighbour| neighbour.sentence).collect::<Vec<_>>(), [0, 2, 3, 4]);
}

#[test]
fn what_cannot_be_searched_is_refused() {
    let encoder = Made::new(5);
    let index = SentenceIndex::open_or_make(None, &encoder, &sentences(&[1, 2, 3])).unwrap();
    let said = |fault: Error, parts: &[&str]| {
        let said = fault.to_string();
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
    };
    assert_eq!(index.tasks(2).unwrap().len(), 3);
    said(index.tasks(3).unwrap_err(), &["3 sentences", "at least 4"]);
    assert_eq!(index.nearest(index.vectors(), 3).unwrap().len(), 3);
    said(index.nearest(index.vectors(), 4).unwrap_err(), &["3 sentences", "at least 4"]);
    said(index.tasks(usize::MAX).unwrap_err(), &["3 sentences"]);
    said(index.tasks(0).unwrap_err(), &["`k`", "is 0"]);
    said(index.nearest(index.vectors(), 0).unwrap_err(), &["`k`", "is 0"]);
    let other = Made { identity: "other", ..Made::new(5) };
    let queries = SentenceVectors::open_or_make(None, &other, &sentences(&[1])).unwrap();
    said(index.nearest(&queries, 1).unwrap_err(), &["another encoder"]);
    let empty = [sentences(&[1]), vec![Sentence::default()]].concat();
    said(SentenceIndex::open_or_make(None, &encoder, &empty).unwrap_err(), &["sentence 2 of 2", "no words"]);
    // No sentences at all: nothing to search, and no panic.
    let none = SentenceIndex::open_or_make(None, &encoder, &[]).unwrap();
    assert!(none.is_empty());
    said(none.tasks(1).unwrap_err(), &["0 sentences", "at least 2"]);
    let nothing = SentenceVectors::open_or_make(None, &encoder, &[]).unwrap();
    assert_eq!(index.nearest(&nothing, 1).unwrap(), Vec::<Vec<Neighbour>>::new());
}

#[test]
fn an_encoder_that_breaks_its_promise_is_refused() {
    struct Broken(Vectors);
    impl Represent for Broken {
        fn identity(&self) -> &'static str {
            "broken"
        }

        fn represent(&self, _: &[Sentence], _: &(dyn Fn(usize) + Sync)) -> Result<Vectors> {
            Ok(self.0.clone())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for (width, rows) in
        [(0, vec![]), (2, vec![1.0, 0.0]), (1, vec![1.0, 2.0]), (2, vec![1.0, 0.0, f32::NAN, 0.0])]
    {
        let fault = SentenceVectors::open_or_make(
            Some(folder.path()),
            &Broken(Vectors { width, rows }),
            &sentences(&[1, 2]),
        );
        assert!(matches!(fault, Err(Error::Data { .. })));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// The files of a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn a_cache_spares_the_encoder_and_knows_what_it_is_of() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("made/when/needed");
    let encoder = Made::new(7);
    let open = |encoder: &Made, numbers: &[u64]| {
        SentenceVectors::open_or_make(Some(&cache), encoder, &sentences(numbers)).unwrap()
    };
    let first = open(&encoder, &[4, 5, 6]);
    assert_eq!((first.origin(), encoder.calls()), (&Origin::Made, 1));
    let again = open(&encoder, &[4, 5, 6]);
    assert_eq!((again.origin(), encoder.calls()), (&Origin::Cache, 1));
    assert_eq!(again.rows().data(), first.rows().data());
    // Other sentences, another order, another encoder: other files.
    for numbers in [&[4, 5][..], &[5, 4, 6], &[4, 5, 6, 6], &[]] {
        assert_eq!(open(&encoder, numbers).origin(), &Origin::Made);
    }
    let other = Made { identity: "other", ..Made::new(7) };
    assert_eq!(open(&other, &[4, 5, 6]).origin(), &Origin::Made);
    assert_eq!((encoder.calls(), other.calls(), files(&cache).len()), (5, 1, 6));
    assert_eq!(open(&encoder, &[]).origin(), &Origin::Cache);
}

#[test]
fn a_damaged_cache_is_told_of_and_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let encoder = Made::new(7);
    let open =
        || SentenceVectors::open_or_make(Some(folder.path()), &encoder, &sentences(&[4, 5, 6])).unwrap();
    let first = open();
    let [file] = &files(folder.path())[..] else { panic!("one file") };
    let whole = fs::read(file).unwrap();
    let end = whole.len();
    let changed = |at: usize, bytes: &[u8]| {
        let mut changed = whole.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    };
    let other = {
        let beside = tempfile::tempdir().unwrap();
        SentenceVectors::open_or_make(Some(beside.path()), &encoder, &sentences(&[4, 5, 7])).unwrap();
        fs::read(&files(beside.path())[0]).unwrap()
    };
    // The last number is 0.6, and the one before it 0.
    let damage = [
        (whole[..end - 4].to_vec(), "cut short"),
        (whole[..3].to_vec(), "cut short"),
        (Vec::new(), "cut short"),
        (changed(end - 4, &f32::NAN.to_le_bytes()), "NaN"),
        (changed(end - 4, &7.0f32.to_le_bytes()), "digest"),
        (changed(end - 8, &1e-3f32.to_le_bytes()), "digest"),
        (other, "checksum"),
    ];
    for (bytes, part) in damage {
        fs::write(file, bytes).unwrap();
        let calls = encoder.calls();
        let anew = open();
        let Origin::MadeAnew(message) = anew.origin() else { panic!("{part}: {:?}", anew.origin()) };
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(message.contains(name) && message.contains(part), "{part}: {message}");
        assert_eq!((anew.rows().data(), encoder.calls()), (first.rows().data(), calls + 1));
        assert_eq!((open().origin(), encoder.calls()), (&Origin::Cache, calls + 1));
        assert_eq!(fs::read(file).unwrap(), whole);
    }
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn a_cache_that_cannot_be_written_is_an_error_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "no folder").unwrap();
    let encoder = Made::new(7);
    let fault = SentenceVectors::open_or_make(Some(&path), &encoder, &sentences(&[1])).unwrap_err();
    assert!(fault.to_string().contains("file"), "{fault}");
    assert_eq!(encoder.calls(), 0);
}

mod encoder {
    use super::*;

    const NAMES: [&str; 3] = ["config.json", "model.safetensors", "vocab.txt"];

    /// A copy of a tiny random encoder.
    fn copy(to: &Path) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xner-tagger/tests/golden/bert/bert");
        fs::create_dir_all(to).unwrap();
        for name in NAMES {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }

    fn source() -> Vec<Sentence> {
        let words = |s: usize| (0..=s % 7).map(move |at| format!("w{}", 5 + (s * 3 + at) % 40));
        (0..40).map(|s| Sentence::from_tokens(words(s))).collect()
    }

    #[test]
    fn with_a_cache_the_encoder_may_be_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (model, cache) = (folder.path().join("model"), folder.path().join("cache"));
        copy(&model);
        let new = |pooling, length| {
            Pretrained::new(&model, Representation { pooling, length }, Device::Cpu).unwrap()
        };
        let encoder = new(Pooling::Cls, 12);
        let index = SentenceIndex::open_or_make(Some(&cache), &encoder, &source()).unwrap();
        assert!(encoder.is_open());
        // A sentence of words that the encoder knows is nearest to itself.
        let found = index.nearest(index.vectors(), 1).unwrap();
        assert!(found.iter().all(|found| (found[0].cosine - 1.0).abs() < 1e-6));
        let later = new(Pooling::Cls, 12);
        let another = [new(Pooling::Mean, 12), new(Pooling::Cls, 11)];
        for name in NAMES {
            fs::remove_file(model.join(name)).unwrap();
        }
        let again = SentenceIndex::open_or_make(Some(&cache), &later, &source()).unwrap();
        assert!(!later.is_open());
        assert_eq!(again.vectors().origin(), &Origin::Cache);
        assert_eq!(again.tasks(2).unwrap(), index.tasks(2).unwrap());
        // Another pooling or length is another matter, and the encoder is gone.
        for other in another {
            let fault = SentenceIndex::open_or_make(Some(&cache), &other, &source()).unwrap_err();
            assert!(fault.to_string().contains("config.json"), "{fault}");
        }
        assert!(Pretrained::new(&model, Representation::default(), Device::Cpu).is_err());
    }

    #[test]
    fn a_query_is_compared_as_the_source_is() {
        let folder = tempfile::tempdir().unwrap();
        copy(folder.path());
        let encoder = Pretrained::new(folder.path(), Representation::default(), Device::Cpu).unwrap();
        let source = source();
        let index = SentenceIndex::open_or_make(None, &encoder, &source).unwrap();
        for at in [0, 17, 39] {
            let query = SentenceVectors::open_or_make(None, &encoder, &source[at..=at]).unwrap();
            assert_eq!(query.rows().data(), index.vectors().rows().row(at));
        }
        // A query without words is the special subwords alone.
        let query = SentenceVectors::open_or_make(None, &encoder, &[Sentence::default()]).unwrap();
        assert_eq!(index.nearest(&query, 3).unwrap()[0].len(), 3);
    }
}
