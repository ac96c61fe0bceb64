//! Runs that are stopped anywhere, and threads: the same bytes.

use std::collections::BTreeSet;

use rayon::ThreadPoolBuilder;
use xner_tagger::train::Event as Training;
use xner_tagger::{Device, Flow};
use xner_transfer::Error;
use xner_transfer::transadv::{Event, Method, Tally, run};

use crate::common::files;
use crate::small::Case;

fn case() -> Case {
    let mut case = Case::new(10);
    case.config.training.batch = 5;
    case.config.training.checkpoint_every = 3;
    case.config.training.evaluate_every = 2;
    case
}

/// Stops a run at each of many moments in all its phases; each time the same call goes on. What it tells of the game
/// between generator and discriminators is the same too.
#[test]
fn a_run_stopped_in_any_phase_ends_with_the_same_bytes() {
    let case = case();
    for method in [Method::TransAdv, Method::UniTrans] {
        let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (config, corpora) = (&case.config, &case.corpora);
        let mut told: Vec<(String, Tally)> = Vec::new();
        let mut observer = |event: &Event<'_>| {
            if let Event::Game { name, tally } = event {
                told.push(((*name).to_owned(), *tally));
            }
            Flow::Continue
        };
        run(method, config, corpora, whole.path(), None, &Device::Cpu, &mut observer).unwrap();
        assert_eq!(told.is_empty(), method == Method::UniTrans);
        // Batches are of five, and an evaluation comes every second step.
        assert!(told.iter().all(|(_, tally)| (1..=2).contains(&tally.steps)), "{told:?}");

        let (mut stops, mut seen, mut again) = (0, BTreeSet::new(), Vec::new());
        for patience in 1.. {
            let (mut events, mut phase) = (0, String::new());
            let mut observer = |event: &Event<'_>| {
                match event {
                    Event::Phase { name, .. } => phase = (*name).to_owned(),
                    Event::Game { name, tally } => again.push(((*name).to_owned(), *tally)),
                    Event::Training(Training::Checkpoint { .. }) => {}
                    Event::Training(_) => {
                        events += 1;
                        return if events > patience.min(4) { Flow::Stop } else { Flow::Continue };
                    }
                    _ => {}
                }
                Flow::Continue
            };
            match run(method, config, corpora, broken.path(), None, &Device::Cpu, &mut observer) {
                Ok(_) => break,
                Err(Error::Tagger(xner_tagger::Error::Stopped { .. })) => {
                    stops += 1;
                    seen.insert(phase);
                }
                Err(fault) => panic!("{fault}"),
            }
            assert!(patience < 500, "it never ends");
        }
        assert!(stops > 5 && seen.len() >= 4, "{stops} {seen:?}");
        assert_eq!(told, again);
        let (whole, broken) = (files(whole.path()), files(broken.path()));
        assert_eq!(whole.keys().collect::<Vec<_>>(), broken.keys().collect::<Vec<_>>());
        for (name, bytes) in &whole {
            assert!(bytes == &broken[name], "{name}");
        }
    }
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let case = case();
    let run = |threads| {
        let folder = tempfile::tempdir().unwrap();
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| case.run(Method::TransAdv, folder.path(), None).map(|_| ())).unwrap();
        files(folder.path())
    };
    let (one, two) = (run(1), run(2));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(bytes == &two[name], "{name}");
    }
}

/// Between phases too, before the next begins.
#[test]
fn a_wish_to_stop_is_granted_between_phases() {
    let case = case();
    let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    case.run(Method::TransAdv, whole.path(), None).unwrap();
    for asked in ["created", "phase source", "end source", "labelling", "scoring"] {
        let mut behind = None;
        let mut observer = |event: &Event<'_>| {
            let name = match event {
                Event::Created { .. } => "created".to_owned(),
                Event::Phase { name, .. } => format!("phase {name}"),
                Event::PhaseEnd { name, .. } => format!("end {name}"),
                Event::Labelling { .. } => "labelling".to_owned(),
                Event::Scoring => "scoring".to_owned(),
                _ => return Flow::Continue,
            };
            match &mut behind {
                Some(behind) => *behind += 1,
                None if name == asked => {
                    behind = Some(0);
                    return Flow::Stop;
                }
                None => {}
            }
            Flow::Continue
        };
        let (config, corpora) = (&case.config, &case.corpora);
        let stopped =
            run(Method::TransAdv, config, corpora, broken.path(), None, &Device::Cpu, &mut observer);
        let stopped = stopped.unwrap_err();
        assert!(matches!(stopped, Error::Tagger(xner_tagger::Error::Stopped { .. })), "{stopped}");
        assert_eq!(behind, Some(0), "{asked}");
    }
    case.run(Method::TransAdv, broken.path(), None).unwrap();
    assert!(files(whole.path()) == files(broken.path()));
}
