//! The encoder on wgpu against the CPU: `tools/wgpu.sh` runs it on a software driver.
//!
//! Without `XNER_WGPU=1` these tests do nothing and say so: a machine may have no driver.
#![cfg(feature = "wgpu")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use xner_corpus::{Entity, Labelled, Sentence};
use xner_tagger::bert::train::{BertSettings, BertTrainConfig, train};
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
        assert_eq!((a.probabilities.len(), &a.tags), (b.probabilities.len(), &b.tags));
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
    for family in ["bert", "xlm-roberta"] {
        let worst = difference(&tagged(&golden(family), WGPU), &tagged(&golden(family), Device::Cpu));
        eprintln!("{family}: largest difference {worst:e}");
        assert!(worst < 1e-4, "{family}: {worst}");
    }
}

#[test]
fn fine_tuning_is_that_of_the_cpu() {
    if !wanted() {
        return;
    }
    let bert = BertSettings {
        encoder: Some(golden("bert")),
        length: 30,
        overlap: 4,
        freeze_layers: 1,
        ..BertSettings::default()
    };
    // No dropout: each device draws its own.
    let bert = BertSettings { dropout: Some(0.0), ..bert };
    let optimiser =
        Optimiser::AdamW { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weight_decay: 0.01 };
    let training = TrainingConfig { epochs: 1, batch: 8, optimiser, ..BertTrainConfig::default().training };
    let config = BertTrainConfig { bert, training, ..BertTrainConfig::default() };
    let trained = |device: Device| {
        let folder = tempfile::tempdir().unwrap();
        let data = TrainData { train: corpus(24), dev: corpus(4), ..TrainData::default() };
        train(&config, &data, folder.path(), &device, &mut ()).unwrap();
        // Both are tagged on the CPU: what is compared is training.
        tagged(folder.path(), Device::Cpu)
    };
    let before = tagged(&golden("bert"), Device::Cpu);
    let (there, here) = (trained(WGPU), trained(Device::Cpu));
    assert_ne!(before[0].probabilities.len(), here[0].probabilities.len(), "another head");
    let worst = difference(&there, &here);
    eprintln!("after training: largest difference {worst:e}");
    assert!(worst < 1e-3, "{worst}");
}
