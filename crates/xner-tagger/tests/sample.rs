//! Training on the built-in sample, with vectors from a file's rows, frozen and trained.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use xner_embed::Vectors;
use xner_sample::{Language, Sample, Split};
use xner_tagger::config::Keep;
use xner_tagger::{TrainConfig, TrainData, evaluate, open, open_mapped, train};
use xner_train::config::Optimiser;
use xner_train::{Device, Error, Tensors};

fn vectors(sample: &Sample) -> Vectors {
    let vectors = sample.vectors(Language::English);
    let data: Vec<f32> = (0..vectors.words.len()).flat_map(|at| vectors.vector(at).to_vec()).collect();
    Vectors::from_rows(&vectors.words, data.len() / vectors.words.len(), &data).unwrap()
}

fn settings() -> TrainConfig {
    let mut config = TrainConfig::default();
    config.model.hidden = 32;
    config.model.dense = 32;
    config.training.epochs = 3;
    config.training.evaluate_every = 40;
    config.training.optimiser = Optimiser::Adam { rate: 0.005, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    config
}

#[test]
fn the_sample_is_learnt_well_enough_to_tag_names_never_seen() {
    let sample = Sample::new(1).unwrap();
    let english = |split, count| sample.labelled(Language::English, split, count);
    let test = english(Split::Test, 200);
    for (trained, keep) in [(false, Keep::All), (true, Keep::Corpora)] {
        let mut config = settings();
        config.vectors.train = trained;
        config.vectors.keep = keep;
        let data = TrainData {
            train: english(Split::Train, 800),
            dev: english(Split::Dev, 150),
            vectors: Some(vectors(&sample)),
            extra_words: test.iter().flat_map(|l| l.sentence.tokens()).map(str::to_owned).collect(),
        };
        let folder = tempfile::tempdir().unwrap();
        let report = train(&config, data, folder.path(), &Device::Cpu, &mut ()).unwrap();
        let tagger = open(folder.path(), &Device::Cpu).unwrap();
        let scores = evaluate(tagger.as_ref(), &test).unwrap();
        println!("trained vectors: {trained}; dev {:?}; test {:?}", report.best, scores.overall);
        assert!(scores.overall.f1 > 0.7, "{trained}: {:?}", scores.overall);

        // Frozen vectors are saved as they came; trained ones are not.
        let (tensors, _) = Tensors::read(&folder.path().join("model.safetensors")).unwrap();
        let table = tensors.get("words").unwrap();
        let words = std::fs::read_to_string(folder.path().join("words.txt")).unwrap();
        let source = vectors(&sample);
        let kept = words.lines().zip(table.values.chunks(table.shape[1]).skip(1));
        let same = kept.filter(|(word, row)| source.get(word).is_some_and(|vector| vector == *row)).count();
        if trained {
            assert!(same < words.lines().count() / 2, "{same}");
        } else {
            assert_eq!((same, table.shape[0]), (source.len(), source.len() + 1));
            // Its own vectors, put in again, change nothing; of another dimension they are refused.
            let mapped = open_mapped(folder.path(), &source, &Device::Cpu).unwrap();
            assert_eq!(evaluate(mapped.as_ref(), &test).unwrap(), scores);
            let narrow = Vectors::from_rows(["a"], 2, &[0.0, 1.0]).unwrap();
            let fault = open_mapped(folder.path(), &narrow, &Device::Cpu).err().unwrap();
            assert!(matches!(fault, Error::Data { .. }), "{fault}");
        }
    }
}
