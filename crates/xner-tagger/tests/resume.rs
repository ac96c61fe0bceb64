//! A run that is killed, at whatever point, and started again ends with the same bytes as one that never was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::{config, data};
use xner_tagger::config::TrainConfig;
use xner_tagger::train;
use xner_train::config::Optimiser;
use xner_train::{Device, Error, Event, Flow, What, has_checkpoint};

const FILES: [&str; 5] =
    ["model.safetensors", "config.json", "words.txt", "characters.txt", "train-report.json"];

/// Settings with all kinds of state: Adam's moments, dropout, patience, checkpoints apart from evaluations; with
/// `sgd` self-attention too.
fn settings(optimiser: &str) -> TrainConfig {
    let mut settings = config();
    settings.training.epochs = 9;
    settings.training.batch = 2;
    settings.training.evaluate_every = 7;
    settings.training.checkpoint_every = 4;
    if optimiser == "sgd" {
        settings.training.optimiser = Optimiser::Sgd { rate: 0.2 };
        settings.model.attention = true;
    }
    settings
}

/// Not a test of its own: the process that the tests kill. Prints a line for each event.
#[test]
fn child() {
    let (Ok(out), Ok(optimiser)) = (std::env::var("XNER_TEST_OUT"), std::env::var("XNER_TEST_OPTIMISER"))
    else {
        return;
    };
    let mut observer = |event: &Event<'_>| {
        match event.what {
            What::Started { resumed, .. } => println!("\nstarted {resumed}"),
            What::Step { step, .. } => println!("\nstep {step}"),
            What::Checkpoint { step, .. } => println!("\ncheckpoint {step}"),
            _ => (),
        }
        Flow::Continue
    };
    train(&settings(&optimiser), data(), Path::new(&out), &Device::Cpu, &mut observer).unwrap();
    println!("\nfinished");
}

fn spawn(out: &Path, optimiser: &str, threads: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env("XNER_TEST_OUT", out)
        .env("XNER_TEST_OPTIMISER", optimiser)
        .env("RAYON_NUM_THREADS", threads.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets a child run until it prints a line for which `stop` holds, and kills it there. Whether it finished before.
fn run_until(out: &Path, optimiser: &str, threads: usize, mut stop: impl FnMut(&str) -> bool) -> bool {
    let mut child = spawn(out, optimiser, threads);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut finished = false;
    for line in lines.map_while(Result::ok) {
        finished |= line == "finished";
        if stop(&line) {
            child.kill().unwrap();
            break;
        }
    }
    child.wait().unwrap();
    finished
}

fn bytes(folder: &Path) -> Vec<Vec<u8>> {
    FILES.iter().map(|name| fs::read(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))).collect()
}

/// The bytes of a run that nobody disturbs.
fn undisturbed(optimiser: &str) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    train(&settings(optimiser), data(), folder.path(), &Device::Cpu, &mut ()).unwrap();
    assert!(!folder.path().join("checkpoint").exists());
    bytes(folder.path())
}

#[test]
fn killed_at_chosen_points() {
    let expected = undisturbed("adam");
    // Before any checkpoint; at one; between two; at an evaluation; at an epoch's end; behind the last step.
    for points in
        [vec!["step 2"], vec!["checkpoint 4"], vec!["step 6", "step 13", "checkpoint 28"], vec!["step 54"]]
    {
        let folder = tempfile::tempdir().unwrap();
        for point in &points {
            assert!(!run_until(folder.path(), "adam", 2, |line| line == *point), "{point}");
            assert!(!folder.path().join("config.json").exists(), "half a model at {point}");
        }
        assert!(run_until(folder.path(), "adam", 2, |_| false), "{points:?}");
        assert!(bytes(folder.path()) == expected, "other bytes after {points:?}");
    }
}

#[test]
fn killed_again_and_again() {
    let expected = undisturbed("sgd");
    let folder = tempfile::tempdir().unwrap();
    for round in 0.. {
        assert!(round < 60, "it gets nowhere");
        // Eight lines get from one checkpoint to the next, wherever the run stands.
        let mut left = 9 + round % 5;
        let finished = run_until(folder.path(), "sgd", 1 + round % 2, |line| {
            left -= usize::from(line.starts_with("step") || line.starts_with("checkpoint"));
            left == 0
        });
        if finished {
            break;
        }
    }
    assert!(bytes(folder.path()) == expected);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let expected = undisturbed("adam");
    for threads in [1, 3] {
        let folder = tempfile::tempdir().unwrap();
        assert!(run_until(folder.path(), "adam", threads, |_| false));
        assert!(bytes(folder.path()) == expected, "{threads} threads");
    }
}

#[test]
fn stopped_by_the_observer_and_resumed() {
    let expected = undisturbed("adam");
    let folder = tempfile::tempdir().unwrap();
    for wanted in [0, 1, 20, 54] {
        let mut observer = |event: &Event<'_>| match event.what {
            What::Started { resumed, .. } if resumed >= wanted => Flow::Stop,
            What::Step { step, .. } if step >= wanted => Flow::Stop,
            _ => Flow::Continue,
        };
        let fault = train(&settings("adam"), data(), folder.path(), &Device::Cpu, &mut observer).unwrap_err();
        assert!(matches!(fault, Error::Stopped { step, .. } if step == wanted), "{fault}");
        assert!(has_checkpoint(folder.path()));
    }
    train(&settings("adam"), data(), folder.path(), &Device::Cpu, &mut ()).unwrap();
    assert!(bytes(folder.path()) == expected);
}

#[test]
fn another_config_or_other_data_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    run_until(folder.path(), "adam", 2, |line| line == "step 10");
    let mut other = settings("adam");
    other.model.hidden += 1;
    let fault = train(&other, data(), folder.path(), &Device::Cpu, &mut ()).unwrap_err();
    assert!(matches!(fault, Error::Folder { .. }), "{fault}");
    assert!(fault.to_string().contains("another config"), "{fault}");
    let mut fewer = data();
    fewer.train.pop();
    let fault = train(&settings("adam"), fewer, folder.path(), &Device::Cpu, &mut ()).unwrap_err();
    assert!(matches!(fault, Error::Folder { .. }), "{fault}");
}
