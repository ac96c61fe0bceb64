//! Whether two systems' F1 differ by more than chance.
//!
//! Both tests work on the counts of each sentence that [`crate::Scorer::add`] returns. Each round draws from its
//! own stream of one seeded generator, so the number of threads changes nothing.

use std::fmt;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use crate::{Counts, Error, Result};

/// Differences of F1 this close count as equal: they are the same fraction, rounded in two ways.
const TIE: f64 = 1e-12;

/// The outcome of a significance test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Significance {
    /// F1 of system A.
    pub a: f64,
    /// F1 of system B.
    pub b: f64,
    /// F1 of A less F1 of B.
    pub difference: f64,
    /// How likely a difference as large, in either direction, comes about by chance.
    pub p_value: f64,
    /// Rounds differences.
    pub rounds: u32,
    /// For the bootstrap: within which bounds 95% of the differences differences lie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
}

/// `A 91.00, B 90.10: difference 0.90, p = 0.0123 (10000 rounds)`, in percent.
impl fmt::Display for Significance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, difference] = [self.a, self.b, self.difference].map(|x| 100.0 * x);
        write!(f, "A {a:.2}, B {b:.2}: difference {difference:.2}, p = {:.4}", self.p_value)?;
        if let Some([low, high]) = self.interval {
            write!(f, ", 95% interval {:.2} to {:.2}", 100.0 * low, 100.0 * high)?;
        }
        write!(f, " ({} rounds)", self.rounds)
    }
}

/// Approximate randomisation (Noreen 1989, Yeh 2000): in each round every sentence's outputs are swapped between
/// the systems with probability ½; the p-value is (k + 1)/(n + 1), where k of n rounds gave a difference in F1
/// at least as large as the one observed.
///
/// ```
/// use xner_eval::{Counts, approximate_randomisation};
///
/// let right = Counts { correct: 1, found: 1, gold: 1 };
/// let wrong = Counts { correct: 0, found: 1, gold: 1 };
/// let test = approximate_randomisation(&[right; 40], &[wrong; 40], 1000, 7)?;
/// assert!(test.p_value < 0.01);
/// # Ok::<(), xner_eval::Error>(())
/// ```
///
/// # Errors
/// [`Error::SystemsDiffer`], [`Error::GoldDiffers`], [`Error::CountsImpossible`], [`Error::NoSentences`],
/// [`Error::NoRounds`].
pub fn approximate_randomisation(a: &[Counts], b: &[Counts], rounds: u32, seed: u64) -> Result<Significance> {
    let [total_a, total_b] = check(a, b, rounds)?;
    // Sentences on which the systems agree change nothing when swapped.
    let differing: Vec<[i64; 2]> = a
        .iter()
        .zip(b)
        .filter(|(a, b)| a != b)
        .map(|(a, b)| [b.correct as i64 - a.correct as i64, b.found as i64 - a.found as i64])
        .collect();
    let observed = (f1(total_a) - f1(total_b)).abs();
    let extreme = (0..rounds).into_par_iter().filter(|&round| {
        let mut random = stream(seed, round);
        let mut swapped = [0; 2];
        for sentences in differing.chunks(64) {
            let mut coins = random.next_u64();
            for [correct, found] in sentences {
                let mask = -((coins & 1) as i64);
                swapped[0] += correct & mask;
                swapped[1] += found & mask;
                coins >>= 1;
            }
        }
        let moved = |total: Counts, sign: i64| Counts {
            correct: total.correct.wrapping_add_signed(sign * swapped[0]),
            found: total.found.wrapping_add_signed(sign * swapped[1]),
            ..total
        };
        (f1(moved(total_a, 1)) - f1(moved(total_b, -1))).abs() >= observed - TIE
    });
    let p_value = p_value(extreme.count(), rounds);
    Ok(outcome(total_a, total_b, p_value, rounds, None))
}

/// The paired bootstrap: each round draws as many sentences as there are, with replacement, the same for both
/// systems. The p-value is (k + 1)/(n + 1), where k of n rounds gave a difference in F1 at least as far from the
/// observed one, in either direction, as that is from none (Berg-Kirkpatrick et al. 2012, two-sided).
///
/// # Errors
/// Those of [`approximate_randomisation`].
pub fn paired_bootstrap(a: &[Counts], b: &[Counts], rounds: u32, seed: u64) -> Result<Significance> {
    let [total_a, total_b] = check(a, b, rounds)?;
    let pairs: Vec<[u64; 5]> =
        a.iter().zip(b).map(|(a, b)| [a.correct, a.found, b.correct, b.found, a.gold]).collect();
    let mut differences: Vec<f64> = (0..rounds)
        .into_par_iter()
        .map(|round| {
            let mut random = stream(seed, round);
            let mut sums = [0; 5];
            for _ in 0..pairs.len() {
                let pair = &pairs[below(&mut random, pairs.len())];
                sums.iter_mut().zip(pair).for_each(|(sum, part)| *sum += part);
            }
            let [correct_a, found_a, correct_b, found_b, gold] = sums;
            f1(Counts { correct: correct_a, found: found_a, gold })
                - f1(Counts { correct: correct_b, found: found_b, gold })
        })
        .collect();
    let observed = f1(total_a) - f1(total_b);
    let extreme = differences.iter().filter(|&&d| (d - observed).abs() >= observed.abs() - TIE).count();
    differences.sort_unstable_by(f64::total_cmp);
    // 2.5% of the rounds lie beyond either bound.
    let beyond = differences.len() / 40;
    let interval = [differences[beyond], differences[differences.len() - 1 - beyond]];
    Ok(outcome(total_a, total_b, p_value(extreme, rounds), rounds, Some(interval)))
}

/// The totals of two systems whose counts can be compared.
fn check(a: &[Counts], b: &[Counts], rounds: u32) -> Result<[Counts; 2]> {
    if a.len() != b.len() {
        return Err(Error::SystemsDiffer { a: a.len(), b: b.len() });
    }
    if a.is_empty() {
        return Err(Error::NoSentences);
    }
    if rounds == 0 {
        return Err(Error::NoRounds);
    }
    for (at, (a, b)) in a.iter().zip(b).enumerate() {
        let sentence = at + 1;
        if a.gold != b.gold {
            return Err(Error::GoldDiffers { sentence, a: a.gold, b: b.gold });
        }
        for &Counts { correct, found, gold } in [a, b] {
            if correct > found.min(gold) {
                return Err(Error::CountsImpossible { sentence, correct, found, gold });
            }
        }
    }
    Ok([a.iter().copied().sum(), b.iter().copied().sum()])
}

fn outcome(a: Counts, b: Counts, p_value: f64, rounds: u32, interval: Option<[f64; 2]>) -> Significance {
    Significance { a: f1(a), b: f1(b), difference: f1(a) - f1(b), p_value, rounds, interval }
}

fn p_value(extreme: usize, rounds: u32) -> f64 {
    (extreme + 1) as f64 / (f64::from(rounds) + 1.0)
}

/// F1 in one division.
fn f1(counts: Counts) -> f64 {
    crate::counts::ratio(2 * counts.correct, counts.found + counts.gold)
}

/// The random numbers of a round.
fn stream(seed: u64, round: u32) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(u64::from(round));
    random
}

/// A number below `n` from the upper half of a product: no division, and a bias below n/2⁶⁴.
fn below(random: &mut ChaCha8Rng, n: usize) -> usize {
    ((u128::from(random.next_u64()) * n as u128) >> 64) as usize
}
