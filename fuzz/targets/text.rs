//! Vectors as text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_embed::read::read_text;
use xner_fuzz::{check_vectors, options};

fuzz_target!(|bytes: &[u8]| {
    for options in options(None) {
        if let Ok(vectors) = read_text(bytes, "input", &options) {
            check_vectors(&vectors);
        }
    }
});
