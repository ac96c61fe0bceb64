//! Distillation into a smaller model.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::path::Path;

use tempfile::TempDir;
use xner_corpus::{Labelled, Sentence};
use xner_sample::{Language, Sample, Split};
use xner_tagger::bert::train::{BertSettings, BertTrainConfig, encoder_training, train};
use xner_tagger::bert::{BertConfig, RandomEncoder};
use xner_tagger::{TrainData, evaluate, open};
use xner_train::config::{Optimiser, TrainingConfig};
use xner_train::{Device, Event, Flow, What};
use xner_transfer::distil::{Distil, DistilConfig, DistilData, mixed};
use xner_transfer::{ErrorKind, run};

use common::files;

const ENGLISH: Language = Language::English;

struct Case {
    folder: TempDir,
    config: DistilConfig,
    data: DistilData,
}

/// A teacher of three layers that knows the sample, and a student of two of them.
fn case(sentences: usize) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let sample = Sample::new(1).unwrap();
    let data = DistilData {
        train: sample.labelled(ENGLISH, Split::Train, sentences),
        dev: sample.labelled(ENGLISH, Split::Dev, 20),
        unlabelled: sample.unlabelled(ENGLISH, sentences),
        target_dev: Vec::new(),
        target_test: sample.labelled(ENGLISH, Split::Test, 40),
    };
    let (encoder, teacher) = (folder.path().join("encoder"), folder.path().join("teacher"));
    let all = data.train.iter().chain(&data.dev).chain(&data.target_test).map(|labelled| &labelled.sentence);
    let words = all.chain(&data.unlabelled).flat_map(Sentence::tokens).chain(["zyzzyva", "Quux"]);
    let sizes = RandomEncoder { hidden: 48, layers: 3, ..RandomEncoder::default() };
    sizes.write(words, &encoder).unwrap();
    let rate = |rate| Optimiser::AdamW { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };
    let training = TrainingConfig { epochs: 8, batch: 16, optimiser: rate(1e-3), ..encoder_training() };
    let bert = BertSettings {
        encoder: Some(encoder),
        freeze_embeddings: false,
        freeze_layers: 0,
        ..BertSettings::default()
    };
    let teaching = BertTrainConfig { bert, training: training.clone(), ..BertTrainConfig::default() };
    let corpora = TrainData { train: data.train.clone(), dev: data.dev.clone(), ..TrainData::default() };
    train(&teaching, &corpora, &teacher, &Device::Cpu, &mut ()).unwrap();
    let mut config = DistilConfig { training, ..DistilConfig::default() };
    config.teacher.model = Some(teacher);
    config.student.layers = vec![0, 2];
    config.student.subwords = Some(400);
    Case { folder, config, data }
}

impl Case {
    fn run(&self, out: &str, cache: &Path) -> Vec<String> {
        let mut begun = Vec::new();
        let mut observer = |event: &Event<'_>| {
            if let What::Begin { .. } = event.what {
                begun.push(event.phase.to_owned());
            }
            Flow::Continue
        };
        let out = self.folder.path().join(out);
        run(&Distil, &self.config, &self.data, &out, Some(cache), &Device::Cpu, &mut observer).unwrap();
        begun
    }
}

#[test]
fn a_smaller_student_learns_what_the_teacher_knows() {
    let case = case(500);
    let cache = case.folder.path().join("cache");
    let begun = case.run("out", &cache);
    assert_eq!(begun, ["labelling", "student's first weights", "student", "scoring"]);
    let (teacher, out) = (case.folder.path().join("teacher"), case.folder.path().join("out"));
    let sizes = |folder: &Path| BertConfig::read(&folder.join("config.json")).unwrap();
    let (large, small) = (sizes(&teacher), sizes(&out));
    assert_eq!((large.num_hidden_layers, small.num_hidden_layers), (3, 2));
    assert!(small.vocab_size <= 400 && small.vocab_size < large.vocab_size, "{}", small.vocab_size);
    let test = case.data.target_test.clone();
    let score = |folder: &Path| {
        let tagger = open(folder, &Device::Cpu).unwrap();
        evaluate(tagger.as_ref(), &test).unwrap().overall.f1
    };
    let (of_teacher, of_student) = (score(&teacher), score(&out));
    assert!(of_teacher > 0.2 && of_student > of_teacher - 0.15, "{of_teacher} and {of_student}");
    // A teacher in 8 bits, whose states are learnt too, by a student without dropout.
    let mut other = case;
    (other.config.teacher.states, other.config.teacher.eight_bits) = (1.0, true);
    other.config.student.dropout = Some(0.0);
    let (cache, begun) = (cache, other.run("states", &other.folder.path().join("eight")));
    assert_eq!(begun[..2], ["teacher in 8 bits", "labelling"]);
    let of_states = score(&other.folder.path().join("states"));
    assert!(of_states > of_teacher - 0.15, "{of_teacher} and {of_states}");
    (other.config.teacher.states, other.config.teacher.eight_bits) = (0.0, false);
    other.config.student.dropout = None;
    // Another run finds the labels and the first weights.
    other.config.training.epochs = 1;
    assert_eq!(other.run("other", &cache), ["student", "scoring"]);
}

#[test]
fn a_run_that_is_stopped_ends_with_the_same_bytes() {
    let mut case = case(16);
    (case.config.training.epochs, case.config.training.checkpoint_every) = (2, 1);
    case.run("whole", &case.folder.path().join("one"));
    let (out, cache) = (case.folder.path().join("broken"), case.folder.path().join("two"));
    for patience in 1.. {
        let mut events = 0;
        let mut observer = |event: &Event<'_>| {
            // Between a step and its checkpoint a run cannot stop.
            events += usize::from(!matches!(event.what, What::End { .. }));
            if events > 3 * patience { Flow::Stop } else { Flow::Continue }
        };
        match run(&Distil, &case.config, &case.data, &out, Some(&cache), &Device::Cpu, &mut observer) {
            Ok(_) => break,
            Err(fault) => assert_eq!(fault.kind(), ErrorKind::Stopped, "{fault}"),
        }
    }
    let whole = files(&case.folder.path().join("whole"));
    let broken = files(&out);
    for name in ["model.safetensors", "config.json", "tokenizer.json", "transfer-report.json"] {
        assert!(whole[name] == broken[name], "{name}");
    }
}

#[test]
fn what_cannot_be_is_named() {
    let mut case = case(8);
    let (out, cache) = (case.folder.path().join("out"), case.folder.path().join("cache"));
    let fault = |config: &DistilConfig| {
        run(&Distil, config, &case.data, &out, Some(&cache), &Device::Cpu, &mut ()).unwrap_err().to_string()
    };
    case.config.student.layers = vec![0, 3];
    let found = fault(&case.config);
    assert!(found.contains("student.layers") && found.contains("names layer 3"), "{found}");
    case.config.teacher.model = None;
    let found = fault(&case.config);
    assert!(found.contains("teacher.model"), "{found}");
}

#[test]
fn gold_labels_are_mixed_in() {
    let labelled = Labelled {
        sentence: Sentence::from_tokens(["in", "York"]),
        entities: vec![xner_corpus::Entity { tokens: 1..2, kind: "LOC".into() }],
    };
    let tags = xner_tagger::bert::train::tags_of(xner_corpus::Scheme::Iob2, std::slice::from_ref(&labelled))
        .unwrap();
    assert_eq!(tags.len(), 3);
    let soft = mixed(vec![0.5, 0.25, 0.25, 0.5, 0.25, 0.25], &labelled, &tags, 0.5).unwrap();
    assert_eq!(soft, [0.75, 0.125, 0.125, 0.25, 0.625, 0.125]);
}
