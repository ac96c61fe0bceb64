//! Every fault has its kind.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use xner::prelude::*;
use xner::{Error, Result};

use super::{batched, ner, text, trained};

#[test]
fn a_deadline_in_the_past_and_a_cancelled_request() {
    let past = Limit::until(Instant::now().checked_sub(Duration::from_secs(1)).unwrap());
    let cancel = Cancel::new();
    cancel.cancel();
    for ner in [ner(), batched()] {
        for (limit, kind) in
            [(past.clone(), ErrorKind::Deadline), (Limit::none().cancelled_by(&cancel), ErrorKind::Stopped)]
        {
            for fault in [
                ner.entities_within("Ada left.", &limit).unwrap_err(),
                ner.entities_of(&["Ada left.", ""], &limit).unwrap_err(),
                ner.entities_within("", &limit).unwrap_err(),
            ] {
                assert_eq!(fault.kind(), kind, "{fault}");
            }
        }
    }
    assert_eq!(ErrorKind::Deadline.http_status(), 504);
}

#[test]
fn work_that_goes_on_is_cancelled_from_another_thread() {
    let long = "Ada left London. ".repeat(400_000);
    for ner in [ner(), batched()] {
        let cancel = Cancel::new();
        let limit = Limit::none().cancelled_by(&cancel);
        let fault = std::thread::scope(|scope| {
            let work = scope.spawn(|| ner.entities_within(&long, &limit));
            std::thread::sleep(Duration::from_millis(20));
            cancel.cancel();
            work.join().unwrap().unwrap_err()
        });
        assert_eq!(fault.kind(), ErrorKind::Stopped, "{fault}");
    }
}

/// Loses its device at the call of this number.
struct Lost {
    tags: TagSet,
    calls: AtomicUsize,
    at: usize,
    panics: bool,
}

impl Tagger for Lost {
    fn tag(&self, sentences: &[Sentence]) -> Result<Vec<Tagging>> {
        if self.calls.fetch_add(1, Ordering::SeqCst) < self.at {
            return Ok(vec![Tagging::default(); sentences.len()]);
        }
        assert!(!self.panics, "somebody's own tagger");
        Err(Error::Device { device: "cuda:0".to_owned(), message: "was lost".to_owned() })
    }

    fn tag_set(&self) -> &TagSet {
        &self.tags
    }
}

fn lost(at: usize, panics: bool) -> Arc<dyn Tagger> {
    let tags = TagSet::new(Scheme::Iob2, ["PER".into()]);
    Arc::new(Lost { tags, calls: AtomicUsize::new(0), at, panics })
}

#[test]
fn a_device_that_is_lost_in_the_middle() {
    let long = "Ada left London. ".repeat(20_000);
    for (panics, kind) in [(false, ErrorKind::Device), (true, ErrorKind::Other)] {
        let plain = Ner::builder().tagger(lost(1, panics)).unwrap();
        assert_eq!(plain.entities(&long).unwrap_err().kind(), kind);
        let batched = Ner::builder().micro_batches(MicroBatches::default()).tagger(lost(3, panics)).unwrap();
        let pending: Vec<_> =
            (0..4).map(|_| batched.submit(long.as_str(), &Limit::none()).unwrap()).collect();
        for one in pending {
            assert_eq!(one.wait().unwrap_err().kind(), kind);
        }
        // Its threads are still there.
        assert_eq!(batched.entities("Ada left.").unwrap_err().kind(), kind);
    }
}

/// Answers with less than it was asked for, or with entities that are nowhere.
struct Odd(TagSet, bool);

impl Tagger for Odd {
    fn tag(&self, sentences: &[Sentence]) -> Result<Vec<Tagging>> {
        let entity = Entity::new(0..1000, "PER");
        let tagging =
            Tagging { entities: vec![ScoredEntity { entity, probability: 1.0 }], ..Tagging::default() };
        Ok(vec![tagging; if self.1 { 0 } else { sentences.len() }])
    }

    fn tag_set(&self) -> &TagSet {
        &self.0
    }
}

#[test]
fn a_tagger_of_ones_own_that_answers_nonsense() {
    for short in [true, false] {
        let odd: Arc<dyn Tagger> = Arc::new(Odd(TagSet::new(Scheme::Iob2, ["PER".into()]), short));
        let fault = Ner::builder().tagger(odd).unwrap().entities("Ada left.").unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput, "{fault}");
    }
}

#[test]
fn bytes_of_a_model_that_are_cut_or_changed() {
    let bytes = trained().model.to_bytes();
    let expected = ner().entities(&text(5)).unwrap();
    assert_eq!(Ner::from_bytes(&bytes).unwrap().entities(&text(5)).unwrap(), expected);
    for cut in [0, 1, 20, bytes.len() / 2, bytes.len() - 1] {
        assert_eq!(Ner::from_bytes(&bytes[..cut]).unwrap_err().kind(), ErrorKind::BadInput);
    }
    let mut changed = bytes.clone();
    changed[bytes.len() / 2] ^= 4;
    let fault = Ner::from_bytes(&changed).unwrap_err();
    assert!(fault.kind() == ErrorKind::BadInput && fault.to_string().contains("changed"), "{fault}");
}

#[test]
fn a_kind_of_ones_own_is_opened_and_its_name_is_taken_once() {
    let mut kinds = Kinds::new();
    kinds
        .register("mine", |_, _, _| Ok(Box::new(Odd(TagSet::new(Scheme::Iob2, ["PER".into()]), true))))
        .unwrap();
    for taken in ["mine", "bilstm-crf", ""] {
        let fault = kinds.register(taken, |folder, _, _| Err(Error::model(folder, "none"))).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput, "{taken}: {fault}");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json"), r#"{"model": "mine"}"#).unwrap();
    let ner = Ner::builder().kinds(kinds).open(folder.path()).unwrap();
    assert_eq!(ner.tag_set().len(), 3);
    let fault = Ner::open(folder.path()).unwrap_err();
    assert!(fault.kind() == ErrorKind::BadInput && fault.to_string().contains("`mine`"), "{fault}");
}

#[test]
fn a_folder_of_a_newer_format_says_so() {
    let folder = tempfile::tempdir().unwrap();
    trained().save(folder.path(), Existing::Refuse).unwrap();
    let path = folder.path().join("config.json");
    let mut config: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    config["version"] = 2.into();
    config["what-nobody-knows-yet"] = true.into();
    fs::write(&path, config.to_string()).unwrap();
    let fault = Ner::open(folder.path()).unwrap_err();
    let text = fault.to_string();
    assert!(
        fault.kind() == ErrorKind::BadInput && text.contains("version 2") && text.contains("newer"),
        "{text}"
    );
}
