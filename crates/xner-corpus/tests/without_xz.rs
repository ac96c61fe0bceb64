//! A build without xz says so, and reads and writes everything else.
#![cfg(all(feature = "files", not(feature = "xz")))]
#![allow(clippy::unwrap_used)]

use std::fs;

use xner_core::ErrorKind;
use xner_corpus::read::{ReadOptions, read_corpus};
use xner_corpus::write::{Output, WriteOptions, write_corpus};

#[test]
fn xz_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.conll.xz");
    let fault = Output::create(&path).map(drop).unwrap_err();
    let said = "a.conll.xz: it is compressed with xz, which this build of xner-corpus lacks (feature `xz`)";
    assert!(fault.to_string().ends_with(said), "{fault}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    fs::write(&path, b"\xfd7zXZ\0 and more").unwrap();
    let fault = read_corpus(&path, &ReadOptions::default()).unwrap_err();
    assert!(fault.to_string().contains("feature `xz`"), "{fault}");
    assert_eq!(fault.kind(), ErrorKind::BadInput);
}

#[test]
fn gzip_is_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, gzip) = (folder.path().join("a.conll"), folder.path().join("a.conll.gz"));
    fs::write(&plain, "Ada B-PER\nsang O\n\n").unwrap();
    let corpus = read_corpus(&plain, &ReadOptions::default()).unwrap();
    write_corpus(&gzip, &corpus, &WriteOptions::default()).unwrap();
    assert_eq!(read_corpus(&gzip, &ReadOptions::default()).unwrap(), corpus);
}
