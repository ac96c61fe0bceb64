//! What cannot be trained is refused, and what goes wrong is told.

use std::fs;

use xner_corpus::{Labelled, Sentence};
use xner_tagger::bert::config::Head;
use xner_train::config::Optimiser;
use xner_train::{Device, Event, Flow, What};
use xner_transfer::meta::index::{Represent, SentenceIndex};
use xner_transfer::meta::low_resource::{self, LowResourceConfig};
use xner_transfer::meta::{Meta, Nearest, open_adapted};
use xner_transfer::{Result, run};

use crate::small::{Case, sentences};

fn refused(case: &Case) -> String {
    let folder = tempfile::tempdir().unwrap();
    let fault = case.run(&folder.path().join("out"), None).unwrap_err().to_string();
    // The folder is nobody's: a mended config may have it.
    assert!(!folder.path().join("out/config.json").exists() && !folder.path().join("out/run.json").exists());
    fault
}

/// What is told before sentences get their vectors.
fn refused_at_once(case: &Case) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut observer = |event: &Event<'_>| match event.what {
        What::Note(_) if event.phase == "data" => Flow::Continue,
        _ => panic!("{event:?}"),
    };
    let fault = run(&Meta, &case.config, &case.corpora, &out, None, &Device::Cpu, &mut observer).unwrap_err();
    assert!(!out.exists(), "nothing is left");
    fault.to_string()
}

#[test]
fn what_does_not_fit_is_told_before_anything_is_made() {
    let mut case = Case::new(8, 0.1);
    case.config.bert.freeze_layers = 40;
    assert!(refused_at_once(&case).contains("`bert.freeze_layers`"));
    let mut case = Case::new(8, 0.1);
    case.config.similarity.k = 8;
    assert!(refused_at_once(&case).contains("at least 9"));
    let mut case = Case::new(8, 0.1);
    case.corpora.train.iter_mut().for_each(|labelled| labelled.entities.clear());
    assert!(refused_at_once(&case).contains("`source.train`"));
    let mut case = Case::new(8, 0.1);
    case.config.seed = u64::MAX;
    assert!(refused_at_once(&case).contains("`seed`"), "a report could not be read again");
    let mut case = Case::new(8, 0.1);
    case.config.row = Some(" ".to_owned());
    assert!(refused_at_once(&case).contains("`row`"));
}

#[test]
fn a_source_that_is_too_small_is_refused_before_training() {
    let mut case = Case::new(6, 0.1);
    case.config.similarity.k = 6;
    let fault = refused(&case);
    assert!(fault.contains("6 sentences") && fault.contains("at least 7"), "{fault}");
    // To adapt by, six are enough; one more where the nearest is left out.
    case.adapted();
    case.config.similarity.nearest = Nearest::Drop;
    let (model, encoder) = (tempfile::tempdir().unwrap(), Box::new(case.pretrained()));
    case.model().save(model.path()).unwrap();
    let index = |_: &dyn Represent| -> Result<SentenceIndex> { panic!("the corpus is not indexed before") };
    let train = &case.corpora.train;
    let found = open_adapted(model.path(), train, &index, encoder, None, &case.config, None, &Device::Cpu);
    let fault = found.err().unwrap().to_string();
    assert!(fault.contains("6 sentences") && fault.contains("at least 7"), "{fault}");
}

#[test]
fn sentences_that_are_there_twice_are_each_others_neighbours() {
    let mut case = Case::new(10, 0.1);
    let twice = case.corpora.train.clone();
    case.corpora.train.extend(twice);
    let tasks = case.tasks();
    for (at, task) in tasks.tasks.iter().enumerate() {
        assert_eq!(task.query, at);
        assert_eq!(task.support[0], (at + 10) % 20, "the other copy");
        assert!(!task.support.contains(&at));
    }
    let folder = tempfile::tempdir().unwrap();
    case.run(folder.path(), None).unwrap();
}

#[test]
fn a_target_sentence_longer_than_a_window_keeps_all_its_words() {
    let case = Case::new(10, 0.1);
    let all = sentences(&case.corpora.target_test);
    let long = Sentence::from_tokens(all.iter().flat_map(Sentence::tokens));
    assert!(long.len() > 60);
    let tagged = xner_tagger::Tagger::tag(&case.adapted(), std::slice::from_ref(&long)).unwrap();
    assert_eq!(tagged[0].tags.len(), long.len());
}

#[test]
fn masking_needs_a_subword_for_it() {
    let mut case = Case::new(8, 0.1);
    let path = case.encoder().join("vocab.txt");
    let vocabulary = fs::read_to_string(&path).unwrap();
    fs::write(&path, vocabulary.replace("[MASK]\n", "[none]\n")).unwrap();
    fs::remove_file(case.encoder().join("xner-digests.json")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut trained = false;
    let mut observer = |event: &Event<'_>| {
        trained |= !["data", "indexing"].contains(&event.phase) || matches!(event.what, What::Started { .. });
        Flow::Continue
    };
    let fault = run(&Meta, &case.config, &case.corpora, &out, None, &Device::Cpu, &mut observer).unwrap_err();
    let fault = fault.to_string();
    assert!(fault.contains("`masking.ratio`") && fault.contains("<mask>"), "{fault}");
    assert!(!trained, "it is told before anything is trained");
    case.config.masking.ratio = 0.0;
    let folder = tempfile::tempdir().unwrap();
    case.run(folder.path(), None).unwrap();
}

#[test]
fn a_source_without_entities_is_refused() {
    let mut case = Case::new(8, 0.1);
    case.corpora.train.iter_mut().for_each(|labelled| labelled.entities.clear());
    assert!(refused(&case).contains("setting `source.train`: has no entity"));
    case.config.drop_types = vec!["PER".to_owned()];
    assert!(refused(&case).contains("`drop_types` (PER)"));
    let mut case = Case::new(8, 0.1);
    case.corpora.target_test.iter_mut().for_each(|labelled| labelled.entities.clear());
    assert!(refused(&case).contains("setting `target.test`: has no entity"));
    let mut case = Case::new(8, 0.1);
    case.corpora.dev.clear();
    assert!(refused(&case).contains("`source.dev`"));
}

#[test]
fn a_rate_that_is_too_high_is_told_with_phase_and_step() {
    let mut case = Case::new(8, 0.0);
    case.config.inner.optimiser = Optimiser::Sgd { rate: 1e38 };
    case.config.inner.scheduled = false;
    case.config.inner.clip = 0.0;
    let fault = refused(&case);
    assert!(fault.contains("`meta`") && fault.contains("step 1"), "{fault}");
    let mut case = Case::new(8, 0.0);
    case.config.inner.optimiser = Optimiser::Sgd { rate: 0.1 };
    case.config.inner.clip = 0.0;
    case.config.adaptation.rate = 1e38;
    case.config.adaptation.steps = 3;
    let fault = xner_tagger::Tagger::tag(&case.adapted(), &sentences(&case.corpora.target_test)).unwrap_err();
    assert!(fault.to_string().contains("adapting by source sentences"), "{fault}");
    // After the only step nobody looks at a gradient: what is no number is told by who reads the scores.
    case.config.adaptation.steps = 1;
    let asked = sentences(&case.corpora.target_test);
    let tagger = case.adapted();
    let fault = xner_tagger::Tagger::tag(&tagger, &asked).unwrap_err().to_string();
    assert!(fault.contains("adapting by source sentences") && fault.contains("`adaptation.rate`"), "{fault}");
    // Of many faults always the same one.
    for _ in 0..4 {
        let again = xner_tagger::Tagger::tag(&tagger, &asked).unwrap_err().to_string();
        assert_eq!(again, fault);
    }
    assert!(xner_tagger::Tagger::best(&tagger, &asked).is_err());
}

/// Sentences to adapt by whose entities the model knows nothing of.
#[test]
fn a_type_that_the_model_lacks_is_named() {
    let case = Case::new(8, 0.1);
    let model = tempfile::tempdir().unwrap();
    case.model().save(model.path()).unwrap();
    let mut train = case.corpora.train.clone();
    let odd = train.iter_mut().flat_map(|labelled| &mut labelled.entities).next().unwrap();
    odd.kind = "VEHICLE".into();
    let place =
        train.iter().position(|labelled| labelled.entities.iter().any(|e| e.kind == "VEHICLE".into()));
    let index = |_: &dyn Represent| -> Result<SentenceIndex> { panic!("the corpus is not indexed before") };
    let open = |train: &[Labelled]| {
        let encoder = Box::new(case.pretrained());
        let found =
            open_adapted(model.path(), train, &index, encoder, None, &case.config, None, &Device::Cpu);
        found.err().unwrap().to_string()
    };
    let fault = open(&train);
    assert!(fault.contains("`B-VEHICLE`") && fault.contains("LOC, MISC, ORG"), "{fault}");
    assert!(fault.contains(&format!("source sentence {}:", place.unwrap() + 1)), "{fault}");
    // The tag column may be the wrong one.
    for labelled in &mut train {
        labelled.entities.clear();
    }
    assert!(open(&train).contains("no entity"));
}

/// Meta-training where no similar sentence has an entity.
#[test]
fn support_sets_without_entities_train_too() {
    let mut case = Case::new(12, 0.1);
    let kept = case.corpora.train.iter().position(|labelled| !labelled.entities.is_empty()).unwrap();
    let types: Vec<_> = case.corpora.dev.iter().flat_map(|labelled| &labelled.entities).cloned().collect();
    assert!(!types.is_empty());
    for (at, labelled) in case.corpora.train.iter_mut().enumerate() {
        if at != kept {
            labelled.entities.clear();
        }
    }
    let tasks = case.tasks();
    let bare = tasks.tasks.iter().filter(|task| !task.support.contains(&kept)).count();
    assert!(bare > 6, "{bare}");
    let folder = tempfile::tempdir().unwrap();
    case.run(folder.path(), None).unwrap();
}

#[test]
fn a_head_with_a_crf_is_refused() {
    let mut case = Case::new(8, 0.1);
    case.config.bert.head = Head::Crf;
    assert!(refused(&case).contains("`bert.head`"));
}

#[test]
fn low_resource_refuses_what_it_cannot_tune() {
    let case = Case::new(8, 0.1);
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (folder.path().join("model"), folder.path().join("out"));
    case.model().save(&model).unwrap();
    let corpora = [case.corpora.train.as_slice(), case.corpora.target_test.as_slice()];
    let tune = |config: &LowResourceConfig, names: &[&str]| {
        let models: Vec<_> = names.iter().map(|name| ((*name).to_owned(), model.clone())).collect();
        low_resource::run(config, corpora, &models, &out, &Device::Cpu, &mut ()).unwrap_err().to_string()
    };
    let config = LowResourceConfig::default();
    assert!(tune(&config, &["one", "one"]).contains("`one`"));
    assert!(tune(&LowResourceConfig { shares: vec![1.5], ..config.clone() }, &["one"]).contains("`shares`"));
    assert!(tune(&LowResourceConfig { draws: vec![], ..config.clone() }, &["one"]).contains("`draws`"));
    assert!(!out.exists());
    let mut deep = config.clone();
    deep.bert.freeze_layers = 40;
    let fault = tune(&deep, &["one"]);
    assert!(fault.starts_with(&format!("{}: setting `", model.display())), "{fault}");
    assert!(fault.contains("freeze_layers"), "{fault}");
    let mut odd = corpora.map(<[_]>::to_vec);
    odd[0].iter_mut().flat_map(|labelled| &mut labelled.entities).for_each(|one| one.kind = "VEHICLE".into());
    let mut whole = LowResourceConfig { shares: vec![1.0], ..LowResourceConfig::default() };
    whole.bert.freeze_layers = 1;
    let models = [("one".to_owned(), model.clone())];
    let fault = low_resource::run(&whole, [&odd[0], &odd[1]], &models, &out, &Device::Cpu, &mut ());
    let fault = fault.unwrap_err().to_string();
    assert!(fault.starts_with(&format!("{}: `train`, sentence ", model.display())), "{fault}");
    assert!(fault.contains("tag `B-VEHICLE`"), "{fault}");
    odd[0].iter_mut().for_each(|labelled| labelled.entities.clear());
    for (at, key) in ["train", "test"].into_iter().enumerate() {
        let mut own = corpora;
        own[at] = &odd[0];
        let fault =
            low_resource::run(&whole, own, &models, &out, &Device::Cpu, &mut ()).unwrap_err().to_string();
        assert!(fault.contains(&format!("setting `{key}`: has no entity")), "{fault}");
    }
    // A second model that cannot be opened is told of before the first is tuned.
    let models = [("one".to_owned(), model.clone()), ("two".to_owned(), folder.path().join("nowhere"))];
    low_resource::run(&whole, corpora, &models, &out, &Device::Cpu, &mut ()).unwrap_err();
    assert!(!out.exists());
    let mut config = config;
    config.training.optimiser = Optimiser::Adam { rate: 1e30, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    (config.bert.freeze_layers, config.training.epochs) = (1, 8);
    let fault = tune(&config, &["one"]);
    assert!(fault.contains("phase `one 1.000 % draw 1`") && fault.contains("step"), "{fault}");
}
