//! `tokenizer.json`: what the checks of xner-tagger let pass is opened by the crate, and reads words, without more than
//! a panic that is caught. The checks are taken in as files, so that burn is not built.
#![no_main]

#[path = "../../crates/xner-tagger/src/bert/tokeniser/check.rs"]
#[allow(dead_code)]
mod check;
#[path = "../../crates/xner-tagger/src/bert/tokeniser/guard.rs"]
mod guard;
#[path = "../../crates/xner-tagger/src/bert/tokeniser/precompiled.rs"]
mod precompiled;

use libfuzzer_sys::fuzz_target;
use tokenizers::{EncodeInput, Encoding, InputSequence, Token, Tokenizer};

use guard::guarded;

/// The rows of the encoder.
const ROWS: usize = 64;

/// What is caught is a fault that is told; what is seen here is the rest: aborts, memory, ids out of their range.
fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(passed) = check::text(text, ROWS) else { return };
    let Ok(Ok(mut tokenizer)) = guarded(|| Tokenizer::from_bytes(text)) else { return };
    tokenizer.with_padding(None).with_truncation(None).expect("none fits all");
    let added = tokenizer.get_added_tokens_decoder().into_keys().max();
    if added.is_some_and(|id| id as usize >= ROWS) {
        return;
    }
    if check::post_processor(&passed.post_processor, &tokenizer).is_ok()
        && tokenizer.get_post_processor().is_some()
    {
        let probe = Encoding::from_tokens(vec![Token::new(u32::MAX, String::new(), (0, 0))], 0);
        if let Ok(Ok(around)) = guarded(|| tokenizer.post_process(probe, None, true)) {
            assert!(around.get_ids().iter().all(|&id| id == u32::MAX || (id as usize) < ROWS));
        }
    }
    for word in ["", "a", "ab", "ba\u{301}", "\u{fb01}n", "東京", "[CLS]", " a ", "\u{0}\u{200d}\u{1f600}"]
    {
        if check::word(word, passed.growth).is_err() {
            continue;
        }
        let alone = [word];
        let input: EncodeInput<'_> = InputSequence::from(alone.as_slice()).into();
        if let Ok(Ok(encoding)) = guarded(|| tokenizer.encode_fast(input, false)) {
            assert!(encoding.get_ids().iter().all(|&id| (id as usize) < ROWS), "{word}");
        }
    }
});
