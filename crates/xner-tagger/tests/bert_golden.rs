//! BERT against transformers: `python3 tools/golden/bert.py` wrote the files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use burn::backend::Autodiff;
use burn_flex::{Flex, FlexDevice};
use serde::Deserialize;
use xner_corpus::{Labelled, Sentence, Tag, entities};
use xner_tagger::bert::train::{BertLearner, BertSettings, BertTrainConfig};
use xner_tagger::bert::{BertEncoder, BertTagger};
use xner_tagger::{TrainData, open};
use xner_train::config::{LossMean, Optimiser, Schedule, TrainingConfig};
use xner_train::{Device, HostTensor, Learner, Moment, Settings, Tensors};

const FAMILIES: [&str; 7] =
    ["bert", "xlm-roberta", "roberta", "distilbert", "electra", "modernbert", "modernbert-old"];

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bert").join(name)
}

#[derive(Deserialize)]
struct Batch {
    ids: Vec<Vec<u32>>,
    words: Vec<Vec<String>>,
    tags: Vec<Vec<String>>,
}

impl Batch {
    fn labelled(&self) -> Vec<Labelled> {
        let labelled = |(words, tags): (&Vec<String>, &Vec<String>)| {
            let tags: Vec<Tag> = tags.iter().map(|tag| tag.parse().unwrap()).collect();
            Labelled { sentence: Sentence::from_tokens(words), entities: entities(&tags) }
        };
        self.words.iter().zip(&self.tags).map(labelled).collect()
    }
}

fn batch(family: &str) -> Batch {
    serde_json::from_str(&fs::read_to_string(golden(family).join("batch.json")).unwrap()).unwrap()
}

fn expected(family: &str) -> Tensors {
    Tensors::read(&golden(family).join("expected.safetensors")).unwrap().0
}

fn near(what: &str, found: &[f32], want: &[f32], bound: f32) {
    assert_eq!(found.len(), want.len(), "{what}");
    let size = want.iter().fold(1e-3f32, |most, x| most.max(x.abs()));
    for (at, (a, b)) in found.iter().zip(want).enumerate() {
        assert!((a - b).abs() <= bound * size, "{what} at {at}: {a} instead of {b} (size {size})");
    }
}

#[test]
fn hidden_states_are_those_of_transformers() {
    for family in FAMILIES {
        let encoder = BertEncoder::<Flex>::open(&golden(family), &FlexDevice).unwrap();
        let (batch, expected) = (batch(family), expected(family));
        for (sentence, layers) in encoder.hidden_states(&batch.ids).iter().enumerate() {
            assert_eq!(layers.len(), encoder.config.num_hidden_layers + 1);
            for (layer, states) in layers.iter().enumerate() {
                let want = &expected.get(&format!("hidden.{layer}.{sentence}")).unwrap().values;
                near(&format!("{family}, sentence {sentence}, layer {layer}"), states, want, 1e-5);
            }
        }
    }
}

/// The loss of a batch and its gradients, read off a step of plain gradient descent.
#[test]
fn loss_and_gradients_are_those_of_transformers() {
    for (family, at_once) in [("bert", 4096), ("bert", 16), ("xlm-roberta", 4096)] {
        let (batch, expected) = (batch(family), expected(family));
        let data = TrainData { train: batch.labelled(), ..TrainData::default() };
        let rate = 4.0;
        let config = BertTrainConfig {
            bert: BertSettings {
                encoder: Some(golden(family)),
                freeze_embeddings: false,
                freeze_layers: 0,
                length: 30,
                overlap: 2,
                dropout: Some(0.0),
                at_once,
                ..BertSettings::default()
            },
            training: TrainingConfig {
                clip: 0.0,
                mean: LossMean::Token,
                optimiser: Optimiser::Sgd { rate },
                schedule: Schedule::default(),
                ..TrainingConfig::default()
            },
            ..BertTrainConfig::default()
        };
        let (mut learner, _) = BertLearner::<Autodiff<Flex>>::new(
            &config.checked().unwrap(),
            &data.train,
            &data.dev,
            &FlexDevice,
        )
        .unwrap();
        // The head is the checkpoint's, whose tags stand in the same order.
        let tagger = Tensors::read(&golden(family).join("model.safetensors")).unwrap().0;
        let mut weights = learner.weights();
        let classifier = tagger.get("classifier.weight").unwrap();
        weights.remove("head.dense.weight").unwrap();
        weights.insert("head.dense.weight", &[24, 5], transposed(classifier));
        weights.remove("head.dense.bias").unwrap();
        weights.insert("head.dense.bias", &[5], tagger.get("classifier.bias").unwrap().values.clone());
        learner.set_weights(weights, Path::new("golden")).unwrap();
        let before = learner.weights();
        let sentences: Vec<usize> = (0..learner.sentences()).collect();
        let outcome = learner.step(&sentences, &Moment { epoch: 0, step: 0, rate }).unwrap();
        near("loss", &[outcome.loss], &expected.get("loss").unwrap().values, 1e-5);
        let after = learner.weights();
        let change = |name: &str| -> Vec<f32> {
            let (old, new) = (before.get(name).unwrap(), after.get(name).unwrap());
            old.values.iter().zip(&new.values).map(|(old, new)| (old - new) / rate as f32).collect()
        };
        let prefix = if family == "bert" { "bert." } else { "roberta." };
        let want = |name: &str| {
            let own = expected.get(&format!("gradient.{prefix}{name}"));
            own.or_else(|| expected.get(&format!("gradient.{name}"))).unwrap()
        };
        for layer in 0..3 {
            let (ours, theirs) = (format!("layers.{layer}."), format!("encoder.layer.{layer}."));
            let mut qkv = Vec::new();
            let parts = ["query", "key", "value"]
                .map(|part| transposed(want(&format!("{theirs}attention.self.{part}.weight"))));
            for row in 0..24 {
                qkv.extend(parts.iter().flat_map(|part| &part[row * 24..][..24]));
            }
            near("qkv", &change(&format!("{ours}qkv_weight")), &qkv, 1e-4);
            for (own, name) in
                [("out", "attention.output.dense"), ("up", "intermediate.dense"), ("down", "output.dense")]
            {
                let weight = transposed(want(&format!("{theirs}{name}.weight")));
                near(own, &change(&format!("{ours}{own}_weight")), &weight, 1e-4);
                let bias = &want(&format!("{theirs}{name}.bias")).values;
                near(own, &change(&format!("{ours}{own}_bias")), bias, 1e-4);
            }
            for (own, name) in [("first", "attention.output.LayerNorm"), ("second", "output.LayerNorm")] {
                let gain = &want(&format!("{theirs}{name}.weight")).values;
                near(own, &change(&format!("{ours}{own}_gain")), gain, 1e-4);
                let bias = &want(&format!("{theirs}{name}.bias")).values;
                near(own, &change(&format!("{ours}{own}_bias")), bias, 1e-4);
            }
        }
        for (own, name) in [
            ("words", "embeddings.word_embeddings.weight"),
            ("embeddings.positions", "embeddings.position_embeddings.weight"),
            ("embeddings.types", "embeddings.token_type_embeddings.weight"),
            ("embeddings.gain", "embeddings.LayerNorm.weight"),
            ("embeddings.bias", "embeddings.LayerNorm.bias"),
        ] {
            near(&format!("{family} {own}"), &change(own), &want(name).values, 1e-4);
        }
        near("head", &change("head.dense.weight"), &transposed(want("classifier.weight")), 1e-4);
        near("head", &change("head.dense.bias"), &want("classifier.bias").values, 1e-4);
    }
}

fn transposed(matrix: &HostTensor) -> Vec<f32> {
    let [rows, columns] = matrix.shape[..] else { panic!("a matrix") };
    (0..columns).flat_map(|c| (0..rows).map(move |r| matrix.values[r * columns + c])).collect()
}

/// Encoders that are too large to be kept here: their folders are named by environment variables, made by
/// `bert.py random` or from a public checkpoint. Without one, that part does nothing and says so.
#[test]
fn large_encoders_have_the_states_of_transformers() {
    #[derive(Deserialize)]
    struct Sampled {
        ids: Vec<Vec<u32>>,
        /// By sentence, layer, and first or last subword.
        states: Vec<Vec<[Vec<f32>; 2]>>,
    }
    for (variable, file) in
        [("XNER_E5", "e5.json"), ("XNER_MBERT", "mbert.json"), ("XNER_MBERT_BIN", "mbert.json")]
    {
        let Some(folder) = std::env::var_os(variable) else {
            eprintln!("{variable} is not set: nothing compared with {file}");
            continue;
        };
        let encoder = BertEncoder::<Flex>::open(Path::new(&folder), &FlexDevice).unwrap();
        let sampled: Sampled = serde_json::from_str(&fs::read_to_string(golden(file)).unwrap()).unwrap();
        let width = encoder.config.hidden_size;
        assert!(sampled.ids.len() >= 60);
        let mut worst = 0.0f32;
        for (ids, want) in sampled.ids.chunks(20).zip(sampled.states.chunks(20)) {
            for (layers, want) in encoder.hidden_states(ids).iter().zip(want) {
                assert_eq!(layers.len(), want.len());
                for (states, want) in layers.iter().zip(want) {
                    let last = states.len() / width - 1;
                    for (row, want) in [0, last].into_iter().zip(want) {
                        let row = states[row * width..][..width].iter().step_by(97);
                        worst = row.zip(want).fold(worst, |worst, (a, b)| worst.max((a - b).abs()));
                    }
                }
            }
        }
        eprintln!("{variable}: largest difference {worst:e}");
        assert!(worst < 1e-4, "{variable}: {worst}");
    }
}

#[test]
fn a_checkpoint_of_transformers_opens_and_gives_its_probabilities() {
    for family in FAMILIES {
        let tagger = open(&golden(family), &Device::Cpu).unwrap();
        let (batch, expected) = (batch(family), expected(family));
        let sentences: Vec<Sentence> = batch.words.iter().map(Sentence::from_tokens).collect();
        for (sentence, tagging) in tagger.tag(&sentences).unwrap().iter().enumerate() {
            let want = &expected.get(&format!("probabilities.{sentence}")).unwrap().values;
            near(&format!("{family} {sentence}"), &tagging.probabilities, want, 1e-5);
        }
    }
}

/// What transformers reads is what transformers wrote: the same tensors under the same names, to the bit, and the
/// same keys of the config, for a model that went through our hands.
#[test]
fn what_is_saved_is_what_transformers_wrote() {
    let json = |path: PathBuf| -> serde_json::Map<String, serde_json::Value> {
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    for family in FAMILIES {
        let folder = tempfile::tempdir().unwrap();
        BertTagger::<Flex>::open(&golden(family), &FlexDevice).unwrap().save(folder.path()).unwrap();

        let tensors = |folder: &Path| Tensors::read(&folder.join("model.safetensors")).unwrap().0;
        let (theirs, ours) = (tensors(&golden(family)), tensors(folder.path()));
        let names = |tensors: &Tensors| {
            let mut names: Vec<String> = tensors.iter().map(|(name, _)| name.to_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&ours), names(&theirs), "{family}");
        for (name, theirs) in theirs.iter() {
            let ours = ours.get(name).unwrap();
            assert_eq!((&ours.shape, &ours.values), (&theirs.shape, &theirs.values), "{family}: {name}");
        }

        let (theirs, ours) =
            (json(golden(family).join("config.json")), json(folder.path().join("config.json")));
        for (key, value) in &theirs {
            assert_eq!(ours.get(key), Some(value), "{family}: {key}");
        }

        // transformers takes the ids of special tokens by these names, and the subwords from `tokenizer.json`.
        let special = json(folder.path().join("tokenizer_config.json"));
        let tokeniser = json(folder.path().join("tokenizer.json"));
        // The second is the first's name since transformers 5.
        let class = special["tokenizer_class"].as_str().unwrap();
        assert!(["PreTrainedTokenizerFast", "TokenizersBackend"].contains(&class), "{family}: {class}");
        for key in ["unk_token", "cls_token", "sep_token", "pad_token", "mask_token"] {
            let token = special[key].as_str().unwrap();
            let id = tokeniser["model"]["vocab"][token].as_u64().unwrap();
            let added = tokeniser["added_tokens"].as_array().unwrap();
            let added = added.iter().find(|added| added["content"] == token);
            assert!(added.is_none_or(|added| added["id"] == id), "{family}: {key}");
        }
    }
}
