//! Whole runs: what they leave, stops, threads.

use std::collections::BTreeSet;

use rayon::ThreadPoolBuilder;
use xner_tagger::bert::train::BertSettings;
use xner_tagger::{evaluate, open};
use xner_train::config::Optimiser;
use xner_train::{Device, Event, Flow, What};
use xner_transfer::meta::{Ablation, Cases, Meta, MetaConfig, MetaUpdate, Overlap, Preset, Start};
use xner_transfer::{ErrorKind, run};

use crate::common::{files, same};
use crate::small::Case;

#[test]
fn a_run_leaves_a_model_with_its_scores_adapted_and_not() {
    let mut case = Case::new(14, 0.1);
    let (folder, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut bytes = BTreeSet::new();
    for ablation in [
        Ablation::None,
        Ablation::NoMaxLoss,
        Ablation::NoMasking,
        Ablation::NoMaxLossOrMasking,
        Ablation::NoMetaTraining,
    ] {
        case.config.ablation = ablation;
        let out = folder.path().join(ablation.to_string().replace('/', "-"));
        let report = case.run(&out, Some(cache.path())).unwrap();
        let chosen = report.by_source_dev.as_ref().unwrap();
        let scores = evaluate(open(&out, &Device::Cpu).unwrap().as_ref(), &case.corpora.target_test).unwrap();
        assert_eq!(chosen.target_test.as_ref().unwrap().f1, scores.overall.f1);
        let adapted = chosen.adapted.as_ref().unwrap();
        assert_eq!((adapted.sentences, adapted.scores.tokens), (12, scores.tokens));
        let cases = Cases::read(&out).unwrap().cases;
        assert_eq!(cases.len(), adapted.changed);
        assert!(cases.iter().all(|case| case.similar.len() == 2 && case.before != case.after));
        assert!(report.row.contains("Meta-Cross"));
        assert!(bytes.insert(std::fs::read(out.join("model.safetensors")).unwrap()), "{ablation}");
        // A finished run is read again.
        let again = case.run(&out, Some(cache.path())).unwrap();
        assert_eq!(again, report);
    }
    // One base model for all, and the vectors of the source and of the test sentences.
    let count = |what: &str| {
        let there = std::fs::read_dir(cache.path()).unwrap();
        there.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(what)).count()
    };
    assert_eq!((count("base-"), count("sentences-")), (1, 2));
    // Scored on other text and adapted otherwise, it is the same meta-trained model.
    let (mut other, mut phases) = (Case::new(14, 0.1), Vec::new());
    other.config = case.config.clone();
    other.corpora.target_test.truncate(5);
    (other.config.adaptation.rate, other.config.ablation) = (1e-3, Ablation::None);
    let mut observer = |event: &Event<'_>| {
        if let What::End { cached, .. } = event.what {
            phases.push((event.phase.to_owned(), cached));
        }
        Flow::Continue
    };
    let out = folder.path().join("other");
    run(&Meta, &other.config, &other.corpora, &out, Some(cache.path()), &Device::Cpu, &mut observer).unwrap();
    assert_eq!(phases, [("base".to_owned(), true), ("meta".to_owned(), true)]);
    // Another config in the same folder is refused.
    case.config.ablation = Ablation::NoMaxLoss;
    case.config.seed = 9;
    let out = folder.path().join("full");
    assert!(case.run(&out, None).unwrap_err().to_string().contains("another"));
}

#[test]
fn the_authors_program_runs_too() {
    let mut case = Case::new(14, 0.1);
    let small = case.config.clone();
    // All of it but for sizes.
    let mut config = MetaConfig { seed: small.seed, ..MetaConfig::preset(Preset::Released) };
    let BertSettings { encoder, length, overlap, .. } = small.bert;
    // Of two layers one is frozen.
    config.bert = BertSettings { encoder, length, overlap, freeze_layers: 1, ..config.bert };
    let MetaUpdate { updates, tasks, evaluate_every, .. } = small.meta;
    config.meta = MetaUpdate { updates, tasks, evaluate_every, ..config.meta };
    (config.training.epochs, config.training.batch) = (1, 8);
    assert_eq!((config.overlap, config.meta.start), (Overlap::Twice, Start::Pretrained));
    assert!(matches!(config.inner.optimiser, Optimiser::AdamW { .. }));
    case.config = config;
    let folder = tempfile::tempdir().unwrap();
    let report = case.run(folder.path(), None).unwrap();
    let adapted = report.by_source_dev.unwrap().adapted.unwrap();
    // Windows of long sentences are sentences of their own.
    assert!(adapted.sentences > 12, "{}", adapted.sentences);
}

/// Stops a run at each of many moments; each time the same call goes on.
#[test]
fn a_run_stopped_anywhere_ends_with_the_same_bytes() {
    let mut case = Case::new(12, 0.1);
    case.config.meta.checkpoint_every = 3;
    case.config.meta.updates = 7;
    let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    case.run(whole.path(), None).unwrap();
    let (mut stops, mut seen) = (0, BTreeSet::new());
    let mut indexed = Vec::new();
    // Each of these is a moment at which one may stop: once.
    let mut between = BTreeSet::new();
    for patience in 1.. {
        let (mut events, mut phase) = (0, String::new());
        let mut observer = |event: &Event<'_>| {
            let moment = match (event.phase, event.what) {
                ("indexing", _) => String::new(),
                (name, What::Begin { .. }) => format!("before {name}"),
                (name, What::End { .. }) => format!("behind {name}"),
                ("adapting", What::Progress { done, of }) if done == of => "behind adapting".to_owned(),
                _ => String::new(),
            };
            if !moment.is_empty() && between.insert(moment) {
                return Flow::Stop;
            }
            match (event.phase, event.what) {
                ("indexing", What::Progress { done, of }) => {
                    assert_eq!(of, case.corpora.train.len());
                    indexed.push(done);
                    phase = "indexing".to_owned();
                    return Flow::Stop;
                }
                #[allow(clippy::match_same_arms, reason = "the arms between take what a later one would")]
                ("indexing" | "scoring", _) | (_, What::Checkpoint { .. } | What::End { .. }) => {}
                ("adapting", What::Progress { done: 0, .. }) => {
                    phase = "adapting".to_owned();
                    return if seen.contains("adapting") { Flow::Continue } else { Flow::Stop };
                }
                ("adapting", _) => {}
                (name, What::Begin { .. }) => name.clone_into(&mut phase),
                _ => {
                    events += 1;
                    return if events > 1 + patience % 3 { Flow::Stop } else { Flow::Continue };
                }
            }
            Flow::Continue
        };
        match run(&Meta, &case.config, &case.corpora, broken.path(), None, &Device::Cpu, &mut observer) {
            Ok(_) => break,
            Err(fault) if fault.kind() == ErrorKind::Stopped => {
                stops += 1;
                seen.insert(phase);
            }
            Err(fault) => panic!("{fault}"),
        }
        assert!(patience < 200, "it never ends");
    }
    seen.remove("");
    assert!(stops > 10 && seen.len() == 4, "{stops} {seen:?}");
    assert_eq!(between.len(), 6, "{between:?}");
    // Once, until all were there: the next call has them.
    assert!(indexed.is_sorted_by(|a, b| a < b), "{indexed:?}");
    assert_eq!(indexed.last(), Some(&case.corpora.train.len()));
    same(&files(whole.path()), &files(broken.path()));
}

/// Adaptation alone, in the middle of the test sentences.
#[test]
fn adaptation_goes_on_behind_what_was_tagged() {
    let mut case = Case::new(8, 0.1);
    let few = case.corpora.target_test.clone();
    case.corpora.target_test = few.iter().cycle().take(300).cloned().collect();
    let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    case.run(whole.path(), None).unwrap();
    let mut begun = Vec::new();
    for stop_at in [128, 256, usize::MAX] {
        let mut first = true;
        let mut observer = |event: &Event<'_>| {
            if let ("adapting", What::Progress { done, of }) = (event.phase, event.what) {
                assert_eq!(of, 300);
                if std::mem::take(&mut first) {
                    begun.push(done);
                }
                return if done == stop_at { Flow::Stop } else { Flow::Continue };
            }
            Flow::Continue
        };
        let run = run(&Meta, &case.config, &case.corpora, broken.path(), None, &Device::Cpu, &mut observer);
        assert_eq!(run.is_ok(), stop_at == usize::MAX);
    }
    // What was done when it was stopped is not done again.
    assert_eq!(begun, [0, 128, 256]);
    same(&files(whole.path()), &files(broken.path()));
    // Left by a kill between the report and its removal, it goes with the next call.
    std::fs::write(broken.path().join("adapting.json"), "{}").unwrap();
    case.run(broken.path(), None).unwrap();
    assert!(!broken.path().join("adapting.json").exists());
}

#[test]
fn a_run_may_be_scored_without_adaptation() {
    let mut case = Case::new(8, 0.1);
    case.config.adaptation.score = false;
    let folder = tempfile::tempdir().unwrap();
    let chosen = case.run(folder.path(), None).unwrap().by_source_dev.unwrap();
    assert!(chosen.target_test.is_some() && chosen.adapted.is_none());
    assert!(!folder.path().join("adaptation.json").exists());
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let case = Case::new(12, 0.1);
    let run = |threads| {
        let folder = tempfile::tempdir().unwrap();
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| case.run(folder.path(), None).map(|_| ())).unwrap();
        files(folder.path())
    };
    same(&run(1), &run(2));
}
