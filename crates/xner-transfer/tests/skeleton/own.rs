//! A strategy of somebody's own, with a learner of its own: what the run does for it.

mod learner;
mod strategy;

use std::fs;
use std::path::Path;

use xner_train::{Device, Event, Flow, Observer, Settings, Tensors, What};
use xner_transfer::report::{Select, TransferReport};
use xner_transfer::{Error, ErrorKind, Result, run};

use self::learner::Broken;
use self::strategy::{Slope, SlopeConfig, SlopeData};
use crate::common::{files, same};

fn done(config: &SlopeConfig, out: &Path, observer: &mut dyn Observer) -> Result<TransferReport> {
    run(&Slope, config, &SlopeData::small(), out, None, &Device::Cpu, observer)
}

fn weight(folder: &Path) -> f32 {
    Tensors::read(&folder.join("model.safetensors")).unwrap().0.get("weight").unwrap().values[0]
}

/// By source the weight that the second phase begins with is best, by target one of its steps.
#[test]
fn weights_are_chosen_by_source_and_by_target_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let [by_source, by_target] = ["by-source", "by-target"].map(|own| folder.path().join(own));
    let config = SlopeConfig::default();
    let mut told = Vec::new();
    let mut observer = |event: &Event<'_>| {
        match event.what {
            What::Begin { sentences } => told.push(format!("{} begins: {sentences}", event.phase)),
            What::End { cached, .. } => told.push(format!("{} ends: {cached}", event.phase)),
            What::Measured { name, value, .. } if value == 4.25 => {
                told.push(format!("{}: {name} {value}", event.phase));
            }
            _ => {}
        }
        Flow::Continue
    };
    let report = done(&config, &by_source, &mut observer).unwrap();
    assert_eq!(
        told,
        [
            "warm begins: 8",
            "warm: weight 4.25",
            "warm ends: false",
            "slope begins: 8",
            "slope: weight 4.25",
            "slope ends: false",
            "scoring begins: 6"
        ]
    );
    assert_eq!((report.method.as_str(), report.row.as_str(), report.seed), ("slope", "Slope", 1));
    assert_eq!((report.source.as_str(), report.target.as_str()), ("en", "es"));
    assert_eq!((report.steps, report.parameters, report.phases.len()), (8, 1, 1));
    assert_eq!(report.phases[0].name, "warm");
    assert!(by_source.join("phases").join(&report.phases[0].folder).join("config.json").exists());
    let [source, target] = [&report.by_source_dev, &report.by_target_dev].map(|one| one.clone().unwrap());
    assert_eq!((source.epoch, source.step, target.epoch, target.step), (0, 0, 1, 3));
    assert!(source.source_dev > target.source_dev && source.target_dev < target.target_dev);
    assert_eq!((weight(&by_source), weight(&by_source.join("by-target"))), (4.25, 8.5));
    // What the strategy's own `score` says.
    assert_eq!((source.target_test.unwrap().f1, target.target_test.unwrap().f1), (0.0425, 0.085));
    assert_eq!(TransferReport::read(&by_source).unwrap(), report);

    let config = SlopeConfig { select: Select::TargetDev, ..config };
    let other = done(&config, &by_target, &mut ()).unwrap();
    assert_eq!(other.select, Select::TargetDev);
    assert_eq!((&other.by_source_dev, &other.by_target_dev), (&report.by_source_dev, &report.by_target_dev));
    assert_eq!((weight(&by_target), weight(&by_target.join("by-source"))), (8.5, 4.25));

    // The start is scored in any case, but need not be chosen.
    let mut config = SlopeConfig::default();
    config.training.choose_start = false;
    let report = done(&config, &folder.path().join("moved"), &mut ()).unwrap();
    assert_eq!(report.by_source_dev.unwrap().step, 1);
    let config = SlopeConfig::default();
    let without = SlopeData { target_dev: Vec::new(), ..SlopeData::small() };
    let alone = folder.path().join("alone");
    let report = run(&Slope, &config, &without, &alone, None, &Device::Cpu, &mut ()).unwrap();
    assert!(report.by_target_dev.is_none() && !alone.join("by-target").exists());
}

/// A phase that ends far below the one before it is told of, and the report keeps it.
#[test]
fn a_phase_that_unlearns_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = SlopeConfig::default();
    (config.training.choose_start, config.training.evaluate_every) = (false, 3);
    let mut told = Vec::new();
    let mut observer = |event: &Event<'_>| {
        // What is said of the data is another matter.
        if let (What::Note(text), true) = (event.what, event.phase != "data") {
            told.push((event.phase.to_owned(), text.to_owned()));
        }
        Flow::Continue
    };
    let report = done(&config, &folder.path().join("one"), &mut observer).unwrap();
    let want = "phase slope ends at F1 19.05 on development data, and phase warm before it at 100.00: it has too few \
                steps, or another learning rate than it needs";
    assert_eq!(
        (&report.notes[..], &told[..]),
        (&[want.to_owned()][..], &[("slope".to_owned(), want.to_owned())][..])
    );
    assert_eq!(TransferReport::read(&folder.path().join("one")).unwrap().notes, [want]);
    assert!(done(&SlopeConfig::default(), &folder.path().join("fine"), &mut ()).unwrap().notes.is_empty());
}

/// Stops a run at each of its events, one further each time; what goes on from there ends with the same bytes.
#[test]
fn a_run_that_is_stopped_anywhere_ends_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, broken] = ["whole", "broken"].map(|own| folder.path().join(own));
    let config = SlopeConfig::default();
    let mut all = 0;
    let mut count = |_: &Event<'_>| {
        all += 1;
        Flow::Continue
    };
    let report = done(&config, &whole, &mut count).unwrap();
    let mut stops = 0;
    for stop_at in 1..=all {
        let _ = fs::remove_dir_all(&broken);
        let mut events = 0;
        let mut observer = |_: &Event<'_>| {
            events += 1;
            if events >= stop_at { Flow::Stop } else { Flow::Continue }
        };
        let fault = done(&config, &broken, &mut observer).unwrap_err();
        assert_eq!((fault.kind(), fault.kind().exit_code()), (ErrorKind::Stopped, 130), "{fault}");
        assert!(!broken.join("transfer-report.json").exists());
        stops += 1;
        assert_eq!(done(&config, &broken, &mut ()).unwrap(), report, "{stop_at}");
        same(&files(&whole), &files(&broken));
    }
    assert!(stops > 20, "{stops}");
    // Another config has no place in a folder in which a run was stopped in its last phase.
    let stopped = folder.path().join("stopped");
    let mut observer = |event: &Event<'_>| match (event.phase, event.what) {
        ("slope", What::Step { step: 2, .. }) => Flow::Stop,
        _ => Flow::Continue,
    };
    done(&config, &stopped, &mut observer).unwrap_err();
    let other = SlopeConfig { seed: 2, ..config };
    for out in [&stopped, &whole] {
        let fault = done(&other, out, &mut ()).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::StaleFolder, "{fault}");
        assert!(fault.to_string().contains("take another folder, or remove it"), "{fault}");
    }
}

/// Runs that share a cache train what they have in common once.
#[test]
fn a_shared_phase_is_trained_once() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let mut ends = Vec::new();
    for (name, rate) in [("one", 0.1), ("two", 0.1), ("three", 0.2)] {
        let config = SlopeConfig { row: name.to_owned(), warm_rate: rate, ..SlopeConfig::default() };
        let mut observer = |event: &Event<'_>| {
            if let ("warm", What::End { cached, .. }) = (event.phase, event.what) {
                ends.push((name, cached));
            }
            Flow::Continue
        };
        let (data, out) = (SlopeData::small(), folder.path().join(name));
        run(&Slope, &config, &data, &out, Some(&cache), &Device::Cpu, &mut observer).unwrap();
        assert!(!out.join("phases").exists());
    }
    assert_eq!(ends, [("one", false), ("two", true), ("three", false)]);
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 2);
}

/// A fault of its own comes out as it is, and the folder is a mended config's.
#[test]
fn a_fault_of_its_own_comes_out_with_its_message() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let config = SlopeConfig { breaks_at: Some(2), ..SlopeConfig::default() };
    let fault = done(&config, &out, &mut ()).unwrap_err();
    assert_eq!((fault.kind(), fault.to_string().as_str()), (ErrorKind::Other, "the slope broke at step 2"));
    let Error::Other(own) = fault else { panic!("{fault}") };
    assert_eq!(own.downcast_ref::<Broken>().unwrap().0, 2);
    let report = done(&SlopeConfig::default(), &out, &mut ()).unwrap();
    let anew = folder.path().join("anew");
    assert_eq!(done(&SlopeConfig::default(), &anew, &mut ()).unwrap(), report);
    same(&files(&anew), &files(&out));
}

/// Its config is read as every other is.
#[test]
fn its_config_is_read_checked_and_told_without_paths() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slope.toml");
    fs::write(&path, "seed = 7\ntrain = 'en.conll'\n[training]\nbatch = 4\n").unwrap();
    let config = SlopeConfig::read_with(&path, &["training.epochs=2".to_owned()]).unwrap();
    assert_eq!((config.seed, config.training.batch, config.training.epochs), (7, 4, 2));
    assert_eq!(config.train, Some(folder.path().join("en.conll")));
    assert_eq!(config.without_paths().train, None);
    for (text, told) in [
        ("sed = 7", "slope.toml: at `sed`, line 1: unknown field"),
        ("training.batch = 0", "slope.toml: setting `training.batch`: is 0"),
        ("warm_rate = -1.0", "slope.toml: setting `warm_rate`: is -1"),
    ] {
        fs::write(&path, text).unwrap();
        let fault = SlopeConfig::read(&path).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput);
        assert!(fault.to_string().contains(told), "{fault}");
    }
    // An unchecked config is checked before it is run.
    let config = SlopeConfig { warm_rate: -1.0, ..SlopeConfig::default() };
    let out = folder.path().join("out");
    assert!(done(&config, &out, &mut ()).unwrap_err().to_string().contains("`warm_rate`"));
    assert!(!out.exists());
}
