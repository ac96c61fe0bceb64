//! word2vec's binary format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_embed::read::read_word2vec;
use xner_fuzz::{check_vectors, options};

fuzz_target!(|bytes: &[u8]| {
    for options in options(None) {
        if let Ok(vectors) = read_word2vec(bytes, "input", &options) {
            check_vectors(&vectors);
        }
    }
});
