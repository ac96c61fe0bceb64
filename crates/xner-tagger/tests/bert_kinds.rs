//! Every kind of encoder: fine-tuning against PyTorch, random encoders, tokenisers, and what is wrong with a
//! checkpoint. `python3 tools/golden/bert.py` wrote the files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use burn::backend::Autodiff;
use burn_flex::{Flex, FlexDevice};
use serde_json::Value;
use xner_corpus::{Entity, Labelled, Sentence, Tag, entities};
use xner_tagger::bert::config::{Family, Head};
use xner_tagger::bert::train::{
    BertSettings, BertTrainConfig, FineTuneOptimiser, FineTuned, Pass, encoder_training, supervised, train,
};
use xner_tagger::bert::weights::write_safetensors;
use xner_tagger::bert::{BertConfig, BertEncoder, BertTagger, RandomEncoder, Tokeniser};
use xner_tagger::{TrainData, evaluate, open};
use xner_train::config::{Optimiser, TrainingConfig};
use xner_train::{Device, ErrorKind, Tensors};

const KINDS: [&str; 7] =
    ["bert", "xlm-roberta", "roberta", "distilbert", "electra", "modernbert", "modernbert-old"];

fn golden(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bert").join(kind)
}

fn tensors(path: &Path) -> Tensors {
    Tensors::read(path).unwrap().0
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// The golden batch of a kind.
fn labelled(kind: &str) -> Vec<Labelled> {
    let batch = json(&golden(kind).join("batch.json"));
    let both = batch["words"].as_array().unwrap().iter().zip(batch["tags"].as_array().unwrap());
    both.map(|(words, tags)| {
        let tags: Vec<Tag> = strings(tags).iter().map(|tag| tag.parse().unwrap()).collect();
        Labelled { sentence: Sentence::from_tokens(strings(words)), entities: entities(&tags) }
    })
    .collect()
}

/// A step of plain gradient descent moves every tensor of the checkpoint by the rate times PyTorch's gradient.
#[test]
fn a_step_has_the_loss_and_the_gradients_of_pytorch() {
    for (kind, freeze) in KINDS.iter().map(|kind| (*kind, 0)).chain([("modernbert", 2), ("electra", 1)]) {
        let settings = BertSettings {
            freeze_embeddings: false,
            freeze_layers: freeze,
            dropout: Some(0.0),
            ..BertSettings::default()
        };
        let mut model =
            FineTuned::<Autodiff<Flex>>::reopen(&golden(kind), &settings, 1, &FlexDevice).unwrap();
        let examples: Vec<_> = labelled(kind).iter().flat_map(|one| model.examples(one).unwrap()).collect();
        let found =
            supervised(&model, &examples.iter().collect::<Vec<_>>(), 4096, Pass { step: 0, place: 0 });
        let rate = 4.0;
        let mut optimiser = FineTuneOptimiser::new(Optimiser::Sgd { rate }, 0.0, &model);
        let outcome = optimiser.step(&mut model, found, rate).unwrap();
        let folder = tempfile::tempdir().unwrap();
        model.save(folder.path()).unwrap();

        let expected = tensors(&golden(kind).join("expected.safetensors"));
        let loss = expected.get("loss").unwrap().values[0];
        assert!((outcome.loss - loss).abs() < 1e-5 * loss, "{kind}: {} and {loss}", outcome.loss);
        let before = tensors(&golden(kind).join("model.safetensors"));
        let after = tensors(&folder.path().join("model.safetensors"));
        let mut compared = 0;
        for (name, old) in before.iter() {
            let new = after.get(name).unwrap();
            if (0..freeze).any(|layer| {
                name.contains(&format!("layer.{layer}.")) || name.contains(&format!("layers.{layer}."))
            }) {
                assert!(new.values == old.values, "{kind}: {name} is frozen");
                continue;
            }
            let want = &expected.get(&format!("gradient.{name}")).unwrap().values;
            let size = want.iter().fold(1e-3f32, |most, x| most.max(x.abs()));
            for (at, (old, new)) in old.values.iter().zip(&new.values).enumerate() {
                let gradient = (old - new) / rate as f32;
                let far = (gradient - want[at]).abs();
                assert!(far <= 1e-4 * size, "{kind}: {name} at {at}: {gradient} instead of {}", want[at]);
            }
            compared += 1;
        }
        assert!(compared >= 19, "{kind}: {compared}");
    }
}

/// RoBERTa's older files give the subwords of its `tokenizer.json`.
#[test]
fn byte_pairs_in_two_files_are_those_of_one() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["vocab.json", "merges.txt"] {
        fs::copy(golden("roberta").join(name), folder.path().join(name)).unwrap();
    }
    let config = BertConfig::read(&golden("roberta").join("config.json")).unwrap();
    let check = |folder: &Path| {
        let tokeniser = Tokeniser::open(folder, &config).unwrap();
        let batch = json(&golden("roberta").join("batch.json"));
        for (words, ids) in batch["words"].as_array().unwrap().iter().zip(batch["ids"].as_array().unwrap()) {
            let words = strings(words);
            let subwords = tokeniser.encode(words.iter().map(String::as_str)).unwrap();
            let found = [tokeniser.before(), &subwords.ids, tokeniser.behind()].concat();
            assert_eq!(serde_json::to_value(found).unwrap(), *ids);
        }
        tokeniser
    };
    let saved = tempfile::tempdir().unwrap();
    check(folder.path()).save(saved.path()).unwrap();
    check(saved.path());
    let settings = json(&saved.path().join("tokenizer_config.json"));
    assert_eq!((&settings["cls_token"], &settings["add_prefix_space"]), (&"<s>".into(), &true.into()));

    let refused = |name: &str, text: &str, expected: &str| {
        fs::write(folder.path().join(name), text).unwrap();
        let fault = Tokeniser::open(folder.path(), &config).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput);
        assert!(fault.to_string().contains(expected), "{fault}");
    };
    refused("merges.txt", "#version: 0.2\na b c\n", "merges.txt: line 2: expected two subwords");
    refused("merges.txt", "Ġ z\n", "merges.txt: line 1: `z` is not in ");
    refused("vocab.json", "{\"<s>\": \"0\"}", "vocab.json: gives `<s>` \"0\", expected a number");
    refused("vocab.json", "{\"<s>\": 0}", "vocab.json: has no subword `<unk>`, which is its `unk_token`");
    refused("vocab.json", "[", "vocab.json: ");
    fs::copy(golden("roberta").join("vocab.json"), folder.path().join("vocab.json")).unwrap();
    fs::remove_file(folder.path().join("merges.txt")).unwrap();
    let fault = Tokeniser::open(folder.path(), &config).unwrap_err().to_string();
    assert!(fault.contains("merges.txt"), "{fault}");
}

/// A byte-level tokeniser that sees no space is written as one that does, so that `transformers` reads the same.
#[test]
fn the_space_before_a_word_is_written_back() {
    let (folder, saved) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut tokeniser = json(&golden("modernbert").join("tokenizer.json"));
    tokeniser["pre_tokenizer"]["add_prefix_space"] = false.into();
    tokeniser["truncation"] = serde_json::json!(
        {"direction": "Right", "max_length": 9, "strategy": "LongestFirst", "stride": 0});
    fs::write(folder.path().join("tokenizer.json"), tokeniser.to_string()).unwrap();
    fs::write(
        folder.path().join("tokenizer_config.json"),
        "{\"add_prefix_space\": false, \"model_max_length\": 7}",
    )
    .unwrap();
    let config = BertConfig::read(&golden("modernbert").join("config.json")).unwrap();
    Tokeniser::open(folder.path(), &config).unwrap().save(saved.path()).unwrap();
    let again = json(&saved.path().join("tokenizer.json"));
    assert_eq!(again["pre_tokenizer"]["add_prefix_space"], Value::Bool(true));
    assert_eq!(again["truncation"], tokeniser["truncation"]);
    let settings = json(&saved.path().join("tokenizer_config.json"));
    assert_eq!(settings, serde_json::json!({"add_prefix_space": true, "model_max_length": 7}));
    // Where it says so already, nothing is changed.
    Tokeniser::open(&golden("modernbert"), &config).unwrap().save(saved.path()).unwrap();
    for name in ["tokenizer.json", "tokenizer_config.json"] {
        let [one, two] =
            [golden("modernbert").join(name), saved.path().join(name)].map(|path| fs::read(path).unwrap());
        assert!(one == two, "{name}");
    }
}

/// Words from w20 to w29 are persons.
fn corpus(sentences: usize) -> Vec<Labelled> {
    let labelled = |s: usize| {
        let numbers: Vec<usize> = (0..2 + s % 7).map(|at| 5 + (s * 11 + at * 7) % 45).collect();
        let person = |(at, number): (usize, &usize)| {
            (20..30).contains(number).then(|| Entity { tokens: at..at + 1, kind: "PER".into() })
        };
        let entities = numbers.iter().enumerate().filter_map(person).collect();
        Labelled { sentence: Sentence::from_tokens(numbers.iter().map(|n| format!("w{n}"))), entities }
    };
    (0..sentences).map(labelled).collect()
}

/// A random encoder of each kind is read, learns with dropout, by the seed alone, and is opened again.
#[test]
fn random_encoders_of_every_kind_learn() {
    let words: Vec<String> = (5..50).map(|at| format!("w{at}")).collect();
    for (at, kind) in Family::ALL.into_iter().enumerate() {
        let encoder = tempfile::tempdir().unwrap();
        let sizes = RandomEncoder { kind, hidden: 32, inner: 48, positions: 20, ..RandomEncoder::default() };
        sizes.write(words.iter().map(String::as_str), encoder.path()).unwrap();
        let found = BertEncoder::<Flex>::open(encoder.path(), &FlexDevice).unwrap();
        assert_eq!((found.config.family, found.config.max_length()), (kind, 20));
        let config = BertTrainConfig {
            bert: BertSettings {
                encoder: Some(encoder.path().to_owned()),
                length: 20,
                overlap: 4,
                freeze_layers: 0,
                freeze_embeddings: false,
                head: if at % 2 == 0 { Head::Softmax } else { Head::Crf },
                ..BertSettings::default()
            },
            training: TrainingConfig {
                epochs: 12,
                batch: 8,
                optimiser: Optimiser::AdamW {
                    rate: 0.01,
                    beta1: 0.9,
                    beta2: 0.999,
                    epsilon: 1e-8,
                    weight_decay: 0.01,
                },
                ..encoder_training()
            },
            ..BertTrainConfig::default()
        };
        let run = || {
            let folder = tempfile::tempdir().unwrap();
            let data = TrainData { train: corpus(120), ..TrainData::default() };
            train(&config, &data, folder.path(), &Device::Cpu, &mut ()).unwrap();
            folder
        };
        let model = run();
        let f1 = evaluate(open(model.path(), &Device::Cpu).unwrap().as_ref(), &corpus(160)[120..])
            .unwrap()
            .overall
            .f1;
        assert!(f1 > 0.9, "{kind:?}: {f1}");
        let bytes = |folder: &Path| fs::read(folder.join("model.safetensors")).unwrap();
        assert!(bytes(model.path()) == bytes(run().path()), "{kind:?}");
    }
}

/// Writes tensors beside the other files of a golden model.
fn changed(kind: &str, change: impl Fn(&str, &mut Vec<usize>, &mut Vec<f32>) -> bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in fs::read_dir(golden(kind)).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    let mut kept = Vec::new();
    for (name, tensor) in tensors(&golden(kind).join("model.safetensors")).iter() {
        let (mut shape, mut values) = (tensor.shape.clone(), tensor.values.clone());
        if change(name, &mut shape, &mut values) {
            kept.push((name.to_owned(), shape, values));
        }
    }
    let all: Vec<_> = kept.iter().map(|(n, s, v)| (n.as_str(), s.as_slice(), v.as_slice())).collect();
    write_safetensors(&folder.path().join("model.safetensors"), &all).unwrap();
    folder
}

#[test]
fn every_tensor_must_be_there_in_its_shape() {
    for kind in KINDS {
        let names: Vec<String> = tensors(&golden(kind).join("model.safetensors"))
            .iter()
            .map(|(name, _)| name.to_owned())
            .collect();
        for bad in &names {
            let refused = |folder: &Path, expected: &str| {
                let fault = BertTagger::<Flex>::open(folder, &FlexDevice).unwrap_err();
                assert_eq!(fault.kind(), ErrorKind::BadInput);
                let fault = fault.to_string();
                assert!(
                    fault.contains("model.safetensors") && fault.contains(expected),
                    "{kind}, {bad}: {fault}"
                );
            };
            // Without the kind's prefix.
            let bare = bad.split_once('.').map_or(bad.as_str(), |(_, rest)| rest);
            let missing = changed(kind, |name, _, _| name != bad);
            refused(missing.path(), "missing, expected");
            refused(missing.path(), bare);
            let longer = changed(kind, |name, shape, values| {
                if name == bad {
                    shape.insert(0, 1);
                    shape[1] += 1;
                    let row = values.len() / (shape[1] - 1);
                    values.resize(values.len() + row, 0.5);
                    shape.remove(0);
                }
                true
            });
            refused(longer.path(), "has shape");
        }
    }
}

/// The dense layer and norm before the head are taken from a checkpoint that was trained for another task.
#[test]
fn modernberts_heads_begin_as_they_were_pretrained() {
    let pretrained = changed("modernbert", |name, _, _| !name.starts_with("classifier"));
    let bare =
        changed("modernbert", |name, _, _| !name.starts_with("classifier") && !name.starts_with("head."));
    let half =
        changed("modernbert", |name, _, _| !name.starts_with("classifier") && name != "head.norm.weight");
    let tags = xner_corpus::TagSet::of_corpus(xner_corpus::Scheme::Iob2, &labelled("modernbert"));
    let opened = |folder: &Path| {
        let settings =
            BertSettings { encoder: Some(folder.to_owned()), length: 64, ..BertSettings::default() };
        FineTuned::<Autodiff<Flex>>::open(&settings, tags.clone(), 1, &FlexDevice)
    };
    let saved = |folder: &Path| {
        let out = tempfile::tempdir().unwrap();
        opened(folder).unwrap().save(out.path()).unwrap();
        tensors(&out.path().join("model.safetensors")).get("head.dense.weight").unwrap().values.clone()
    };
    let golden = tensors(&golden("modernbert").join("model.safetensors"));
    let theirs = &golden.get("head.dense.weight").unwrap().values;
    assert!(&saved(pretrained.path()) == theirs);
    assert!(&saved(bare.path()) != theirs);
    let fault = opened(half.path()).unwrap_err().to_string();
    assert!(fault.contains("head.norm.weight"), "{fault}");
}

#[test]
fn another_kind_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json"), r#"{"model_type": "deberta-v2"}"#).unwrap();
    let fault = BertEncoder::<Flex>::open(folder.path(), &FlexDevice).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::BadInput);
    let fault = fault.to_string();
    let served = "expected `bert`, `roberta`, `xlm-roberta`, `distilbert`, `electra` or `modernbert`";
    assert!(fault.contains("`model_type` is `deberta-v2`") && fault.contains(served), "{fault}");
}
