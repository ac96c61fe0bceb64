//! Native files, which are mapped.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_embed::read::{self, Format};
use xner_fuzz::{options, scratch, use_vectors, write};

fuzz_target!(|bytes: &[u8]| {
    let path = scratch("native");
    write(&path, bytes);
    for options in options(Some(Format::Native)) {
        if let Ok(vectors) = read::open(&path, &options) {
            use_vectors(&vectors);
            for word in vectors.words().chain(["unseen", ""]) {
                let _ = vectors.rank(word);
            }
            let _ = vectors.verify();
        }
    }
});
