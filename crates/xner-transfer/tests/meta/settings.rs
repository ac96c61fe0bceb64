//! Settings: presets, faults that name their keys.

use std::fs;

use xner_tagger::bert::train::Clip;
use xner_train::Settings;
use xner_train::config::Optimiser;
use xner_transfer::meta::{
    Ablation, Decoding, Gradient, Masked, Mean, MetaConfig, Nearest, Overlap, Preset, Start, Subwords,
};

fn read(text: &str) -> Result<MetaConfig, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    fs::write(&path, text).unwrap();
    MetaConfig::read(&path).map_err(|fault| fault.to_string())
}

#[test]
fn presets_differ_where_the_program_does_something_else() {
    let (paper, released) = (read("").unwrap(), read("preset = 'released'").unwrap());
    assert_eq!((paper.bert.freeze_layers, released.bert.freeze_layers), (3, 4));
    assert_eq!((paper.similarity.nearest, released.similarity.nearest), (Nearest::Keep, Nearest::Drop));
    assert_eq!((paper.masking.what, released.masking.what), (Masked::Both, Masked::Query));
    assert_eq!((paper.masking.subwords, released.masking.subwords), (Subwords::All, Subwords::First));
    assert_eq!((paper.loss.subwords, released.loss.subwords), (Subwords::First, Subwords::All));
    assert_eq!((paper.loss.mean, released.loss.mean), (Mean::Sentence, Mean::Token));
    assert_eq!((paper.decode, released.decode), (Decoding::Viterbi, Decoding::Argmax));
    assert_eq!((paper.overlap, released.overlap), (Overlap::Once, Overlap::Twice));
    assert_eq!((paper.meta.gradient, released.meta.gradient), (Gradient::Mean, Gradient::Sum));
    assert_eq!((paper.meta.clip_by, released.inner.clip_by), (Clip::Whole, Clip::Tensor));
    assert!(paper.inner.bias_correction && !released.inner.bias_correction);
    assert!(paper.meta.bias_correction && !released.meta.bias_correction);
    // And agree in all that the paper gives.
    for config in [&paper, &released] {
        assert_eq!((config.similarity.k, config.bert.length, config.bert.overlap), (2, 128, 64));
        assert_eq!((config.meta.updates, config.meta.tasks, config.meta.evaluate_every), (3000, 32, 300));
        assert_eq!((config.inner.steps, config.adaptation.steps, config.adaptation.rate), (2, 1, 1e-5));
        assert_eq!((config.masking.ratio, config.loss.max_weight, config.meta.warmup), (0.2, 2.0, 0.1));
        assert_eq!((config.meta.optimiser.rate(), config.inner.optimiser.rate()), (3e-5, 3e-5));
        assert_eq!(config.meta.start, Start::Pretrained);
        config.check().unwrap();
    }
    // The program's rule of all three is its own, and its adaptation has dropout.
    assert!(!paper.adaptation.dropout && released.adaptation.dropout);
    let rules =
        |config: &MetaConfig| [config.training.optimiser, config.meta.optimiser, config.inner.optimiser];
    let adam = Optimiser::Adam { rate: 3e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let adamw = Optimiser::AdamW { rate: 3e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weight_decay: 0.01 };
    assert_eq!((rules(&paper), rules(&released)), ([adam; 3], [adamw; 3]));
}

#[test]
fn a_files_own_keys_come_first() {
    let text = "preset = 'released'\nmeta.optimiser.rate = 2e-4\n[inner]\nbias_correction = true\n[bert]\nfreeze_layers = 3";
    let config = read(text).unwrap();
    assert_eq!(config.bert.freeze_layers, 3);
    assert!(config.inner.bias_correction && !config.meta.bias_correction);
    let Optimiser::AdamW { rate, epsilon, .. } = config.meta.optimiser else { panic!("{:?}", config.meta) };
    assert_eq!((rate, epsilon), (2e-4, 1e-6));
    assert_eq!(
        read("inner.optimiser = { kind = 'sgd' }").unwrap().inner.optimiser,
        Optimiser::Sgd { rate: 0.1 }
    );
    // The rate stays the preset's where the rule is as good as the same.
    let adamw = read("meta.optimiser.kind = 'adamw'").unwrap().meta.optimiser;
    assert!(matches!(adamw, Optimiser::AdamW { .. }) && adamw.rate() == 3e-5, "{adamw:?}");
    let adam = read("preset = 'released'\ninner.optimiser.kind = 'adam'").unwrap().inner.optimiser;
    assert!(matches!(adam, Optimiser::Adam { .. }) && adam.rate() == 3e-5, "{adam:?}");
    // What is written reads back.
    for config in [config, MetaConfig::preset(Preset::Paper)] {
        assert_eq!(toml::from_str::<MetaConfig>(&toml::to_string(&config).unwrap()).unwrap(), config);
    }
}

#[test]
fn ablations_switch_parts_off() {
    let of = |ablation| {
        let config = MetaConfig { ablation, ..MetaConfig::default() };
        (config.meta_loss().max_weight > 0.0, config.meta_masking().ratio > 0.0)
    };
    assert_eq!(of(Ablation::None), (true, true));
    assert_eq!(of(Ablation::NoMaxLoss), (false, true));
    assert_eq!(of(Ablation::NoMasking), (true, false));
    assert_eq!(of(Ablation::NoMaxLossOrMasking), (false, false));
    assert_eq!(MetaConfig::default().plain_loss().max_weight, 0.0);
}

#[test]
fn faults_name_file_and_key() {
    for (text, key) in [
        ("preset = 'papers'", "preset"),
        ("masking.rate = 0.2", "masking"),
        ("masking.ratio = 1.2", "masking.ratio"),
        ("loss.max_weight = -1.0", "loss.max_weight"),
        ("similarity.k = 0", "similarity.k"),
        ("similarity.nearest = 'use'", "similarity.nearest"),
        ("meta.updates = 0", "meta.updates"),
        ("meta.tasks = 0", "meta.tasks"),
        ("meta.updates = 100000000000", "meta.updates"),
        ("meta.updates = 9000000000000000000", "meta.updates"),
        ("training.mean = 'sentence'", "training.mean"),
        ("meta.warmup = 1.5", "meta.warmup"),
        ("meta.optimiser.rate = 0.0", "meta.optimiser.rate"),
        ("inner.optimiser.beta1 = 1.0", "inner.optimiser.beta1"),
        ("inner.steps = 4000", "inner.steps"),
        ("adaptation.rate = 0.0", "adaptation.rate"),
        ("adaptation.step = 2", "adaptation"),
        ("bert.head = 'crf'", "bert.head"),
        ("target.test_sentences = 0", "target.test_sentences"),
        ("training.clip = -1.0", "training.clip"),
    ] {
        let fault = read(text).unwrap_err();
        assert!(fault.contains("c.toml") && fault.contains(key), "{text}: {fault}");
    }
}

/// What adaptation does not read may be another without a word.
#[test]
fn what_adapts_otherwise_is_named() {
    let trained = MetaConfig::default();
    let otherwise = |text: &str| read(text).unwrap().adapts_otherwise(&trained).join(" ");
    for text in [
        "",
        "seed = 2",
        "inner.steps = 0\ninner.scheduled = false\ninner.optimiser.rate = 1e-3",
        "loss.max_weight = 0.0\nadaptation.score = false\nmasking.ratio = 0.0",
    ] {
        assert_eq!(otherwise(text), "", "{text}");
    }
    assert_eq!(otherwise("seed = 2\nadaptation.dropout = true"), "seed adaptation");
    assert_eq!(otherwise("inner.bias_correction = false"), "inner");
    assert_eq!(otherwise("loss.subwords = 'all'\nsimilarity.k = 3"), "similarity loss");
}
