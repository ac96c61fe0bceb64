//! Losses, gradients and paths against those of pytorch-crf (see `tools/golden/crf.py`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde::Deserialize;
use xner_crf::{Crf, Layout, Parameters};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    tags: usize,
    lengths: Vec<usize>,
    transitions: Vec<f32>,
    start: Vec<f32>,
    end: Vec<f32>,
    emissions: Vec<f32>,
    gold: Vec<u16>,
    losses: Vec<f32>,
    by_transitions: Vec<f32>,
    by_start: Vec<f32>,
    by_end: Vec<f32>,
    by_emissions: Vec<f32>,
    paths: Vec<Vec<u16>>,
}

/// Theirs are sums of 32 bits.
fn assert_close(what: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (at, (&x, &y)) in found.iter().zip(expected).enumerate() {
        assert!((x - y).abs() <= 1e-5 * (1.0 + y.abs()), "{what}[{at}]: {x} for {y}");
    }
}

#[test]
fn agrees_with_pytorch_crf() {
    let cases: Vec<Golden> = serde_json::from_str(include_str!("golden/pytorch_crf.json")).unwrap();
    assert!(cases.len() >= 5);
    for case in cases {
        let crf = Crf::new(&Parameters::new(case.transitions, case.start, case.end).unwrap());
        assert_eq!(crf.tags(), case.tags);
        let steps = case.gold.len() / case.lengths.len();
        let layout = Layout::padded(&case.lengths, steps).unwrap();
        let mut by_emissions = vec![0.0; case.emissions.len()];
        let gradient = crf.gradient(&case.emissions, &layout, &case.gold, None, &mut by_emissions).unwrap();
        let losses: Vec<f32> = gradient.losses.iter().map(|&loss| loss as f32).collect();
        assert_close("losses", &losses, &case.losses);
        assert_close("transitions", &gradient.transitions, &case.by_transitions);
        assert_close("start", &gradient.start, &case.by_start);
        assert_close("end", &gradient.end, &case.by_end);
        assert_close("emissions", &by_emissions, &case.by_emissions);
        let paths = crf.viterbi_batch(&case.emissions, &layout).unwrap();
        assert_eq!(paths.into_iter().map(|path| path.tags).collect::<Vec<_>>(), case.paths);
    }
}
