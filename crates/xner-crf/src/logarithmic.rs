//! Forward and backward passes over logarithms, for scores of any range.
//!
//! They need an exponential per transition and step, so they are much slower than the linear passes. They are used
//! where those would underflow. Where no path leads, the value is minus infinity.

use crate::buffer::padded;
use crate::error::{Error, Result};
use crate::tables::Tables;
use crate::trellis::Trellis;

/// `ln Σ exp(x)`, minus infinity for no value above it.
fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let high = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if high == f64::NEG_INFINITY {
        return high;
    }
    high + values.map(|x| (x - high).exp()).sum::<f64>().ln()
}

/// The forward pass over the scores in `trellis.ahead`.
pub(crate) fn forward(scores: &Tables, tags: usize, trellis: &mut Trellis) -> Result<()> {
    let width = padded(tags);
    let unsatisfiable = Error::Unsatisfiable { sentence: 0, len: trellis.len };
    trellis.log_partition = 0.0;
    for step in 0..trellis.len {
        let emission = &trellis.ahead[step * width..][..tags];
        let (before, here) = trellis.forward.split_at_mut(step * width);
        let here = &mut here[..width];
        here[tags..].fill(f64::NEG_INFINITY);
        for to in 0..tags {
            let reach = if step == 0 {
                scores.start[to]
            } else {
                let before = &before[(step - 1) * width..][..tags];
                let into = &scores.transposed[to * width..][..tags];
                log_sum_exp(before.iter().zip(into).map(|(x, y)| x + y))
            };
            here[to] = reach + emission[to];
        }
        let norm = log_sum_exp(here[..tags].iter().copied());
        if norm == f64::NEG_INFINITY {
            return Err(unsatisfiable);
        }
        for value in &mut here[..tags] {
            *value -= norm;
        }
        trellis.norms[step] = norm;
        trellis.log_partition += norm;
    }
    let last = &trellis.forward[(trellis.len - 1) * width..][..tags];
    trellis.end_norm = log_sum_exp(last.iter().zip(scores.end.iter()).map(|(x, y)| x + y));
    trellis.log_partition += trellis.end_norm;
    if trellis.end_norm == f64::NEG_INFINITY { Err(unsatisfiable) } else { Ok(()) }
}

/// The backward pass, after [`forward`].
pub(crate) fn backward(scores: &Tables, tags: usize, trellis: &mut Trellis) {
    let width = padded(tags);
    for step in (0..trellis.len).rev() {
        for from in 0..tags {
            let at = step * width + from;
            trellis.backward[at] = if step + 1 == trellis.len {
                scores.end[from] - trellis.end_norm
            } else {
                let next = &trellis.ahead[(step + 1) * width..][..tags];
                let out = &scores.transitions[from * width..][..tags];
                log_sum_exp(next.iter().zip(out).map(|(x, y)| x + y))
            };
            trellis.ahead[at] += trellis.backward[at] - trellis.norms[step];
        }
    }
}

/// Adds `weight` times the expected count of every transition, `[from, to]` in padded rows, to `into`.
pub(crate) fn expected(scores: &Tables, tags: usize, trellis: &Trellis, weight: f64, into: &mut [f64]) {
    let width = padded(tags);
    for step in 1..trellis.len {
        for from in 0..tags {
            let here = trellis.forward[(step - 1) * width + from];
            let next = &trellis.ahead[step * width..][..tags];
            let out = &scores.transitions[from * width..][..tags];
            for (to, (next, out)) in next.iter().zip(out).enumerate() {
                into[from * width + to] += weight * (here + out + next).exp();
            }
        }
    }
}
