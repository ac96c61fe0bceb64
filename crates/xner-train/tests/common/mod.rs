//! Learners that the tests share, and runs of them.
#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fit;
mod scripted;

use std::fs;
use std::path::Path;

use xner_train::config::TrainingConfig;
use xner_train::{Event, Learner, Observer, Result, TrainReport, TrainingLoop, What};

pub(crate) use fit::Fit;
pub(crate) use scripted::Scripted;

/// A short training.
pub(crate) fn config(epochs: usize, batch: usize, evaluate_every: usize) -> TrainingConfig {
    TrainingConfig { epochs, batch, evaluate_every, ..TrainingConfig::default() }
}

/// A loop that is called `phase`.
pub(crate) fn plan(training: &TrainingConfig, trained: bool) -> TrainingLoop<'_> {
    let settings = serde_json::to_value(training).unwrap();
    let fingerprint = format!("{settings} {trained}");
    TrainingLoop { phase: "phase", seed: 1, training, settings, fingerprint, trained, left_out: 0 }
}

/// Runs a learner into `out`.
pub(crate) fn run(
    learner: &mut dyn Learner,
    training: &TrainingConfig,
    trained: bool,
    out: &Path,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    plan(training, trained).run(learner, out, None, observer)
}

/// An event in few words.
pub(crate) fn told(event: &Event<'_>) -> String {
    assert_eq!(event.phase, "phase");
    match event.what {
        What::Started { steps, .. } => format!("started {steps}"),
        What::Step { step, epoch, .. } => format!("step {epoch}.{step}"),
        What::Evaluated(evaluation) => format!("evaluated {}", evaluation.f1),
        What::NewBest(evaluation) => format!("best {}", evaluation.step),
        What::Measured { name, value, note } => {
            format!("measured {name} {value} {note}").trim_end().to_owned()
        }
        What::EpochEnd { epoch, loss } => format!("epoch {epoch} {loss}"),
        What::Checkpoint { step, .. } => format!("checkpoint {step}"),
        _ => panic!("an event that this test does not know"),
    }
}

/// The files of a folder by name, with their bytes.
pub(crate) fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect()
}
