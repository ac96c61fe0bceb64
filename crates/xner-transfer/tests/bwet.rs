//! BWET on the built-in sample.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use std::fs;
use std::path::Path;

use xner_corpus::{Labelled, Sentence};
use xner_embed::Vectors;
use xner_embed::dictionary::Dictionary;
use xner_embed::map::{self, MapConfig, Method, Resources, VectorFiles};
use xner_embed::write::write_vec;
use xner_sample::{Language, Sample, Split};
use xner_tagger::{TrainConfig, TrainData, evaluate, open, open_mapped, train};
use xner_train::config::Optimiser;
use xner_train::{Device, Event, Flow, Settings, What};
use xner_transfer::bwet::{Bwet, BwetConfig, BwetData, lowered, translated};
use xner_transfer::report::{Select, TransferReport};
use xner_transfer::{Error, ErrorKind, run};

fn vectors(sample: &Sample, language: Language) -> Vectors {
    let vectors = sample.vectors(language);
    let data: Vec<f32> = (0..vectors.words.len()).flat_map(|at| vectors.vector(at).to_vec()).collect();
    Vectors::from_rows(&vectors.words, vectors.dim, &data).unwrap()
}

fn config() -> BwetConfig {
    let mut config = BwetConfig::default();
    "es".clone_into(&mut config.target.language);
    config.model.hidden = 24;
    config.model.dense = 24;
    config.model.characters.embedding = 12;
    config.model.characters.hidden = 12;
    config.training.epochs = 3;
    config.training.evaluate_every = 30;
    config.training.optimiser = Optimiser::Adam { rate: 0.005, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    config
}

fn data(sentences: usize) -> BwetData {
    let sample = Sample::new(1).unwrap();
    let labelled = |language, split, count| sample.labelled(language, split, count);
    BwetData {
        train: labelled(Language::English, Split::Train, sentences),
        dev: labelled(Language::English, Split::Dev, sentences / 5),
        target_dev: Vec::new(),
        target_test: labelled(Language::Spanish, Split::Test, 200),
        vectors: vectors(&sample, Language::Spanish),
        dictionary: Dictionary::from_pairs(sample.dictionary(Language::English, Language::Spanish)).unwrap(),
    }
}

/// All files below a folder but the checkpoint's, with their bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((
                    path.strip_prefix(folder).unwrap().display().to_string(),
                    fs::read(&path).unwrap(),
                ));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn it_beats_a_tagger_that_reads_english_and_unmapped_vectors() {
    let sample = Sample::new(1).unwrap();
    let (config, data) = (config(), data(600));
    let folder = tempfile::tempdir().unwrap();
    let report = run(&Bwet, &config, &data, folder.path(), None, &Device::Cpu, &mut ()).unwrap();
    let f1 = report.by_source_dev.clone().unwrap().target_test.unwrap().f1;
    assert!(report.by_target_dev.is_none());
    assert_eq!(TransferReport::read(folder.path()).unwrap(), report);
    // The folder is a model like any other, and has the scores that the report tells.
    let tagger = open(folder.path(), &Device::Cpu).unwrap();
    assert_eq!(evaluate(tagger.as_ref(), &data.target_test).unwrap().overall.f1, f1);

    let mono = tempfile::tempdir().unwrap();
    let settings = TrainConfig {
        model: config.model.clone(),
        training: config.training.clone(),
        ..TrainConfig::default()
    };
    let english = TrainData {
        train: data.train.clone(),
        dev: data.dev.clone(),
        vectors: Some(vectors(&sample, Language::English)),
        extra_words: Vec::new(),
    };
    train(&settings, english, mono.path(), &Device::Cpu, &mut ()).unwrap();
    let applied = open_mapped(mono.path(), &data.vectors, &Device::Cpu).unwrap();
    let before = evaluate(applied.as_ref(), &data.target_test).unwrap().overall.f1;
    println!("translated {f1:.4}, untranslated {before:.4}");
    assert!(f1 > before + 0.1, "translated {f1}, untranslated {before}");
}

#[test]
fn weights_are_chosen_on_either_languages_sentences() {
    let sample = Sample::new(1).unwrap();
    let mut data = data(150);
    data.target_dev = sample.labelled(Language::Spanish, Split::Dev, 50);
    let mut config = config();
    config.training.epochs = 2;
    config.training.evaluate_every = 4;
    let (by_source, by_target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = run(&Bwet, &config, &data, by_source.path(), None, &Device::Cpu, &mut ()).unwrap();
    config.select = Select::TargetDev;
    let second = run(&Bwet, &config, &data, by_target.path(), None, &Device::Cpu, &mut ()).unwrap();
    assert_eq!((&first.by_source_dev, &first.by_target_dev), (&second.by_source_dev, &second.by_target_dev));
    let score = |folder: &Path| {
        evaluate(open(folder, &Device::Cpu).unwrap().as_ref(), &data.target_test).unwrap().overall.f1
    };
    let told = |choice: &Option<xner_transfer::report::Selected>| {
        choice.as_ref().unwrap().target_test.as_ref().unwrap().f1
    };
    for (folder, other, report) in
        [(by_source.path(), "by-target", &first), (by_target.path(), "by-source", &second)]
    {
        let scores = [score(folder), score(&folder.join(other))];
        let mut expected = [told(&report.by_source_dev), told(&report.by_target_dev)];
        if report.select == Select::TargetDev {
            expected.reverse();
        }
        assert_eq!(scores, expected);
    }
}

#[test]
fn a_stopped_run_goes_on_and_ends_with_the_same_bytes() {
    let mut config = config();
    config.training.epochs = 2;
    config.training.evaluate_every = 3;
    let data = data(100);
    let (whole, stopped) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    run(&Bwet, &config, &data, whole.path(), None, &Device::Cpu, &mut ()).unwrap();
    for last in [2, 8] {
        let mut observer = |event: &Event<'_>| match event.what {
            What::Step { step, .. } if step >= last => Flow::Stop,
            _ => Flow::Continue,
        };
        let fault =
            run(&Bwet, &config, &data, stopped.path(), None, &Device::Cpu, &mut observer).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::Stopped, "{fault}");
        assert!(!stopped.path().join("transfer-report.json").exists());
    }
    run(&Bwet, &config, &data, stopped.path(), None, &Device::Cpu, &mut ()).unwrap();
    assert_eq!(files(stopped.path()), files(whole.path()));

    // A finished run is not repeated, and its folder is no other run's.
    let mut never = |_: &Event<'_>| -> Flow { panic!("it trains again") };
    run(&Bwet, &config, &data, whole.path(), None, &Device::Cpu, &mut never).unwrap();
    config.seed += 1;
    let fault = run(&Bwet, &config, &data, whole.path(), None, &Device::Cpu, &mut ()).unwrap_err();
    assert!(matches!(fault, Error::Folder { .. }), "{fault}");
}

#[test]
fn the_released_rules_of_translation() {
    let pairs =
        [("Ida", "ana"), ("may", "puede"), ("May", "mayo"), ("LONDON", "LONDRES"), ("rain", "Lluvia")];
    let dictionary = Dictionary::from_pairs(pairs).unwrap();
    let low = lowered(&dictionary).unwrap();
    let of = |word: &str| low.translations(word).map(|to| to.word.to_owned()).collect::<Vec<_>>();
    assert_eq!(
        (of("may"), of("london"), of("rain")),
        (vec!["puede".into()], vec!["londres".into()], vec!["lluvia".into()])
    );
    let sentence = Sentence::from_tokens(["Ida", "May", "saw", "RAIN", "in", "London"]);
    let tags: Vec<_> =
        ["B-PER", "I-PER", "O", "O", "O", "B-LOC"].iter().map(|tag| tag.parse().unwrap()).collect();
    let labelled = Labelled::from_tags(sentence, &tags);
    let data = BwetData { train: vec![labelled], dictionary, ..data(10) };
    let mut config = config();
    let text = |config: &BwetConfig| translated(config, &data).unwrap().train[0].sentence.text().to_owned();
    assert_eq!(text(&config), "Ida May saw LLUVIA in Londres");
    config.translation.keep_types.clear();
    assert_eq!(text(&config), "Ana Puede saw LLUVIA in Londres");
}

#[test]
fn a_mapping_makes_the_dictionary() {
    let sample = Sample::new(1).unwrap();
    let (english, spanish) = (vectors(&sample, Language::English), vectors(&sample, Language::Spanish));
    let known = Dictionary::from_pairs(sample.dictionary(Language::English, Language::Spanish)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let settings = MapConfig::preset(Method::Supervised);
    let resources = Resources { dictionary: Some(&known), ..Resources::default() };
    let mapped =
        map::map(&english, &spanish, &settings.clone().check().unwrap(), &resources, &mut ()).unwrap();
    map::save(at("mapping"), &mapped, &settings, &english, &spanish, VectorFiles::Native).unwrap();
    write_vec(at("es.vec"), &spanish).unwrap();
    for (name, text) in [("en.conll", "Rain O\nfell O\nin O\nLondon B-LOC\n\n"), ("es.conll", "llueve O\n\n")]
    {
        fs::write(at(name), text).unwrap();
    }
    let whole = "dictionary.mapping = 'mapping'\nsource.train = 'en.conll'\nsource.dev = 'en.conll'\n\
                 target.vectors = 'es.vec'\ntarget.test = 'es.conll'\n";
    fs::write(at("bwet.toml"), whole).unwrap();
    let data = BwetData::read(&BwetConfig::read(&at("bwet.toml")).unwrap()).unwrap();
    assert_eq!((data.train.len(), data.dev.len(), data.target_test.len()), (1, 1, 1));
    let right = known.sources().filter(|word| {
        let own: Vec<_> = known.translations(word).map(|to| to.word).collect();
        data.dictionary.translations(word).next().is_some_and(|to| own.contains(&to.word))
    });
    let share = right.count() as f64 / known.len() as f64;
    assert!(share > 0.6, "{share}");
}

#[test]
fn bad_input_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bwet.toml");
    let fault = |text: &str| {
        fs::write(&path, text).unwrap();
        let fault = BwetConfig::read(&path).and_then(|config| BwetData::read(&config)).unwrap_err();
        fault.to_string()
    };
    for (text, expected) in [
        ("sed = 1", "bwet.toml: at `sed`, line 1: unknown field"),
        ("\nmodel.hiden = 1", "bwet.toml: at `model.hiden`, line 2: unknown field"),
        ("model.hidden = 0", "bwet.toml: setting `model.hidden`"),
        ("dictionary = { file = 'a', mapping = 'b' }", "bwet.toml: setting `dictionary.mapping`"),
        ("dictionary.csls = 0", "`dictionary.csls`"),
        ("target.limit = 0", "`target.limit`"),
        ("select = 'dev'", "at `select`"),
        ("", "`source.train`: is missing"),
        ("source.train = 'gone.conll'", "gone.conll"),
    ] {
        let message = fault(text);
        assert!(message.contains(expected), "{text}: {message}");
    }
    for (name, text) in [("a.conll", "a O\n\n"), ("a.vec", "1 2\na 1 0\n")] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let source = "source = { train = 'a.conll', dev = 'a.conll' }\n";
    assert!(fault(source).contains("`target.vectors`: is missing"));
    let both = format!("{source}target.vectors = 'a.vec'\n");
    assert!(fault(&both).contains("`dictionary.mapping`: is missing"));
    assert!(fault(&format!("{both}dictionary.mapping = 'nowhere'")).contains("nowhere"));

    let out = tempfile::tempdir().unwrap();
    let mut data = data(20);
    let told = |config: &BwetConfig, data: &BwetData| {
        let fault =
            run(&Bwet, config, data, out.path(), None, &Device::Cpu, &mut ()).unwrap_err().to_string();
        assert!(fs::read_dir(out.path()).unwrap().next().is_none(), "{fault}: something was written");
        fault
    };
    let config = BwetConfig { select: Select::TargetDev, ..config() };
    assert!(told(&config, &data).contains("`target.dev`"));
    let config = BwetConfig { select: Select::SourceDev, ..config };
    data.dictionary = Dictionary::from_pairs([("zzyzx", "zzyzx")]).unwrap();
    assert!(told(&config, &data).contains("translates no word"));
    data.dev.clear();
    assert!(told(&config, &data).contains("`source.dev`"));
}
