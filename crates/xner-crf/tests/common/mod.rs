//! Random cases, and the answers that looking at every path gives.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_crf::{Constraints, Crf, Emissions, Parameters};

/// A small CRF and a sentence.
#[derive(Debug, Clone)]
pub struct Case {
    pub tags: usize,
    pub len: usize,
    pub parameters: Parameters,
    pub constraints: Option<Constraints>,
    /// `[len, tags]`.
    pub values: Vec<f32>,
}

impl Case {
    /// Scores in `[-scale, scale]`; with `whole`, whole numbers, so that ties abound.
    pub fn new(tags: usize, len: usize, scale: f32, whole: bool, allowed: Option<f64>, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut scores = |n: usize| -> Vec<f32> {
            (0..n)
                .map(|_| rng.random_range(-scale..=scale))
                .map(|x| if whole { x.round() } else { x })
                .collect()
        };
        let parameters = Parameters::new(scores(tags * tags), scores(tags), scores(tags)).unwrap();
        let values = scores(len * tags);
        let constraints = allowed.map(|share| {
            let table: Vec<bool> = (0..tags * (tags + 2)).map(|_| rng.random_bool(share)).collect();
            let follow = |i: usize, j: usize| table[i * tags + j];
            let (start, end) = (&table[tags * tags..][..tags], &table[tags * (tags + 1)..]);
            Constraints::new(tags, |i| start[i], |i| end[i], follow)
        });
        Self { tags, len, parameters, constraints, values }
    }

    pub fn crf(&self) -> Crf {
        match &self.constraints {
            Some(constraints) => Crf::constrained(&self.parameters, constraints).unwrap(),
            None => Crf::new(&self.parameters),
        }
    }

    pub fn emissions(&self) -> Emissions<'_> {
        Emissions::new(&self.values, self.tags).unwrap()
    }

    pub fn path_score(&self, path: &[u16]) -> f64 {
        let p = &self.parameters;
        let mut score = 0.0;
        for (step, &tag) in path.iter().enumerate() {
            let tag = usize::from(tag);
            score += f64::from(match step {
                0 => p.start()[tag],
                _ => p.transition(path[step - 1].into(), tag),
            });
            score += f64::from(self.values[step * self.tags + tag]);
        }
        score + path.last().map_or(0.0, |&tag| f64::from(p.end()[usize::from(tag)]))
    }

    /// All allowed paths, best first; of equal ones that with the smaller tags, from the last token back.
    pub fn paths(&self) -> Vec<(f64, Vec<u16>)> {
        let mut paths: Vec<_> = (0..self.tags.pow(self.len as u32))
            .map(|mut number| {
                let digits = (0..self.len).map(|_| {
                    let digit = number % self.tags;
                    number /= self.tags;
                    digit as u16
                });
                digits.collect::<Vec<u16>>()
            })
            .filter(|path| self.constraints.as_ref().is_none_or(|c| c.allows(path)))
            .map(|path| (self.path_score(&path), path))
            .collect();
        paths.sort_by(|(x, p), (y, q)| y.total_cmp(x).then_with(|| p.iter().rev().cmp(q.iter().rev())));
        paths
    }
}

pub fn log_sum(paths: &[(f64, Vec<u16>)]) -> f64 {
    let high = paths[0].0;
    high + paths.iter().map(|(score, _)| (score - high).exp()).sum::<f64>().ln()
}

/// The probability of the paths that a predicate picks.
pub fn probability(paths: &[(f64, Vec<u16>)], pick: impl Fn(&[u16]) -> bool) -> f64 {
    let log_sum = log_sum(paths);
    paths.iter().filter(|(_, path)| pick(path)).map(|(score, _)| (score - log_sum).exp()).sum()
}

pub fn close(x: f64, y: f64) -> bool {
    (x - y).abs() <= 1e-8 * (1.0 + x.abs().max(y.abs()))
}

/// Few tags and steps, scores from the tame to the extreme, with and without constraints.
pub fn small_case() -> impl Strategy<Value = Case> {
    let shape = prop_oneof![
        4 => (1usize..=4, 0usize..=5),
        1 => (8usize..=11, 0usize..=3),
        1 => (16usize..=26, 1usize..=2),
        1 => (33usize..=50, 1usize..=2),
    ];
    let scale =
        prop_oneof![Just(0.5f32), Just(3.0), Just(30.0), Just(95.0), Just(105.0), Just(1e3), Just(1e4)];
    let allowed = prop_oneof![Just(None), Just(Some(0.9)), Just(Some(0.6)), Just(Some(0.3))];
    (shape, scale, any::<bool>(), allowed, any::<u64>()).prop_map(
        |((tags, len), scale, whole, allowed, seed)| Case::new(tags, len, scale, whole, allowed, seed),
    )
}
