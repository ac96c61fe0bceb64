//! Bilingual dictionaries: what was read, written and read again is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_embed::dictionary::Dictionary;
use xner_fuzz::scratch;

fuzz_target!(|bytes: &[u8]| {
    let Ok(dictionary) = Dictionary::read_from(bytes, "input") else { return };
    assert!(dictionary.len() <= dictionary.pairs());
    for (source, _) in dictionary.iter() {
        assert!(dictionary.translations(source).next().is_some());
    }
    let path = scratch("dictionary");
    dictionary.write(&path).expect("what was read can be written");
    let again = Dictionary::read(&path).expect("what was written can be read");
    assert!(again.iter().eq(dictionary.iter()));
    assert_eq!(dictionary.inverted().pairs(), dictionary.pairs());
});
