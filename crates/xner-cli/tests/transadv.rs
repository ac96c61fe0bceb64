//! `xner transfer transadv` and the baselines on its parts, on small files from the built-in sample and a tiny random
//! encoder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::Read;
use std::process::Child;
use std::time::{Duration, Instant};

use common::{Folder, interrupt};
use xner_corpus::write::{WriteOptions, write_corpus};
use xner_corpus::{Labelled, Sentence};
use xner_sample::{Language, Sample, Split};
use xner_tagger::bert::RandomEncoder;

const CONFIG: &str = r#"
seed = 3
[source]
train = "../data/en.train.conll"
dev = "../data/en.dev.conll"
[target]
language = "es"
unlabelled = "../data/es.text"
dev = "../data/es.dev.conll"
test = "../data/es.test.conll"
read.text.sentences = "lines"
[dictionary]
file = "../data/en-es.txt"
[bert]
encoder = "../data/encoder"
length = 24
overlap = 8
freeze_embeddings = false
freeze_layers = 0
[training]
epochs = 3
batch = 8
evaluate_every = 3
checkpoint_every = 1
optimiser.rate = 1e-3
[adversary]
generator_rate = 1e-5
discriminator_rate = 1e-3
batch = 4
language.hidden = 8
order.hidden = 6
"#;

const METHODS: [&str; 6] = ["transadv", "mbert-ft", "advce", "tsl", "unitrans", "advpicker"];

fn folder(config: &str) -> Folder {
    let folder = Folder::with(&[("configs/run.toml", config), ("data/nothing", "")]);
    let sample = Sample::new(2).unwrap();
    let (english, spanish) = (Language::English, Language::Spanish);
    let write = |name: &str, corpus: &[Labelled]| {
        write_corpus(folder.path(&format!("data/{name}.conll")), corpus, &WriteOptions::default()).unwrap();
    };
    let train = sample.labelled(english, Split::Train, 40);
    write("en.train", &train);
    write("en.dev", &sample.labelled(english, Split::Dev, 20));
    write("es.dev", &sample.labelled(spanish, Split::Dev, 20));
    write("es.test", &sample.labelled(spanish, Split::Test, 20));
    folder.write("data/es.text", sample.text(spanish, 40).as_bytes());
    let pairs = sample.dictionary(english, spanish);
    let rows: Vec<String> = pairs.iter().map(|(source, target)| format!("{source}\t{target}")).collect();
    folder.write("data/en-es.txt", rows.join("\n").as_bytes());
    let unlabelled = sample.unlabelled(spanish, 40);
    let sentences = train.iter().map(|labelled| &labelled.sentence).chain(&unlabelled);
    let sizes = RandomEncoder { hidden: 16, heads: 2, inner: 24, positions: 24, ..RandomEncoder::default() };
    sizes.write(sentences.flat_map(Sentence::tokens), &folder.path("data/encoder")).unwrap();
    folder
}

fn command(method: &str) -> String {
    format!("transfer {method} --config configs/run.toml --out")
}

fn said(child: &mut Child) -> String {
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    said
}

fn same(folder: &Folder, whole: &str, broken: &str) {
    let (whole, broken) = (folder.tree(whole), folder.tree(broken));
    assert_eq!(whole.keys().collect::<Vec<_>>(), broken.keys().collect::<Vec<_>>());
    for (name, bytes) in &whole {
        assert!(*bytes == broken[name], "{name}");
    }
}

/// The phase's folder in the run's cache, if there is one yet.
fn phase(folder: &Folder, run: &str, name: &str) -> Option<String> {
    if name == "student" {
        return Some(run.to_owned());
    }
    let cache = format!("{run}/phases");
    let names = if folder.path(&cache).exists() { folder.files(&cache) } else { Vec::new() };
    let found = names.into_iter().find(|own| own.starts_with(&format!("{name}-")));
    found.map(|own| format!("{cache}/{own}"))
}

/// Starts a run and waits until the phase has a checkpoint.
fn started(folder: &Folder, run: &str, name: &str) -> Child {
    let mut child = folder.start(&format!("{} {run}", command("transadv")));
    let begun = Instant::now();
    let there = || {
        let own = phase(folder, run, name)?;
        folder.path(&format!("{own}/checkpoint/state.safetensors")).exists().then_some(())
    };
    while there().is_none() {
        assert_eq!(child.try_wait().unwrap(), None, "{name}: {}", said(&mut child));
        assert!(begun.elapsed() < Duration::from_mins(5), "{name}");
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

#[test]
fn a_run_killed_in_any_phase_goes_on_and_ends_with_the_same_bytes() {
    let folder = folder(CONFIG);
    let command = command("transadv");
    folder.xner(&format!("{command} whole")).ok();
    for name in ["source", "entity", "context", "order", "student"] {
        let mut child = started(&folder, "often", name);
        // No chance to tidy up.
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "{name}: {}", said(&mut child));
        let own = phase(&folder, "often", name).unwrap();
        assert!(!folder.path(&format!("{own}/config.json")).exists(), "{name}");
    }
    let json = folder.xner(&format!("{command} often --json")).json();
    assert_eq!(
        json,
        serde_json::from_str::<serde_json::Value>(&folder.read("whole/transfer-report.json")).unwrap()
    );
    same(&folder, "whole", "often");
    // What is finished is not done again, and a run of another seed has no place there.
    assert!(folder.xner(&format!("{command} often")).ok().contains("TransAdv, en to es"));
    folder.refused(&format!("{command} often --seed 4"), &["often: holds a run with another config"]);
    same(&folder, "whole", "often");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_with_130_and_it_goes_on() {
    let folder = folder(CONFIG);
    folder.xner(&format!("{} whole", command("transadv"))).ok();
    for name in ["source", "student"] {
        let mut child = started(&folder, "stopped", name);
        interrupt(&child);
        let said = said(&mut child);
        assert_eq!(child.wait().unwrap().code(), Some(130), "{name}: {said}");
        assert!(said.contains("error: stopped") && !said.contains("cannot train"), "{said}");
    }
    folder.xner(&format!("{} stopped", command("transadv"))).ok();
    same(&folder, "whole", "stopped");
}

#[test]
fn methods_share_a_cache_and_their_models_tag() {
    let folder = folder(&CONFIG.replace("epochs = 3", "epochs = 1"));
    let help = folder.xner("transfer --help").ok();
    for method in METHODS {
        assert!(help.contains(method), "{method}: {help}");
        let said = folder.xner(&format!("{} runs/{method} --cache cache --json", command(method)));
        let told = said.err.clone();
        let json = said.json();
        assert_eq!(
            (&json["method"], &json["seed"], &json["target"]),
            (&method.into(), &3.into(), &"es".into())
        );
        assert!(json["by_source_dev"]["target_test"]["f1"].is_number());
        // Of each phase time and disk are told, or that it was there.
        let was_there = told.contains("phase source: was there");
        assert_eq!(was_there, ["tsl", "unitrans", "advpicker"].contains(&method), "{method}: {told}");
        assert!(was_there || told.contains("phase source: ") && told.contains(" MiB"), "{told}");
        let translated = told.contains("entity words translated, share ");
        assert_eq!(translated, ["transadv", "unitrans"].contains(&method), "{told}");
        let game = ["transadv", "advce"].contains(&method);
        assert_eq!(told.contains("language discriminator, share right "), game, "{method}: {told}");
        let order = told.contains("order discriminator, share right ");
        assert_eq!(order, method == "transadv", "{method}: {told}");
        let tagged = folder.xner(&format!("tag --model runs/{method} --input data/es.text")).ok();
        assert!(tagged.lines().count() > 30 && tagged.contains("\"entities\""), "{tagged}");
    }
    // An ablation trains the student alone.
    let ablation =
        format!("{} runs/less --cache cache --set ablation=\"no-order-teacher\"", command("transadv"));
    let told = folder.xner(&ablation).err;
    for name in ["source", "entity", "context"] {
        assert!(told.contains(&format!("phase {name}: was there")), "{told}");
    }
    assert!(!told.contains("phase order") && told.contains("phase student"), "{told}");
    let runs: Vec<String> = folder.files("runs").into_iter().map(|run| format!("runs/{run}")).collect();
    let table = folder.xner(&format!("transfer table {}", runs.join(" "))).ok();
    for row in ["mBERT-FT", "AdvCE", "TSL", "UniTrans", "AdvPicker", "TransAdv", "TransAdv w/o Θ_order"] {
        assert!(table.contains(&format!("| {row} ")), "{row}: {table}");
    }
}

#[test]
fn figure_3_shows_every_stage() {
    let folder = folder(CONFIG);
    folder.xner(&format!("{} run --cache cache", command("transadv"))).ok();
    let figures = "transfer figures run --config configs/run.toml --words 20 --perplexity 4";
    // Its phases are not in the run's own folder.
    folder.refused(figures, &["run/phases/source-", "--cache"]);
    let drawn = folder.xner(&format!("{figures} --cache cache --out one --json")).json();
    let panels: Vec<_> = drawn["panels"].as_array().unwrap().iter().map(|panel| &panel["name"]).collect();
    assert_eq!(
        panels,
        ["(a) pretrained", "(b) source", "(c) entity", "(d) context", "(e) order", "(f) student"]
    );
    for panel in drawn["panels"].as_array().unwrap() {
        let shares = ["nearest_of_other_language", "nearest_of_same_label"].map(|key| panel[key].as_f64());
        assert!(shares.iter().all(|share| (0.0..=1.0).contains(&share.unwrap())), "{panel}");
    }
    assert_eq!((&drawn["source"]["O"], &drawn["target"]["O"]), (&10.into(), &10.into()));
    folder.xner(&format!("{figures} --cache cache --out two")).ok();
    same(&folder, "one", "two");
    assert_eq!(folder.files("one"), ["stages.png", "stages.svg"]);
    // Other methods have no such figure.
    folder.xner(&format!("{} ft", command("mbert-ft"))).ok();
    folder.refused("transfer figures ft --config configs/run.toml", &["mbert-ft", "transadv"]);
}

#[test]
fn the_printed_config_is_one() {
    let folder = folder(CONFIG);
    for method in METHODS {
        let printed = folder.xner(&format!("transfer {method} --print-config")).ok();
        assert!(printed.contains("[adversary.language]") && printed.contains("[distillation]"), "{printed}");
        folder.write("configs/printed.toml", printed.as_bytes());
        // It lacks what has no default.
        folder.refused(
            &format!("transfer {method} --config configs/printed.toml --out out"),
            &["`source.train`", "is missing"],
        );
    }
}

#[test]
fn bad_configs_are_named_and_nothing_is_written() {
    for (from, to, parts) in [
        ("epochs = 3", "epochs = 3\nepoch = 4", vec!["configs/run.toml", "training"]),
        ("language.hidden = 8", "language.hiden = 8", vec!["configs/run.toml", "hiden"]),
        ("language.hidden = 8", "language.hidden = 0", vec!["`adversary.language.hidden`", "is 0"]),
        ("seed = 3", "seed = 3\nselect = \"target\"", vec!["target-dev"]),
        ("seed = 3", "seed = 3\nablation = \"nothing\"", vec!["ablation", "no-distillation"]),
        ("encoder = \"../data/encoder\"", "", vec!["`bert.encoder`", "is missing"]),
        (
            "encoder = \"../data/encoder\"",
            "encoder = \"../data/encoder\"\nhead = \"crf\"",
            vec!["`bert.head`"],
        ),
        ("unlabelled = \"../data/es.text\"", "", vec!["`target.unlabelled`", "is missing"]),
        ("file = \"../data/en-es.txt\"", "file = \"gone.txt\"", vec!["configs/gone.txt: No such file"]),
        ("file = \"../data/en-es.txt\"", "", vec!["`dictionary"]),
    ] {
        let config = CONFIG.replacen(from, to, 1);
        assert_ne!(config, CONFIG, "{from}");
        folder(&config).refused(&format!("{} out", command("transadv")), &parts);
    }
    folder(CONFIG).refused(&format!("{} out --seeds 1,2,1", command("tsl")), &["--seeds has 1 twice"]);
}

#[test]
fn a_loss_that_is_no_number_is_told() {
    let folder = folder(CONFIG);
    let said = folder.xner(&format!("{} out --set teachers.rate=1e30", command("transadv")));
    // As `xner train`: no argument or file is wrong, and no one asked for a stop.
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
    for part in ["configs/run.toml: cannot train", "phase `entity` diverged at step"] {
        assert!(said.err.contains(part), "{}", said.err);
    }
    assert!(!folder.path("out/transfer-report.json").exists());
    // The folder is the mended config's.
    folder.xner(&format!("{} out", command("transadv"))).ok();
}
