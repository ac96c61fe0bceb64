//! The whole way of a tagger: files and a config, training, a model directory, tags, scores.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use xner_corpus::Sentence;
use xner_corpus::read::{ReadOptions, read_corpus};
use xner_corpus::write::{WriteOptions, write_corpus};
use xner_sample::{Language, Sample, Split};
use xner_tagger::{TrainConfig, TrainData, evaluate, open, train};
use xner_train::{Device, Settings};

const CONFIG: &str = r#"
seed = 3

[data]
train = "train.conll"
dev = "dev.conll"
test = "test.conll"

[vectors]
file = "en.vec"

[model]
hidden = 32
dense = 32

[training]
epochs = 4
evaluate_every = 40
optimiser = { kind = "adam", rate = 0.005 }
"#;

fn files(folder: &Path) {
    let sample = Sample::new(1).unwrap();
    for (name, split, count) in
        [("train", Split::Train, 800), ("dev", Split::Dev, 150), ("test", Split::Test, 200)]
    {
        let sentences = sample.labelled(Language::English, split, count);
        write_corpus(folder.join(name).with_extension("conll"), &sentences, &WriteOptions::default())
            .unwrap();
    }
    fs::write(folder.join("en.vec"), sample.vectors(Language::English).to_text()).unwrap();
    fs::write(folder.join("train.toml"), CONFIG).unwrap();
}

#[test]
fn from_files_to_scores() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let config = TrainConfig::read(&folder.path().join("train.toml")).unwrap();
    let model = folder.path().join("model");
    let report = train(&config, TrainData::read(&config).unwrap(), &model, &Device::Cpu, &mut ()).unwrap();
    assert_eq!(report.steps, 200);

    let tagger = open(&model, &Device::Cpu).unwrap();
    let test = read_corpus(config.data.test.as_ref().unwrap(), &ReadOptions::default()).unwrap();
    let scores = evaluate(tagger.as_ref(), &test).unwrap();
    assert!(scores.overall.f1 > 0.75, "{:?}", scores.overall);
    let dev = read_corpus(config.data.dev.as_ref().unwrap(), &ReadOptions::default()).unwrap();
    let dev = evaluate(tagger.as_ref(), &dev).unwrap();
    assert!((dev.overall.f1 - report.best.unwrap().f1).abs() < 1e-12, "the saved model is the best one");

    let tagged = tagger.tag(&[Sentence::default(), test[0].sentence.clone()]).unwrap();
    assert!(tagged[0].tags.is_empty());
    assert_eq!(tagged[1].tags.len(), test[0].sentence.len());
}
