//! What cannot be trained is refused, and what goes wrong is told.

use std::fs;
use std::path::Path;

use xner_corpus::Sentence;
use xner_tagger::bert::config::Head;
use xner_train::config::Optimiser;
use xner_train::{Device, Event, Flow, Settings, What};
use xner_transfer::report::Select;
use xner_transfer::transadv::{Ablation, Method, TransAdvConfig, TransAdvCorpora};
use xner_transfer::{Error, ErrorKind, run};

use crate::small::{Case, labelled, made, pairs};

/// The fault of a run, which left nothing behind.
fn refused(case: &Case, method: Method) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let fault = case.run(method, &out, None).unwrap_err().to_string();
    assert!(!out.exists(), "{fault}");
    fault
}

#[test]
fn what_cannot_be_trained_is_refused_before_anything_is_written() {
    let mut case = Case::new(6);
    case.config.bert.head = Head::Crf;
    for method in Method::ALL.into_iter().filter(|method| method.has_student()) {
        let fault = refused(&case, method);
        assert!(fault.contains("`bert.head`") && fault.contains("softmax"), "{fault}");
    }
    // Without a student it may be.
    let folder = tempfile::tempdir().unwrap();
    case.run(Method::AdvCe, folder.path(), None).unwrap();

    let mut case = Case::new(6);
    case.config.bert.encoder = None;
    assert!(refused(&case, Method::MbertFt).contains("bert.encoder"));
    let mut case = Case::new(6);
    case.config.select = Select::TargetDev;
    case.corpora.target_dev.clear();
    assert!(refused(&case, Method::Tsl).contains("`target.dev`"));
    let mut case = Case::new(6);
    let unlabelled = std::mem::take(&mut case.corpora.unlabelled);
    for method in Method::ALL.into_iter().filter(|method| method.reads_unlabelled()) {
        assert!(refused(&case, method).contains("`target.unlabelled`"));
    }
    case.corpora.unlabelled = unlabelled;
    case.corpora.dev.clear();
    assert!(refused(&case, Method::MbertFt).contains("`source.dev`"));
    let mut case = Case::new(6);
    case.corpora.made = None;
    assert!(refused(&case, Method::TransAdv).contains("translated"));
}

/// Without entities nothing can be learnt, and every choice of weights is as good as another.
#[test]
fn corpora_without_entities_are_refused() {
    let without = |sentences: &mut [xner_corpus::Labelled]| {
        for labelled in sentences {
            labelled.entities.clear();
        }
    };
    for method in [Method::MbertFt, Method::TransAdv] {
        let mut case = Case::new(6);
        without(&mut case.corpora.train);
        if let Some(made) = &mut case.corpora.made {
            without(&mut made.target_swi);
        }
        let fault = refused(&case, method);
        assert!(fault.contains("no entity") && fault.contains("tag column"), "{fault}");
        let mut case = Case::new(6);
        without(&mut case.corpora.dev);
        let fault = refused(&case, method);
        assert!(fault.contains("`source.dev`") && fault.contains("no entity"), "{fault}");
        let mut case = Case::new(6);
        without(&mut case.corpora.target_dev);
        case.config.select = Select::TargetDev;
        let fault = refused(&case, method);
        assert!(fault.contains("`target.dev`") && fault.contains("no entity"), "{fault}");
    }
}

#[test]
fn settings_out_of_range_are_named_by_their_keys() {
    for (text, key) in [
        ("adversary.langauge.hidden = 3", "langauge"),
        ("adversary.language.target = ['targets']", "targets"),
        ("ablation = 'no-teachers'", "no-teachers"),
        ("training.epoch = 2", "epoch"),
        ("unitrans.weight = 2", "weight"),
    ] {
        let fault = toml::from_str::<TransAdvConfig>(text).unwrap_err().to_string();
        assert!(fault.contains(key), "{text}: {fault}");
    }
    for (text, key) in [
        ("adversary.generator_rate = 0.0", "adversary.generator_rate"),
        ("adversary.discriminator_rate = -1.0", "adversary.discriminator_rate"),
        ("adversary.language.hidden = 0", "adversary.language.hidden"),
        ("adversary.order.shuffled = []", "adversary.order.shuffled"),
        ("teachers.epochs = 0", "teachers.epochs"),
        ("teachers.rate = -1.0", "teachers.rate"),
        ("distillation.epochs = 0", "distillation.epochs"),
        ("distillation.weights = [0.0, 1.0, 1.0, 1.0]", "distillation.weights"),
        ("advpicker.share = 1.5", "advpicker.share"),
        ("consensus.teachers = 0", "consensus.teachers"),
        ("consensus.teachers = 2", "consensus.translated"),
        ("consensus.rounds = 0", "consensus.rounds"),
        ("unitrans.hard_weight = -1.0", "unitrans.hard_weight"),
        ("target.sentences = 0", "target.sentences"),
    ] {
        let config: TransAdvConfig = toml::from_str(text).unwrap();
        let fault = config.check().unwrap_err().to_string();
        assert!(fault.contains(&format!("`{key}`")), "{text}: {fault}");
    }
}

#[test]
fn lists_without_a_word_to_ask_about_are_named() {
    let mut case = Case::new(6);
    case.corpora.made = None;
    case.config.adversary.language.target = vec![xner_transfer::transadv::Set::Target];
    let fault = refused(&case, Method::AdvCe);
    assert!(fault.contains("adversary.language.target") && fault.contains("names `target`"), "{fault}");
    assert!(fault.contains("expected `source`, `unlabelled`"), "{fault}");

    // Every word is one of an entity: the context teacher's discriminator has nothing to be asked about.
    let corpora = made(vec![labelled("Ada B-PER, Lovelace I-PER, York B-LOC")], pairs("york jork"));
    let mut case = Case::of(
        TransAdvCorpora {
            dev: corpora.train.clone(),
            unlabelled: vec![corpora.train[0].sentence.clone()],
            ..corpora
        },
        0.1,
    );
    let fault = refused(&case, Method::TransAdv);
    assert!(fault.contains("context teacher") && fault.contains("no-context-teacher"), "{fault}");
    case.config.ablation = Ablation::NoContextTeacher;
    let folder = tempfile::tempdir().unwrap();
    case.run(Method::TransAdv, folder.path(), None).unwrap();
}

#[test]
fn an_encoder_of_which_nothing_is_trained_has_no_game() {
    let mut case = Case::new(6);
    (case.config.bert.freeze_embeddings, case.config.bert.freeze_layers) = (true, 2);
    for method in [Method::TransAdv, Method::AdvCe, Method::AdvPicker] {
        let fault = refused(&case, method);
        assert!(fault.contains("`bert.freeze_layers`") && fault.contains("2 layers"), "{fault}");
    }
    // Without discriminators it is a head on fixed states.
    let folder = tempfile::tempdir().unwrap();
    case.run(Method::MbertFt, folder.path(), None).unwrap();
}

/// What only a later part of a run finds out leaves the folder to a mended config too.
#[test]
fn a_run_that_is_refused_late_leaves_its_folder_to_others() {
    let mut case = Case::new(6);
    case.config.bert.length = 25;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("log"), "").unwrap();
    let fault = case.run(Method::MbertFt, folder.path(), None).unwrap_err().to_string();
    assert!(fault.contains("`bert.length`"), "{fault}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left but what was there");
    case.config.bert.length = 16;
    case.run(Method::MbertFt, folder.path(), None).unwrap();
}

/// Long sentences are left out of what the discriminators are shown too: one more of them changes nothing.
#[test]
fn sentences_that_are_too_long_are_shown_to_nobody() {
    let mut case = Case::new(8);
    case.config.training.longest = 50;
    let folder = tempfile::tempdir().unwrap();
    let trained = |case: &Case, name: &str| {
        let out = folder.path().join(name);
        case.run(Method::AdvCe, &out, None).unwrap();
        fs::read(out.join("model.safetensors")).unwrap()
    };
    let before = trained(&case, "before");
    case.corpora.unlabelled.push(Sentence::from_tokens(vec!["palabra"; 51]));
    assert!(trained(&case, "after") == before);
    case.corpora.unlabelled.push(Sentence::from_tokens(vec!["palabra"; 50]));
    assert!(trained(&case, "with") != before);
}

#[test]
fn a_loss_that_is_no_number_is_told_with_phase_and_step_and_the_checkpoint_stays() {
    type Change = fn(&mut TransAdvConfig);
    let alone: Change = |config| {
        config.training.optimiser = Optimiser::Adam { rate: 1e30, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    };
    let source: Change = |config| config.adversary.discriminator_rate = 1e30;
    let order: Change = |config| {
        config.ablation = Ablation::NoLanguageDiscriminator;
        config.adversary.discriminator_rate = 1e30;
    };
    let generator: Change = |config| config.adversary.generator_rate = 1e30;
    let teacher: Change = |config| config.teachers.rate = Some(1e30);
    let student: Change = |config| config.distillation.rate = Some(1e30);
    let mut kept = 0;
    for (method, phase, change) in [
        (Method::MbertFt, "source", alone),
        (Method::TransAdv, "source", source),
        (Method::TransAdv, "source", order),
        (Method::AdvCe, "source", generator),
        (Method::TransAdv, "entity", teacher),
        (Method::TransAdv, "student", student),
        (Method::UniTrans, "student", student),
    ] {
        let mut case = Case::new(12);
        case.config.training.batch = 3;
        case.config.training.checkpoint_every = 1;
        change(&mut case.config);
        let folder = tempfile::tempdir().unwrap();
        match case.run(method, folder.path(), None).unwrap_err() {
            fault @ Error::Diverged { .. } => {
                let said = fault.to_string();
                assert_eq!(fault.kind(), ErrorKind::Diverged, "{said}");
                assert!(said.contains(&format!("phase `{phase}`")) && said.contains("step"), "{said}");
                let Error::Diverged { checkpoint, step, phase: named, .. } = fault else { panic!("{said}") };
                assert_eq!(named, phase);
                // Every step that went well leaves one.
                assert_eq!(step > 1, checkpoint.is_some(), "{said}");
                let Some(checkpoint) = checkpoint else { continue };
                kept += 1;
                let (weights, _) = xner_train::Tensors::read(&checkpoint).unwrap();
                assert!(weights.iter().all(|(_, tensor)| tensor.values.iter().all(|x| x.is_finite())));
            }
            other => panic!("{other}"),
        }
        assert!(!folder.path().join("transfer-report.json").exists());
    }
    assert!(kept > 1, "{kept}");
}

/// One word a sentence; no entity; nothing that a translator knows of any entity; fewer sentences than a batch has; an
/// unlabelled sentence of several windows.
#[test]
fn odd_corpora_are_trained_on() {
    let train = vec![
        labelled("rain O"),
        labelled("Oslo B-LOC"),
        labelled("rain O, in O, Oslo B-LOC"),
        labelled("in O, the O, rain O"),
    ];
    let mut corpora = made(train, pairs("rain lluvia, in en"));
    assert_eq!(corpora.made.as_ref().unwrap().coverage.entity_words.translated, 0);
    corpora.dev = vec![labelled("in O, Oslo B-LOC")];
    corpora.unlabelled = vec![
        Sentence::from_tokens(["lluvia"]),
        Sentence::from_tokens(vec!["en"; 40]),
        Sentence::from_tokens::<&str>([]),
        Sentence::from_tokens(["\u{7}"]),
    ];
    let case = Case::of(corpora, 0.1);
    for method in Method::ALL {
        let folder = tempfile::tempdir().unwrap();
        let report = case.run(method, folder.path(), None).unwrap();
        assert!(report.steps > 0 && report.by_target_dev.is_none());
        let tagged = xner_tagger::open(folder.path(), &Device::Cpu).unwrap();
        assert_eq!(tagged.tag(&case.corpora.unlabelled).unwrap()[1].tags.len(), 40);
    }
}

#[test]
fn what_advpicker_keeps_is_its_share_rounded_up() {
    let mut case = Case::new(11);
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    for (share, kept) in [(0.8, 9), (0.01, 1), (1.0, 11)] {
        case.config.advpicker.share = share;
        let mut sentences = None;
        let mut observer = |event: &Event<'_>| {
            if let ("student", What::Begin { sentences: count }) = (event.phase, event.what) {
                sentences = Some(count);
            }
            Flow::Continue
        };
        let out = folder.path().join(share.to_string());
        let cache: Option<&Path> = Some(&cache);
        run(&Method::AdvPicker, &case.config, &case.corpora, &out, cache, &Device::Cpu, &mut observer)
            .unwrap();
        assert_eq!(sentences, Some(kept), "{share}");
    }
}
