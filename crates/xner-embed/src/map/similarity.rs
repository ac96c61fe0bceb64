//! A first dictionary from the languages' own similarities.

use rayon::prelude::*;

use super::Pair;
use super::config::{Induction, SimilarityConfig};
use crate::knn::Csls;
use crate::linalg::{Matrix, apply, gram, svd};
use crate::normalise::{Fitted, Step};
use crate::{Result, Rows};

/// Singular values below this share of the largest count as none.
const RANK: f64 = 1e-4;

/// Pairs of words whose similarities with the words of their own language are distributed alike (Artetxe et al.
/// 2018): of each word the row of `(X Xᵀ)^(1/2)`, sorted, brought to unit length, centred and brought to unit length
/// again, and between those of two languages CSLS. `x` and `z` are normalised already; the first `words` rows of
/// each take part.
pub(super) fn similarity_pairs(x: Rows<'_>, z: Rows<'_>, config: &SimilarityConfig) -> Result<Vec<Pair>> {
    let count = config.words.min(x.len()).min(z.len());
    let (left, right) = (signatures(x.head(count))?, signatures(z.head(count))?);
    let csls = Csls::new(Rows::new(&left, count), Rows::new(&right, count), config.neighbours)?;
    Ok(best_pairs(&csls.best_both(None), config.induction))
}

/// For each of `n` words its sorted similarities, `[n, n]`.
fn signatures(x: Rows<'_>) -> Result<Vec<f32>> {
    let parts = svd(&gram(x))?;
    // With X = U S Vᵀ, (X Xᵀ)^(1/2) is A Aᵀ for A = X V S^(-1/2); the singular values of XᵀX are S².
    let least = parts.s.first().copied().unwrap_or(0.0) * RANK * RANK;
    let factors: Vec<f64> = parts.s.iter().map(|&s| if s > least { s.powf(-0.25) } else { 0.0 }).collect();
    let half = apply(x, &parts.u.scaled_columns(&factors));
    let rows = Rows::new(&half, x.dim());
    let mut similarities = apply(rows, &Matrix::from_f32(x.len(), x.dim(), &half).transposed());
    similarities.par_chunks_exact_mut(x.len()).for_each(|row| row.sort_unstable_by(f32::total_cmp));
    Fitted::fit(&mut similarities, x.len(), &[Step::Unit, Step::Centre, Step::Unit])?;
    Ok(similarities)
}

/// The pairs of the best partners from the asked sides, forward ones first; what both sides have comes twice and
/// weighs twice, as in the published method.
pub(super) fn best_pairs(best: &crate::knn::Best, induction: Induction) -> Vec<Pair> {
    let forward = best.forward.iter().enumerate().map(|(i, &(j, _))| (i as u32, j));
    let backward = best.backward.iter().enumerate().map(|(j, &(i, _))| (i, j as u32));
    match induction {
        Induction::Forward => forward.collect(),
        Induction::Backward => backward.collect(),
        Induction::Union => forward.chain(backward).collect(),
        Induction::Intersection => {
            forward.filter(|&(i, j)| best.backward.get(j as usize).is_some_and(|back| back.0 == i)).collect()
        }
    }
}
