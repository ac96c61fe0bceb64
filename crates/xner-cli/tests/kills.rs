//! Kills and stops at any moment: what is written is whole, and a run goes on to the same bytes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use common::{CONFIG, CORPUS, Folder, copy_model, interrupt, signal};
use xner_sample::{Language, Sample};

fn folder() -> Folder {
    let sample = Sample::new(1).unwrap();
    Folder::with(&[
        ("en.vec", &sample.vectors(Language::English).to_text()),
        ("es.vec", &sample.vectors(Language::Spanish).to_text()),
        ("fast.toml", "[refinement]\ninterval = 3\n"),
        ("train.conll", CORPUS),
        ("tagger.toml", &CONFIG.replace("epochs = 40", "epochs = 120")),
    ])
}

const MAP: &str =
    "map --source en.vec --target es.vec --limit 300 --method identical --config fast.toml --out";
const TRAIN: &str = "train --config tagger.toml --out";

/// Numbers below 1, other ones each time; the seed is told where a test fails.
struct Moments(u64);

impl Moments {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let seed = now.as_nanos() as u64;
        eprintln!("the moments' seed is {seed}");
        Self(seed)
    }

    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Kills runs of a command at random moments, lets each go on in the end, and wants the bytes of one that was never
/// killed, and nothing else in the folder.
fn killed_anywhere(command: &str, runs: usize) {
    let (folder, mut moments) = (folder(), Moments::new());
    let begun = Instant::now();
    folder.xner(&format!("{command} whole")).ok();
    let mut span = begun.elapsed();
    let wanted = folder.tree("whole");
    let mut met = 0;
    for run in 0.. {
        // The first run may have been slow for what else the machine did: there are more runs until one was killed.
        if run >= runs && (met > 0 || run >= 20 * runs) {
            break;
        }
        let own = format!("{command} broken-{run}");
        for _ in 0..2 {
            let mut child = folder.start(&own);
            std::thread::sleep(span.mul_f64(1.1 * moments.next()));
            if child.try_wait().unwrap().is_none() {
                met += 1;
            } else if met == 0 {
                span = span.mul_f64(0.8);
            }
            let _ = child.kill();
            child.wait().unwrap();
            same_bytes_where_whole(&folder.tree_or_nothing(&format!("broken-{run}")), &wanted);
        }
        let said = folder.xner(&own);
        // A mapping that ended in spite of all is not made again.
        assert!(said.code == 0 || said.err.contains("already holds a mapping"), "{}", said.err);
        let found = folder.tree(&format!("broken-{run}"));
        assert_eq!(found.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "run {run}");
        assert!(found == wanted, "run {run}");
    }
    assert!(met > 0, "nothing was killed");
}

type Tree = BTreeMap<String, Option<Vec<u8>>>;

/// A file that has its name is whole.
fn same_bytes_where_whole(found: &Tree, wanted: &Tree) {
    for (name, bytes) in found {
        if let Some(whole) = wanted.get(name) {
            assert!(bytes == whole, "{name} is not whole");
        }
    }
}

impl Folder {
    fn tree_or_nothing(&self, name: &str) -> Tree {
        if self.path(name).is_dir() { self.tree(name) } else { Tree::new() }
    }
}

#[test]
fn a_mapping_killed_anywhere_goes_on() {
    killed_anywhere(MAP, 3);
}

#[test]
fn a_training_killed_anywhere_goes_on() {
    killed_anywhere(TRAIN, 3);
}

#[test]
#[ignore = "takes minutes"]
fn a_mapping_killed_anywhere_goes_on_often() {
    killed_anywhere(MAP, 60);
}

#[test]
#[ignore = "takes minutes"]
fn a_training_killed_anywhere_goes_on_often() {
    killed_anywhere(TRAIN, 60);
}

/// Starts a command that reads standard input, gives it a part, and waits until it is writing.
fn writing(folder: &Folder, arguments: &str, text: &str, before: usize) -> Child {
    let mut command = Command::new(common::xner().get_program());
    command.current_dir(folder.path("")).args(arguments.split(' '));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    let begun = Instant::now();
    while partial(folder).len() <= before {
        assert_eq!(child.try_wait().unwrap(), None, "{arguments}");
        assert!(begun.elapsed() < Duration::from_mins(1), "{arguments}");
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

/// What is being written in a folder.
fn partial(folder: &Folder) -> Vec<String> {
    folder
        .names()
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "part"))
        .collect()
}

#[test]
fn a_signal_leaves_no_half_file() {
    use std::os::unix::process::ExitStatusExt;
    let folder = Folder::with(&[("d.txt", "lund\tlund\n"), ("train.conll", CORPUS)]);
    copy_model(&folder);
    for command in [
        "convert - out.jsonl --to jsonl",
        "convert - out.conll",
        "tag --model model --input - --format text --output out.jsonl",
        "translate - --dictionary d.txt --out out.conll",
    ] {
        let mut child = writing(&folder, command, CORPUS, 0);
        signal(&child, "TERM");
        // As if nobody had cared for it, so that a script that waits for the program knows.
        assert_eq!(child.wait().unwrap().signal(), Some(15), "{command}");
        assert_eq!(folder.names(), ["d.txt", "model", "train.conll"], "{command}");
    }
}

#[test]
fn what_a_killed_process_wrote_goes_with_the_next_output_and_what_lives_stays() {
    let folder = Folder::with(&[("train.conll", CORPUS)]);
    let mut alive = writing(&folder, "convert - alive.conll", CORPUS, 0);
    let own = partial(&folder);
    let mut dead = writing(&folder, "convert - dead.conll", CORPUS, 1);
    dead.kill().unwrap();
    dead.wait().unwrap();
    assert_eq!(partial(&folder).len(), 2);
    folder.xner("convert train.conll other.jsonl").ok();
    assert_eq!(partial(&folder), own);
    drop(alive.stdin.take());
    assert!(alive.wait().unwrap().success());
    assert_eq!(folder.read("alive.conll"), CORPUS);
    assert_eq!(folder.names(), ["alive.conll", "other.jsonl", "train.conll"]);
}

#[test]
fn a_training_stops_at_a_checkpoint_on_sigterm_too() {
    let folder = folder();
    folder.xner(&format!("{TRAIN} whole")).ok();
    let mut child = folder.start(&format!("{TRAIN} broken"));
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    signal(&child, "TERM");
    let said: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said:?}");
    assert_eq!(folder.files("broken"), ["checkpoint"]);
    assert_eq!(folder.files("broken/checkpoint"), ["state.safetensors"]);
    folder.xner(&format!("{TRAIN} broken")).ok();
    assert!(folder.tree("whole") == folder.tree("broken"));
}

/// Within the first epoch, where nothing was told yet but that the run has begun.
#[test]
fn a_stop_in_the_first_epoch_of_adversarial_mapping_leaves_the_checkpoint_that_it_names() {
    let folder = folder();
    let run = "map --source en.vec --target es.vec --limit 300 --method adversarial --restarts 2 --refinements 1 \
               --set initialiser.hidden=32 --set initialiser.epochs=1 --set initialiser.epoch_size=64000 --out";
    folder.xner(&format!("{run} whole")).ok();
    let mut child = folder.start(&format!("{run} broken"));
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("restart 1 of 2"));
    interrupt(&child);
    let said: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said:?}");
    assert!(!said.iter().any(|line| line.contains("epoch 1")), "{said:?}");
    let promise = "the same command resumes from broken/checkpoint";
    assert!(said.iter().any(|line| line.contains(promise)), "{said:?}");
    assert_eq!(folder.files("broken/checkpoint"), ["state.safetensors"]);
    folder.xner(&format!("{run} broken")).ok();
    assert!(folder.tree("whole") == folder.tree("broken"), "{:?}", folder.files("broken"));
}
