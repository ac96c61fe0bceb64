//! The weights of an encoder: safetensors, PyTorch's pickles, and indices of several files. The first byte says which
//! file the first part is; a second part is a shard that an index names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_fuzz_model::{parts, scratch, write};
use xner_tagger::bert::Checkpoint;

const FILES: [&str; 4] = [
    "model.safetensors",
    "pytorch_model.bin",
    "model.safetensors.index.json",
    "pytorch_model.bin.index.json",
];

fuzz_target!(|bytes: &[u8]| {
    let [choice, bytes @ ..] = bytes else { return };
    let folder = scratch("weights");
    let file = FILES[usize::from(*choice) % FILES.len()];
    let parts = parts(bytes);
    write(&folder.join(file), parts[0]);
    if let Some(shard) = parts.get(1) {
        write(&folder.join(if file.starts_with("model") { "a.safetensors" } else { "a.bin" }), shard);
    }
    let Ok(mut checkpoint) = Checkpoint::open(&folder) else { return };
    let names: Vec<String> = checkpoint.names().map(str::to_owned).collect();
    for name in names {
        let shape = checkpoint.shape(&name).map(<[usize]>::to_vec).unwrap_or_default();
        if let Ok(values) = checkpoint.take(&name, &shape) {
            assert_eq!(values.len(), shape.iter().product::<usize>());
            assert!(values.iter().all(|value| value.is_finite()));
        }
    }
    let _ = (checkpoint.unexpected(), checkpoint.left_out());
});
