//! A char-BiLSTM-CRF's folder: an input's files, `config.json`, `words.txt`, `characters.txt`, `model.safetensors`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_corpus::Sentence;
use xner_fuzz_model::{parts, scratch, write};
use xner_tagger::open;
use xner_train::Device;

const FILES: [&str; 4] = ["config.json", "words.txt", "characters.txt", "model.safetensors"];

fuzz_target!(|bytes: &[u8]| {
    let folder = scratch("bilstm");
    for (name, part) in FILES.iter().zip(parts(bytes)) {
        write(&folder.join(name), part);
    }
    if let Ok(tagger) = open(&folder, &Device::Cpu) {
        let _ = tagger.tag(&[Sentence::from_tokens(["Ada", "lived"])]);
    }
});
