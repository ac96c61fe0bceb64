//! `vocab.txt`, or `vocab.json` with `merges.txt`, with `tokenizer_config.json`; the first byte says which.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use xner_fuzz_model::{parts, scratch, write};
use xner_tagger::bert::{BertConfig, Tokeniser};

static CONFIG: LazyLock<BertConfig> = LazyLock::new(|| {
    let path = scratch("rows").join("config.json");
    write(&path, br#"{"model_type": "bert", "vocab_size": 64, "hidden_size": 4, "num_attention_heads": 1}"#);
    BertConfig::read(&path).expect("a good config")
});

fuzz_target!(|bytes: &[u8]| {
    let [choice, bytes @ ..] = bytes else { return };
    let folder = scratch("vocabulary");
    let names: &[&str] = match choice % 3 {
        0 => &["vocab.txt", "tokenizer_config.json"],
        1 => &["vocab.json", "merges.txt", "tokenizer_config.json"],
        _ => &["tokenizer.json", "tokenizer_config.json"],
    };
    for (name, part) in names.iter().zip(parts(bytes)) {
        write(&folder.join(name), part);
    }
    let Ok(tokeniser) = Tokeniser::open(&folder, &CONFIG) else { return };
    let special = tokeniser.before().iter().chain(tokeniser.behind()).copied().chain(tokeniser.mask());
    assert!(special.into_iter().all(|id| id < 64));
    if let Ok(subwords) = tokeniser.encode(["a", "Ab\u{301}", "東京", ""]) {
        assert!(subwords.ids.iter().all(|&id| id < 64));
    }
});
