//! Pairs of words with similarities.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_embed::judge::SimilarityPairs;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(pairs) = SimilarityPairs::read_from(bytes, "input") {
        assert!(!pairs.is_empty());
    }
});
