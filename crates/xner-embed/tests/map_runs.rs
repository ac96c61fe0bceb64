//! Runs: repeatable to the bit, stopped and gone on with, refused kindly; their folders.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hidden;

use std::fs;
use std::path::Path;

use hidden::Hidden;
use xner_core::{Event, Flow, Observer, What};
use xner_embed::dictionary::Dictionary;
use xner_embed::map::{
    Finish, Induction, Initialiser, MapConfig, Mapped, Method, ProcrustesConfig, RcslsConfig, Refinement,
    Resources, SelfLearningConfig, VectorFiles, checkpoint_folder, map, open, save,
};
use xner_embed::{Error, ReadOptions, Result, Vectors};

fn run(
    hidden: &Hidden,
    config: &MapConfig,
    dictionary: &Dictionary,
    checkpoint: Option<&Path>,
    observer: &mut dyn Observer,
) -> Result<Mapped> {
    let resources =
        Resources { dictionary: Some(dictionary), checkpoint, checkpoint_every: 3, ..Resources::default() };
    map(&hidden.source, &hidden.target, &config.clone().check().unwrap(), &resources, observer)
}

/// Runs of every kind of refinement, short ones.
fn kinds() -> Vec<MapConfig> {
    let learning = SelfLearningConfig {
        interval: 3,
        keep: 0.3,
        early_cutoff: 150,
        cutoff: 250,
        ..SelfLearningConfig::default()
    };
    let supervised = MapConfig::preset(Method::Supervised);
    vec![
        #[cfg(feature = "adversarial")]
        MapConfig {
            initialiser: Initialiser::Adversarial(xner_embed::map::adversarial::AdversarialConfig {
                hidden: 32,
                epochs: 3,
                epoch_size: 3_200,
                ..Default::default()
            }),
            restarts: 2,
            ..MapConfig::preset(Method::Adversarial)
        },
        MapConfig {
            refinement: Refinement::Procrustes(ProcrustesConfig::supervised()),
            ..supervised.clone()
        },
        MapConfig {
            refinement: Refinement::SelfLearning(learning),
            restarts: 2,
            ..MapConfig::preset(Method::SelfLearning)
        },
        MapConfig {
            refinement: Refinement::Rcsls(RcslsConfig {
                batch: Some(40),
                steps: 5,
                ..RcslsConfig::default()
            }),
            restarts: 2,
            ..supervised.clone()
        },
        MapConfig {
            refinement: Refinement::Rcsls(RcslsConfig { learning_rate: 50.0, ..RcslsConfig::default() }),
            ..supervised.clone()
        },
        MapConfig { refinement: Refinement::None {}, finish: Finish::symmetric(), ..supervised },
    ]
}

#[test]
fn threads_do_not_reach_the_bytes() {
    let hidden = Hidden::new(300, 12, 0.2, 21);
    let dictionary = hidden.dictionary(80);
    for config in kinds() {
        let results: Vec<Mapped> = [1, 2, 3]
            .map(|threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| run(&hidden, &config, &dictionary, None, &mut ())).unwrap()
            })
            .into();
        assert!(results.iter().all(|result| *result == results[0]), "{config:?}");
    }
}

#[test]
fn a_stopped_run_goes_on_as_if_it_had_not() {
    let hidden = Hidden::new(300, 12, 0.2, 22);
    let dictionary = hidden.dictionary(80);
    for config in kinds() {
        let mut events = 0;
        let whole = run(&hidden, &config, &dictionary, None, &mut |_: &Event<'_>| {
            events += 1;
            Flow::Continue
        })
        .unwrap();
        // Stopped again and again: after every `stride` events, until it ends.
        for stride in [1, 2, 5, 11] {
            let folder = tempfile::tempdir().unwrap();
            let checkpoint = folder.path().join("checkpoint");
            let mut stops = 0;
            let result = loop {
                let mut seen = 0;
                // Every go must come further than what it repeats.
                let stop_after = stride + 4;
                let result = run(&hidden, &config, &dictionary, Some(&checkpoint), &mut |_: &Event<'_>| {
                    seen += 1;
                    if seen > stop_after { Flow::Stop } else { Flow::Continue }
                });
                match result {
                    Err(Error::Stopped { .. }) => stops += 1,
                    result => break result.unwrap(),
                }
                assert!(stops < 2_000, "no end in sight");
            };
            assert!(stops > 0 || events <= stride + 4, "{config:?} stride {stride}");
            assert_eq!(result, whole, "{config:?} stride {stride}");
        }
    }
}

#[test]
fn a_killed_run_goes_on_from_its_last_checkpoint() {
    let hidden = Hidden::new(300, 12, 0.2, 23);
    let dictionary = hidden.dictionary(80);
    let kinds = kinds();
    let config = &kinds[kinds.len() - 4];
    let whole = run(&hidden, config, &dictionary, None, &mut ()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut copies = 0;
    run(&hidden, config, &dictionary, Some(folder.path()), &mut |event: &Event<'_>| {
        if matches!(event.what, What::Checkpoint { .. }) {
            let copy = folder.path().join(format!("copy{copies}"));
            fs::create_dir(&copy).unwrap();
            fs::copy(folder.path().join("state.safetensors"), copy.join("state.safetensors")).unwrap();
            copies += 1;
        }
        Flow::Continue
    })
    .unwrap();
    assert!(copies > 5, "{copies} checkpoints");
    for copy in 0..copies {
        let checkpoint = folder.path().join(format!("copy{copy}"));
        let result = run(&hidden, config, &dictionary, Some(&checkpoint), &mut ()).unwrap();
        assert_eq!(result, whole, "checkpoint {copy}");
    }
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let hidden = Hidden::new(120, 8, 0.1, 24);
    let dictionary = hidden.dictionary(50);
    let folder = tempfile::tempdir().unwrap();
    let config = MapConfig::preset(Method::Supervised);
    run(&hidden, &config, &dictionary, Some(folder.path()), &mut ()).unwrap();
    let others = [
        (MapConfig { seed: 9, ..config.clone() }, Hidden::new(120, 8, 0.1, 24), hidden.dictionary(50)),
        (config.clone(), Hidden::new(120, 8, 0.1, 25), hidden.dictionary(50)),
        (config.clone(), Hidden::new(120, 8, 0.1, 24), hidden.dictionary(49)),
    ];
    for (config, hidden, dictionary) in others {
        let error = run(&hidden, &config, &dictionary, Some(folder.path()), &mut ()).unwrap_err();
        assert!(error.to_string().contains("belongs to a run with another config"), "{error}");
    }
    fs::write(folder.path().join("state.safetensors"), b"broken").unwrap();
    let error = run(&hidden, &config, &dictionary, Some(folder.path()), &mut ()).unwrap_err();
    assert!(error.to_string().contains("state.safetensors"), "{error}");
}

#[test]
fn what_cannot_be_mapped_is_refused() {
    let hidden = Hidden::new(100, 8, 0.1, 26);
    let config = MapConfig::preset(Method::Supervised);
    let attempt = |source: &Vectors,
                   target: &Vectors,
                   config: &MapConfig,
                   dictionary: Option<&Dictionary>| {
        let resources = Resources { dictionary, ..Resources::default() };
        map(source, target, &config.clone().check().unwrap(), &resources, &mut ()).unwrap_err().to_string()
    };
    let gold = hidden.dictionary(40);
    let other = Hidden::new(100, 9, 0.1, 26);
    let text = attempt(&hidden.source, &other.target, &config, Some(&gold));
    assert!(text.contains('8') && text.contains('9'), "{text}");
    let foreign = Dictionary::from_pairs([("no", "nein")]).unwrap();
    let text = attempt(&hidden.source, &hidden.target, &config, Some(&foreign));
    assert!(text.contains("pair"), "{text}");
    let text = attempt(&hidden.source, &hidden.target, &config, None);
    assert!(text.contains("initialiser.kind") && text.contains("none was given"), "{text}");
    let low = MapConfig { limit: 2, ..config.clone() };
    let rare = Dictionary::from_pairs([(hidden.source.word(50), hidden.target.word(50))]).unwrap();
    let text = attempt(&hidden.source, &hidden.target, &low, Some(&rare));
    assert!(text.contains("2 most frequent"), "{text}");
    let zeros = hidden.source.with_data(8, vec![0.0; 800]).unwrap();
    let text = attempt(&zeros, &hidden.target, &config, Some(&gold));
    assert!(text.contains("source vectors") && text.contains("zero"), "{text}");
    let none = Vectors::from_rows(Vec::<String>::new(), 8, &[]).unwrap();
    let text = attempt(&hidden.source, &none, &config, Some(&gold));
    assert!(text.contains("target vectors: there are none"), "{text}");
    for method in [Method::Identical, Method::Numerals] {
        let apart = Vectors::from_rows((0..100).map(|at| format!("x{at}")), 8, hidden.target.data()).unwrap();
        let text = attempt(&hidden.source, &apart, &MapConfig::preset(method), None);
        assert!(text.contains("in common"), "{text}");
    }
    let few = MapConfig { finish: Finish::symmetric(), refinement: Refinement::None {}, ..config };
    let text = attempt(&hidden.source, &hidden.target, &few, Some(&hidden.dictionary(3)));
    assert!(text.contains("span 3 of 8 dimensions") && text.contains("finish.whiten"), "{text}");
}

#[test]
fn some_zero_vectors_and_tiny_vocabularies_do_no_harm() {
    let hidden = Hidden::new(60, 6, 0.01, 27);
    let mut data = hidden.source.data().to_vec();
    data[..12].fill(0.0);
    let source = hidden.source.with_data(6, data).unwrap();
    let zeros = Hidden { source, ..hidden };
    for method in [Method::Supervised, Method::SemiSupervised, Method::Identical] {
        let mut config = MapConfig::preset(method);
        if let Refinement::SelfLearning(learning) = &mut config.refinement {
            learning.interval = 2;
        }
        let mapped = run(&zeros, &config, &zeros.dictionary(40), None, &mut ()).unwrap();
        assert!(mapped.report.criterion > 0.5, "{method}: {}", mapped.report.criterion);
        let vectors = mapped.mapping.apply_source(&zeros.source).unwrap();
        assert!(vectors.data().iter().all(|x| x.is_finite()));
    }
    let two = Vectors::from_rows(["a", "b"], 2, &[1.0, 0.0, 0.0, 1.0]).unwrap();
    let config = MapConfig {
        refinement: Refinement::SelfLearning(SelfLearningConfig {
            interval: 1,
            ..SelfLearningConfig::default()
        }),
        finish: Finish::default(),
        normalise: Vec::new(),
        ..MapConfig::preset(Method::SelfLearning)
    };
    let mapped = map(&two, &two, &config.check().unwrap(), &Resources::default(), &mut ()).unwrap();
    assert!(mapped.mapping.source.data().iter().all(|x| x.is_finite()));
}

#[test]
fn configs_name_key_and_range() {
    let learning = |change: fn(&mut SelfLearningConfig)| {
        let mut config = SelfLearningConfig::default();
        change(&mut config);
        MapConfig { refinement: Refinement::SelfLearning(config), ..MapConfig::default() }
    };
    let supervised = MapConfig::preset(Method::Supervised);
    for (config, want) in [
        (MapConfig { limit: 0, ..MapConfig::default() }, "`limit` is 0, expected at least 1"),
        (MapConfig { restarts: 0, ..MapConfig::default() }, "`restarts` is 0"),
        (MapConfig { restarts: 3, ..supervised.clone() }, "`restarts` is 3, but chance has no part"),
        (learning(|config| config.keep = 0.0), "`refinement.keep` is 0, expected above 0 and at most 1"),
        (learning(|config| config.keep = f64::NAN), "`refinement.keep` is NaN"),
        (learning(|config| config.multiplier = 1.0), "`refinement.multiplier` is 1, expected above 1"),
        (
            learning(|config| config.early_cutoff = 30_000),
            "`refinement.early_cutoff` is 30000, expected at most",
        ),
        (
            learning(|config| config.induction = Induction::Intersection),
            "`refinement.induction` is intersection",
        ),
        (
            MapConfig {
                initialiser: Initialiser::Identity {},
                refinement: Refinement::Rcsls(RcslsConfig::default()),
                ..supervised.clone()
            },
            "`refinement.kind` is rcsls, which needs",
        ),
        (
            MapConfig { finish: Finish { source_reweight: -1.0, ..Finish::default() }, ..supervised.clone() },
            "`finish.source_reweight` is -1, expected 0 to 4",
        ),
        (
            MapConfig { finish: Finish { whiten: false, ..Finish::symmetric() }, ..supervised },
            "`finish.source_dewhiten` undoes a whitening",
        ),
    ] {
        let error = config.check().unwrap_err().to_string();
        assert!(error.starts_with(want), "{error}");
    }
    for (json, want) in [
        (r#"{"limits": 3}"#, "unknown field `limits`"),
        (r#"{"refinement": {"kind": "procrustes", "iteration": 3}}"#, "unknown field `iteration`"),
        (r#"{"refinement": {"kind": "none", "iteration": 3}}"#, "unknown field `iteration`"),
        (r#"{"initialiser": {"kind": "identical", "words": 3}}"#, "unknown field `words`"),
        (r#"{"initialiser": {"kind": "magic"}}"#, "unknown variant `magic`"),
    ] {
        let error = serde_json::from_str::<MapConfig>(json).unwrap_err().to_string();
        assert!(error.contains(want), "{json}: {error}");
    }
    for &method in Method::ALL {
        let config = MapConfig::preset(method);
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<MapConfig>(&text).unwrap(), config, "{text}");
        assert_eq!(method.to_string().parse::<Method>().unwrap(), method);
        config.check().unwrap();
    }
    assert!("magic".parse::<Method>().unwrap_err().contains("self-learning"));
}

#[test]
fn folders_come_back() {
    let hidden = Hidden::new(120, 8, 0.1, 28);
    let dictionary = hidden.dictionary(60);
    let config =
        MapConfig { normalise: MapConfig::default().normalise, ..MapConfig::preset(Method::Supervised) };
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("en-xx");
    let checkpoint = checkpoint_folder(&dir);
    let mapped = run(&hidden, &config, &dictionary, Some(&checkpoint), &mut ()).unwrap();
    assert!(open(&dir).unwrap_err().to_string().contains("has not ended"));
    for files in [VectorFiles::Native, VectorFiles::Text] {
        save(&dir, &mapped, &config, &hidden.source, &hidden.target, files).unwrap();
        assert!(!checkpoint.exists());
        let opened = open(&dir).unwrap();
        assert_eq!((&opened.mapping, &opened.config), (&mapped.mapping, &config));
        assert_eq!(opened.report.kept_restart, 1);
        let (source, target) = (
            opened.source(&ReadOptions::default()).unwrap(),
            opened.target(&ReadOptions::default()).unwrap(),
        );
        assert_eq!(source, mapped.mapping.apply_source(&hidden.source).unwrap());
        assert_eq!(target, mapped.mapping.apply_target(&hidden.target).unwrap());
        let names: Vec<String> = fs::read_dir(&dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("source") || name.starts_with("target"))
            .collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }
    // A folder of the time when keys were spelt with `-`.
    let config = fs::read_to_string(dir.join("config.json")).unwrap();
    assert!(config.contains("\"source_reweight\""), "{config}");
    fs::write(dir.join("config.json"), config.replace('_', "-")).unwrap();
    let old = open(&dir).unwrap().config;
    fs::write(dir.join("config.json"), config).unwrap();
    assert_eq!(old, open(&dir).unwrap().config);
    // Words that were not there when the mapping was learnt.
    let new = Vectors::from_rows(["new"], 8, hidden.source.row(5)).unwrap();
    assert_eq!(
        mapped.mapping.apply_source(&new).unwrap().row(0),
        mapped.mapping.apply_source(&hidden.source).unwrap().row(5)
    );
    assert!(mapped.mapping.apply_source(&Vectors::from_rows(["x"], 1, &[1.0]).unwrap()).is_err());

    let fault = |name: &str, change: &dyn Fn(&Path)| {
        let path = dir.join(name);
        let before = fs::read(&path).unwrap();
        change(&path);
        let result = open(&dir).and_then(|opened| opened.source(&ReadOptions::default()));
        fs::write(&path, before).unwrap();
        result.unwrap_err().to_string()
    };
    let text = fault("mapping.safetensors", &|path| fs::remove_file(path).unwrap());
    assert!(text.contains("mapping.safetensors"), "{text}");
    let text = fault("mapping.safetensors", &|path| fs::write(path, b"x").unwrap());
    assert!(text.contains("mapping.safetensors"), "{text}");
    let text = fault("config.json", &|path| fs::write(path, r#"{"limits": 3}"#).unwrap());
    assert!(text.contains("config.json") && text.contains("`limits`"), "{text}");
    let text = fault("source.vec", &|path| fs::remove_file(path).unwrap());
    assert!(text.contains("neither source.vec nor"), "{text}");
    let text = fault("source.vec", &|path| fs::write(path, "a 1 2\n").unwrap());
    assert!(text.contains("has 2 dimensions, the mapping beside it 8"), "{text}");
    let text = fault("report.json", &|path| fs::remove_file(path).unwrap());
    assert!(text.contains("no report.json"), "{text}");
    assert!(open(folder.path().join("nothing")).unwrap_err().to_string().contains("is no folder"));
}
