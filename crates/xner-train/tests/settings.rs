//! Configs: read, set from the command line, checked, told without their paths.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use xner_train::config::{Optimiser, TrainingConfig};
use xner_train::settings::check::{fraction, positive};
use xner_train::{Checked, Error, ErrorKind, Result, Settings};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Data {
    train: Option<PathBuf>,
    dev: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Config {
    seed: u64,
    share: f64,
    names: Vec<String>,
    encoder: Option<PathBuf>,
    data: Data,
    training: TrainingConfig,
}

impl Settings for Config {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        vec![&mut self.data.train, &mut self.data.dev]
    }

    fn encoder(&mut self) -> Option<&mut Option<PathBuf>> {
        Some(&mut self.encoder)
    }

    fn check(&self) -> Result<()> {
        positive("seed", self.seed as usize)?;
        fraction("share", self.share)?;
        self.training.check()
    }
}

/// What a file leaves out.
fn base() -> Config {
    let optimiser = Optimiser::Adam { rate: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    Config {
        training: TrainingConfig { epochs: 3, optimiser, ..TrainingConfig::default() },
        ..Config::default()
    }
}

/// A folder with a config of this text.
fn config(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn read_with(text: &str, settings: &[&str]) -> Result<Config> {
    let (_folder, path) = config(text);
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Config::read_over(Some(&base()), Some(&path), &settings, &mut |_| {})
}

/// What is wrong, which names the file.
fn fault(text: &str, settings: &[&str]) -> String {
    let fault = read_with(text, settings).unwrap_err();
    assert!(matches!(fault, Error::Config { .. }), "{fault}");
    assert_eq!(fault.kind(), ErrorKind::BadInput);
    assert_eq!(fault.to_string().matches("train.toml: ").count(), 1, "{fault}");
    fault.to_string().split_once("train.toml: ").unwrap().1.to_owned()
}

#[test]
fn what_a_file_leaves_out_is_completed() {
    let read = read_with("seed = 1", &[]).unwrap();
    let adam = Optimiser::Adam { rate: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    assert_eq!((read.training.epochs, read.training.optimiser), (3, adam));
    assert_eq!(read.training.batch, TrainingConfig::default().batch, "the type's own default");
    let read = read_with("seed = 1\ntraining.epochs = 9\ntraining.optimiser.kind = \"sgd\"", &[]).unwrap();
    assert_eq!((read.training.epochs, read.training.optimiser), (9, Optimiser::default()));
}

#[test]
fn settings_of_the_command_line_come_before_the_files_and_the_last_before_the_first() {
    let text = "seed = 1\nshare = 0.5\n[training]\nepochs = 5";
    let settings = [
        "training.epochs=7",
        "seed=2",
        "seed=3",
        "names=[\"a\", \"b\"]",
        "training.optimiser={ kind = \"sgd\", rate = 0.25 }",
        "data.train=plain-word.conll",
    ];
    let read = read_with(text, &settings).unwrap();
    assert_eq!((read.seed, read.share, read.training.epochs), (3, 0.5, 7));
    assert_eq!(read.names, ["a", "b"]);
    assert_eq!(read.training.optimiser, Optimiser::Sgd { rate: 0.25 });
    // A path of the command line is the config's, as those of the file.
    assert!(read.data.train.unwrap().ends_with("plain-word.conll"));
    // What is set is not completed over.
    let read = read_with("seed = 1", &["training.epochs=8"]).unwrap();
    assert_eq!(read.training.epochs, 8);
}

#[test]
fn what_is_no_setting_names_itself() {
    for (setting, expected) in [
        ("seed", "setting `seed`: has no value, expected key=value"),
        ("=3", "setting `=3`: has an empty key, expected key=value"),
        ("training..epochs=3", "setting `training..epochs=3`: has an empty key, expected key=value"),
        ("seed.deep=3", "setting `seed.deep`: `seed` is no table"),
    ] {
        let fault = read_with("seed = 1", &[setting]).unwrap_err();
        assert!(matches!(fault, Error::Setting { .. }), "{fault}");
        assert_eq!(fault.to_string(), expected);
    }
}

#[test]
fn faults_name_key_and_line_or_the_command_line() {
    let text = "seed = 1\n\n[training]\nepoch = 3\n";
    let unknown = fault(text, &[]);
    assert!(
        unknown.starts_with("at `training.epoch`, line 4: unknown field `epoch`, expected one of"),
        "{unknown}"
    );
    let unknown = fault("seed = 1\nsede = 2", &[]);
    assert!(unknown.starts_with("at `sede`, line 2: unknown field `sede`"), "{unknown}");
    let unknown = fault("seed = 1", &["training.epoch=3"]);
    assert!(unknown.starts_with("at `training.epoch` (from --set): unknown field `epoch`"), "{unknown}");
    assert_eq!(
        fault("seed = \"x\"", &[]),
        "at `seed`, line 1: invalid type: string \"x\", expected a whole number, 0 or above"
    );
    assert_eq!(
        fault("seed = 1", &["training.epochs=many"]),
        "at `training.epochs` (from --set): invalid type: string \"many\", expected a whole number, 0 or above"
    );
    assert!(fault("seed = ", &[]).contains("line 1"));
}

#[test]
fn a_checks_fault_names_the_file() {
    assert_eq!(fault("seed = 1\nshare = 2", &[]), "setting `share`: is 2, expected at least 0 and at most 1");
    let from_command = fault("seed = 1", &["training.epochs=0"]);
    assert_eq!(from_command, "setting `training.epochs`: is 0, expected at least 1");
}

#[test]
fn files_that_are_none() {
    let (folder, path) = config("");
    let fault = Config::read(&folder.path().join("none.toml")).unwrap_err();
    assert!(matches!(fault, Error::Io { .. }) && fault.to_string().contains("none.toml"), "{fault}");
    fs::write(&path, b"seed = 1\nnames = [\"\xff\"]").unwrap();
    let fault = Config::read(&path).unwrap_err();
    assert!(matches!(fault, Error::Corpus(_)), "{fault}");
    assert!(fault.to_string().contains("train.toml:2: invalid UTF-8 at byte 11"), "{fault}");
}

#[test]
fn paths_are_taken_from_the_configs_folder_and_told_by_nobody() {
    let (folder, path) = config("seed = 1\n[data]\ntrain = \"a/b.txt\"\ndev = \"/c.txt\"");
    let read = Config::read(&path).unwrap();
    assert_eq!(read.data.train.as_deref(), Some(folder.path().join("a/b.txt").as_path()));
    assert_eq!(read.data.dev.as_deref(), Some(Path::new("/c.txt")));
    let bare = read.without_paths();
    assert_eq!((&bare.data, bare.seed), (&Data::default(), read.seed));
    assert!(read.data.train.is_some(), "the config itself is as it was");
    // So the same config in two folders gives the same report and fingerprint.
    let (_other, path) = config("seed = 1\n[data]\ntrain = \"c.txt\"\ndev = \"d.txt\"");
    assert_eq!(Config::read(&path).unwrap().to_json().unwrap(), read.to_json().unwrap());
    assert_eq!(read.to_json().unwrap()["data"]["train"], serde_json::Value::Null);
}

#[test]
fn an_encoder_is_a_folder_beside_the_config_or_a_name() {
    let (folder, path) = config("seed = 1\nencoder = \"owner/name\"");
    let read = Config::read(&path).unwrap();
    assert_eq!(read.encoder.as_deref(), Some(Path::new("owner/name")), "a name on the hub");
    fs::create_dir_all(folder.path().join("owner/name")).unwrap();
    let read = Config::read(&path).unwrap();
    assert_eq!(read.encoder.as_deref(), Some(folder.path().join("owner/name").as_path()), "a local folder");
    assert_eq!(read.without_paths().encoder, None);
    let set = Config::read_with(&path, &["encoder=other/name".to_owned()]).unwrap();
    assert_eq!(set.encoder.as_deref(), Some(Path::new("other/name")));
}

#[test]
fn an_algorithm_takes_none_that_was_not_checked() {
    let algorithm = |config: &Checked<Config>| config.seed;
    let good = Config { seed: 4, ..Config::default() };
    assert_eq!(algorithm(&good.clone().checked().unwrap()), 4);
    assert_eq!(*good.clone().checked().unwrap(), good);
    let fault = Config { seed: 0, ..good }.checked().unwrap_err();
    assert_eq!(fault.to_string(), "setting `seed`: is 0, expected at least 1");
}
