//! `xner transfer zero-resource` and `xner transfer figures`, on small files from the built-in sample.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::Read;
use std::process::Child;
use std::time::{Duration, Instant};

use common::{Folder, interrupt};
use xner_corpus::Labelled;
use xner_corpus::write::{WriteOptions, write_corpus};
use xner_sample::{Language, Sample, Split};

/// A run with every phase, each long enough to be met in it.
const CONFIG: &str = r#"
seed = 3
[source]
train = "../data/en.train.conll"
dev = "../data/en.dev.conll"
test = "../data/en.test.conll"
vectors = "../data/en.vec"
[target]
language = "es"
unlabelled = "../data/es.text"
dev = "../data/es.dev.conll"
test = "../data/es.test.conll"
vectors = "../data/es.vec"
read.text.sentences = "lines"
[words]
length = 5.0
[mapping]
method = "identical"
settings = { refinement = { interval = 10 } }
[model]
hidden = 16
dense = 16
[model.characters]
embedding = 8
hidden = 8
[training]
epochs = 3
batch = 8
evaluate_every = 12
checkpoint_every = 3
optimiser = { kind = "adam", rate = 0.01 }
[augmented]
redraw_every = 7
"#;

const COMMAND: &str = "transfer zero-resource --config configs/run.toml --out";

fn folder(config: &str) -> Folder {
    let folder = Folder::with(&[("configs/run.toml", config), ("data/nothing", "")]);
    let sample = Sample::new(2).unwrap();
    let (english, spanish) = (Language::English, Language::Spanish);
    let write = |name: &str, corpus: &[Labelled]| {
        write_corpus(folder.path(&format!("data/{name}.conll")), corpus, &WriteOptions::default()).unwrap();
    };
    write("en.train", &sample.labelled(english, Split::Train, 160));
    for (name, language) in [("en", english), ("es", spanish)] {
        write(&format!("{name}.dev"), &sample.labelled(language, Split::Dev, 60));
        write(&format!("{name}.test"), &sample.labelled(language, Split::Test, 60));
        folder.write(&format!("data/{name}.vec"), sample.vectors(language).to_text().as_bytes());
    }
    folder.write("data/es.text", sample.text(spanish, 160).as_bytes());
    folder
}

/// Where a run is, told by its files; `begun` is there while it is in the phase, `next` is not yet.
struct Moment {
    phase: &'static str,
    begun: &'static str,
    next: &'static str,
}

const MOMENTS: [Moment; 4] = [
    Moment { phase: "mapping", begun: "mapping/checkpoint/state.safetensors", next: "source" },
    Moment { phase: "source", begun: "source/checkpoint/state.safetensors", next: "source/config.json" },
    Moment { phase: "joint", begun: "checkpoint/state.safetensors", next: "config.json" },
    Moment { phase: "scoring", begun: "by-target/config.json", next: "transfer-report.json" },
];

/// Starts the run in the folder `run`, and waits until it is at the moment.
fn started(folder: &Folder, run: &str, moment: &Moment) -> Child {
    let mut child = folder.start(&format!("{COMMAND} {run}"));
    let begun = Instant::now();
    while !folder.path(&format!("{run}/{}", moment.begun)).exists() {
        assert_eq!(child.try_wait().unwrap(), None, "{}: {}", moment.phase, said(&mut child));
        assert!(begun.elapsed() < Duration::from_mins(5), "{}", moment.phase);
        std::thread::sleep(Duration::from_millis(1));
    }
    child
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

#[test]
fn what_does_not_fit_together_stops_the_run() {
    let swapped = CONFIG.replace("en.vec", "xx.vec").replace("es.vec", "en.vec").replace("xx.vec", "es.vec");
    let folder = folder(&swapped);
    let parts = ["configs/run.toml", "the vectors of source and target are swapped", "misfit = \"note\""];
    folder.refused(&format!("{COMMAND} out"), &parts);
    let part = "--set source.sentences=40 --set training.epochs=1 --set variant=cross-word";
    let said = folder.xner(&format!("{COMMAND} out --set misfit=note {part} --json"));
    assert!(said.err.contains("note: the vectors of source and target are swapped"), "{}", said.err);
    let json = said.json();
    let notes: Vec<&str> =
        json["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    assert!(notes[0].contains("are swapped"), "{notes:?}");
    let report: serde_json::Value =
        serde_json::from_str(&folder.read("out/source/train-report.json")).unwrap();
    assert_eq!(report["sentences"], 40);
}

#[test]
fn a_run_killed_in_any_phase_goes_on_and_ends_with_the_same_bytes() {
    let folder = folder(CONFIG);
    folder.xner(&format!("{COMMAND} whole")).ok();
    for moment in &MOMENTS {
        let Moment { phase, next, .. } = moment;
        // Each in a run of its own, and all in one run.
        for run in [*phase, "often"] {
            let mut child = started(&folder, run, moment);
            // No chance to tidy up.
            child.kill().unwrap();
            assert_eq!(child.wait().unwrap().code(), None, "{phase}: {}", said(&mut child));
            assert!(!folder.path(&format!("{run}/{next}")).exists(), "{phase}");
        }
        folder.xner(&format!("{COMMAND} {phase}")).ok();
        same(&folder, "whole", phase);
    }
    folder.xner(&format!("{COMMAND} often")).ok();
    same(&folder, "whole", "often");
    // What is finished is not done again, and a run of another seed has no place there.
    let before = folder.tree("often");
    assert!(folder.xner(&format!("{COMMAND} often")).ok().contains("Cross-Augmented, en to es"));
    let other = "often: holds a run with another config or other data: `seed` is 3 there, and 4 here";
    folder.refused(&format!("{COMMAND} often --seed 4"), &[other]);
    assert_eq!(folder.tree("often"), before);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_in_any_phase_with_130_and_it_goes_on() {
    let folder = folder(CONFIG);
    folder.xner(&format!("{COMMAND} whole")).ok();
    for moment in &MOMENTS[..3] {
        let mut child = started(&folder, "stopped", moment);
        interrupt(&child);
        let said = said(&mut child);
        assert_eq!(child.wait().unwrap().code(), Some(130), "{}: {said}", moment.phase);
        assert!(said.contains("error: stopped") && !said.contains("cannot train"), "{said}");
        assert!(!folder.path("stopped/transfer-report.json").exists());
    }
    folder.xner(&format!("{COMMAND} stopped")).ok();
    same(&folder, "whole", "stopped");
}

#[test]
fn seeds_go_into_folders_and_the_model_tags() {
    let folder = folder(&CONFIG.replace("epochs = 3", "epochs = 1"));
    let json = folder.xner(&format!("{COMMAND} runs --seeds 3,5 --json")).json();
    assert_eq!((&json["runs"][0]["seed"], &json["runs"][1]["seed"]), (&3.into(), &5.into()));
    for choice in ["by_source_dev", "by_target_dev"] {
        assert!(json[choice]["maximum"].as_f64().unwrap() >= json[choice]["mean"].as_f64().unwrap());
    }
    let first = &json["runs"][0];
    assert!(first["mapping_criterion"].is_number() && !first["rounds"].as_array().unwrap().is_empty());
    folder.xner(&format!("{COMMAND} alone")).ok();
    same(&folder, "alone", "runs/seed-3");
    let tagged = folder.xner("tag --model runs/seed-5 --input data/es.text").ok();
    assert!(tagged.lines().count() > 100 && tagged.contains("\"entities\""), "{tagged}");
    assert!(folder.xner("transfer table runs").ok().contains("| Cross-Augmented | en-es |    2 |"));
}

#[test]
fn bad_configs_are_named_and_nothing_is_written() {
    for (from, to, parts) in [
        ("epochs = 3", "epochs = 3\nepoch = 4", vec!["configs/run.toml", "at `training.epoch`", "line "]),
        (
            "redraw_every = 7",
            "redraw_every = 0",
            vec!["`augmented.redraw_every`", "is 0, expected at least 1"],
        ),
        ("redraw_every = 7", "redraw_every = \"7\"", vec!["at `augmented.redraw_every`"]),
        ("method = \"identical\"", "method = \"magic\"", vec!["configs/run.toml", "magic", "self-learning"]),
        ("interval = 10", "intervall = 10", vec!["mapping.settings", "intervall"]),
        ("hidden = 16", "hidden = 16\ntied = true", vec!["`model.tied`", "is told by the variant"]),
        ("seed = 3", "seed = 3\nselect = \"target\"", vec!["target-dev"]),
        ("dev = \"../data/es.dev.conll\"", "", vec!["`target.dev`", "configs/run.toml: cannot train"]),
        ("unlabelled = \"../data/es.text\"", "", vec!["`target.unlabelled`", "is missing"]),
        ("vectors = \"../data/es.vec\"", "vectors = \"gone.vec\"", vec!["configs/gone.vec: No such file"]),
        ("es.test.conll", "es.vec", vec!["`target.test`", "data/es.vec looks like word vectors"]),
    ] {
        let mut config = CONFIG.replacen(from, to, 1);
        assert_ne!(config, CONFIG, "{from}");
        if to.is_empty() {
            config = format!("select = \"target-dev\"\n{config}");
        }
        folder(&config).refused(&format!("{COMMAND} out"), &parts);
    }
    folder(CONFIG).refused(&format!("{COMMAND} out --seeds 1,2,1"), &["--seeds has 1 twice"]);
}

#[test]
fn a_run_that_diverges_ends_with_1_and_leaves_its_folder() {
    let folder = folder(&CONFIG.replace("epochs = 3", "epochs = 1").replace("checkpoint_every = 3", ""));
    let said = folder.xner(&format!("{COMMAND} out --set training.optimiser.rate=3e38"));
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
    assert!(said.err.contains("configs/run.toml: cannot train"), "{}", said.err);
    assert!(said.err.contains("phase `source` diverged at step"), "{}", said.err);
    // The mapping is kept; the mended config takes it, and its run is what it is in a folder of its own.
    assert_eq!(folder.files("out"), ["mapping"]);
    let other = format!("{COMMAND} out --set mapping.settings.refinement.interval=7");
    folder.refused(&other, &["out/mapping: holds a mapping with other settings", "remove it"]);
    folder.xner(&format!("{COMMAND} out")).ok();
    folder.xner(&format!("{COMMAND} anew")).ok();
    same(&folder, "anew", "out");
}

#[test]
fn figures_of_a_finished_run() {
    let folder = folder(&CONFIG.replace("epochs = 3", "epochs = 1"));
    folder.xner(&format!("{COMMAND} run --seed 8")).ok();
    let figures = "transfer figures run --config configs/run.toml --words 60 --width 4";
    let json = folder.xner(&format!("{figures} --json")).json();
    // The config's seed is not the run's: that of the run is taken.
    assert_eq!(folder.files("run/figures"), ["length.png", "length.svg", "words.png", "words.svg"]);
    let systems = json["length"]["systems"].as_array().unwrap();
    assert_eq!(
        (&systems[0]["name"], &systems[1]["name"]),
        (&"Cross-Augmented".into(), &"Cross-Shared".into())
    );
    assert_eq!(json["length"]["split"], "test");
    // The figure's F1 over all lengths is the report's.
    let report: serde_json::Value = serde_json::from_str(&folder.read("run/transfer-report.json")).unwrap();
    assert_eq!(systems[0]["all"]["score"]["f1"], report["by_source_dev"]["target_test"]["f1"]);
    assert_eq!(systems[0]["all"]["words"], report["by_source_dev"]["target_test"]["tokens"]);
    let panels = ["(a) monolingual vectors", "(b) mapped vectors", "(c) common encoder"];
    assert_eq!(json["words"]["panels"], serde_json::json!(panels));
    for side in ["source", "target"] {
        let count: u64 =
            json["words"][side].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(count, 60, "{json}");
    }
    let svg = folder.read("run/figures/words.svg");
    for text in panels.iter().chain(&["PER", "LOC", "en", "es"]) {
        assert!(svg.contains(&format!("\n{text}\n")), "{text}");
    }
    // The same again on one thread has the same bytes; the run is as it was but for its figures.
    folder.xner(&format!("{figures} --out again --threads 1")).ok();
    same(&folder, "run/figures", "again");
    let none = figures.replace("60", "0");
    folder.refused(&none, &["--words is 0"]);
    folder.refused(
        "transfer figures data --config configs/run.toml",
        &["data: holds no run of `xner transfer`", "transfer-report.json"],
    );
    let other = folder.read("configs/run.toml").replace("hidden = 16", "hidden = 17");
    folder.write("configs/other.toml", other.as_bytes());
    let parts = ["configs/other.toml", "run: holds a run with another config or other data"];
    folder.refused("transfer figures run --config configs/other.toml", &parts);
}

#[test]
fn figures_of_a_run_without_mapping_lack_that_panel() {
    let config = CONFIG
        .replace("epochs = 3", "epochs = 1")
        .replace("seed = 3", "seed = 3\nvariant = \"source-mono\"\nselect = \"target-dev\"");
    for (words, panels) in [
        ("own", vec!["(a) monolingual vectors", "(b) common encoder"]),
        ("random", vec!["(a) common encoder"]),
    ] {
        let folder = folder(&config.replace("length = 5.0", &format!("kind = \"{words}\"")));
        folder.xner(&format!("{COMMAND} run")).ok();
        let json = folder.xner("transfer figures run --config configs/run.toml --words 40 --json").json();
        assert_eq!(json["words"]["panels"], serde_json::json!(panels), "{json}");
        let systems = json["length"]["systems"].as_array().unwrap();
        let report: serde_json::Value =
            serde_json::from_str(&folder.read("run/transfer-report.json")).unwrap();
        assert_eq!(systems.len(), 1);
        assert_eq!(systems[0]["all"]["score"]["f1"], report["by_target_dev"]["target_test"]["f1"]);
    }
}
