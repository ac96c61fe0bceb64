//! Models tuned on small parts of the target's labelled sentences.

use xner_corpus::Labelled;
use xner_train::{Device, Event, Flow, Settings, What};
use xner_transfer::meta::low_resource::{self, LowResourceConfig, part};

use crate::common::{files, same};
use crate::small::{Case, adam};

fn few_epochs(epochs: usize, batch: usize) -> LowResourceConfig {
    let mut config = LowResourceConfig::default();
    (config.bert.freeze_embeddings, config.bert.freeze_layers) = (false, 0);
    (config.training.epochs, config.training.batch) = (epochs, batch);
    config.training.optimiser = adam(1e-3, 1e-8);
    config
}

#[test]
fn a_larger_share_holds_every_smaller_one_of_its_draw() {
    for sentences in [1, 2, 30, 457] {
        for draw in 1..4 {
            let parts = [0.01, 0.02, 0.05, 0.5, 1.0].map(|share| part(sentences, share, draw));
            for (small, large) in parts.iter().zip(&parts[1..]) {
                assert!(!small.is_empty() && small.iter().all(|place| large.contains(place)));
            }
            assert_eq!(parts[4], (0..sentences).collect::<Vec<_>>());
        }
    }
    assert_eq!(part(457, 0.05, 1).len(), 23);
    assert_ne!(part(457, 0.05, 1), part(457, 0.05, 2));
}

/// What is tuned on is what `part` draws, and nothing else: the first loss is that of these sentences.
#[test]
fn models_are_tuned_on_the_part_of_each_draw() {
    let case = Case::new(30, 0.0);
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model");
    case.model().save(&model).unwrap();
    let losses = |draws: &[u64], share: f64, train: &[Labelled]| {
        let out = folder.path().join(format!("{draws:?}"));
        let config = LowResourceConfig { shares: vec![share], draws: draws.to_vec(), ..few_epochs(1, 32) };
        let models = [("one".to_owned(), model.clone())];
        let corpora = [train, case.corpora.target_test.as_slice()];
        let mut losses = Vec::new();
        let mut observer = |event: &Event<'_>| {
            if let What::Step { loss, .. } = event.what {
                losses.push(loss);
            }
            Flow::Continue
        };
        low_resource::run(&config, corpora, &models, &out, &Device::Cpu, &mut observer).unwrap();
        losses
    };
    let train = &case.corpora.train;
    let both = losses(&[1, 2], 0.2, train);
    assert!((both[0] - both[1]).abs() > 1e-6, "{both:?}");
    for (draw, loss) in [1, 2].into_iter().zip(both) {
        let own: Vec<_> = part(30, 0.2, draw).into_iter().map(|at| train[at].clone()).collect();
        assert_eq!(losses(&[draw + 10], 1.0, &own), [loss]);
    }
}

#[test]
fn tuning_that_was_stopped_goes_on_where_it_was() {
    let case = Case::new(12, 0.1);
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model");
    case.model().save(&model).unwrap();
    let config = LowResourceConfig { shares: vec![0.5], draws: vec![1], ..few_epochs(4, 3) };
    let run = |out: &str, stop: usize| {
        let (mut steps, mut resumed_at) = (0, 0);
        let mut observer = |event: &Event<'_>| {
            match event.what {
                What::Started { resumed, .. } => resumed_at = resumed,
                What::Step { .. } => steps += 1,
                _ => {}
            }
            if steps == stop { Flow::Stop } else { Flow::Continue }
        };
        let models = [("one".to_owned(), model.clone())];
        let corpora = [case.corpora.train.as_slice(), case.corpora.target_test.as_slice()];
        let out = folder.path().join(out);
        let done = low_resource::run(&config, corpora, &models, &out, &Device::Cpu, &mut observer).is_ok();
        (done, steps, resumed_at)
    };
    assert_eq!(run("whole", usize::MAX), (true, 8, 0));
    assert_eq!(run("broken", 3), (false, 3, 0));
    assert_eq!(run("broken", usize::MAX), (true, 5, 3));
    same(&files(&folder.path().join("whole")), &files(&folder.path().join("broken")));
}

#[test]
fn models_are_tuned_on_nested_parts() {
    let case = Case::new(30, 0.1);
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (folder.path().join("model"), folder.path().join("out"));
    case.model().save(&model).unwrap();
    let config = LowResourceConfig { shares: vec![0.1, 0.5], draws: vec![1, 2], ..few_epochs(3, 32) };
    let models = [("one".to_owned(), model.clone()), ("two".to_owned(), model)];
    let corpora = [case.corpora.train.as_slice(), case.corpora.target_test.as_slice()];
    let mut tuned = Vec::new();
    let mut observer = |event: &Event<'_>| {
        match event.what {
            What::Begin { sentences } => tuned.push((sentences, 0)),
            What::Step { .. } => tuned.last_mut().unwrap().1 += 1,
            _ => {}
        }
        Flow::Continue
    };
    let report = low_resource::run(&config, corpora, &models, &out, &Device::Cpu, &mut observer).unwrap();
    let counts: Vec<_> =
        report.rows.iter().map(|row| (row.model.as_str(), row.sentences, row.scores.len())).collect();
    assert_eq!(counts, [("one", 3, 2), ("two", 3, 2), ("one", 15, 2), ("two", 15, 2)]);
    // The same model on the same sentences.
    assert_eq!(report.rows[2].scores, report.rows[3].scores);
    assert!(report.rows.iter().all(|row| row.f1.is_some()));
    assert_eq!(tuned, [(3, 3), (3, 3), (3, 3), (3, 3), (15, 3), (15, 3), (15, 3), (15, 3)]);
    // What is done is not done again.
    let mut steps = 0;
    let mut observer = |event: &Event<'_>| {
        steps += usize::from(!matches!(event.what, What::Begin { .. }));
        Flow::Continue
    };
    let again = low_resource::run(&config, corpora, &models, &out, &Device::Cpu, &mut observer).unwrap();
    assert_eq!((again, steps), (report, 0));
}

/// A call with more takes what is there; one with less would lose it.
#[test]
fn no_scores_are_lost_by_another_call() {
    let case = Case::new(30, 0.1);
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (folder.path().join("model"), folder.path().join("out"));
    case.model().save(&model).unwrap();
    let corpora = [case.corpora.train.as_slice(), case.corpora.target_test.as_slice()];
    let tune = |shares: &[f64], draws: &[u64], names: &[&str]| {
        let config =
            LowResourceConfig { shares: shares.to_vec(), draws: draws.to_vec(), ..few_epochs(1, 32) };
        let models: Vec<_> = names.iter().map(|name| ((*name).to_owned(), model.clone())).collect();
        low_resource::run(&config, corpora, &models, &out, &Device::Cpu, &mut ())
    };
    let first = tune(&[0.1], &[4], &["one"]).unwrap();
    assert_eq!(first.draws, [4]);
    let more = tune(&[0.1, 0.3], &[4, 7], &["one", "two"]).unwrap();
    assert_eq!((more.rows.len(), &more.rows[0].scores[0]), (4, &first.rows[0].scores[0]));
    let kept = files(&out);
    for (shares, draws, names, lost) in [
        (&[0.1][..], &[4, 7][..], &["one", "two"][..], "the share 0.3"),
        (&[0.1, 0.3], &[7], &["one", "two"], "the draw 4"),
        (&[0.1, 0.3], &[4, 7], &["one"], "the model `two`"),
    ] {
        let fault = tune(shares, draws, names).unwrap_err().to_string();
        assert!(fault.contains("low-resource.json") && fault.contains(lost), "{fault}");
    }
    same(&kept, &files(&out));
    // Runs and scores do not share a folder.
    let fault = case.run(&out, None).unwrap_err().to_string();
    assert!(fault.contains("scores of low resource"), "{fault}");
    let run = folder.path().join("run");
    case.run(&run, None).unwrap();
    let config = few_epochs(1, 32);
    let models = [("one".to_owned(), model.clone())];
    let fault = low_resource::run(&config, corpora, &models, &run, &Device::Cpu, &mut ()).unwrap_err();
    assert!(fault.to_string().contains("holds a run"), "{fault}");
}

/// Else they would count twice in the means.
#[test]
fn shares_and_draws_differ() {
    for (shares, draws, key) in [
        (vec![0.1, 0.2, 0.1], vec![1], "shares"),
        (vec![0.1], vec![2, 2], "draws"),
        (vec![], vec![1], "shares"),
        (vec![1.5], vec![1], "shares"),
        (vec![0.1], vec![], "draws"),
    ] {
        let config = LowResourceConfig { shares, draws, ..LowResourceConfig::default() };
        let fault = config.check().unwrap_err().to_string();
        assert!(fault.contains(&format!("`{key}`")), "{fault}");
    }
}

/// Shares that are printed alike are not taken for each other.
#[test]
fn shares_that_are_nearly_alike_have_folders_of_their_own() {
    let case = Case::new(30, 0.1);
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (folder.path().join("model"), folder.path().join("out"));
    case.model().save(&model).unwrap();
    let config = LowResourceConfig { shares: vec![0.1, 0.100_000_1], draws: vec![1], ..few_epochs(1, 32) };
    let models = [("one".to_owned(), model)];
    let corpora = [case.corpora.train.as_slice(), case.corpora.target_test.as_slice()];
    low_resource::run(&config, corpora, &models, &out, &Device::Cpu, &mut ()).unwrap();
    let folders = std::fs::read_dir(&out).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(folders.count(), 2);
}
