//! Whole runs: every method, every ablation, and what they have in common.

use std::fs;

use xner_corpus::{Labelled, Sentence};
use xner_tagger::{evaluate, open};
use xner_train::{Device, Event, Flow, Tensors, What};
use xner_transfer::consensus::ConsensusConfig;
use xner_transfer::report::{Select, TransferReport};
use xner_transfer::run;
use xner_transfer::transadv::{
    Ablation, Method, SoftLabels, SoftLoss, StudentStart, TransAdvCorpora, export,
};

use crate::common::files;
use crate::small::{Case, labelled, made, pairs};

/// What runs, its phases, and which of them are there already.
type Row<'a> = (Method, Ablation, &'a [&'a str], &'a [&'a str]);

#[test]
fn every_row_of_the_tables_runs_and_trains_what_others_trained_no_more() {
    let mut case = Case::new(14);
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let all = ["source", "entity", "context", "order", "student"];
    let none: &[&str] = &[];
    let ours = [
        "source",
        "translated",
        "source-2",
        "translated-2",
        "source-3",
        "translated-3",
        "student-1",
        "student",
    ];
    let rows: [Row<'_>; 14] = [
        (Method::MbertFt, Ablation::None, &all[..1], none),
        (Method::AdvCe, Ablation::None, &all[..1], none),
        (Method::Tsl, Ablation::None, &["source", "student"], &all[..1]),
        (Method::UniTrans, Ablation::None, &["source", "translated", "teacher", "student"], &all[..1]),
        (Method::AdvPicker, Ablation::None, &["source", "student"], &all[..1]),
        (Method::TransAdv, Ablation::None, &all, none),
        (Method::TransAdv, Ablation::NoLanguageDiscriminator, &all, none),
        // Its source model is AdvCE's.
        (Method::TransAdv, Ablation::NoOrderDiscriminator, &all, &all[..1]),
        (
            Method::TransAdv,
            Ablation::NoEntityTeacher,
            &["source", "context", "order", "student"],
            &["source", "context", "order"],
        ),
        (
            Method::TransAdv,
            Ablation::NoContextTeacher,
            &["source", "entity", "order", "student"],
            &["source", "entity", "order"],
        ),
        (Method::TransAdv, Ablation::NoOrderTeacher, &["source", "entity", "context", "student"], &all[..3]),
        // Its source model is mBERT-FT's.
        (Method::TransAdv, Ablation::NoAdversarial, &all, &all[..1]),
        (Method::TransAdv, Ablation::NoDistillation, &["source", "student"], &all[..1]),
        (Method::Consensus, Ablation::None, &ours, &ours[..1]),
    ];
    for (method, ablation, names, there) in rows {
        case.config.ablation = ablation;
        let name = case.config.row(method);
        let out = folder.path().join(format!("{}-{ablation:?}", method.name()));
        let phases = case.phases(method, &out, &cache);
        let found: Vec<&str> = phases.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(found, names, "{name}");
        let cached: Vec<&str> =
            phases.iter().filter(|phase| phase.1).map(|(name, _)| name.as_str()).collect();
        assert_eq!(cached, there, "{name}");
        let report = TransferReport::read(&out).unwrap();
        assert_eq!((report.method.as_str(), report.row.as_str()), (method.name(), name.as_str()));
        assert!(report.by_source_dev.unwrap().target_test.is_some() && report.steps > 0, "{name}");
        let teachers: Vec<&str> = report.teachers.iter().map(|teacher| teacher.name.as_str()).collect();
        let asked = if names.contains(&"student") { &names[..names.len() - 1] } else { &[] };
        let mean = if asked.len() > 1 { &["mean"][..] } else { &[] };
        assert_eq!(teachers, [asked, mean].concat(), "{name}");
    }
    // A run that is over is not repeated; the same run without the others' cache has the same bytes.
    case.config.ablation = Ablation::NoEntityTeacher;
    let out = folder.path().join("transadv-NoEntityTeacher");
    assert_eq!(case.phases(Method::TransAdv, &out, &cache), []);
    let alone = folder.path().join("alone");
    case.run(Method::TransAdv, &alone, None).unwrap();
    for name in ["model.safetensors", "config.json", "transfer-report.json", "train-report.json"] {
        assert!(fs::read(alone.join(name)).unwrap() == fs::read(out.join(name)).unwrap(), "{name}");
    }
}

/// Teachers are of seeds of their own; a consensus of one teacher that weighs nothing is TSL but for its loss.
#[test]
fn a_consensus_needs_no_dictionary_where_it_translates_nothing() {
    let mut case = Case::new(10);
    case.corpora.made = None;
    // TSL's student is left as it is in the end too.
    (case.config.training.choose_start, case.config.training.evaluate_every) = (false, 1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let tsl = folder.path().join("tsl");
    case.phases(Method::Tsl, &tsl, &cache);
    let model = |folder: &std::path::Path| fs::read(folder.join("model.safetensors")).unwrap();
    case.config.consensus = ConsensusConfig {
        teachers: 1,
        translated: 0,
        neighbours: 0,
        rounds: 1,
        calibrate: false,
        loss: SoftLoss::Square,
    };
    let alone = folder.path().join("alone");
    let phases = case.phases(Method::Consensus, &alone, &cache);
    assert_eq!(phases, [("source".to_owned(), true), ("student".to_owned(), false)]);
    assert_eq!(
        Tensors::read(&alone.join("model.safetensors")).unwrap().0,
        Tensors::read(&tsl.join("model.safetensors")).unwrap().0
    );

    let mut models = vec![model(&alone)];
    for (teachers, neighbours, rounds) in [(2, 0, 1), (2, 3, 1), (2, 3, 2)] {
        case.config.consensus = ConsensusConfig { teachers, neighbours, rounds, ..case.config.consensus };
        let out = folder.path().join(format!("{teachers}-{neighbours}-{rounds}"));
        let phases = case.phases(Method::Consensus, &out, &cache);
        let names: Vec<&str> = phases.iter().map(|(name, _)| name.as_str()).collect();
        let expected: &[&str] = if rounds == 1 {
            &["source", "source-2", "student"]
        } else {
            &["source", "source-2", "student-1", "student"]
        };
        assert_eq!(names, expected);
        models.push(model(&out));
    }
    // A temperature changes how sure it is, and no tag.
    case.config.consensus.calibrate = true;
    let out = folder.path().join("calibrated");
    case.phases(Method::Consensus, &out, &cache);
    let [before, after] = ["2-3-2", "calibrated"].map(|name| {
        let report = TransferReport::read(&folder.path().join(name)).unwrap();
        assert!(report.by_source_dev.as_ref().unwrap().calibration.is_some());
        report.by_source_dev.unwrap().target_test.unwrap()
    });
    assert_eq!(before, after);
    let report = fs::read_to_string(out.join("train-report.json")).unwrap();
    assert!(report.contains("its scores are divided by"), "{report}");
    models.push(model(&out));
    // A type that training never saw is no reason to lose a run at its end.
    case.corpora.dev.push(labelled("Zug B-EVENT"));
    case.phases(Method::Consensus, &folder.path().join("another type"), &cache);
    // Each part does something.
    for (at, one) in models.iter().enumerate() {
        assert!(models[at + 1..].iter().all(|other| other != one), "{at}");
    }
}

#[test]
fn a_student_begins_with_the_encoder_or_with_the_source_model() {
    let mut case = Case::new(10);
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let trained = |case: &Case, method, name: &str| {
        let out = folder.path().join(name);
        case.run(method, &out, Some(&cache)).unwrap();
        let weights = Tensors::read(&out.join("model.safetensors")).unwrap().0;
        weights.iter().flat_map(|(_, tensor)| tensor.values.clone()).collect::<Vec<f32>>()
    };
    let off = |one: &[f32], two: &[f32]| one.iter().zip(two).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let source = trained(&case, Method::MbertFt, "source");
    // So slow a student stays where it began.
    case.config.distillation.rate = Some(1e-9);
    case.config.distillation.start = StudentStart::Pretrained;
    let pretrained = trained(&case, Method::Tsl, "pretrained");
    case.config.distillation.start = StudentStart::Source;
    let tuned = trained(&case, Method::Tsl, "tuned");
    assert!(off(&tuned, &source) < 1e-6 && off(&pretrained, &source) > 1e-4, "{}", off(&tuned, &source));
}

#[test]
fn another_seed_or_setting_trains_what_depends_on_it() {
    let mut case = Case::new(10);
    let folder = tempfile::tempdir().unwrap();
    let (cache, mut runs) = (folder.path().join("cache"), 0);
    let mut cached = |case: &Case| {
        runs += 1;
        let phases = case.phases(Method::TransAdv, &folder.path().join(runs.to_string()), &cache);
        phases.into_iter().filter(|phase| phase.1).map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(cached(&case), "");
    case.corpora.target_test.pop();
    assert_eq!(cached(&case), "source entity context order");
    case.config.distillation.rate = Some(2e-3);
    assert_eq!(cached(&case), "source entity context order");
    case.config.teachers.rate = Some(2e-3);
    assert_eq!(cached(&case), "source");
    case.config.adversary.order.hidden = 4;
    assert_eq!(cached(&case), "");
    // The teachers are not shown the unlabelled text, but their source model is.
    case.corpora.unlabelled.pop();
    assert_eq!(cached(&case), "");
    case.config.bert.dropout = Some(0.3);
    assert_eq!(cached(&case), "");
    case.config.seed = 4;
    assert_eq!(cached(&case), "");
    // Another tokeniser for the same weights is another encoder.
    let encoder = case.config.bert.encoder.as_ref().unwrap();
    // The change is meant.
    fs::remove_file(encoder.join("xner-digests.json")).unwrap();
    let path = encoder.join("tokenizer_config.json");
    fs::write(&path, "{\"do_lower_case\": false, \"strip_accents\": true}").unwrap();
    assert_eq!(cached(&case), "");
    let fault = case.run(Method::TransAdv, &folder.path().join("1"), None).unwrap_err().to_string();
    assert!(fault.contains("another config or other data"), "{fault}");
}

#[test]
fn the_students_folder_opens_and_tags() {
    let mut case = Case::new(12);
    for select in [Select::SourceDev, Select::TargetDev] {
        case.config.select = select;
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let report = case.run(Method::TransAdv, &out, Some(&folder.path().join("cache"))).unwrap();
        let other = if select == Select::SourceDev { "by-target" } else { "by-source" };
        let model = [
            "config.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
            "xner-digests.json",
        ];
        let mut names: Vec<String> = model.map(str::to_owned).to_vec();
        names.extend(model.map(|name| format!("{other}/{name}")));
        names.extend([format!("{other}/train-report.json"), "run.json".to_owned()]);
        names.extend(["train-report.json", "transfer-report.json"].map(str::to_owned));
        names.sort();
        assert_eq!(files(&out).into_keys().collect::<Vec<_>>(), names);
        // The names are those of `transformers`' class.
        let tensors = Tensors::read(&out.join("model.safetensors")).unwrap().0;
        for name in ["bert.embeddings.word_embeddings.weight", "classifier.weight", "classifier.bias"] {
            assert!(tensors.get(name).is_some(), "{name}");
        }
        let tagger = open(&out, &Device::Cpu).unwrap();
        let long = Sentence::from_tokens(vec!["Madrid"; 100]);
        let sentences: Vec<Sentence> = case.corpora.unlabelled.iter().cloned().chain([long]).collect();
        let tagged = tagger.tag(&sentences).unwrap();
        assert!(tagged.iter().zip(&sentences).all(|(tagging, s)| tagging.tags.len() == s.len()));
        let f1 = evaluate(tagger.as_ref(), &case.corpora.target_test).unwrap().overall.f1;
        let chosen = if select == Select::SourceDev { &report.by_source_dev } else { &report.by_target_dev };
        assert_eq!(chosen.as_ref().unwrap().target_test.as_ref().unwrap().f1, f1);
    }
}

/// Every teacher that plays takes over the source model's discriminator, and its model.
#[test]
fn teachers_go_on_where_the_source_model_ended() {
    let case = Case::new(10);
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let mut met = Vec::new();
    for teacher in ["entity", "context", "order"] {
        let mut source = None;
        let mut running = String::new();
        let mut observer = |event: &Event<'_>| match (event.phase, event.what) {
            ("source", What::End { folder, .. }) => {
                source = Some(folder.unwrap().to_path_buf());
                Flow::Continue
            }
            (name, What::Begin { .. }) => {
                name.clone_into(&mut running);
                Flow::Continue
            }
            (name, What::Started { .. }) if running == teacher => {
                assert_eq!(name, teacher);
                Flow::Stop
            }
            _ => Flow::Continue,
        };
        let out = folder.path().join("out");
        run(&Method::TransAdv, &case.config, &case.corpora, &out, Some(&cache), &Device::Cpu, &mut observer)
            .unwrap_err();
        let of_teacher = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(teacher);
        let own = fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap()).find(of_teacher).unwrap().path();
        let state = Tensors::read(&own.join("checkpoint/state.safetensors")).unwrap().0.split("weights/");
        let before = Tensors::read(&source.unwrap().join("trained.safetensors")).unwrap().0;
        for (name, tensor) in state.iter() {
            assert!(before.get(name) == Some(tensor), "{teacher}: {name}");
        }
        let game = state.iter().filter(|(name, _)| name.starts_with("discriminators/")).count();
        assert!(state.iter().all(|(name, _)| !name.contains("order.")), "{teacher}");
        met.push(game);
    }
    assert_eq!(met, [4, 4, 0], "two layers, weights and biases");
}

#[test]
fn a_phase_is_exported_as_the_tagger_that_it_is() {
    let case = Case::new(10);
    let folder = tempfile::tempdir().unwrap();
    let (out, cache) = (folder.path().join("out"), folder.path().join("cache"));
    case.run(Method::MbertFt, &out, Some(&cache)).unwrap();
    let phase = fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    let model = folder.path().join("model");
    export(&case.config, &case.corpora, &phase, &model, &Device::Cpu).unwrap();
    let bytes = |folder: &std::path::Path| fs::read(folder.join("model.safetensors")).unwrap();
    assert!(bytes(&model) == bytes(&out));
    let again = export(&case.config, &case.corpora, &phase, &model, &Device::Cpu).unwrap_err().to_string();
    assert!(again.contains("holds a model already"), "{again}");
    let other = folder.path().join("other");
    let gone = export(&case.config, &case.corpora, &other, &folder.path().join("new"), &Device::Cpu);
    assert!(gone.unwrap_err().to_string().contains("trained.safetensors"));
}

/// The two languages share no word, and the generator hardly moves: the observer is told that a discriminator is
/// saturated.
#[test]
fn an_observer_is_told_of_a_saturated_discriminator() {
    let corpora = made(vec![labelled("one O, two O, York B-LOC")], pairs("one uno, two dos, york jork"));
    let unlabelled = vec![Sentence::from_tokens(["uno", "dos", "tres"])];
    let corpora = TransAdvCorpora { dev: corpora.train.clone(), unlabelled, ..corpora };
    let mut case = Case::of(corpora, 0.0);
    case.config.training.epochs = 300;
    case.config.training.evaluate_every = 50;
    case.config.adversary.generator_rate = 1e-9;
    let (mut told, mut saturated) = (0, false);
    let mut observer = |event: &Event<'_>| {
        // What was made of the data is measured too.
        if let (What::Measured { name, note, .. }, true) = (event.what, event.phase != "data") {
            assert_eq!(event.phase, "source");
            if name == "language discriminator, share right" {
                told += 1;
                saturated = note.contains("saturated");
            } else {
                assert_eq!(name, "language discriminator, share of units dead");
            }
        }
        Flow::Continue
    };
    let folder = tempfile::tempdir().unwrap();
    run(&Method::AdvCe, &case.config, &case.corpora, folder.path(), None, &Device::Cpu, &mut observer)
        .unwrap();
    assert_eq!((told, saturated), (6, true));
}

#[test]
fn unitrans_learns_one_teachers_labels_or_the_mean_of_two() {
    let mut case = Case::new(10);
    // Both students begin alike, and might be best as they begin.
    case.config.training.choose_start = false;
    let folder = tempfile::tempdir().unwrap();
    let weights = |case: &Case, name: &str| {
        let (out, cache) = (folder.path().join(name), folder.path().join("cache"));
        case.run(Method::UniTrans, &out, Some(&cache)).unwrap();
        fs::read(out.join("model.safetensors")).unwrap()
    };
    let one = weights(&case, "one");
    case.config.unitrans.soft = SoftLabels::Both;
    assert_ne!(weights(&case, "both"), one);
}

/// A cache that holds the run's folder, or is it, is a cache as any other.
#[test]
fn a_student_is_no_phase_wherever_the_cache_is() {
    let case = Case::new(10);
    let folder = tempfile::tempdir().unwrap();
    let (apart, cache) = (folder.path().join("apart"), folder.path().join("cache"));
    case.run(Method::Tsl, &apart, Some(&folder.path().join("phases"))).unwrap();
    let inside = cache.join("run");
    case.run(Method::Tsl, &inside, Some(&cache)).unwrap();
    let report = |out: &std::path::Path| fs::read(out.join("transfer-report.json")).unwrap();
    assert!(report(&inside) == report(&apart));
    assert_eq!(TransferReport::read(&inside).unwrap().phases.len(), 1);
}

/// What was too long to be trained on is counted, in phases and for the student.
#[test]
fn reports_count_the_sentences_left_out() {
    let mut case = Case::new(10);
    case.config.training.longest = 50;
    let long = Sentence::from_tokens(vec!["palabra"; 51]);
    case.corpora.unlabelled.push(long.clone());
    case.corpora.train.push(Labelled { sentence: long, entities: Vec::new() });
    let folder = tempfile::tempdir().unwrap();
    let report = case.run(Method::Tsl, folder.path(), None).unwrap();
    let left_out = |folder: &std::path::Path| {
        let text = fs::read_to_string(folder.join("train-report.json")).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["left_out"].clone()
    };
    assert_eq!(left_out(folder.path()), 1);
    assert_eq!(left_out(&folder.path().join("phases").join(&report.phases[0].folder)), 1);
}
