//! The CRF against brute force: every path of a short sentence is scored and summed one by one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_crf::{Constraints, Crf, Emissions, Parameters};

/// Numbers from bytes: small ones, large ones, and ones that lie far apart.
struct Numbers<'a> {
    rest: &'a [u8],
    /// Whether every sum of them is exact in double precision.
    exact: bool,
}

impl Numbers<'_> {
    fn byte(&mut self) -> u8 {
        let (&first, rest) = self.rest.split_first().unwrap_or((&0, &[]));
        self.rest = rest;
        first
    }

    fn number(&mut self) -> f32 {
        let (kind, value) = (self.byte(), f32::from(self.byte() as i8));
        match kind % 8 {
            0..=4 => value / 16.0,
            5 => value,
            6 => value * 1e4,
            _ => {
                self.exact &= value == 0.0;
                value * 1e-6
            }
        }
    }

    fn row(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.number()).collect()
    }
}

/// All paths of `len` tokens over `tags` tags, by their last tag, then the one before it.
fn paths(tags: usize, len: usize) -> Vec<Vec<u16>> {
    let count = tags.pow(len as u32);
    let path = |mut number: usize| -> Vec<u16> {
        let mut path = Vec::with_capacity(len);
        for _ in 0..len {
            path.push((number % tags) as u16);
            number /= tags;
        }
        path
    };
    (0..count).map(path).collect()
}

fn close(found: f64, expected: f64, scale: f64) {
    assert!((found - expected).abs() <= 1e-4 * scale.max(1.0), "{found} instead of {expected}");
}

fuzz_target!(|bytes: &[u8]| {
    let mut from = Numbers { rest: bytes, exact: true };
    let (tags, len) = (1 + usize::from(from.byte() % 4), usize::from(from.byte() % 5));
    let parameters = Parameters::new(from.row(tags * tags), from.row(tags), from.row(tags)).expect("finite");
    let values = from.row(tags * len);
    let emissions = Emissions::new(&values, tags).expect("as many as there are tags");
    let exact = from.exact;
    let bits: Vec<u8> = (0..tags * tags + 2 * tags).map(|_| from.byte()).collect();
    let constraints = Constraints::new(
        tags,
        |tag| bits[tag] % 4 != 1,
        |tag| bits[tags + tag] % 4 != 1,
        |before, tag| bits[2 * tags + before * tags + tag] % 4 != 1,
    );
    let free = Crf::new(&parameters);
    let bound = Crf::constrained(&parameters, &constraints).expect("as many tags");
    for (crf, allowed) in [(&free, None), (&bound, Some(&constraints))] {
        let all: Vec<(Vec<u16>, f64)> = paths(tags, len)
            .into_iter()
            .filter(|path| allowed.is_none_or(|constraints| constraints.allows(path)))
            .map(|path| {
                let score = crf.score(&emissions, &path).expect("an allowed path has a score");
                (path, score)
            })
            .collect();
        let Some(best) = all.iter().map(|(_, score)| *score).reduce(f64::max) else {
            assert!(crf.viterbi(&emissions).is_err() && crf.log_partition(&emissions).is_err());
            continue;
        };
        let scale = all.iter().map(|(_, score)| score.abs()).fold(1.0, f64::max);
        let sum: f64 = all.iter().map(|(_, score)| (score - best).exp()).sum();
        let log_partition = best + sum.ln();
        close(crf.log_partition(&emissions).expect("a path"), log_partition, scale);
        let found = crf.viterbi(&emissions).expect("a path");
        // The first of the best, by the last tag, then the one before it.
        let first = all.iter().filter(|(_, score)| *score == best).map(|(path, _)| path);
        let first =
            first.min_by_key(|path| path.iter().rev().copied().collect::<Vec<u16>>()).expect("a path");
        // Where a sum is rounded, a large score can make two paths alike whose beginnings are not: then the better
        // beginning is the right one.
        assert_eq!(found.score, best);
        assert!(&found.tags == first || !exact, "{:?} before {first:?}", found.tags);
        let several = crf.k_best(&emissions, 5).expect("a path");
        assert_eq!(several.len(), all.len().min(5));
        assert_eq!(several[0].tags, found.tags);
        if len == 0 {
            continue;
        }
        let posterior = crf.posterior(&emissions).expect("a path");
        for (at, found) in posterior.marginals().into_iter().enumerate() {
            let (step, tag) = (at / tags, (at % tags) as u16);
            let own = all.iter().filter(|(path, _)| path[step] == tag);
            let expected: f64 = own.map(|(_, score)| (score - log_partition).exp()).sum();
            close(f64::from(found), expected, 1.0);
        }
        let expected = (all[0].1 - log_partition).exp();
        close(posterior.path_probability(0, &all[0].0).expect("an allowed path"), expected, 1.0);
    }
});
