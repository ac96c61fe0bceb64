//! The checkpoint of a training run that goes on: an input says what is changed in a good one without its digest, which
//! would tell every change.
#![no_main]

#[path = "../../../crates/xner-train/tests/common/fit.rs"]
#[allow(unreachable_pub)]
mod fit;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use fit::Fit;
use libfuzzer_sys::fuzz_target;
use xner_fuzz_model::{changed, scratch, write};
use xner_train::config::TrainingConfig;
use xner_train::{Event, Flow, Result, TrainReport, TrainingLoop, What};

const STATE: &str = "checkpoint/state.safetensors";

fn run(out: &Path, last: usize) -> Result<TrainReport> {
    let training = TrainingConfig { epochs: 2, batch: 2, evaluate_every: 2, ..TrainingConfig::default() };
    let settings = serde_json::to_value(&training).expect("a config is JSON");
    let plan = TrainingLoop {
        phase: "phase",
        seed: 1,
        training: &training,
        settings,
        fingerprint: "run".to_owned(),
        trained: false,
        left_out: 0,
    };
    let mut observer = |event: &Event<'_>| match event.what {
        What::Step { step, .. } if step >= last => Flow::Stop,
        _ => Flow::Continue,
    };
    plan.run(&mut Fit::new(false), out, None, &mut observer)
}

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = scratch("good");
    assert!(run(&folder, 4).is_err());
    let mut bytes = fs::read(folder.join(STATE)).expect("a checkpoint");
    let at = bytes.windows(5).position(|window| window == b"xxh3 ").expect("a digest");
    // White space before the counters.
    bytes[at..at + 5 + 32 + 2].fill(b' ');
    bytes
});

fuzz_target!(|bytes: &[u8]| {
    let folder = scratch("training");
    fs::create_dir_all(folder.join("checkpoint")).expect("the scratch folder can be written");
    write(&folder.join(STATE), &changed(&GOOD, bytes));
    let _ = run(&folder, usize::MAX);
});
