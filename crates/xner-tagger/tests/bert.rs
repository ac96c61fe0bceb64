//! Fine-tuning, saving, opening and tagging, on a tiny random encoder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use xner_corpus::{Labelled, Sentence, Tag, entities};
use xner_tagger::bert::config::Head;
use xner_tagger::bert::train::{BertSettings, BertTrainConfig, encoder_training, train};
use xner_tagger::{Decode, OpenOptions, Tagger, TrainData, evaluate, open, open_with};
use xner_train::config::{Optimiser, TrainingConfig};
use xner_train::{Device, Error, Event, Flow, What};

fn encoder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bert/bert")
}

/// Words up to w19 are nothing; w20 to w29 are persons, w30 to w39 begin places, which go on with w40 to w49.
fn corpus(sentences: usize) -> Vec<Labelled> {
    let labelled = |s: usize| {
        let words: Vec<String> = (0..4 + s % 5)
            .map(|at| match (s + at * at) % 4 {
                0 => format!("w{}", 20 + (s + at) % 10),
                1 => format!("w{}", 30 + (s * at) % 10),
                _ => format!("w{}", 5 + (s * 3 + at) % 15),
            })
            .flat_map(|word| if word.starts_with("w3") { vec![word, "w44x".to_owned()] } else { vec![word] })
            .collect();
        let tags: Vec<Tag> = words
            .iter()
            .map(|word| match &word[..2] {
                "w2" => "B-PER",
                "w3" => "B-LOC",
                "w4" => "I-LOC",
                _ => "O",
            })
            .map(|tag| tag.parse().unwrap())
            .collect();
        Labelled { sentence: Sentence::from_tokens(&words), entities: entities(&tags) }
    };
    (0..sentences).map(labelled).collect()
}

fn config() -> BertTrainConfig {
    BertTrainConfig {
        bert: BertSettings {
            encoder: Some(encoder()),
            length: 20,
            overlap: 4,
            freeze_layers: 1,
            ..BertSettings::default()
        },
        training: TrainingConfig {
            epochs: 25,
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
    }
}

fn data() -> TrainData {
    let mut train = corpus(132);
    let dev = train.split_off(120);
    TrainData { train, dev, ..TrainData::default() }
}

fn trained(config: &BertTrainConfig, folder: &Path) -> Box<dyn Tagger> {
    train(config, &data(), folder, &Device::Cpu, &mut ()).unwrap();
    open(folder, &Device::Cpu).unwrap()
}

#[test]
fn it_learns_saves_and_opens() {
    for (head, frozen) in [(Head::Softmax, true), (Head::Crf, true), (Head::Softmax, false)] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config();
        (config.bert.head, config.bert.freeze_embeddings) = (head, frozen);
        let tagger = trained(&config, folder.path());
        let f1 = evaluate(tagger.as_ref(), &data().dev).unwrap().overall.f1;
        assert!(f1 > 0.9, "{head:?}, frozen {frozen}: {f1}");
        let names = [
            "config.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
            "train-report.json",
            "xner-digests.json",
        ];
        let mut found: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        found.sort();
        assert_eq!(found, names);
    }
}

#[test]
fn what_is_frozen_stays_to_the_bit() {
    use xner_train::Tensors;
    let folder = tempfile::tempdir().unwrap();
    trained(&config(), folder.path());
    let read = |path: &Path| Tensors::read(&path.join("model.safetensors")).unwrap().0;
    let (before, after) = (read(&encoder()), read(folder.path()));
    for (name, tensor) in before.iter().filter(|(name, _)| !name.starts_with("classifier")) {
        let frozen = name.contains("embeddings.") || name.contains("layer.0.");
        assert_eq!(after.get(name).unwrap() == tensor, frozen, "{name}");
    }
}

#[test]
fn two_runs_and_a_run_in_parts_give_the_same_bytes() {
    let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut config = config();
    config.bert.freeze_embeddings = false;
    config.training.checkpoint_every = 5;
    trained(&config, whole.path());
    for stop in [7, 8, 123] {
        let mut seen = 0;
        let mut observer = |event: &Event<'_>| {
            if let What::Step { step, .. } = event.what {
                seen = step;
            }
            if seen == stop { Flow::Stop } else { Flow::Continue }
        };
        let fault = train(&config, &data(), parts.path(), &Device::Cpu, &mut observer).unwrap_err();
        assert!(matches!(fault, Error::Stopped { .. }), "{fault}");
    }
    trained(&config, parts.path());
    let names =
        ["config.json", "model.safetensors", "tokenizer.json", "train-report.json", "xner-digests.json"];
    for name in names {
        let read = |folder: &Path| fs::read(folder.join(name)).unwrap();
        assert!(read(whole.path()) == read(parts.path()), "{name}");
    }
}

#[test]
fn a_batch_in_parts_is_the_same_step() {
    let run = |at_once| {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config();
        config.bert.at_once = at_once;
        // Another part has other noise.
        let bare = tempfile::tempdir().unwrap();
        for name in ["config.json", "model.safetensors", "vocab.txt"] {
            fs::copy(encoder().join(name), bare.path().join(name)).unwrap();
        }
        config.bert.encoder = Some(bare.path().to_owned());
        config.training.epochs = 1;
        train(&config, &data(), folder.path(), &Device::Cpu, &mut ()).unwrap().losses[0]
    };
    let (one, many) = (run(4096), run(24));
    assert!((one - many).abs() < 1e-4 * one, "{one} and {many}");
}

#[test]
fn any_sentence_is_tagged_whole_and_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for head in [Head::Softmax, Head::Crf] {
        let mut config = config();
        config.bert.head = head;
        let folder = folder.path().join(format!("{head:?}"));
        trained(&config, &folder);
        let long: Vec<String> = (0..10_000).map(|at| format!("w{}", 5 + at % 45)).collect();
        let odd = ["w20", "\u{7}", "", "unknown", "w31", "w44x", "x".repeat(300).as_str(), "\u{200b}"]
            .map(str::to_owned);
        let mut sentences = vec![
            Sentence::from_tokens(&long),
            Sentence::from_tokens::<&str>([]),
            Sentence::from_tokens(&odd),
            Sentence::from_tokens(["\u{7}"]),
        ];
        sentences.extend(corpus(9).into_iter().map(|labelled| labelled.sentence));
        for decode in [Decode::Viterbi, Decode::Argmax] {
            let options = OpenOptions::default().with_decode(decode);
            let tagger = open_with(&folder, &options, &Device::Cpu).unwrap();
            let together = tagger.tag(&sentences).unwrap();
            let tags = tagger.tag_set().len();
            assert_eq!(tagger.best(&sentences).unwrap().len(), sentences.len());
            for ((sentence, tagging), best) in
                sentences.iter().zip(&together).zip(tagger.best(&sentences).unwrap())
            {
                assert_eq!(tagging.tags.len(), sentence.len());
                assert_eq!(tagging.tags, best);
                assert_eq!(tagging.probabilities.len(), sentence.len() * tags);
                for row in tagging.probabilities.chunks(tags) {
                    assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{row:?}");
                }
                let alone = &tagger.tag(std::slice::from_ref(sentence)).unwrap()[0];
                assert_eq!(alone.tags, tagging.tags, "neighbours do not matter");
            }
            // A word without subwords is nothing.
            assert_eq!(together[3].tags, [Tag::Outside]);
            assert_eq!(together[2].tags[1], Tag::Outside);
        }
    }
}

#[test]
fn faults_name_what_is_wrong() {
    let out = tempfile::tempdir().unwrap();
    let fault = |change: &dyn Fn(&mut BertTrainConfig)| {
        let mut config = config();
        change(&mut config);
        train(&config, &data(), out.path(), &Device::Cpu, &mut ()).unwrap_err().to_string()
    };
    for (text, change) in [
        ("bert.encoder", &(|c: &mut BertTrainConfig| c.bert.encoder = None) as &dyn Fn(&mut BertTrainConfig)),
        ("bert.freeze_layers", &|c| c.bert.freeze_layers = 4),
        ("bert.length", &|c| c.bert.length = 41),
        ("bert.length", &|c| c.bert.length = 2),
        ("bert.overlap", &|c| c.bert.overlap = 18),
    ] {
        let said = fault(change);
        assert!(said.contains(text), "{text}: {said}");
    }
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0, "nothing was written");

    let folder = out.path().join("model");
    trained(&config(), &folder);
    let config = fs::read_to_string(folder.join("config.json")).unwrap();
    // A change is told, whatever it is.
    fs::write(folder.join("config.json"), config.replace("1e-12", "1e-2")).unwrap();
    let fault = open(&folder, &Device::Cpu).map(|_| ()).unwrap_err().to_string();
    assert!(fault.contains("config.json: was changed since it was written"), "{fault}");
    fs::remove_file(folder.join("xner-digests.json")).unwrap();
    for (from, to, said) in [
        ("\"I-PER\"", "\"X-PER\"", "X-PER"),
        ("\"I-PER\"", "\"B-PER\"", "to both"),
        ("\"hidden_size\": 24", "\"hidden_size\": 27", "classifier.weight"),
        ("\"vocab_size\": 60", "\"vocab_size\": 50", "50"),
    ] {
        assert!(config.contains(from), "{from}");
        fs::write(folder.join("config.json"), config.replace(from, to)).unwrap();
        let fault = open(&folder, &Device::Cpu).map(|_| ()).unwrap_err().to_string();
        assert!(fault.contains(said) || fault.contains("word_embeddings"), "{to}: {fault}");
    }
    fs::write(folder.join("config.json"), config).unwrap();
    let weights = fs::read(folder.join("model.safetensors")).unwrap();
    fs::write(folder.join("model.safetensors"), &weights[..weights.len() / 2]).unwrap();
    let fault = open(&folder, &Device::Cpu).map(|_| ()).unwrap_err().to_string();
    assert!(fault.contains("model.safetensors"), "{fault}");
}
