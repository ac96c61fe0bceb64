//! `xner transfer meta`, `xner tag --adapt` and `xner low-resource`, on small files from the built-in sample and a tiny
//! random encoder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Folder;
use xner_corpus::write::{WriteOptions, write_corpus};
use xner_corpus::{Labelled, Sentence};
use xner_sample::{Language, Sample, Split};
use xner_tagger::bert::RandomEncoder;

const CONFIG: &str = r#"
seed = 3
[source]
train = "../data/en.train.conll"
dev = "../data/en.dev.conll"
sentences = 30
[target]
language = "es"
test = "../data/es.test.conll"
test_sentences = 15
[bert]
encoder = "../data/encoder"
length = 24
overlap = 8
freeze_embeddings = false
freeze_layers = 0
[training]
epochs = 2
batch = 8
optimiser.rate = 1e-3
[meta]
updates = 4
tasks = 4
evaluate_every = 2
start = "base"
optimiser.rate = 1e-3
[inner]
optimiser.rate = 1e-3
[adaptation]
rate = 1e-3
"#;

const LOW: &str = r#"
language = "es"
train = "../data/es.dev.conll"
test = "../data/es.test.conll"
shares = [0.2, 0.5]
draws = [1, 2]
[bert]
freeze_embeddings = false
freeze_layers = 0
[training]
epochs = 1
optimiser.rate = 1e-3
"#;

fn folder() -> Folder {
    let folder =
        Folder::with(&[("configs/run.toml", CONFIG), ("configs/low.toml", LOW), ("data/nothing", "")]);
    let sample = Sample::new(2).unwrap();
    let write = |name: &str, corpus: &[Labelled]| {
        write_corpus(folder.path(&format!("data/{name}.conll")), corpus, &WriteOptions::default()).unwrap();
    };
    let train = sample.labelled(Language::English, Split::Train, 40);
    let dev = sample.labelled(Language::Spanish, Split::Dev, 20);
    write("en.train", &train);
    write("en.dev", &sample.labelled(Language::English, Split::Dev, 10));
    write("es.dev", &dev);
    write("es.test", &sample.labelled(Language::Spanish, Split::Test, 20));
    let words = train.iter().chain(&dev).map(|labelled| &labelled.sentence).flat_map(Sentence::tokens);
    let sizes = RandomEncoder {
        hidden: 16,
        heads: 2,
        inner: 24,
        positions: 24,
        deviation: 0.2,
        ..RandomEncoder::default()
    };
    sizes.write(words, &folder.path("data/encoder")).unwrap();
    folder
}

const COMMAND: &str = "transfer meta --config configs/run.toml --out";

#[test]
fn a_run_is_scored_as_it_is_and_adapted_and_its_model_tags_so() {
    let folder = folder();
    let said = folder.xner(&format!("{COMMAND} run --json"));
    assert!(
        said.err.contains("phase base: 30 sentences") && said.err.contains("phase meta: 30 tasks"),
        "{}",
        said.err
    );
    let json = said.json();
    assert_eq!(
        (&json["method"], &json["row"], &json["target"]),
        (&"meta".into(), &"Meta-Cross".into(), &"es".into())
    );
    let chosen = &json["by_source_dev"];
    assert!(chosen["target_test"]["f1"].is_number());
    assert_eq!(chosen["adapted"]["sentences"], 15);
    let text = folder.xner(&format!("{COMMAND} run")).ok();
    assert!(text.contains("target test, adapted") && text.contains("of 15 sentences"), "{text}");
    // Without meta-training the base model is there already.
    let base = folder.xner(&format!("{COMMAND} base --cache run/phases --set ablation=no-meta-training"));
    assert!(base.err.contains("base: was there"), "{}", base.err);
    let table = folder.xner("transfer table run base").ok();
    for row in ["Meta-Cross", "Meta-Cross, adapted", "Meta-Cross w/o meta-training, adapted"] {
        let first = |line: &str| line.split('|').nth(1).is_some_and(|cell| cell.trim() == row);
        assert!(table.lines().any(first), "{row}: {table}");
    }

    let plain = folder.xner("tag --model run --input data/es.test.conll --output -").ok();
    let by = "--adapt data/en.train.conll --adapt-config configs/run.toml --adapt-cache vectors";
    let adapt = |rate: &str| {
        let config = CONFIG.replace("[adaptation]\nrate = 1e-3", rate);
        folder.write("configs/run.toml", config.as_bytes());
        let said = folder.xner(&format!("tag --model run --input data/es.test.conll {by}"));
        assert_eq!(
            said.err.contains("other settings: adaptation"),
            rate != "[adaptation]\nrate = 1e-3",
            "{}",
            said.err
        );
        said.ok()
    };
    let as_trained = adapt("[adaptation]\nrate = 1e-3");
    // A step that is next to none, and one that is felt.
    assert_eq!(adapt("[adaptation]\nrate = 1e-12"), plain);
    let adapted = adapt("[adaptation]\nrate = 0.05");
    assert_eq!(adapted.lines().count(), plain.lines().count());
    assert_ne!(adapted, plain);
    assert!(folder.path("vectors").is_dir());
    // Without a config the encoder must be named.
    folder.refused(
        "tag --model run --input data/es.test.conll --adapt data/en.train.conll",
        &["--adapt-encoder"],
    );
    // The model's own settings are in its report; the paper's freeze more layers than there are.
    let own = "--adapt data/en.train.conll --adapt-encoder data/encoder";
    let said = folder.xner(&format!("tag --model run --input data/es.test.conll {own}"));
    assert!(!said.err.contains("another encoder"), "{}", said.err);
    assert_eq!(said.ok(), as_trained);
    // The fine-tuned model is an encoder too, but not the one by which it was trained.
    let other = "--adapt data/en.train.conll --adapt-encoder run";
    let said = folder.xner(&format!("tag --model run --input data/es.test.conll {other}"));
    assert!(said.err.contains("run: run was trained with another encoder"), "{}", said.err);
    said.ok();
    // What cannot be opened is told before the corpus is indexed.
    let anew = "--adapt data/en.train.conll --adapt-encoder data/encoder --adapt-cache anew";
    folder.refused(&format!("tag --model nowhere --input data/es.test.conll {anew}"), &["nowhere"]);
    folder.refused(&format!("tag --model run --input nowhere.conll {anew}"), &["nowhere.conll"]);
    assert!(!folder.path("anew").exists());
    std::fs::rename(folder.path("run/transfer-report.json"), folder.path("report.json")).unwrap();
    folder.refused(
        &format!("tag --model run --input data/es.test.conll {own}"),
        &["bert.freeze_layers", "--adapt-config"],
    );
    folder.write("none.conll", "Ana O\n\n".repeat(20).as_bytes());
    let none = "--adapt none.conll --adapt-config configs/run.toml";
    folder.refused(
        &format!("tag --model run --input data/es.test.conll {none}"),
        &["none.conll", "`source.train`: has no entity"],
    );
    let few = "--adapt few.conll --adapt-config configs/run.toml";
    folder.write("few.conll", b"Ana B-PER\n\n");
    folder.refused(
        &format!("tag --model run --input data/es.test.conll {few}"),
        &["1 sentences", "at least 2"],
    );
}

#[test]
fn a_run_that_diverges_ends_with_1_and_names_its_phase() {
    let folder = folder();
    for (phase, set) in [("base", "training.optimiser.rate=1e30"), ("meta", "meta.optimiser.rate=1e30")] {
        let said = folder.xner(&format!("{COMMAND} out --set {set} --set meta.updates=20"));
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
        assert!(said.err.contains(&format!("phase `{phase}` diverged at step")), "{}", said.err);
    }
    folder.xner(&format!("{COMMAND} out")).ok();
}

/// Begins what `arguments` say, and kills it when the training whose folder's name has `name` in it, in `parent`, has a
/// checkpoint.
fn killed_in(folder: &Folder, arguments: &str, parent: &str, name: &str) {
    let begun = std::time::Instant::now();
    let mut child = folder.start(arguments);
    let there = || {
        let names = if folder.path(parent).exists() { folder.files(parent) } else { vec![] };
        let own = names.into_iter().find(|own| own.contains(name));
        own.is_some_and(|own| folder.path(&format!("{parent}/{own}/checkpoint/state.safetensors")).exists())
    };
    while !there() {
        assert_eq!(child.try_wait().unwrap(), None);
        assert!(begun.elapsed().as_secs() < 300);
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_run_that_is_killed_in_meta_training_goes_on() {
    let folder = folder();
    let config = CONFIG.replace("updates = 4", "updates = 40\ncheckpoint_every = 1");
    folder.write("configs/run.toml", config.as_bytes());
    folder.xner(&format!("{COMMAND} whole")).ok();
    killed_in(&folder, &format!("{COMMAND} broken"), "broken/phases", "meta-");
    assert!(!folder.path("broken/config.json").exists());
    folder.xner(&format!("{COMMAND} broken")).ok();
    assert!(folder.tree("whole") == folder.tree("broken"));
    folder.refused(&format!("{COMMAND} broken --seed 7"), &["broken: holds a run with another config"]);
}

#[test]
fn low_resource_that_is_killed_goes_on() {
    let folder = folder();
    folder.xner(&format!("{COMMAND} base --set ablation=no-meta-training")).ok();
    let low = LOW.replace("epochs = 1", "epochs = 60\ncheckpoint_every = 1").replace("[0.2, 0.5]", "[0.5]");
    folder.write("configs/low.toml", low.as_bytes());
    let command = |out: &str| format!("low-resource --config configs/low.toml --out {out} --model base=base");
    folder.xner(&command("whole")).ok();
    // In the second draw, so that the first is there.
    killed_in(&folder, &command("broken"), "broken", "draw-2");
    assert!(!folder.path("broken/low-resource.json").exists());
    folder.xner(&command("broken")).ok();
    assert!(folder.tree("whole") == folder.tree("broken"));
}

#[test]
fn models_are_tuned_on_few_sentences() {
    let folder = folder();
    folder.xner(&format!("{COMMAND} full")).ok();
    folder.xner(&format!("{COMMAND} base --cache full/phases --set ablation=no-meta-training")).ok();
    let command = "low-resource --config configs/low.toml --out low --model base=base --model full";
    let json = folder.xner(&format!("{command} --json")).json();
    let rows = json["rows"].as_array().unwrap();
    let row = |at: usize| (rows[at]["model"].as_str().unwrap(), rows[at]["sentences"].as_u64().unwrap());
    assert_eq!((rows.len(), row(0), row(3)), (4, ("base", 4), ("Meta-Cross", 10)));
    let text = folder.xner(command).ok();
    assert!(text.contains("| 20 % | 4 | base | ") && text.contains("| 50 % | 10 | Meta-Cross | "), "{text}");
    folder.refused("low-resource --config configs/low.toml --out low --model nowhere", &["nowhere"]);
    folder.refused(&format!("{command} --set shares=[2.0]"), &["shares"]);
    // A value of a table or list that --set gives is not looked for in the file.
    folder.refused(&format!("{command} --set draws=[-1]"), &["at `draws[0]` (from --set)"]);
    let odd = "low-resource --config configs/low.toml --out odd --model a|b=base --set shares=[0.29]";
    let text = folder.xner(odd).ok();
    assert!(text.contains("| 29 % | 6 | a\\|b | "), "{text}");
    folder.refused(&format!("{COMMAND} odd"), &["odd: holds scores of low resource"]);
    // Seeds that no config could have.
    folder.refused(&format!("{COMMAND} x --seed 18446744073709551615"), &["18446744073709551615"]);
}

#[test]
fn configs_are_printed_and_read_again() {
    let folder = folder();
    let printed = folder.xner("transfer meta --print-config").ok();
    assert!(printed.contains("nearest = \"keep\"") && printed.contains("[adaptation]"), "{printed}");
    folder.write("meta.toml", printed.as_bytes());
    folder.refused("transfer meta --config meta.toml --out x", &["source.train"]);
    folder.refused("transfer meta --config meta.toml --out x --set masking.ratio=2.0", &["masking.ratio"]);
    folder.write("low.toml", folder.xner("low-resource --print-config").ok().as_bytes());
    folder.refused("low-resource --config low.toml --out x --model data/encoder", &["`train`"]);
    folder.write("odd.toml", b"seed = 1\n\n[training]\nepoch = 2\n");
    let odd = ["odd.toml: at `training.epoch`, line 4: unknown field"];
    folder.refused("transfer meta --config odd.toml --out x", &odd);
    folder.refused("transfer meta --config odd.toml --out x --set seed=2", &odd);
    folder.refused(
        "transfer meta --config meta.toml --out x --set training.epoch=2",
        &["meta.toml: at `training.epoch` (from --set): unknown field"],
    );
    folder.write("odd.toml", b"[training]\nepoch = 2\n");
    let odd = ["odd.toml: at `training.epoch`, line 2: unknown field"];
    folder.refused("low-resource --config odd.toml --out x --model data/encoder", &odd);
    folder.write("odd.toml", b"test_sentences = 0\n");
    let odd = ["odd.toml: setting `test_sentences`: is 0, expected at least 1"];
    folder.refused("low-resource --config odd.toml --out x --model data/encoder", &odd);
}
