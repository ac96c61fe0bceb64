//! The rotation from one language's vectors to another's, from word pairs.

use anyhow::Result;
use xner_embed::Vectors;

use crate::exit::bad_input;

/// The target's vectors turned into the source's space by the orthogonal matrix `W` that brings the targets `t` of
/// the pairs nearest to their sources `s`, in the sum of `‖W t − s‖²` (the orthogonal Procrustes problem).
///
/// The answer is the orthogonal factor of `M = Σ s tᵀ`.
pub(super) fn map(source: &Vectors, target: &Vectors, pairs: &[(String, String)]) -> Result<Vectors> {
    let dim = source.dim();
    if target.dim() != dim {
        return Err(bad_input(format!("vectors of {dim} and of {} numbers cannot be mapped", target.dim())));
    }
    let mut cross = vec![0.0; dim * dim];
    for (s, t) in pairs.iter().filter_map(|(s, t)| source.get(s).zip(target.get(t))) {
        for (row, &s) in cross.chunks_exact_mut(dim).zip(s) {
            row.iter_mut().zip(t).for_each(|(sum, &t)| *sum += f64::from(s) * f64::from(t));
        }
    }
    let rotation = orthogonal(cross, dim).ok_or_else(|| {
        bad_input(format!("{} pairs of words do not decide a rotation of {dim} dimensions", pairs.len()))
    })?;
    let turned = (0..target.len()).flat_map(|rank| {
        let vector = target.row(rank);
        rotation
            .chunks_exact(dim)
            .map(move |row| row.iter().zip(vector).map(|(w, &x)| w * f64::from(x)).sum::<f64>() as f32)
    });
    let data: Vec<f32> = turned.collect();
    Ok(Vectors::from_rows(target.words(), dim, &data)?)
}

/// The orthogonal factor of a matrix `[dim, dim]` of full rank: `X ← ½ X (3 I − Xᵀ X)` until it stands still (Newton
/// and Schulz), from a matrix scaled to a norm below 1. `None` if it never does: the rank is not full.
fn orthogonal(mut x: Vec<f64>, dim: usize) -> Option<Vec<f64>> {
    let norm = x.iter().map(|v| v * v).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    for value in &mut x {
        *value /= norm;
    }
    for _ in 0..100 {
        let mut inner = product(&transposed(&x, dim), &x, dim);
        let off: f64 = (0..dim * dim).map(|at| (inner[at] - identity(at, dim)).abs()).sum();
        if off < 1e-10 {
            return Some(x);
        }
        inner.iter_mut().enumerate().for_each(|(at, v)| *v = 0.5 * (3.0 * identity(at, dim) - *v));
        x = product(&x, &inner, dim);
    }
    None
}

fn identity(at: usize, dim: usize) -> f64 {
    if at / dim == at % dim { 1.0 } else { 0.0 }
}

fn transposed(x: &[f64], dim: usize) -> Vec<f64> {
    (0..dim * dim).map(|at| x[at % dim * dim + at / dim]).collect()
}

fn product(a: &[f64], b: &[f64], dim: usize) -> Vec<f64> {
    let mut out = vec![0.0; dim * dim];
    for (row, sums) in a.chunks_exact(dim).zip(out.chunks_exact_mut(dim)) {
        for (&x, others) in row.iter().zip(b.chunks_exact(dim)) {
            sums.iter_mut().zip(others).for_each(|(sum, y)| *sum += x * y);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use xner_sample::{Language, Sample, SampleConfig};

    #[test]
    fn too_few_pairs_decide_no_rotation() {
        let two = |rows: &[f32]| Vectors::from_rows(["a", "b"], 2, rows).unwrap();
        let (source, target) = (two(&[1.0, 0.0, 0.0, 1.0]), two(&[0.0, 1.0, 1.0, 0.0]));
        let pairs: Vec<(String, String)> = ["a", "b"].map(|word| (word.to_owned(), word.to_owned())).into();
        assert!(map(&source, &target, &pairs).is_ok());
        assert!(map(&source, &target, &pairs[..1]).is_err());
        assert!(map(&source, &target, &[]).is_err());
    }

    #[test]
    fn a_rotation_without_noise_is_found() {
        let config = SampleConfig { dim: 12, noise: 0.0, form: 0.0, ..SampleConfig::default() };
        let sample = Sample::with_config(3, config).unwrap();
        let vectors = |language| {
            let sample = sample.vectors(language);
            Vectors::from_rows(&sample.words, sample.dim, &sample.data).unwrap()
        };
        let (source, target) = (vectors(Language::English), vectors(Language::German));
        let pairs = sample.dictionary(Language::English, Language::German);
        let mapped = map(&source, &target, &pairs).unwrap();
        // What the two hidden rotations say: source · targetᵀ.
        let (r, s) = (sample.rotation(Language::English), sample.rotation(Language::German));
        for rank in 0..mapped.len() {
            let latent = |at: usize| (0..12).map(|i| s[i * 12 + at] * target.row(rank)[i]).sum::<f32>();
            for (at, &found) in mapped.row(rank).iter().enumerate() {
                let want: f32 = (0..12).map(|i| r[at * 12 + i] * latent(i)).sum();
                // A word of several meanings is not quite its translation's image.
                assert!((found - want).abs() < 0.1, "{}: {found} {want}", mapped.word(rank));
            }
        }
    }
}
