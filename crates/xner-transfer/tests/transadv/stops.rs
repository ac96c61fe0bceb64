//! Runs that are stopped anywhere, and threads: the same bytes.

use std::collections::BTreeSet;

use rayon::ThreadPoolBuilder;
use xner_train::{Device, Event, Flow, What};
use xner_transfer::transadv::Method;
use xner_transfer::{ErrorKind, run};

use crate::common::files;
use crate::small::Case;

fn case() -> Case {
    let mut case = Case::new(10);
    case.config.training.batch = 5;
    case.config.training.checkpoint_every = 3;
    case.config.training.evaluate_every = 2;
    // What they have of their own must be kept too.
    (case.config.adversary.steps, case.config.adversary.threshold) = (2, 0.51);
    case
}

/// A discriminator's figure: the phase, what it is, its value, and what is said of it.
fn measured(event: &Event<'_>) -> (String, String, f64, String) {
    let What::Measured { name, value, note } = event.what else { panic!("{event:?}") };
    (event.phase.to_owned(), name.to_owned(), value, note.to_owned())
}

/// Stops a run at each of many moments in all its phases; each time the same call goes on. What it tells of the game
/// between generator and discriminators is the same too.
#[test]
fn a_run_stopped_in_any_phase_ends_with_the_same_bytes() {
    let case = case();
    for method in [Method::TransAdv, Method::UniTrans] {
        let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (config, corpora) = (&case.config, &case.corpora);
        let (mut told, mut evaluated) = (Vec::new(), 0);
        let mut observer = |event: &Event<'_>| {
            match event.what {
                What::Measured { .. } if event.phase != "data" => told.push(measured(event)),
                What::Evaluated(_) => evaluated += 1,
                _ => {}
            }
            Flow::Continue
        };
        run(&method, config, corpora, whole.path(), None, &Device::Cpu, &mut observer).unwrap();
        assert_eq!(told.is_empty(), method == Method::UniTrans);
        // No more than both discriminators, one's units and steps held back are told of behind each evaluation.
        assert!(told.len() <= 4 * evaluated, "{told:?}");

        let (mut stops, mut seen, mut again) = (0, BTreeSet::new(), Vec::new());
        for patience in 1.. {
            let (mut events, mut phase) = (0, String::new());
            let mut observer = |event: &Event<'_>| {
                match event.what {
                    What::Begin { .. } => event.phase.clone_into(&mut phase),
                    What::Measured { .. } if event.phase != "data" => again.push(measured(event)),
                    What::Started { .. }
                    | What::Step { .. }
                    | What::Evaluated(_)
                    | What::NewBest(_)
                    | What::EpochEnd { .. } => {
                        events += 1;
                        return if events > patience.min(4) { Flow::Stop } else { Flow::Continue };
                    }
                    _ => {}
                }
                Flow::Continue
            };
            match run(&method, config, corpora, broken.path(), None, &Device::Cpu, &mut observer) {
                Ok(_) => break,
                Err(fault) if fault.kind() == ErrorKind::Stopped => {
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
            let name = match (event.phase, event.what) {
                ("data", _) => "created".to_owned(),
                (name @ ("labelling" | "scoring"), _) => name.to_owned(),
                (name, What::Begin { .. }) => format!("phase {name}"),
                (name, What::End { .. }) => format!("end {name}"),
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
            run(&Method::TransAdv, config, corpora, broken.path(), None, &Device::Cpu, &mut observer);
        let stopped = stopped.unwrap_err();
        assert_eq!(stopped.kind(), ErrorKind::Stopped, "{stopped}");
        assert_eq!(behind, Some(0), "{asked}");
    }
    case.run(Method::TransAdv, broken.path(), None).unwrap();
    assert!(files(whole.path()) == files(broken.path()));
}
