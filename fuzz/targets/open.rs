//! Files of any format, compressed or not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_embed::read;
use xner_fuzz::{options, scratch, use_vectors, write};

fuzz_target!(|bytes: &[u8]| {
    for name in ["open", "open.bin"] {
        let path = scratch(name);
        write(&path, bytes);
        for options in options(None) {
            if let Ok(vectors) = read::open(&path, &options) {
                use_vectors(&vectors);
            }
        }
    }
});
