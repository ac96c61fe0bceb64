//! What a learner's next step depends on: parts, tensors, counters.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use serde_json::json;
use xner_train::config::Optimiser;
use xner_train::optimiser::RowOptimiser;
use xner_train::{Error, ErrorKind, State};

const PATH: &str = "folder/state.safetensors";

fn path() -> &'static Path {
    Path::new(PATH)
}

/// A state with a tensor and a counter of its own.
fn state(value: f32, count: usize) -> State {
    let mut state = State::default();
    state.tensors.insert("m", &[1], vec![value]);
    state.count("steps", &count);
    state
}

#[test]
fn parts_come_back_as_they_were_put() {
    let mut whole = state(1.0, 1);
    let mut inner = state(2.0, 2);
    inner.put("deep", state(3.0, 3));
    whole.put("inner", inner.clone());
    whole.put("other", state(4.0, 4));
    // Nothing of the one has a name of the other.
    let names: Vec<&str> = whole.tensors.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["inner/deep/m", "inner/m", "m", "other/m"]);
    assert_eq!(
        serde_json::to_value(&whole.counters).unwrap(),
        json!({"steps": 1, "inner": {"steps": 2, "deep": {"steps": 3}}, "other": {"steps": 4}})
    );
    let mut taken = whole.part("inner");
    assert_eq!(taken, inner);
    assert_eq!(taken.part("deep"), state(3.0, 3));
    assert_eq!(taken, state(2.0, 2));
    assert_eq!(whole.part("other"), state(4.0, 4));
    assert_eq!(whole, state(1.0, 1));
    assert_eq!(whole.part("absent"), State::default());
    assert_eq!(whole, state(1.0, 1));
}

#[test]
fn a_part_without_counters_leaves_no_trace_of_them() {
    let mut part = State::default();
    part.tensors.insert("m", &[1], vec![1.0]);
    let mut whole = State::default();
    whole.put("part", part.clone());
    assert!(whole.counters.is_empty());
    assert_eq!(whole.part("part"), part);
    whole.expect_empty(path()).unwrap();
}

#[test]
fn counters_of_any_kind_come_back() {
    let mut state = State::default();
    state.count("number", &usize::MAX);
    state.count("float", &0.1_f64);
    state.count("list", &[1_u32, 2]);
    state.count("none", &None::<usize>);
    state.count("number", &7_usize);
    assert_eq!(state.counter::<usize>("number", path()).unwrap(), 7);
    assert_eq!(state.counter::<f64>("float", path()).unwrap().to_bits(), 0.1_f64.to_bits());
    assert_eq!(state.counter::<Vec<u32>>("list", path()).unwrap(), [1, 2]);
    assert_eq!(state.counter::<Option<usize>>("none", path()).unwrap(), None);
    state.expect_empty(path()).unwrap();
}

#[test]
fn faults_name_the_file_and_the_counter() {
    let fault = |result: Result<(), Error>, expected: &str| {
        let fault = result.unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput, "{fault}");
        assert_eq!(fault.to_string(), format!("{PATH}: {expected}"));
    };
    let read = |state: &mut State, name: &str| state.counter::<usize>(name, path()).map(drop);
    let mut state = state(1.0, 1);
    fault(read(&mut state, "rounds"), "the counter `rounds` is missing");
    // What may be absent must be said to be absent.
    fault(state.counter::<Option<usize>>("rounds", path()).map(drop), "the counter `rounds` is missing");
    fault(state.expect_empty(path()), "tensor `m`: is unexpected (shape [1]); this model has no such tensor");
    state.tensors.remove("m").unwrap();
    fault(state.expect_empty(path()), "the counter `steps` is unexpected");
    state.count("steps", &"many");
    let damaged = "the counter `steps` does not read: invalid type: string \"many\", expected usize";
    fault(read(&mut state, "steps"), damaged);
    state.expect_empty(path()).unwrap();
    // A part that is no part is not passed over in silence.
    state.count("part", &3);
    assert_eq!(state.part("part"), State::default());
    fault(state.expect_empty(path()), "the counter `part` is unexpected");
}

#[test]
fn a_row_optimisers_counters_are_its_rows() {
    let adam = Optimiser::Adam { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let mut rows = RowOptimiser::new(adam, 3, 2);
    let mut table = vec![0.0; 6];
    for row in [0, 2, 2] {
        rows.update(&mut table, row, &[1.0, 1.0], 1.0, 0.1);
    }
    assert_eq!(rows.state().counters["steps"], json!([1, 0, 2]));
    rows.begin_anew();
    assert_eq!(rows.state(), RowOptimiser::new(adam, 3, 2).state());
    // Gradient descent has no state, and takes none.
    let mut sgd = RowOptimiser::new(Optimiser::Sgd { rate: 0.1 }, 3, 2);
    assert_eq!(sgd.state(), State::default());
    let fault = sgd.set_state(rows.state(), path()).unwrap_err();
    assert!(matches!(fault, Error::Tensor { .. }) && fault.to_string().contains(PATH), "{fault}");
}
