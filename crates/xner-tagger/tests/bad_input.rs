//! Every fault is named, with its file and tensor, key or step; nothing half-written is left.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

mod common;

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use common::{config, data, labelled};
use tempfile::TempDir;
use xner_corpus::Entity;
use xner_tagger::{TrainConfig, TrainData, open, train};
use xner_train::config::Optimiser;
use xner_train::{Device, Error, ErrorKind, Event, Flow, Settings, Tensors, What};

/// A copy of a small good model directory.
fn model() -> TempDir {
    static MODEL: OnceLock<TempDir> = OnceLock::new();
    let good = MODEL.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = config();
        settings.training.epochs = 1;
        common::train(&settings, folder.path());
        folder
    });
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(good.path()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    assert!(open(copy.path(), &Device::Cpu).is_ok());
    copy
}

fn fault(folder: &Path) -> Error {
    let Err(fault) = open(folder, &Device::Cpu) else { panic!("a broken model was opened") };
    assert_eq!(fault.kind(), ErrorKind::BadInput, "{fault}");
    fault
}

#[test]
fn a_missing_file_is_named() {
    for name in ["config.json", "model.safetensors", "words.txt", "characters.txt"] {
        let folder = model();
        fs::remove_file(folder.path().join(name)).unwrap();
        let fault = fault(folder.path());
        // Without its config a folder is no model at all.
        let kind = if name == "config.json" {
            matches!(fault, Error::Model { .. })
        } else {
            matches!(fault, Error::Io { .. })
        };
        assert!(kind && fault.to_string().contains(name), "{fault}");
    }
}

#[test]
fn a_truncated_file_is_named() {
    for name in ["config.json", "model.safetensors", "words.txt", "characters.txt"] {
        let folder = model();
        let path = folder.path().join(name);
        let whole = fs::read(&path).unwrap();
        for keep in [0, 1, whole.len() / 2, whole.len() - 2] {
            fs::write(&path, &whole[..keep]).unwrap();
            let fault = fault(folder.path()).to_string();
            assert!(fault.contains(name), "{name} cut to {keep}: {fault}");
        }
    }
}

#[test]
fn vocabularies_of_another_model_are_refused() {
    for (name, other) in [("words.txt", "the"), ("characters.txt", "a")] {
        let folder = model();
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        // As many lines, one of them another.
        let mut lines: Vec<&str> = text.lines().collect();
        let last = lines.len() - 1;
        let changed = format!("{}{other}", lines[last]);
        lines[last] = if name == "words.txt" { &changed } else { "\u{1F600}" };
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        let message = fault(folder.path()).to_string();
        assert!(message.contains("not those of this model"), "{name}: {message}");
        // One line more.
        fs::write(&path, text + "\u{1F601}\n").unwrap();
        let message = fault(folder.path()).to_string();
        assert!(message.contains(name) && message.contains("config.json says"), "{name}: {message}");
    }
}

#[test]
fn a_bad_vocabulary_names_its_line() {
    let folder = model();
    let path = folder.path().join("words.txt");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let cases = [
        (format!("{0}\n{0}\n", lines[0]).into_bytes(), "line 2 repeats"),
        (b"a\n\nb\n".to_vec(), "line 2 is empty"),
        (b"a\nb\xff\n".to_vec(), "words.txt:2: invalid UTF-8 at byte 2 of the line"),
    ];
    for (bytes, expected) in cases {
        fs::write(&path, bytes).unwrap();
        let message = fault(folder.path()).to_string();
        assert!(message.contains("words.txt") && message.contains(expected), "{message}");
    }
    let folder = model();
    for (text, expected) in [("a\nbb\n", "line 2 is `bb`"), ("b\na\n", "line 2: `a` is out of order")] {
        fs::write(folder.path().join("characters.txt"), text).unwrap();
        let message = fault(folder.path()).to_string();
        assert!(message.contains(expected), "{message}");
    }
}

/// Rewrites the weights of a copy and tells what opening it says.
fn with_tensors(change: impl Fn(&mut Tensors)) -> Error {
    let folder = model();
    let path = folder.path().join("model.safetensors");
    let (mut tensors, note) = Tensors::read(&path).unwrap();
    change(&mut tensors);
    tensors.write(&path, &note).unwrap();
    fault(folder.path())
}

#[test]
fn a_bad_tensor_is_named() {
    let names: Vec<String> = Tensors::read(&model().path().join("model.safetensors"))
        .unwrap()
        .0
        .iter()
        .map(|(n, _)| n.to_owned())
        .collect();
    assert!(names.len() > 10, "{names:?}");
    for name in &names {
        let missing = with_tensors(|tensors| {
            tensors.remove(name).unwrap();
        });
        let shape = with_tensors(|tensors| {
            let old = tensors.get(name).unwrap().clone();
            let (mut shape, mut values) = (old.shape, old.values);
            values.extend_from_within(..values.len() / shape[0]);
            shape[0] += 1;
            tensors.insert(name.clone(), &shape, values);
        });
        let nan = with_tensors(|tensors| {
            let mut old = tensors.get(name).unwrap().clone();
            *old.values.last_mut().unwrap() = f32::NAN;
            tensors.insert(name.clone(), &old.shape, old.values);
        });
        let infinite = with_tensors(|tensors| {
            let mut old = tensors.get(name).unwrap().clone();
            old.values[0] = f32::INFINITY;
            tensors.insert(name.clone(), &old.shape, old.values);
        });
        let expected = ["missing", "has shape", "is NaN", "is inf"];
        for (fault, expected) in [missing, shape, nan, infinite].iter().zip(expected) {
            let Error::Tensor { tensor, message, path } = fault else { panic!("{fault}") };
            assert_eq!(tensor, name);
            assert!(message.contains(expected) && path.ends_with("model.safetensors"), "{fault}");
        }
    }
    let unexpected = with_tensors(|tensors| tensors.insert("encoder.extra", &[1], vec![0.0]));
    assert!(unexpected.to_string().contains("`encoder.extra`: is unexpected"), "{unexpected}");
}

#[test]
fn a_bad_config_json_names_the_key() {
    let cases = [
        ("\"model\": \"bilstm-crf\"", "\"model\": \"lstm\"", "of type `lstm`"),
        ("\"version\": 1", "\"version\": 2", "version 2"),
        ("\"dim\": 16", "\"dim\": 16, \"speed\": 3", "speed"),
        ("\"dim\": 16", "\"dim\": \"wide\"", "dim"),
        ("\"dim\": 16", "\"dim\": 0", "dim"),
        ("\"hidden\": 16", "\"hidden\": 0", "hidden"),
        ("\"scheme\": \"iobes\"", "\"scheme\": \"iobs\"", "scheme"),
        ("\"scheme\": \"iobes\"", "\"scheme\": \"iob2\"", "has shape"),
        // Sizes that no memory holds have a bound; others are compared with the tensors before anything is made of
        // them.
        ("\"hidden\": 16", "\"hidden\": 8000000000", "model.hidden`: is 8000000000, expected at most 65536"),
        ("\"hidden\": 16", "\"hidden\": 9223372036854775807", "`model.hidden`"),
        ("\"hidden\": 16", "\"hidden\": 60000", "the network has 28811521024 numbers or more"),
        ("\"hidden\": 16", "\"hidden\": 9000", "`encoder.w_ih`: has shape"),
        ("\"hidden\": 8", "\"hidden\": 9000", "`characters.lstm.w_ih`: has shape"),
        ("\"dense\": 16", "\"dense\": 60000", "`dense.weight`: has shape"),
        ("\"dense\": 16", "\"dense\": 8000000000", "`model.dense`"),
        ("\"embedding\": 8", "\"embedding\": 60000", "`characters.embedding`: has shape"),
        ("\"dim\": 16", "\"dim\": 8000000000", "`words`: has shape"),
        // Keys that change no shape are told by the digest.
        ("\"PER\"", "\"GPE\"", "do not belong together"),
        ("\"longest\": 100", "\"longest\": 99", "do not belong together"),
        ("\"digest\": \"", "\"digest\": \"0", "do not belong together"),
        ("\"use\": true", "\"use\": false", "contradict"),
        ("\"tied\"", "\"attention\": true, \"tied\"", "`attention.query.weight`: missing"),
        ("\"tied\"", "\"dropout_attention\": 1.0, \"tied\"", "model.dropout_attention"),
    ];
    for (from, to, expected) in cases {
        let folder = model();
        let path = folder.path().join("config.json");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let message = fault(folder.path()).to_string();
        assert!(message.contains(expected), "{to}: {message}");
    }
}

#[test]
fn weights_of_another_run_with_the_same_shapes_are_refused() {
    let other = tempfile::tempdir().unwrap();
    let mut settings = config();
    settings.training.epochs = 1;
    settings.seed += 1;
    common::train(&settings, other.path());
    let folder = model();
    let path = folder.path().join("model.safetensors");
    fs::copy(other.path().join("model.safetensors"), &path).unwrap();
    let message = fault(folder.path()).to_string();
    assert!(message.contains("model.safetensors") && message.contains("do not belong together"), "{message}");
    // One bit of one weight.
    let fault = with_tensors(|tensors| {
        let mut old = tensors.get("crf.start").unwrap().clone();
        old.values[0] = f32::from_bits(old.values[0].to_bits() ^ 1);
        tensors.insert("crf.start", &old.shape, old.values);
    });
    assert!(fault.to_string().contains("do not belong together"), "{fault}");
    // The file's own digest tells it as well, where the file is changed and not written.
    let folder = model();
    let path = folder.path().join("model.safetensors");
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 4;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    let message = self::fault(folder.path()).to_string();
    assert!(message.contains("model.safetensors: was changed since it was written"), "{message}");
}

#[test]
fn so_many_types_that_no_table_holds_them_are_refused() {
    let mut data = data();
    data.train = (0..5000).map(|at| labelled(&format!("Word/T{at} here"))).collect();
    let folder = tempfile::tempdir().unwrap();
    let fault = train(&config(), data, folder.path(), &Device::Cpu, &mut ()).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::BadInput);
    let message = fault.to_string();
    assert!(
        message.contains("5000 entity types make 20001 tags of the scheme iobes, expected at most 2048"),
        "{message}"
    );
    // So is a model that claims them.
    let folder = model();
    let path = folder.path().join("config.json");
    let types: Vec<String> = (0..5000).map(|at| format!("\"T{at}\"")).collect();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"types\": [", &format!("\"types\": [{},", types.join(",")), 1)).unwrap();
    let message = self::fault(folder.path()).to_string();
    assert!(message.contains("config.json: 5003 entity types make 20013 tags"), "{message}");
}

#[cfg(unix)]
#[test]
fn pipes_and_circles_of_links_are_refused_by_name() {
    for name in ["config.json", "model.safetensors", "words.txt", "characters.txt"] {
        let folder = model();
        let path = folder.path().join(name);
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let message = fault(folder.path()).to_string();
        assert!(message.contains(&format!("{name}: is a pipe, expected a file")), "{message}");
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&path, &path).unwrap();
        assert!(fault(folder.path()).to_string().contains(name));
    }
}

#[test]
#[should_panic(expected = "values of tensor `w`")]
fn a_tensor_of_another_length_than_its_shape_is_never_made() {
    Tensors::default().insert("w", &[2], Vec::new());
}

#[test]
fn a_training_config_is_refused_with_key_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train.toml");
    let cases = [
        ("sede = 1", "sede"),
        ("seed = 1\n[model]\nhiden = 3", "hiden"),
        ("[training]\nepochs = \"many\"", "training.epochs"),
        ("[training]\nepochs = 0", "training.epochs"),
        ("[model]\ndropout = 1.0", "model.dropout"),
        ("[model]\ndropout = nan", "model.dropout"),
        ("[model.characters]\nembedding = 0", "model.characters.embedding"),
        ("[training]\noptimiser = { kind = \"sgd\", rate = -1 }", "training.optimiser.rate"),
        ("[training]\noptimiser = { kind = \"sgd\", beta1 = 0.5 }", "beta1"),
        ("[training]\noptimiser = { kind = \"adam\", beta1 = 1.5 }", "training.optimiser.beta1"),
        ("[training]\noptimiser = { kind = \"rprop\" }", "rprop"),
        ("[training]\nclip = -1.0", "training.clip"),
        ("[vectors]\nlimit = 0", "vectors.limit"),
        // What once was a `capacity overflow`.
        ("[model]\nhidden = 4294967296", "`model.hidden`: is 4294967296, expected at most 65536"),
        ("[model]\ndense = 4294967296", "`model.dense`"),
        ("[model]\nhidden = 65536", "numbers or more, expected at most 1000000000"),
        ("[model.characters]\nembedding = 4294967296", "model.characters.embedding"),
        ("[model.characters]\nhidden = 4294967296", "model.characters.hidden"),
        ("[model.characters]\nlongest = 4294967296", "model.characters.longest"),
        ("[vectors]\nrandom = 4294967296", "vectors.random"),
        ("[vectors]\nlimit = 4294967296", "vectors.limit"),
        ("[training]\nbatch = 4294967296", "`training.batch`: is 4294967296, expected at most 1000000000"),
        ("[training]\nepochs = 4294967296", "training.epochs"),
        ("[training]\nlongest = 4294967296", "training.longest"),
        ("[training]\nevaluate_every = 4294967296", "training.evaluate_every"),
        ("[training]\ncheckpoint_every = 4294967296", "training.checkpoint_every"),
        ("[training]\npatience = 4294967296", "training.patience"),
        ("[model]\nscheme = \"bilou\"", "scheme"),
        ("[model", "train.toml"),
    ];
    for (text, expected) in cases {
        fs::write(&path, text).unwrap();
        let fault = TrainConfig::read(&path).unwrap_err();
        assert!(
            fault.kind() == ErrorKind::BadInput && fault.to_string().contains(expected),
            "{text}: {fault}"
        );
        assert!(fault.to_string().contains("train.toml"), "the file is named: {text}: {fault}");
    }
    fs::write(&path, "[training.optimiser]\nrate = 0.2").unwrap();
    assert_eq!(TrainConfig::read(&path).unwrap().training.optimiser, Optimiser::Sgd { rate: 0.2 });
    fs::write(&path, "[model]\n\nhiden = 3").unwrap();
    assert!(TrainConfig::read(&path).unwrap_err().to_string().contains("line 3"));
    fs::write(&path, b"[model]\nscheme = \"\xff\"").unwrap();
    let fault = TrainConfig::read(&path).unwrap_err();
    assert!(
        fault.kind() == ErrorKind::BadInput
            && fault.to_string().contains("train.toml:2: invalid UTF-8 at byte 11"),
        "{fault}"
    );
    assert!(matches!(TrainConfig::read(&folder.path().join("none.toml")), Err(Error::Io { .. })));
}

#[test]
fn paths_are_relative_to_the_config() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train.toml");
    fs::write(&path, "[data]\ntrain = \"a/b.txt\"\ndev = \"/c.txt\"\n[vectors]\nfile = \"v.vec\"").unwrap();
    let config = TrainConfig::read(&path).unwrap();
    assert_eq!(config.data.train.unwrap(), folder.path().join("a/b.txt"));
    assert_eq!(config.data.dev.unwrap(), Path::new("/c.txt"));
    assert_eq!(config.vectors.file.unwrap(), folder.path().join("v.vec"));
}

#[test]
fn data_that_cannot_be_trained_on_are_refused() {
    let cases: [(Vec<_>, &str); 3] = [
        (vec![], "no entity"),
        (vec![labelled("nothing here")], "no entity"),
        (vec![labelled("far too long for Ida/PER to be read")], "no sentence"),
    ];
    for (sentences, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = config();
        settings.training.longest = 3;
        let data = TrainData { train: sentences, ..TrainData::default() };
        let fault = train(&settings, data, folder.path(), &Device::Cpu, &mut ()).unwrap_err();
        assert!(matches!(fault, Error::Data { .. }) && fault.to_string().contains(expected), "{fault}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    }
    for (which, token) in [("training", 1), ("development", 9)] {
        let mut data = data();
        let sentences = if which == "training" { &mut data.train } else { &mut data.dev };
        sentences[1].entities.insert(0, Entity::new(token..3, "LOC"));
        let folder = tempfile::tempdir().unwrap();
        let fault = train(&config(), data, folder.path(), &Device::Cpu, &mut ()).unwrap_err();
        assert!(fault.to_string().contains(&format!("{which} sentence 2")), "{fault}");
    }
    let mut settings = config();
    settings.data.train = Some("/nowhere/train.txt".into());
    let fault = TrainData::read(&settings).unwrap_err();
    assert!(fault.to_string().contains("/nowhere/train.txt"), "{fault}");
    settings.data.train = None;
    assert!(TrainData::read(&settings).unwrap_err().to_string().contains("data.train"));
}

#[test]
fn a_diverging_run_names_its_step_and_keeps_the_last_good_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = config();
    settings.training.clip = 0.0;
    settings.training.checkpoint_every = 1;
    settings.training.optimiser = Optimiser::Sgd { rate: 5e37 };
    let mut saved = 0;
    let mut observer = |event: &Event<'_>| {
        if let What::Checkpoint { step, .. } = event.what {
            saved = step;
        }
        Flow::Continue
    };
    let fault = train(&settings, data(), folder.path(), &Device::Cpu, &mut observer).unwrap_err();
    let Error::Diverged { step, checkpoint: Some(checkpoint), .. } = &fault else { panic!("{fault}") };
    assert_eq!(*step, saved + 1);
    assert!(
        fault.kind() == ErrorKind::Diverged && fault.to_string().contains(&format!("step {step}")),
        "{fault}"
    );
    assert!(checkpoint.exists() && !folder.path().join("config.json").exists());
    Tensors::read(checkpoint).unwrap();
}

#[test]
fn weights_that_left_the_range_are_neither_scored_nor_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = config();
    settings.training.clip = 0.0;
    settings.training.evaluate_every = 1;
    settings.training.optimiser = Optimiser::Sgd { rate: 1e60 };
    let fault = train(&settings, data(), folder.path(), &Device::Cpu, &mut ()).unwrap_err();
    assert!(
        matches!(fault, Error::Diverged { step: 1, what: "largest weight", checkpoint: None, .. }),
        "{fault}"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn a_device_that_is_not_there_is_a_fault_and_no_panic() {
    let folder = model();
    // No machine has so many cards.
    for device in [Device::Cuda(4095), Device::Wgpu(4095)] {
        let Err(fault) = open(folder.path(), &device) else { panic!("{device} was opened") };
        assert!(matches!(fault, Error::Device { .. }), "{fault}");
        assert!(fault.to_string().contains(&device.to_string()), "{fault}");
    }
    for (text, device) in [("cpu", Device::Cpu), ("cuda:1", Device::Cuda(1)), ("wgpu", Device::Wgpu(0))] {
        assert_eq!(text.parse::<Device>().unwrap(), device);
    }
    for text in ["", "gpu", "cpu:0", "cuda:x", "cuda:-1"] {
        assert!(text.parse::<Device>().is_err(), "{text}");
    }
}
