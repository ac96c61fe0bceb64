//! fastText's models.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_embed::FastText;
use xner_fuzz::check_vectors;

fuzz_target!(|bytes: &[u8]| {
    let Ok(model) = FastText::read(bytes, "input") else { return };
    check_vectors(&model.vectors(Some(20)));
    let words = ["unseen", "é🌊", "</s>", "x"];
    for word in words {
        assert!(model.vector(word).iter().all(|number| number.is_finite()));
    }
    if let Ok(vectors) = model.extend(words)
        && !vectors.is_empty()
    {
        check_vectors(&vectors);
    }
});
