//! Bilingual dictionaries: what is read and written again is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_embed::dictionary::Dictionary;

fuzz_target!(|bytes: &[u8]| {
    let Ok(dictionary) = Dictionary::read_from(bytes, "input") else { return };
    assert!(dictionary.len() <= dictionary.pairs());
    let _ = dictionary.translations("unseen").count();
});
