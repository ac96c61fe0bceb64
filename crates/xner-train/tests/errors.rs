//! Faults: what a caller does with each, and that none says its cause twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::error::Error as StdError;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use xner_corpus::read::{ReadOptions, read_corpus};
use xner_train::{Device, Error, ErrorKind, files};

/// Somebody's own fault, with a cause.
#[derive(Debug, thiserror::Error)]
#[error("the strategy lost its way")]
struct Own {
    source: io::Error,
}

fn own() -> Own {
    Own { source: io::Error::other("no map") }
}

fn io_fault(kind: io::ErrorKind) -> Error {
    Error::io(Path::new("a.txt"))(kind.into())
}

fn path() -> PathBuf {
    PathBuf::from("folder/file")
}

fn message() -> String {
    "is wrong, expected right".to_owned()
}

fn diverged(checkpoint: Option<PathBuf>) -> Error {
    Error::Diverged {
        phase: "student".to_owned(),
        step: 7,
        epoch: 2,
        what: "loss",
        value: f32::NAN,
        checkpoint,
    }
}

/// Every variant, and what its meaning asks for.
fn every() -> Vec<(Error, ErrorKind)> {
    use ErrorKind::{BadInput, Busy, Deadline, Diverged, Hub, Io, Other, StaleFolder, Stopped};
    let vectors = |fault: xner_embed::Error| Error::from(fault);
    let corpus_io = |kind: io::ErrorKind| xner_corpus::Error::Io { path: path(), fault: kind.into() };
    let (path, message) = (path(), message());
    vec![
        (io_fault(io::ErrorKind::NotFound), BadInput),
        (io_fault(io::ErrorKind::PermissionDenied), BadInput),
        (io_fault(io::ErrorKind::StorageFull), Io),
        (io_fault(io::ErrorKind::BrokenPipe), Io),
        (Error::Config { path: path.clone(), message: message.clone() }, BadInput),
        (Error::setting("training.epochs", message.clone()), BadInput),
        (Error::Device { device: "cuda:9".to_owned(), message: message.clone() }, ErrorKind::Device),
        (Error::from("gpu".parse::<Device>().unwrap_err()), ErrorKind::Device),
        (Error::model(&path, message.clone()), BadInput),
        (Error::Tensor { path: path.clone(), tensor: "w".to_owned(), message: message.clone() }, BadInput),
        (Error::Hub { name: "owner/name".to_owned(), message: message.clone() }, Hub),
        (Error::data(message.clone()), BadInput),
        (Error::folder(&path, message.clone()), StaleFolder),
        (diverged(None), Diverged),
        (diverged(Some(path.clone())), Diverged),
        (Error::Deadline, Deadline),
        (Error::Cancelled, Stopped),
        (Error::Busy { message: "9 bytes wait".to_owned() }, Busy),
        (Error::Stopped { step: 3, checkpoint: Some(path.clone()) }, Stopped),
        (Error::from(xner_crf::Error::Tags { found: 0 }), BadInput),
        (vectors(xner_embed::Error::Empty { path: path.clone() }), BadInput),
        (vectors(xner_embed::Error::Stopped { restart: 0 }), Stopped),
        (vectors(xner_embed::Error::Diverged { epoch: 1, message: message.clone() }), Diverged),
        (vectors(xner_embed::Error::Folder { path: path.clone(), message: message.clone() }), StaleFolder),
        (
            vectors(xner_embed::Error::Device { device: "cuda:9".to_owned(), message: message.clone() }),
            ErrorKind::Device,
        ),
        (vectors(xner_embed::Error::Io { path: path.clone(), fault: io::ErrorKind::StorageFull.into() }), Io),
        (vectors(corpus_io(io::ErrorKind::NotFound).into()), BadInput),
        (Error::from(corpus_io(io::ErrorKind::StorageFull)), Io),
        (Error::from(corpus_io(io::ErrorKind::NotFound)), BadInput),
        (Error::from(xner_corpus::Error::Empty { path: path.clone() }), BadInput),
        (Error::from(xner_eval::Error::NoRuns), BadInput),
        (Error::other(own()), Other),
        (Error::other("in plain words"), Other),
    ]
}

/// A fault's text and those of its causes.
fn chain(fault: &dyn StdError) -> Vec<String> {
    std::iter::successors(Some(fault), |&fault| fault.source()).map(ToString::to_string).collect()
}

fn says_nothing_twice(fault: &dyn StdError) {
    let chain = chain(fault);
    for (at, text) in chain.iter().enumerate() {
        assert!(!text.is_empty() && !text.contains('\n'), "{chain:?}");
        for cause in &chain[at + 1..] {
            assert!(!text.contains(cause.as_str()), "{chain:?}");
        }
    }
}

#[test]
fn every_fault_has_the_kind_that_its_meaning_asks_for() {
    for (fault, expected) in every() {
        assert_eq!(fault.kind(), expected, "{fault}");
    }
}

#[test]
fn exit_code_and_http_status_follow_from_the_kind() {
    for (fault, kind) in every() {
        let expected = match kind {
            ErrorKind::BadInput => (2, 400),
            ErrorKind::StaleFolder => (2, 409),
            ErrorKind::Hub => (2, 502),
            ErrorKind::Stopped => (130, 503),
            ErrorKind::Device | ErrorKind::Busy => (1, 503),
            ErrorKind::Deadline => (1, 504),
            _ => (1, 500),
        };
        assert_eq!((fault.kind().exit_code(), fault.kind().http_status()), expected, "{fault}");
    }
}

#[test]
fn no_fault_says_its_cause_twice() {
    for (fault, _) in every() {
        says_nothing_twice(&fault);
        // What it is wrapped into says no more.
        says_nothing_twice(&Error::other(fault));
    }
    assert_eq!(chain(&Error::other(own())), ["the strategy lost its way", "no map"]);
}

/// Faults as they arise, with whatever those of other crates put into them.
#[test]
fn nor_does_one_that_files_give() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let corpus = |path: &Path| Error::from(read_corpus(path, &ReadOptions::default()).unwrap_err());
    let faults = [
        corpus(&folder.path().join("none.conll")),
        corpus(&file("latin.conll", b"caf\xe9 O\n")),
        corpus(&file("ragged.conll", b"a O\nb\n")),
        corpus(&file("tags.conll", b"a Q-PER\n")),
        corpus(&file("empty.conll", b"")),
        files::read_json::<Vec<usize>>(&file("cut.json", b"[1, ")).unwrap_err(),
        files::read_json::<Vec<usize>>(&file("kind.json", b"[1, \"x\"]")).unwrap_err(),
        files::read_json::<Vec<usize>>(folder.path()).unwrap_err(),
        files::create_folder(&file("file", b"")).unwrap_err(),
        xner_train::Tensors::read(&file("w.safetensors", b"none")).unwrap_err(),
    ];
    for fault in faults {
        says_nothing_twice(&fault);
        assert_eq!(fault.kind(), ErrorKind::BadInput, "{fault}");
        let path = folder.path().to_str().unwrap();
        assert_eq!(fault.to_string().matches(path).count(), 1, "the file is named, once: {fault}");
    }
}

#[test]
fn ones_own_fault_is_kept() {
    let fault = Error::other(own());
    assert_eq!(fault.kind(), ErrorKind::Other);
    let Error::Other(kept) = fault else { panic!("{fault}") };
    assert_eq!(kept.downcast::<Own>().unwrap().source.to_string(), "no map");
}

#[test]
fn a_fault_of_xner_that_is_passed_on_as_ones_own_has_its_kind() {
    for (fault, kind) in every() {
        let text = fault.to_string();
        let passed_on = Error::other(fault);
        assert_eq!((passed_on.kind(), passed_on.to_string()), (kind, text));
    }
    let stopped = Error::other(xner_embed::Error::Stopped { restart: 0 });
    assert_eq!(stopped.kind(), ErrorKind::Stopped);
    let full = xner_corpus::Error::Io { path: path(), fault: io::ErrorKind::StorageFull.into() };
    assert_eq!(Error::other(full).kind(), ErrorKind::Io);
    assert_eq!(Error::other(xner_eval::Error::NoRuns).kind(), ErrorKind::BadInput);
    assert_eq!(Error::other(xner_crf::Error::Tags { found: 0 }).kind(), ErrorKind::BadInput);
}

#[test]
fn what_the_system_said_is_the_same_whoever_read_the_file() {
    let fault = Error::from(xner_corpus::Error::Io { path: path(), fault: io::ErrorKind::NotFound.into() });
    assert!(matches!(fault, Error::Io { .. }), "{fault:?}");
    assert_eq!(diverged(None).to_string().matches("there was no checkpoint yet").count(), 1);
    let named = diverged(Some(path())).to_string();
    assert!(named.starts_with("phase `student` diverged at step 7 (epoch 2): the loss is NaN"), "{named}");
    assert!(named.ends_with("the last good checkpoint is folder/file"), "{named}");
}
