//! Folders of runs: finished, half removed, damaged, of another run, or in use.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;

use common::{Fit, bytes, config};
use serde_json::{Value, json};
use tempfile::TempDir;
use xner_train::config::TrainingConfig;
use xner_train::{Error, ErrorKind, Event, Flow, Result, Tensors, TrainReport, What, has_checkpoint};

/// Three steps an epoch; a checkpoint after each evaluation, which follows every fourth.
fn settings() -> TrainingConfig {
    config(4, 2, 4)
}

fn train(training: &TrainingConfig, out: &Path) -> Result<TrainReport> {
    common::run(&mut Fit::new(false), training, false, out, &mut ())
}

/// A run that ends, as if it were killed, when it has made so many steps.
fn killed(training: &TrainingConfig, steps: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut copied = None;
    let mut observer = |event: &Event<'_>| {
        if let What::Step { step, .. } = event.what
            && step == steps
        {
            copied = Some(copy(folder.path()));
        }
        Flow::Continue
    };
    common::run(&mut Fit::new(false), training, false, folder.path(), &mut observer).unwrap();
    copied.unwrap()
}

/// What a folder, and the folder of its checkpoint, hold at this moment.
fn copy(from: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for part in ["", "checkpoint"].into_iter().filter(|part| from.join(part).exists()) {
        fs::create_dir_all(folder.path().join(part)).unwrap();
        for entry in fs::read_dir(from.join(part)).unwrap().map(|entry| entry.unwrap()) {
            if entry.path().is_file() {
                fs::copy(entry.path(), folder.path().join(part).join(entry.file_name())).unwrap();
            }
        }
    }
    folder
}

fn undisturbed() -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    train(&settings(), folder.path()).unwrap();
    assert!(!folder.path().join("checkpoint").exists());
    bytes(folder.path())
}

#[test]
fn a_run_goes_on_from_its_last_checkpoint_wherever_it_was_killed() {
    let expected = undisturbed();
    for step in 1..=12 {
        let folder = killed(&settings(), step);
        assert_eq!(has_checkpoint(folder.path()), step > 4, "{step}");
        train(&settings(), folder.path()).unwrap();
        assert!(bytes(folder.path()) == expected, "killed at step {step}");
    }
}

/// A moving average of the weights goes on too, and is what is saved.
#[test]
fn an_average_goes_on_from_the_last_checkpoint() {
    let averaged = |average| TrainingConfig { average, ..config(12, 2, 12) };
    let whole = |training: &TrainingConfig| {
        let folder = tempfile::tempdir().unwrap();
        train(training, folder.path()).unwrap();
        bytes(folder.path())
    };
    let expected = whole(&averaged(0.9));
    for step in [5, 12, 13, 19, 20, 21, 33, 36] {
        let folder = killed(&averaged(0.9), step);
        train(&averaged(0.9), folder.path()).unwrap();
        assert!(bytes(folder.path()) == expected, "killed at step {step}");
    }
    let model = |files: &[(String, Vec<u8>)]| {
        files
            .iter()
            .find(|(name, _)| name.ends_with("model.safetensors"))
            .map(|(_, bytes)| bytes.clone())
            .unwrap()
    };
    assert_ne!(model(&expected), model(&whole(&averaged(0.0))));
    assert_ne!(model(&expected), model(&whole(&averaged(0.5))));
}

#[test]
fn a_torn_checkpoint_file_beside_the_whole_one_is_ignored() {
    let folder = killed(&settings(), 6);
    let torn = folder.path().join("checkpoint/.xner-0aZ19bcd.part");
    fs::write(&torn, b"torn").unwrap();
    train(&settings(), folder.path()).unwrap();
    assert!(bytes(folder.path()) == undisturbed());
}

/// Training removes what it names, and no more.
#[test]
fn what_is_anothers_in_the_folder_of_the_checkpoint_is_left() {
    let folder = killed(&settings(), 6);
    let letter = folder.path().join("checkpoint/letter.txt");
    fs::write(&letter, b"dear").unwrap();
    train(&settings(), folder.path()).unwrap();
    assert!(!has_checkpoint(folder.path()));
    let left: Vec<_> = fs::read_dir(letter.parent().unwrap()).unwrap().collect();
    assert_eq!((left.len(), fs::read(&letter).unwrap()), (1, b"dear".to_vec()));
    // Nor is it in the way of the run that is finished, or of one that fails before its first checkpoint.
    train(&settings(), folder.path()).unwrap();
    fs::remove_file(folder.path().join("config.json")).unwrap();
    let mut learner = common::Scripted { sentences: 4, breaks_at: Some(0), ..common::Scripted::default() };
    common::run(&mut learner, &settings(), false, folder.path(), &mut ()).unwrap_err();
    assert_eq!(fs::read(&letter).unwrap(), b"dear");
    fs::remove_dir_all(letter.parent().unwrap()).unwrap();
    assert!(!folder.path().join(".xner-lock").exists());
}

/// How many steps a run makes in a folder, and its report.
fn steps(out: &Path) -> (usize, TrainReport) {
    let mut steps = 0;
    let mut observer = |event: &Event<'_>| {
        steps += usize::from(matches!(event.what, What::Step { .. }));
        Flow::Continue
    };
    let report = common::run(&mut Fit::new(false), &settings(), false, out, &mut observer).unwrap();
    (steps, report)
}

#[test]
fn a_finished_run_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let first = train(&settings(), folder.path()).unwrap();
    assert_eq!(steps(folder.path()), (0, first));
    let fault = train(&config(5, 2, 4), folder.path()).unwrap_err();
    assert!(matches!(fault, Error::Folder { .. }) && fault.to_string().contains("another run"), "{fault}");
}

#[test]
fn a_run_killed_while_its_checkpoint_was_removed_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let first = train(&settings(), folder.path()).unwrap();
    let checkpoint = folder.path().join("checkpoint");
    for lock in [false, true] {
        fs::create_dir(&checkpoint).unwrap();
        if lock {
            fs::write(checkpoint.join("lock"), "").unwrap();
        }
        assert!(!has_checkpoint(folder.path()));
        let fault = train(&config(5, 2, 4), folder.path()).unwrap_err();
        assert!(fault.to_string().contains("another run"), "{fault}");
        assert_eq!(steps(folder.path()), (0, first.clone()));
        assert!(!checkpoint.exists());
    }
}

#[test]
fn another_config_is_refused() {
    let folder = killed(&settings(), 6);
    let fault = train(&config(5, 2, 4), folder.path()).unwrap_err();
    assert!(matches!(fault, Error::Folder { .. }), "{fault}");
    assert_eq!(fault.kind(), ErrorKind::StaleFolder);
    assert!(fault.to_string().contains("another config"), "{fault}");
}

#[test]
fn a_checkpoint_that_is_cut_is_refused() {
    let folder = killed(&settings(), 6);
    let path = folder.path().join("checkpoint/state.safetensors");
    let whole = fs::read(&path).unwrap();
    for cut in [0, 5, 200, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        let fault = train(&settings(), folder.path()).unwrap_err();
        assert!(fault.to_string().contains("state.safetensors"), "{cut}: {fault}");
    }
}

/// An optimiser's counters are part of the checkpoint: a run does not go on without them.
#[test]
fn a_counter_that_is_missing_or_damaged_is_refused_with_its_name() {
    let folder = killed(&settings(), 6);
    let path = folder.path().join("checkpoint/state.safetensors");
    let (tensors, note) = Tensors::read(&path).unwrap();
    let note: Value = serde_json::from_str(&note).unwrap();
    let counters = &note["learner"];
    assert_eq!(counters, &json!({"module": {"steps": 4}, "rows": {"steps": counters["rows"]["steps"]}}));
    let damaged = |change: &dyn Fn(&mut Value)| {
        let mut note = note.clone();
        change(&mut note["learner"]);
        tensors.write(&path, &note.to_string()).unwrap();
        let fault = train(&settings(), folder.path()).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput, "{fault}");
        assert!(fault.to_string().contains("state.safetensors: the counter `"), "{fault}");
        fault.to_string()
    };
    for (change, expected) in [
        (json!({}), "`steps` is missing"),
        (json!({"module": {"steps": 4}}), "`steps` is missing"),
        (json!({"module": {"steps": "x"}, "rows": counters["rows"]}), "`steps` does not read: invalid type"),
        (json!({"module": {"steps": -1}, "rows": counters["rows"]}), "`steps` does not read: invalid value"),
        (
            json!({"module": {"steps": 4}, "rows": {"steps": [1]}}),
            "`steps` counts the updates of 1 rows, expected 6",
        ),
        (json!({"module": {"steps": 4, "more": 1}, "rows": counters["rows"]}), "`more` is unexpected"),
        (json!({"module": counters["module"], "rows": counters["rows"], "odd": 1}), "`odd` is unexpected"),
    ] {
        let fault = damaged(&|learner| *learner = change.clone());
        assert!(fault.contains(expected), "{change}: {fault}");
    }
    // The counters of the loop itself are refused with the way out of it.
    tensors.write(&path, r#"{"fingerprint": 3}"#).unwrap();
    let fault = train(&settings(), folder.path()).unwrap_err().to_string();
    assert!(fault.contains("state.safetensors: its counters do not read"), "{fault}");
    tensors.write(&path, &note.to_string()).unwrap();
    train(&settings(), folder.path()).unwrap();
    assert!(bytes(folder.path()) == undisturbed());
}

#[test]
fn two_runs_do_not_train_into_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut inner = None;
    let mut observer = |event: &Event<'_>| {
        if let What::Step { step: 5, .. } = event.what {
            inner = Some(train(&settings(), folder.path()));
        }
        Flow::Continue
    };
    common::run(&mut Fit::new(false), &settings(), false, folder.path(), &mut observer).unwrap();
    let fault = inner.unwrap().unwrap_err();
    assert!(fault.to_string().contains("another process"), "{fault}");
}

#[test]
fn a_run_that_fails_before_its_first_checkpoint_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut learner = common::Scripted { sentences: 4, breaks_at: Some(0), ..common::Scripted::default() };
    let fault = common::run(&mut learner, &settings(), false, folder.path(), &mut ()).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::Diverged);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn one_bit_of_a_checkpoint_is_told() {
    let folder = killed(&settings(), 6);
    let path = folder.path().join("checkpoint/state.safetensors");
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len() * 8).step_by(11) {
        let mut bytes = whole.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        fs::write(&path, &bytes).unwrap();
        let fault = train(&settings(), folder.path()).expect_err(&format!("bit {at}")).to_string();
        assert!(fault.contains("state.safetensors"), "{fault}");
    }
    fs::write(&path, &whole).unwrap();
    train(&settings(), folder.path()).unwrap();
    assert!(bytes(folder.path()) == undisturbed());
}

/// A program of before wrote none.
#[test]
fn a_checkpoint_without_a_digest_goes_on() {
    let folder = killed(&settings(), 6);
    let path = folder.path().join("checkpoint/state.safetensors");
    let mut bytes_of_it = fs::read(&path).unwrap();
    let at = bytes_of_it.windows(5).position(|window| window == b"xxh3 ").unwrap();
    // The digest, and the line's end as JSON has it: white space before the counters.
    bytes_of_it[at..at + 5 + 32 + 2].fill(b' ');
    fs::write(&path, bytes_of_it).unwrap();
    train(&settings(), folder.path()).unwrap();
    assert!(bytes(folder.path()) == undisturbed());
}
