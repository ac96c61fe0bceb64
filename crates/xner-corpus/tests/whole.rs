//! Whole files as text.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;

use proptest::prelude::*;
use xner_corpus::Error;
use xner_corpus::read::whole_text;

/// The first line with a byte that is not UTF-8, and the byte, both from 1; line by line.
fn first_fault(bytes: &[u8]) -> Option<(usize, usize)> {
    bytes.split(|&byte| byte == b'\n').enumerate().find_map(|(line, text)| {
        std::str::from_utf8(text).err().map(|fault| (line + 1, fault.valid_up_to() + 1))
    })
}

proptest! {
    #[test]
    fn a_text_comes_as_it_is_or_its_fault_has_a_place(
        parts in prop::collection::vec(
            prop::sample::select(vec![&b"a"[..], b"\n", b"\r\n", "ß".as_bytes(), "語".as_bytes(), b"\xc3", b"\xff"]), 0..12,
        )
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.toml");
        let bytes = parts.concat();
        fs::write(&path, &bytes).unwrap();
        match (whole_text(&path), first_fault(&bytes)) {
            (Ok(text), None) => prop_assert_eq!(text.as_bytes(), bytes),
            (Err(Error::Encoding { path: found, line, byte, .. }), Some(place)) => {
                prop_assert_eq!(found, path);
                prop_assert_eq!((line, byte), place);
            }
            (found, expected) => prop_assert!(false, "{:?}, expected a fault at {:?}", found, expected),
        }
    }
}

#[test]
fn what_is_no_text_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.toml");
    fs::write(&path, b"\xff\xfea\0").unwrap();
    let fault = whole_text(&path).unwrap_err().to_string();
    assert!(
        fault.ends_with("f.toml:1: invalid UTF-8 at byte 1 of the line (the file looks like UTF-16)"),
        "{fault}"
    );
    for path in [folder.path(), &folder.path().join("none")] {
        let Err(Error::Io { path: found, .. }) = whole_text(path) else { panic!("{}", path.display()) };
        assert_eq!(found, path);
    }
}
