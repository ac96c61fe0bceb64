//! A mapping's folder: the files of an input over those of a good one; an empty part leaves the good one.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use xner_embed::ReadOptions;
use xner_embed::map;
use xner_fuzz::mapping::{FILES, folder, parts};
use xner_fuzz::{check_vectors, scratch, write};

static GOOD: LazyLock<(PathBuf, Vec<Vec<u8>>)> = LazyLock::new(|| {
    let dir = scratch("mapping");
    let files = folder(&dir).expect("a good folder");
    assert!(map::open(&dir).is_ok());
    (dir, files)
});

fuzz_target!(|bytes: &[u8]| {
    let (dir, good) = &*GOOD;
    let parts = parts(bytes);
    for (at, (file, good)) in FILES.iter().zip(good).enumerate() {
        let part = parts.get(at).copied().filter(|part| !part.is_empty());
        write(&dir.join(file), part.unwrap_or(good));
    }
    let Ok(folder) = map::open(dir) else { return };
    let options = ReadOptions::default();
    for vectors in [folder.source(&options), folder.target(&options)].into_iter().flatten() {
        check_vectors(&vectors);
        for mapped in [folder.mapping.apply_source(&vectors), folder.mapping.apply_target(&vectors)] {
            if let Ok(mapped) = mapped {
                check_vectors(&mapped);
            }
        }
    }
    let _ = folder.config.check();
});
