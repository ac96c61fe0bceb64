//! The encoder on wgpu against the CPU: `tools/wgpu.sh` runs it on a software driver.
//!
//! Without `XNER_WGPU=1` these tests do nothing and say so: a machine may have no driver.
#![cfg(feature = "wgpu")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use xner_corpus::{Entity, Labelled, Sentence};
use xner_tagger::bert::train::{BertSettings, BertTrainConfig, encoder_training, train};
use xner_tagger::{Tagging, TrainData, open};
use xner_train::Device;
use xner_train::config::{Optimiser, TrainingConfig};

const WGPU: Device = Device::Wgpu(0);

fn wanted() -> bool {
    let wanted = std::env::var_os("XNER_WGPU").is_some_and(|value| value == "1");
    if !wanted {
        eprintln!("XNER_WGPU=1 is not set: nothing compared");
    }
    wanted
}

fn golden(family: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bert").join(family)
}

/// Sentences of very unlike lengths; w20 to w29 are persons.
fn corpus(sentences: usize) -> Vec<Labelled> {
    let labelled = |s: usize| {
        let numbers: Vec<usize> = (0..1 + s * s % 17).map(|at| 5 + (s * 11 + at * 7) % 45).collect();
        let person = |(at, number): (usize, &usize)| {
            (20..30).contains(number).then(|| Entity { tokens: at..at + 1, kind: "PER".into() })
        };
        let entities = numbers.iter().enumerate().filter_map(person).collect();
        Labelled { sentence: Sentence::from_tokens(numbers.iter().map(|n| format!("w{n}"))), entities }
    };
    (0..sentences).map(labelled).collect()
}

fn tagged(model: &Path, device: Device) -> Vec<Tagging> {
    let sentences: Vec<Sentence> = corpus(30).into_iter().map(|labelled| labelled.sentence).collect();
    open(model, &device).unwrap().tag(&sentences).unwrap()
}

/// The largest difference of two probabilities.
fn difference(a: &[Tagging], b: &[Tagging]) -> f32 {
    assert_eq!(a.len(), b.len());
    let mut worst = 0.0f32;
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a.probabilities.len(), b.probabilities.len());
        let pairs = a.probabilities.iter().zip(&b.probabilities);
        worst = pairs.fold(worst, |worst, (a, b)| worst.max((a - b).abs()));
    }
    worst
}

#[test]
fn a_model_tags_as_on_the_cpu() {
    if !wanted() {
        return;
    }
    for family in ["bert", "xlm-roberta", "electra", "distilbert", "modernbert"] {
        let (there, here) = (tagged(&golden(family), WGPU), tagged(&golden(family), Device::Cpu));
        assert!(there.iter().zip(&here).all(|(a, b)| a.tags == b.tags), "{family}");
        let worst = difference(&there, &here);
        eprintln!("{family}: largest difference {worst:e}");
        assert!(worst < 1e-4, "{family}: {worst}");
    }
}

/// The golden encoder, whose own dropout is set to `share` everywhere.
fn encoder(share: f64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(golden("bert")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let path = folder.path().join("config.json");
    let mut config: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for key in ["hidden_dropout_prob", "attention_probs_dropout_prob"] {
        assert!(!config[key].is_null(), "{key}");
        config[key] = share.into();
    }
    std::fs::write(&path, config.to_string()).unwrap();
    folder
}

/// A model trained with dropout on a device, as its folder.
fn trained(encoder: &Path, device: Device) -> tempfile::TempDir {
    let bert = BertSettings {
        encoder: Some(encoder.to_owned()),
        length: 30,
        overlap: 4,
        freeze_layers: 1,
        dropout: Some(0.2),
        ..BertSettings::default()
    };
    let optimiser =
        Optimiser::AdamW { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weight_decay: 0.01 };
    let training = TrainingConfig { epochs: 1, batch: 8, optimiser, ..encoder_training() };
    let config = BertTrainConfig { bert, training, ..BertTrainConfig::default() };
    let folder = tempfile::tempdir().unwrap();
    let data = TrainData { train: corpus(24), dev: corpus(4), ..TrainData::default() };
    train(&config, &data, folder.path(), &device, &mut ()).unwrap();
    folder
}

#[test]
fn the_seed_decides_dropout_on_every_device() {
    if !wanted() {
        return;
    }
    let encoder = encoder(0.3);
    let here = trained(encoder.path(), Device::Cpu);
    let there = trained(encoder.path(), WGPU);
    // Both are tagged on the CPU: what is compared is training.
    let (of_here, of_there) = (tagged(here.path(), Device::Cpu), tagged(there.path(), Device::Cpu));
    let worst = difference(&of_there, &of_here);
    eprintln!("after training with dropout: largest difference {worst:e}");
    assert!(worst < 1e-3, "{worst}");
    // The same seed without dropout makes another model: dropout was at work.
    let bare = self::encoder(0.0);
    let without = difference(&tagged(trained(bare.path(), Device::Cpu).path(), Device::Cpu), &of_here);
    eprintln!("without the encoder's dropout: difference {without:e}");
    assert!(without > 10.0 * worst, "{without} and {worst}");
    let again = trained(encoder.path(), WGPU);
    let bytes = |folder: &tempfile::TempDir| std::fs::read(folder.path().join("model.safetensors")).unwrap();
    let twice = difference(&tagged(there.path(), Device::Cpu), &tagged(again.path(), Device::Cpu));
    eprintln!("the same seed twice: difference {twice:e}");
    assert!(bytes(&there) == bytes(&again), "the same seed twice");
}
