//! The checkpoint of a mapping that is to go on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_fuzz::mapping::{METHODS, STATE, run};
use xner_fuzz::{scratch, write};

fuzz_target!(|bytes: &[u8]| {
    let path = scratch(STATE);
    for method in METHODS {
        write(&path, bytes);
        let _ = run(method, path.parent(), 3);
    }
});
