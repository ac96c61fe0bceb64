//! Whole runs of the first paper's method, on the built-in sample.
#![allow(clippy::panic, clippy::unwrap_used, clippy::float_cmp)]

mod common;

use common::{config, data, files};
use xner_sample::natural;
use xner_tagger::open;
use xner_train::{Device, Event, Flow, Settings, What};
use xner_transfer::report::{Select, TransferReport};
use xner_transfer::zero_resource::{Variant, Words, ZeroResource, ZeroResourceConfig, ZeroResourceData};
use xner_transfer::{Error, ErrorKind, Result, run};

fn done(config: &ZeroResourceConfig, data: &ZeroResourceData) -> Result<TransferReport> {
    let folder = tempfile::tempdir().unwrap();
    run(&ZeroResource, config, data, folder.path(), None, &Device::Cpu, &mut ())
}

fn test_f1(report: &TransferReport) -> f64 {
    report.by_source_dev.as_ref().unwrap().target_test.as_ref().unwrap().f1
}

#[test]
fn each_step_of_the_paper_helps() {
    let data = data(1, 900);
    let f1 = |variant, characters| {
        let mut config = config(variant);
        config.model.characters.enabled = characters;
        (config.model.hidden, config.model.dense) = (40, 40);
        config.training.epochs = 6;
        config.training.evaluate_every = 0;
        config.augmented.redraw_every = None;
        test_f1(&done(&config, &data).unwrap())
    };
    let mono = f1(Variant::SourceMono, true);
    let word = f1(Variant::CrossWord, false);
    let shared = f1(Variant::CrossShared, false);
    let augmented = f1(Variant::CrossAugmented, false);
    assert!(mono + 0.2 < word, "{mono} {word}");
    assert!(shared <= augmented, "{shared} {augmented}");
}

#[test]
fn both_choices_of_weights_are_recorded_and_written() {
    let data = data(2, 120);
    for variant in [Variant::CrossWord, Variant::CrossAugmented] {
        let folders = [Select::SourceDev, Select::TargetDev].map(|select| {
            let folder = tempfile::tempdir().unwrap();
            let config = ZeroResourceConfig { select, ..config(variant) };
            let report =
                run(&ZeroResource, &config, &data, folder.path(), None, &Device::Cpu, &mut ()).unwrap();
            assert_eq!(TransferReport::read(folder.path()).unwrap(), report);
            let chosen = [&report.by_source_dev, &report.by_target_dev].map(|chosen| chosen.clone().unwrap());
            assert!(chosen[0].source_dev >= chosen[1].source_dev);
            assert!(chosen[0].target_dev <= chosen[1].target_dev);
            for test in chosen.iter().flat_map(|chosen| [&chosen.source_test, &chosen.target_test]) {
                let test = test.as_ref().unwrap();
                assert!((0.0..=1.0).contains(&test.f1) && test.tokens > 100);
            }
            assert_eq!(report.rounds.is_empty(), variant == Variant::CrossWord);
            (folder, report)
        });
        let [(by_source, first), (by_target, second)] = &folders;
        if variant == Variant::CrossWord {
            // The same training, so the same two models, the other one in a folder of its own.
            assert_eq!(first.by_target_dev, second.by_target_dev);
            let (one, other) = (files(by_source.path()), files(by_target.path()));
            assert_eq!(one["model.safetensors"], other["by-source/model.safetensors"]);
            assert_eq!(other["model.safetensors"], one["by-target/model.safetensors"]);
        }
        let sentences: Vec<_> = data.target.test.iter().map(|l| natural(&l.sentence)).collect();
        let tagged = open(by_source.path(), &Device::Cpu).unwrap().tag(&sentences).unwrap();
        assert!(tagged.iter().zip(&sentences).all(|(tags, sentence)| tags.tags.len() == sentence.len()));
    }
}

/// The paper's model for German: no scores at the ends, no scheme in decoding, a base without characters beside a
/// target's encoder with its own.
#[test]
fn the_model_of_table_4_for_german_trains_and_tags() {
    let data = data(2, 120);
    let mut config = config(Variant::CrossAugmented);
    (config.model.ends, config.model.constrained) = (false, false);
    config.model.characters.enabled = false;
    config.words.unknown = 0.5;
    config.augmented.percentile = Some(90.0);
    for select in [Select::SourceDev, Select::TargetDev] {
        let config = ZeroResourceConfig { select, ..config.clone() };
        let folder = tempfile::tempdir().unwrap();
        let report = run(&ZeroResource, &config, &data, folder.path(), None, &Device::Cpu, &mut ()).unwrap();
        assert_eq!(report.base, Some(select));
        let chosen = report.by_source_dev.as_ref().unwrap();
        let (whole, silenced) = (chosen.target_test.as_ref().unwrap(), chosen.silenced.as_ref().unwrap());
        assert_eq!(whole.tokens, silenced.tokens);
        let idle = (whole.f1 - silenced.f1).abs() < 0.003;
        assert_eq!(
            idle,
            report.notes.iter().any(|note| note.contains("encoder is idle")),
            "{:?}",
            report.notes
        );
        let mut lengths: Vec<usize> = data.target.unlabelled.iter().map(xner_corpus::Sentence::len).collect();
        lengths.sort_unstable();
        let most = lengths[(lengths.len() * 9).div_ceil(10) - 1];
        assert!(report.rounds.iter().all(|round| round.threshold <= most), "{most}: {:?}", report.rounds);
        let tensors = std::fs::read(folder.path().join("model.safetensors")).unwrap();
        let has = |name: &str| tensors.windows(name.len()).any(|window| window == name.as_bytes());
        assert!(has("target.embedding") && has("source.crf.transitions") && !has("source.crf.start"));
        let tagger = open(folder.path(), &Device::Cpu).unwrap();
        let sentences: Vec<_> = data.target.test.iter().map(|one| one.sentence.clone()).collect();
        let tagged = tagger.best(&sentences).unwrap();
        assert!(tagged.iter().zip(&sentences).all(|(tags, sentence)| tags.len() == sentence.len()));
    }
}

/// Stops a run at each of many moments in all its phases; each time the same call goes on.
#[test]
fn a_run_stopped_in_any_phase_ends_with_the_same_bytes() {
    let data = data(5, 90);
    let config = config(Variant::CrossAugmented);
    let whole = tempfile::tempdir().unwrap();
    run(&ZeroResource, &config, &data, whole.path(), None, &Device::Cpu, &mut ()).unwrap();
    let broken = tempfile::tempdir().unwrap();
    let mut stops = 0;
    let mut seen = std::collections::BTreeSet::new();
    // Each attempt gets one event further than the one before it.
    for patience in 1.. {
        let (mut events, mut phase) = (0, "start".to_owned());
        let mut observer = |event: &Event<'_>| {
            match event.what {
                What::Begin { .. } => event.phase.clone_into(&mut phase),
                What::Checkpoint { .. } => return Flow::Continue,
                _ => {}
            }
            events += 1;
            if events > patience.min(9) { Flow::Stop } else { Flow::Continue }
        };
        match run(&ZeroResource, &config, &data, broken.path(), None, &Device::Cpu, &mut observer) {
            Ok(_) => break,
            Err(fault) if fault.kind() == ErrorKind::Stopped => {
                stops += 1;
                seen.insert(phase);
            }
            Err(fault) => panic!("{fault}"),
        }
        assert!(patience < 500, "it never ends");
    }
    assert!(stops > 5 && seen.contains("source") && seen.contains("joint"), "{stops} {seen:?}");
    let (whole, broken) = (files(whole.path()), files(broken.path()));
    assert_eq!(whole.keys().collect::<Vec<_>>(), broken.keys().collect::<Vec<_>>());
    for (name, bytes) in &whole {
        assert!(bytes == &broken[name], "{name}");
    }
}

#[test]
fn a_finished_run_is_not_repeated_and_a_folder_belongs_to_one_run() {
    let data = data(4, 60);
    let folder = tempfile::tempdir().unwrap();
    let first = config(Variant::CrossShared);
    let report = run(&ZeroResource, &first, &data, folder.path(), None, &Device::Cpu, &mut ()).unwrap();
    let before = files(folder.path());
    let mut none = |event: &Event<'_>| panic!("{event:?}");
    assert_eq!(
        run(&ZeroResource, &first, &data, folder.path(), None, &Device::Cpu, &mut none).unwrap(),
        report
    );
    let other = ZeroResourceConfig { seed: 4, ..first };
    let fault = run(&ZeroResource, &other, &data, folder.path(), None, &Device::Cpu, &mut ())
        .unwrap_err()
        .to_string();
    assert!(fault.contains("another config or other data"), "{fault}");
    assert_eq!(files(folder.path()), before);
}

#[test]
fn random_and_own_vectors_need_no_mapping() {
    let data = data(6, 90);
    for kind in [Words::Own, Words::Random] {
        let mut config = config(Variant::SourceMono);
        config.words.kind = Some(kind);
        let folder = tempfile::tempdir().unwrap();
        let report = run(&ZeroResource, &config, &data, folder.path(), None, &Device::Cpu, &mut ()).unwrap();
        assert!(!folder.path().join("mapping").exists());
        assert!(report.mapping_criterion.is_none());
    }
    let mut mapped = config(Variant::SourceMono);
    mapped.words.kind = Some(Words::Mapped);
    let word = done(&config(Variant::CrossWord), &data).unwrap();
    assert_eq!(done(&mapped, &data).unwrap().by_source_dev, word.by_source_dev);
}

/// The text in a script that shares no letter with the source's.
fn in_other_script(data: &mut ZeroResourceData) {
    let other = |word: &str| -> String {
        word.chars()
            .map(|c| if c.is_alphabetic() { char::from_u32(0x4e00 + c as u32).unwrap() } else { c })
            .collect()
    };
    let sentence = |sentence: &xner_corpus::Sentence| {
        xner_corpus::Sentence::from_tokens(sentence.tokens().map(other).collect::<Vec<_>>())
    };
    data.target.unlabelled = data.target.unlabelled.iter().map(sentence).collect();
    for labelled in data.target.dev.iter_mut().chain(&mut data.target.test) {
        labelled.sentence = sentence(&labelled.sentence);
    }
    let vectors = data.target.vectors.take().unwrap();
    let words: Vec<String> = vectors.words().map(other).collect();
    data.target.vectors = Some(xner_embed::Vectors::from_rows(words, vectors.dim(), vectors.data()).unwrap());
}

#[test]
fn languages_without_a_shared_letter_work() {
    let mut data = data(7, 90);
    in_other_script(&mut data);
    let mut config = config(Variant::CrossAugmented);
    config.mapping.method = xner_embed::map::Method::Numerals;
    let report = done(&config, &data).unwrap();
    assert!(report.by_source_dev.unwrap().target_test.unwrap().f1.is_finite());
}

#[test]
fn a_threshold_below_all_sentences_trains_on_the_source_alone() {
    let data = data(8, 60);
    let mut config = config(Variant::CrossAugmented);
    // No sentence of the sample is that short.
    (config.augmented.shortest, config.augmented.longest) = (Some(1), Some(1));
    let report = done(&config, &data).unwrap();
    assert!(report.rounds.len() > 1);
    assert!(report.rounds.iter().all(|round| round.sentences == 0 && round.threshold == 1));
}

#[test]
fn what_cannot_be_trained_says_why() {
    let expect = |change: &dyn Fn(&mut ZeroResourceConfig, &mut ZeroResourceData), told: &[&str]| {
        let (mut config, mut data) = (config(Variant::CrossAugmented), data(9, 30));
        change(&mut config, &mut data);
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let fault =
            run(&ZeroResource, &config, &data, &out, None, &Device::Cpu, &mut ()).unwrap_err().to_string();
        for part in told {
            assert!(fault.contains(part), "{part} is not in: {fault}");
        }
    };
    expect(&|_, data| data.target.unlabelled.clear(), &["target.unlabelled", "no sentence"]);
    expect(&|_, data| data.source.dev.clear(), &["source.dev"]);
    expect(&|_, data| data.source.train.clear(), &["no entity"]);
    expect(&|_, data| data.target.vectors = None, &["target.vectors", "missing"]);
    let narrower = |_: &mut ZeroResourceConfig, data: &mut ZeroResourceData| {
        data.target.vectors = Some(xner_embed::Vectors::from_rows(["a"], 2, &[1.0, 2.0]).unwrap());
    };
    expect(&narrower, &["50 numbers each, the target's 2"]);
    let by_target = |config: &mut ZeroResourceConfig, data: &mut ZeroResourceData| {
        config.select = Select::TargetDev;
        data.target.dev.clear();
    };
    expect(&by_target, &["target.dev", "target-dev"]);
    expect(&|config, _| config.words.kind = Some(Words::Own), &["words.kind", "mapped"]);
    expect(&|config, _| config.model.tied = true, &["model.tied", "variant"]);
    expect(&|config, _| config.augmented.redraw_every = Some(0), &["augmented.redraw_every"]);
    expect(&|config, _| config.training.batch = 0, &["training.batch"]);
    let crossed = |config: &mut ZeroResourceConfig, _: &mut ZeroResourceData| {
        (config.augmented.shortest, config.augmented.longest) = (Some(9), Some(4));
    };
    expect(&crossed, &["augmented.shortest", "above"]);
}

#[test]
fn a_config_names_its_faults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.toml");
    for (text, told) in [
        ("variant = \"cross\"", "variant"),
        ("[target]\nunlabeled = \"x\"", "unlabeled"),
        ("[augmented]\nredraw_every = 0", "augmented.redraw_every"),
        ("[mapping.settings]\nlimits = 3", "limits"),
        ("[mapping.settings]\nrestarts = 0", "restarts"),
        ("seed = ", "line 1"),
    ] {
        std::fs::write(&file, text).unwrap();
        let fault = ZeroResourceConfig::read(&file).unwrap_err().to_string();
        assert!(fault.contains("c.toml") && fault.contains(told), "{told} is not in: {fault}");
    }
    std::fs::write(&file, b"seed = 1\n# na\xefve").unwrap();
    let fault = ZeroResourceConfig::read(&file).unwrap_err().to_string();
    assert!(fault.contains("c.toml:2: invalid UTF-8 at byte 5"), "{fault}");
    let missing = ZeroResourceConfig::read(&folder.path().join("none.toml")).unwrap_err();
    assert!(matches!(missing, Error::Io { .. }), "{missing}");
    std::fs::write(&file, "[source]\ntrain = \"a.conll\"\n[mapping]\nfolder = \"map\"").unwrap();
    let config = ZeroResourceConfig::read(&file).unwrap();
    assert_eq!(config.source.train.as_deref(), Some(folder.path().join("a.conll").as_path()));
    let fault = ZeroResourceData::read(&ZeroResourceConfig::default()).unwrap_err().to_string();
    assert!(fault.contains("target.unlabelled"), "{fault}");
}
