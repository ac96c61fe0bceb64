//! Two processes in one folder: the second is refused, and the first ends as if it had been alone.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::{Duration, Instant};

use common::{CONFIG, CORPUS, Folder, signal};
use xner_corpus::write::FolderLock;
use xner_sample::{Language, Sample};

const PAIRS: &str = "lund\tlund\nriver\trio\nrain\tlluvia\n";
const BWET: &str = "source.train = \"train.conll\"\nsource.dev = \"train.conll\"\ntarget.vectors = \"v.vec\"\n\
                    dictionary.file = \"d.txt\"\n";

/// Two pairs of languages, a corpus, and configs.
fn folder() -> Folder {
    let sample = Sample::new(1).unwrap();
    let text = |language| sample.vectors(language).to_text();
    Folder::with(&[
        ("en.vec", &text(Language::English)),
        ("es.vec", &text(Language::Spanish)),
        ("de.vec", &text(Language::German)),
        ("fast.toml", "[refinement]\ninterval = 3\n"),
        ("train.conll", CORPUS),
        ("tagger.toml", &CONFIG.replace("epochs = 40", "epochs = 200")),
        ("other.toml", &CONFIG.replace("seed = 3", "seed = 4")),
        ("d.txt", PAIRS),
        ("v.vec", "3 2\nLund 1 0\nOslo 0 1\nEms 1 1\n"),
        ("bwet.toml", BWET),
        ("low.toml", "train = \"train.conll\"\ntest = \"train.conll\"\n"),
        ("model/config.json", "{}"),
    ])
}

fn map(target: &str, out: &str) -> String {
    format!(
        "map --source en.vec --target {target}.vec --limit 300 --method identical --config fast.toml --out {out}"
    )
}

fn train(config: &str, out: &str) -> String {
    format!("train --config {config}.toml --out {out}")
}

/// Starts `first`, halts it when `begun` is there, sees `second` refused, and lets the first go on.
fn second_is_refused(folder: &Folder, first: &str, begun: &str, second: &str) {
    let mut child = folder.start(first);
    let start = Instant::now();
    while !folder.path(begun).exists() {
        assert_eq!(child.try_wait().unwrap(), None, "{first}");
        assert!(start.elapsed() < Duration::from_mins(2), "{first}");
        std::thread::sleep(Duration::from_millis(1));
    }
    signal(&child, "STOP");
    folder.refused(second, &["another process is writing into this folder"]);
    signal(&child, "CONT");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_second_mapping_is_refused_and_the_first_is_as_alone() {
    let folder = folder();
    folder.xner(&map("es", "alone")).ok();
    second_is_refused(&folder, &map("es", "both"), "both/.xner-lock", &map("de", "both"));
    assert!(folder.tree("alone") == folder.tree("both"), "{:?}", folder.files("both"));
}

#[test]
fn the_second_training_is_refused_and_the_first_is_as_alone() {
    let folder = folder();
    folder.xner(&train("tagger", "alone")).ok();
    let begun = "both/checkpoint/state.safetensors";
    second_is_refused(&folder, &train("tagger", "both"), begun, &train("other", "both"));
    assert!(folder.tree("alone") == folder.tree("both"), "{:?}", folder.files("both"));
}

/// Every command that writes a folder.
#[test]
fn a_folder_that_another_process_has_is_refused_by_every_command() {
    let folder = folder();
    let commands = [
        (map("es", "out"), "out"),
        (train("tagger", "out"), "out"),
        ("transadv-data --source train.conll --dictionary d.txt --out out".to_owned(), "out"),
        ("transfer bwet --config bwet.toml --out out --seeds 1,2".to_owned(), "out"),
        ("low-resource --config low.toml --model model --out out".to_owned(), "out"),
        ("demo --out out".to_owned(), "out/characters"),
        ("demo --out out".to_owned(), "out/words"),
    ];
    for (command, out) in commands {
        let lock = FolderLock::take(&folder.path(out)).unwrap();
        folder.refused(&command, &[&format!("{out}: another process is writing into this folder")]);
        drop(lock);
        assert!(!folder.path("out").exists(), "{command}");
    }
    // A run of transfer is told by its own file.
    folder.write("run/run.json", b"");
    let file = std::fs::File::open(folder.path("run/run.json")).unwrap();
    file.lock().unwrap();
    folder.refused(
        "transfer bwet --config bwet.toml --out run",
        &["run: is being worked on by another process"],
    );
}

/// Two mappings of different languages begin at once, again and again.
fn races(rounds: usize) {
    let folder = folder();
    for target in ["es", "de"] {
        folder.xner(&map(target, target)).ok();
    }
    let alone = ["es", "de"].map(|target| folder.tree(target));
    for round in 0..rounds {
        let out = format!("both-{round}");
        let started = ["es", "de"].map(|target| folder.start(&map(target, &out)));
        let ended = started.map(|child| child.wait_with_output().unwrap());
        let said = ended.each_ref().map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
        let codes = ended.each_ref().map(|output| output.status.code().unwrap());
        assert!(matches!(codes, [0, 2] | [2, 0]), "{round}: {codes:?} {said:?}");
        let winner = usize::from(codes[1] == 0);
        assert!(folder.tree(&out) == alone[winner], "{round}: {:?}", folder.files(&out));
        let told = &said[1 - winner];
        assert!(
            told.contains("another process") || told.contains("already holds a mapping"),
            "{round}: {told}"
        );
    }
}

#[test]
fn of_two_that_begin_at_once_one_is_refused() {
    races(2);
}

#[test]
#[ignore = "takes minutes"]
fn of_two_that_begin_at_once_one_is_refused_again_and_again() {
    races(60);
}
