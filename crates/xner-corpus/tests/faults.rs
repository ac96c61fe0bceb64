//! What a fault says, once, and what a caller does with it.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used)]

use std::error::Error as _;
use std::fs;
use std::io;

use xner_core::ErrorKind;
use xner_corpus::Error;
use xner_corpus::read::{ConllOptions, ReadOptions, read_corpus};

#[test]
fn a_fault_tells_its_cause_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.conll");
    let strict = ReadOptions {
        conll: ConllOptions { scheme: Some(xner_corpus::Scheme::Iob2), ..ConllOptions::default() },
        ..ReadOptions::default()
    };
    fs::write(&path, "Ada PER\n").unwrap();
    let tag = read_corpus(&path, &strict).unwrap_err();
    fs::write(&path, "Ada I-PER\n").unwrap();
    let scheme = read_corpus(&path, &strict).unwrap_err();
    let missing = read_corpus(folder.path().join("none"), &strict).unwrap_err();
    for (fault, part) in [
        (tag, ":1: `PER` is no tag"),
        (scheme, ":1: tag `I-PER` breaks IOB2"),
        (missing, "none: No such file"),
    ] {
        assert!(fault.to_string().contains(part), "{fault}");
        assert!(fault.source().is_none(), "{fault}");
        assert_eq!(fault.kind(), ErrorKind::BadInput, "{fault}");
    }
}

#[test]
fn a_full_disk_is_not_the_callers() {
    let fault = Error::Io { path: "f".into(), fault: io::ErrorKind::StorageFull.into() };
    assert_eq!(fault.kind(), ErrorKind::Io);
}
