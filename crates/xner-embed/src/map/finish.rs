//! Whitening, re-weighting and de-whitening.

use super::Pair;
use super::config::{Finish, Side};
use crate::linalg::{Matrix, cross, svd};
use crate::{Error, Result, Rows};

/// Singular values below this share of the largest count as none: what spans no more than that cannot be whitened.
/// They are found from sums of squares, which have about seven digits.
const RANK: f64 = 1e-3;

/// The mappings of source and target, `[dim, dim]` each, by the steps of Artetxe et al. 2018 over the dictionary's
/// vectors: whitening `A = (Xᵀ X)^(-1/2)`, `B = (Zᵀ Z)^(-1/2)`; the orthogonal mapping `U S Vᵀ = SVD(A Xᵀ Z B)`;
/// re-weighting by powers of `S`; de-whitening.
///
/// # Errors
/// [`Error::Unmappable`] when the dictionary's vectors span fewer than `dim` dimensions and whitening is asked for.
pub(super) fn finish(x: Rows<'_>, z: Rows<'_>, pairs: &[Pair], how: &Finish) -> Result<(Matrix, Matrix)> {
    let mut between = cross(x, z, pairs);
    let mut whitenings = None;
    if how.whiten {
        let left: Vec<Pair> = pairs.iter().map(|&(i, _)| (i, i)).collect();
        let right: Vec<Pair> = pairs.iter().map(|&(_, j)| (j, j)).collect();
        let (a, b) =
            (Whitening::new(&cross(x, x, &left), "source")?, Whitening::new(&cross(z, z, &right), "target")?);
        between = a.whiten.product(&between).product(&b.whiten);
        whitenings = Some((a, b));
    }
    let parts = svd(&between)?;
    let side = |orthogonal: &Matrix, power: f64, own: Side, dewhiten: Option<Side>| {
        let mut map = orthogonal.clone();
        if let Some((a, b)) = &whitenings {
            map = if own == Side::Source { a.whiten.product(&map) } else { b.whiten.product(&map) };
        }
        if power != 0.0 {
            map = map.scaled_columns(&parts.s.iter().map(|s| s.powf(power)).collect::<Vec<_>>());
        }
        if let (Some(side), Some((a, b))) = (dewhiten, &whitenings) {
            let (basis, undo) = match side {
                Side::Source => (&parts.u, &a.undo),
                Side::Target => (&parts.v, &b.undo),
            };
            map = map.product(&basis.transposed().product(undo).product(basis));
        }
        map
    };
    let source = side(&parts.u, how.source_reweight, Side::Source, how.source_dewhiten);
    let target = side(&parts.v, how.target_reweight, Side::Target, how.target_dewhiten);
    Ok((source, target))
}

/// A symmetric square root of the inverse of `Xᵀ X`, and its inverse.
struct Whitening {
    whiten: Matrix,
    undo: Matrix,
}

impl Whitening {
    fn new(gram: &Matrix, side: &str) -> Result<Self> {
        let parts = svd(gram)?;
        let values: Vec<f64> = parts.s.iter().map(|s| s.sqrt()).collect();
        let largest = values.first().copied().unwrap_or(0.0);
        let rank = values.iter().filter(|&&value| value > largest * RANK).count();
        if rank < values.len() {
            let message = format!(
                "its {side} vectors span {rank} of {} dimensions; whitening needs all of them: give more pairs, or \
                 leave it out (`finish.whiten`)",
                values.len()
            );
            return Err(Error::unmappable("dictionary", message));
        }
        let power = |power: f64| {
            let scaled =
                parts.u.scaled_columns(&values.iter().map(|value| value.powf(power)).collect::<Vec<_>>());
            scaled.product(&parts.u.transposed())
        };
        Ok(Self { whiten: power(-1.0), undo: power(1.0) })
    }
}
