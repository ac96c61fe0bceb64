//! `xner transfer bwet`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{CORPUS, Folder};

const VECTORS: &str = "4 3\nen 1 0 0\nvive 0 1 0\noslo 0 0 1\nlund 0 1 1\n";

fn folder(own: &str) -> Folder {
    let config = format!(
        "source = {{ train = \"../data/en.conll\", dev = \"../data/en.conll\" }}\n\
         target = {{ language = \"es\", vectors = \"../data/es.vec\", test = \"../data/es.conll\" }}\n\
         {own}\nmodel = {{ hidden = 8, dense = 8 }}\n[training]\nepochs = 2\n"
    );
    Folder::with(&[
        ("data/en.conll", CORPUS),
        ("data/es.conll", CORPUS),
        ("data/es.vec", VECTORS),
        ("data/pairs.txt", "in en\nlives vive\nthe el\nworks trabaja\nand y\n"),
        ("configs/bwet.toml", &config),
    ])
}

const DICTIONARY: &str = "dictionary.file = \"../data/pairs.txt\"";

#[test]
fn a_tagger_is_made_that_tags() {
    let folder = folder(DICTIONARY);
    let json = folder.xner("transfer bwet --config configs/bwet.toml --out model --json").json();
    assert_eq!(
        (&json["method"], &json["row"], &json["target"]),
        (&"bwet".into(), &"BWET".into(), &"es".into())
    );
    assert!(json["by_source_dev"]["target_test"]["f1"].is_number(), "{json}");
    assert_eq!(json["config"]["model"]["attention"], true);
    let kept: serde_json::Value = serde_json::from_str(&folder.read("model/transfer-report.json")).unwrap();
    assert_eq!(kept, json);
    assert_ne!(folder.read("model/translated/train.conll"), CORPUS);
    folder.write("text.conll", b"Lund\n\n");
    assert!(folder.xner("tag --model model --input text.conll").ok().contains("Lund"));
    assert!(folder.xner("transfer table model").ok().contains("BWET"));
    // The same again: what is finished is not made a second time. Another seed is another run.
    let again = folder.xner("transfer bwet --config configs/bwet.toml --out model").ok();
    assert!(again.contains("BWET, en to es"), "{again}");
    folder.refused("transfer bwet --config configs/bwet.toml --out model --seed 9", &["model: holds a run"]);
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_written() {
    let command = "transfer bwet --config configs/bwet.toml --out model";
    for (own, expected) in [
        ("", "`dictionary.mapping`"),
        ("dictionary.fil = \"x\"", "at `dictionary.fil`"),
        ("dictionary.file = \"gone.txt\"", "gone.txt"),
        ("dictionary.mapping = \"gone\"", "gone"),
        ("select = \"target-dev\"\ndictionary.file = \"../data/pairs.txt\"", "`target.dev`"),
    ] {
        folder(own).refused(command, &[expected]);
    }
}

#[test]
fn a_run_that_diverges_ends_with_1_and_leaves_its_folder() {
    let folder = folder(DICTIONARY);
    let command = "transfer bwet --config configs/bwet.toml --out model";
    let said = folder.xner(&format!("{command} --set training.optimiser={{kind=\"adam\",rate=3e38}}"));
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
    assert!(said.err.contains("phase `training` diverged at step"), "{}", said.err);
    assert!(!folder.path("model").exists());
    folder.xner(command).ok();
}

#[test]
fn seeds_are_summed_up() {
    let folder = folder(DICTIONARY);
    let command = "transfer bwet --config configs/bwet.toml --out runs";
    folder.refused(&format!("{command} --seeds 2,1,2"), &["--seeds has 2 twice"]);
    let json = folder.xner(&format!("{command} --seeds 2,1 --json")).json();
    let f1 = |at: usize| json["runs"][at]["by_source_dev"]["target_test"]["f1"].as_f64().unwrap();
    assert_eq!((&json["runs"][0]["seed"], &json["runs"][1]["seed"]), (&2.into(), &1.into()));
    let mean = json["by_source_dev"]["mean"].as_f64().unwrap();
    assert!((mean - f64::midpoint(f1(0), f1(1))).abs() < 1e-12, "{json}");
    let kept: serde_json::Value = serde_json::from_str(&folder.read("runs/results.json")).unwrap();
    assert_eq!(kept, json);
    // A seed's folder is what a run of its own makes.
    folder.xner("transfer bwet --config configs/bwet.toml --out alone --seed 1").ok();
    for name in ["transfer-report.json", "model.safetensors"] {
        let read = |run: &str| std::fs::read(folder.path(&format!("{run}/{name}"))).unwrap();
        assert_eq!(read("alone"), read("runs/seed-1"), "{name}");
    }
    let text = folder.xner(&format!("{command} --seeds 2,1")).ok();
    assert!(text.starts_with("BWET, en to es: 2 runs, in runs/results.json\n"), "{text}");
    assert!(text.contains("target test F1, chosen on source dev: "), "{text}");
    assert!(folder.xner("transfer table runs").ok().contains("| BWET | en-es |    2 |"));
}

#[test]
fn the_config_is_printed() {
    let printed = Folder::with(&[]).xner("transfer bwet --print-config").ok();
    assert!(printed.contains("\nattention = true\n"), "{printed}");
}
