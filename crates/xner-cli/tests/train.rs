//! `xner train`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{CONFIG, CORPUS, Folder, interrupt};

fn folder(config: &str) -> Folder {
    Folder::with(&[("data/train.conll", CORPUS), ("configs/tagger.toml", config)])
}

/// [`CONFIG`] for a config that lies in another folder than the data.
fn elsewhere() -> String {
    CONFIG.replace("\"train.conll\"", "\"../data/train.conll\"")
}

const MODEL: [&str; 5] =
    ["characters.txt", "config.json", "model.safetensors", "train-report.json", "words.txt"];

#[test]
fn a_model_is_trained_from_a_config() {
    let folder = folder(&elsewhere());
    let json = folder.xner("train --config configs/tagger.toml --out model --json").json();
    assert_eq!(json["dev"]["f1"], 1.0, "{json}");
    assert_eq!(json["test"]["overall"]["f1"], 1.0, "{json}");
    assert_eq!(json["steps"], 80);
    assert_eq!(folder.files("model"), MODEL);
    // The same again: what is finished is not trained a second time.
    let again = folder.xner("train --config configs/tagger.toml --out model --resume").ok();
    assert!(again.contains("F1 100.00"), "{again}");
    // Another seed is another run, which the folder refuses.
    folder.refused(
        "train --config configs/tagger.toml --out model --seed 9",
        &["model: already holds a model of another run: `seed` is 3 there, and 9 here; take another"],
    );
}

#[test]
fn a_part_of_the_sentences_is_trained_on() {
    let folder = folder(&elsewhere());
    let command = "train --config configs/tagger.toml --set training.epochs=1 --set data.sentences=4";
    let json = folder.xner(&format!("{command} --set data.dev_sentences=2 --out model --json")).json();
    assert_eq!(json["steps"], 2, "{json}");
    let report: serde_json::Value = serde_json::from_str(&folder.read("model/train-report.json")).unwrap();
    assert_eq!(report["sentences"], 4);
    folder.refused(&format!("{command} --set data.sentences=0 --out no"), &["`data.sentences`", "is 0"]);
}

#[test]
fn a_model_that_learnt_nothing_says_so() {
    let folder =
        folder(&elsewhere().replace("rate = 0.01", "rate = 1e-9").replace("epochs = 40", "epochs = 1"));
    let said = folder.xner("train --config configs/tagger.toml --out model --json");
    assert!(said.err.contains("note: F1 on development data is 0.00 after 2 steps"), "{}", said.err);
    assert!(said.json()["notes"][0].as_str().unwrap().contains("--find-rate"));
    assert!(folder.read("model/train-report.json").contains("nothing was learnt"));
}

#[test]
fn learning_rates_are_tried_and_the_best_is_named() {
    let folder = folder(&elsewhere());
    let command = "train --config configs/tagger.toml --find-rate --steps 60";
    let json = folder.xner(&format!("{command} --rates 1e-6,0.02,1e30 --json")).json();
    let trials = json["trials"].as_array().unwrap();
    assert_eq!((trials.len(), &json["best"], &json["steps"]), (3, &0.02.into(), &60.into()), "{json}");
    assert!(trials[1]["f1"].as_f64() > Some(0.5) && trials[1]["loss"].as_f64() < trials[0]["loss"].as_f64());
    // Each rate begins anew: alone it reaches the same.
    let alone = folder.xner(&format!("{command} --rates 0.02 --json")).json();
    assert_eq!(alone["trials"][0], trials[1]);
    let text = folder.xner(&format!("{command} --steps 3").replace("--steps 60 ", "")).ok();
    assert_eq!(text.lines().filter(|line| line.ends_with('*')).count(), 1, "{text}");
    assert!(text.contains("the rate to take is ") && text.lines().count() >= 9, "{text}");
    assert_eq!(folder.names(), ["configs", "data"], "nothing is written");
    folder.refused(&format!("{command} --rates 0"), &["rates", "above 0"]);
    folder.refused("train --config configs/tagger.toml --rates 0.1 --out m", &["--find-rate"]);
}

#[test]
fn the_printed_config_trains() {
    let printed = Folder::with(&[]).xner("train --print-config").ok();
    assert!(printed.contains("\n# Sentences in a batch.\nbatch = 16\n"), "{printed}");
    let config = printed
        .replace("#train = \"train.conll\"", "train = \"../data/train.conll\"")
        .replace("epochs = 30", "epochs = 1");
    let folder = folder(&config);
    folder.xner("train --config configs/tagger.toml --out model").ok();
    assert_eq!(folder.files("model"), MODEL);
}

#[test]
fn bad_configs_and_data_are_refused_and_nothing_is_written() {
    let config = elsewhere();
    let folder = Folder::with(&[
        ("data/train.conll", CORPUS),
        ("configs/unknown.toml", &config.replace("batch = 3", "batch = 3\nbatsch = 4")),
        ("configs/kind.toml", &config.replace("batch = 3", "batch = \"three\"")),
        ("configs/rate.toml", &config.replace("dropout = 0.1", "dropout = true")),
        ("configs/named.toml", "seed = 1\nmodel = \"berd\"\n[data]\ntrain = \"../data/train.conll\"\n"),
        ("configs/encoder.toml", "model = \"bert\"\n[data]\ntrain = \"../data/train.conll\"\n"),
        ("configs/range.toml", &config.replace("batch = 3", "batch = 0")),
        ("configs/syntax.toml", "seed = \n"),
        ("configs/nothing.toml", "seed = 1\n"),
        ("configs/gone.toml", "[data]\ntrain = \"gone.conll\"\n"),
        ("configs/ragged.toml", "[data]\ntrain = \"ragged.conll\"\n"),
        ("configs/ragged.conll", "Ada B-PER\n\nran x O\n"),
        ("configs/scheme.toml", "[data]\ntrain = \"iob1.conll\"\n[data.read.conll]\nscheme = \"iob2\"\n"),
        ("configs/iob1.conll", "Ada I-PER\n"),
        ("configs/odd.toml", "[data]\ntrain = \"odd.conll\"\n"),
        ("configs/odd.conll", "Ada B-PER\nran X\n"),
        ("configs/empty.toml", "[data]\ntrain = \"empty.conll\"\n"),
        ("configs/empty.conll", "\n"),
        ("configs/test.toml", &config.replace("test = \"../data/train.conll\"", "test = \"empty.conll\"")),
        ("configs/nan.toml", &config.replace("random = 16", "file = \"nan.vec\"")),
        ("configs/nan.vec", "2 2\nAda 1 2\nran 1 NaN\n"),
        ("configs/short.toml", &config.replace("random = 16", "file = \"short.vec\"")),
        ("configs/short.vec", "Ada 1 2\nran 1\n"),
    ]);
    let refused = |name: &str, parts: &[&str]| {
        folder.refused(&format!("train --config configs/{name}.toml --out model"), parts);
    };
    refused("unknown", &["configs/unknown.toml", "batsch", "line "]);
    refused("kind", &["configs/kind.toml", "training.batch", "line ", "expected a whole number"]);
    refused("rate", &["configs/rate.toml", "model.dropout", "line ", "expected a number"]);
    refused("named", &["configs/named.toml:2: `model` is `berd`, expected `bert`, or the table [model]"]);
    refused("encoder", &["configs/encoder.toml: cannot train", "`bert.encoder`", "is missing"]);
    refused("range", &["`training.batch`", "is 0, expected at least 1"]);
    refused("syntax", &["configs/syntax.toml", "line 1"]);
    refused("nothing", &["configs/nothing.toml", "`data.train`", "is missing"]);
    refused("gone", &["configs/gone.conll: No such file"]);
    refused("ragged", &["configs/ragged.conll:3: expected 2 columns", "found 3"]);
    refused("scheme", &["configs/iob1.conll:1: tag `I-PER` breaks IOB2"]);
    refused("odd", &["configs/odd.conll:2: `X` is no tag"]);
    refused("empty", &["configs/empty.conll: no sentences"]);
    refused("test", &["configs/empty.conll: no sentences"]);
    refused("nan", &["configs/nan.vec:3", "NaN"]);
    refused("short", &["configs/short.vec:2"]);
    refused("nowhere", &["configs/nowhere.toml: No such file"]);
    folder
        .refused("train --config configs/gone.toml --out model --resume", &["model: there is no checkpoint"]);
    // A folder without a state in it is what a run leaves that was killed before its first checkpoint.
    folder.write("begun/checkpoint/lock", b"");
    folder
        .refused("train --config configs/gone.toml --out begun --resume", &["begun: there is no checkpoint"]);
    folder.refused("train --out model", &["--config"]);
    folder.refused("train --config configs/range.toml --out model --device tpu", &["tpu"]);
}

#[test]
fn a_run_that_diverges_says_so() {
    let config = elsewhere()
        .replace("kind = \"adam\", rate = 0.01", "kind = \"sgd\", rate = 1e38")
        .replace("batch = 3", "batch = 3\nclip = 0");
    let folder = folder(&config);
    let said = folder.xner("train --config configs/tagger.toml --out model");
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("phase `training` diverged at step"), "{}", said.err);
    assert!(!folder.path("model/config.json").exists());
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_resumes_to_the_same_bytes() {
    use std::io::{BufRead, BufReader};
    let folder = folder(&elsewhere().replace("epochs = 40", "epochs = 200"));
    folder.xner("train --config configs/tagger.toml --out whole").ok();
    let mut child = folder.start("train --config configs/tagger.toml --out broken");
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    // The first lines: what is trained, and the first evaluation.
    for _ in 0..2 {
        lines.next().unwrap().unwrap();
    }
    interrupt(&child);
    let said: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said:?}");
    assert!(said.iter().any(|line| line.contains("the same command resumes from")), "{said:?}");
    assert_eq!(folder.files("broken"), ["checkpoint"]);
    let resumed = folder.xner("train --config configs/tagger.toml --out broken --resume");
    assert!(resumed.err.contains("going on from step"), "{}", resumed.err);
    resumed.ok();
    assert_eq!(folder.files("broken"), MODEL);
    for name in MODEL {
        let read = |run: &str| std::fs::read(folder.path(&format!("{run}/{name}"))).unwrap();
        assert_eq!(read("whole"), read("broken"), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn one_interrupt_ends_the_scoring_of_the_test_data() {
    use std::time::Duration;
    let config = elsewhere().replace("test = \"../data/train.conll\"", "test = \"../data/test.conll\"");
    let folder = folder(&config);
    folder.write("data/test.conll", CORPUS.repeat(20_000).as_bytes());
    let mut child = folder.start("train --config configs/tagger.toml --out model");
    let trained = || folder.path("model/config.json").is_file() && !folder.path("model/checkpoint").exists();
    while !trained() {
        assert_eq!(child.try_wait().unwrap(), None);
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(50));
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0), "{said}");
    assert!(!said.contains("once more"), "{said}");
    assert_eq!(folder.files("model"), MODEL);
}
