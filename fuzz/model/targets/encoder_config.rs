//! `config.json` of Hugging Face's layout: what is read, written and read again must be the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_fuzz_model::{scratch, write};
use xner_tagger::bert::BertConfig;

fuzz_target!(|bytes: &[u8]| {
    let path = scratch("config").join("config.json");
    write(&path, bytes);
    let Ok(config) = BertConfig::read(&path) else { return };
    assert!(config.hidden_size % config.num_attention_heads == 0);
    assert!(config.max_length() > 0);
    let _ = config.form(0);
    config.write(&path).expect("what was read is written");
    let again = BertConfig::read(&path).expect("what was written is read");
    assert_eq!((again.labels, again.xner, again.modern), (config.labels, config.xner, config.modern));
});
