//! Reports of runs, and the digests of a folder.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_fuzz_model::{scratch, write};
use xner_train::{TrainReport, digest, files};
use xner_transfer::report::{Results, TransferReport};

fuzz_target!(|bytes: &[u8]| {
    let folder = scratch("reports");
    for name in ["train-report.json", "transfer-report.json", "results.json", digest::DIGESTS] {
        write(&folder.join(name), bytes);
    }
    if let Ok(report) = files::read_json::<TrainReport>(&folder.join("train-report.json")) {
        report.write(&folder).expect("what was read is written");
    }
    let _ = TransferReport::read(&folder);
    let _ = Results::read(&folder.join("results.json"));
    let _ = digest::check(&folder);
});
