//! Steps of normalisation: vectors of unit length, vectors around the origin, one after the other.

use std::borrow::Cow;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::rows::square;
use crate::{Result, Rows, check};

/// Rows that are added up before their sum joins the others, so that the mean has the same bytes with any number
/// of threads.
const BLOCK: usize = 1024;
/// So far from 1 may a squared length be and pass for 1: what single precision leaves after a division.
const TOLERANCE: f64 = 1e-6;

/// One step of normalisation.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = with_center))]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Every vector is divided by its length; a zero vector stays zero.
    Unit,
    /// The mean of all vectors is subtracted from each.
    #[serde(alias = "center")]
    Centre,
}

/// The other spelling, which is read too.
#[cfg(feature = "schema")]
fn with_center(schema: &mut schemars::Schema) {
    if let Some(names) = schema.get_mut("oneOf").and_then(|names| names.as_array_mut()) {
        names.push(serde_json::json!({"const": "center", "deprecated": true}));
    }
}

xner_core::named!(Step, "step of normalisation", { Unit = "unit", Centre = "centre" | "center" });

/// Steps as they were fitted to vectors, with the means that they subtracted: so new vectors go through the same.
///
/// ```
/// use xner_embed::normalise::{Fitted, Step};
///
/// let mut vectors = [3.0, 4.0, 0.0, 2.0];
/// let fitted = Fitted::fit(&mut vectors, 2, &[Step::Unit, Step::Centre])?;
/// let expected = [0.3, -0.1, -0.3, 0.1];
/// assert!(vectors.iter().zip(expected).all(|(x, y): (&f32, f32)| (x - y).abs() < 1e-6));
/// let mut new = [3.0, 4.0];
/// fitted.apply(&mut new);
/// assert_eq!(new, vectors[..2]);
/// # Ok::<(), xner_embed::Error>(())
/// ```
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(deny_unknown_fields)]
pub struct Fitted {
    dim: usize,
    steps: Vec<FittedStep>,
}

/// A step with what it needs to be done again.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum FittedStep {
    Unit,
    Centre { mean: Vec<f32> },
}

impl Fitted {
    /// Takes `vectors`, `[count, dim]` row by row, through `steps` in place and keeps the means.
    ///
    /// # Errors
    /// [`crate::Error::NotFinite`] when a number is NaN or infinite; `vectors` are then as they were.
    ///
    /// # Panics
    /// When `dim` is 0 or `vectors` is no whole number of rows.
    pub fn fit(vectors: &mut [f32], dim: usize, steps: &[Step]) -> Result<Self> {
        check::largest_square(Rows::new(vectors, dim), "vectors to normalise")?;
        let mut fitted = Self { dim, steps: Vec::new() };
        for step in steps {
            let step = match step {
                Step::Unit => FittedStep::Unit,
                Step::Centre => FittedStep::Centre { mean: mean(Rows::new(vectors, dim)) },
            };
            step.apply(vectors, dim);
            fitted.steps.push(step);
        }
        Ok(fitted)
    }

    /// Takes other vectors, row by row and of the same dimension, through the same steps in place.
    ///
    /// # Panics
    /// When `vectors` is no whole number of rows of the dimension that was fitted.
    pub fn apply(&self, vectors: &mut [f32]) {
        self.steps.iter().for_each(|step| step.apply(vectors, self.dim));
    }

    /// The dimension of the vectors that it was fitted to.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Whether every mean has that dimension: true but for what was read from a broken file.
    pub(crate) fn is_whole(&self) -> bool {
        let whole =
            |step: &FittedStep| !matches!(step, FittedStep::Centre { mean } if mean.len() != self.dim);
        self.steps.iter().all(whole)
    }

    /// The steps without what they keep.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = Step> + '_ {
        self.steps.iter().map(|step| match step {
            FittedStep::Unit => Step::Unit,
            FittedStep::Centre { .. } => Step::Centre,
        })
    }
}

impl FittedStep {
    fn apply(&self, vectors: &mut [f32], dim: usize) {
        assert!(vectors.len().is_multiple_of(dim), "{} numbers are no rows of {dim}", vectors.len());
        vectors.par_chunks_exact_mut(dim).with_min_len(BLOCK).for_each(|row| match self {
            Self::Unit => unit(row),
            Self::Centre { mean } => row.iter_mut().zip(mean).for_each(|(x, m)| *x -= m),
        });
    }
}

/// Divides a vector by its length in place; a zero vector stays zero.
pub fn unit(vector: &mut [f32]) {
    let square = square(vector);
    if square > 0.0 {
        let factor = square.sqrt().recip();
        for x in vector {
            *x = (f64::from(*x) * factor) as f32;
        }
    }
}

/// All rows at length one; zero rows stay zero.
pub(crate) fn into_unit_rows(mut data: Vec<f32>, dim: usize) -> Vec<f32> {
    data.par_chunks_exact_mut(dim).with_min_len(256).for_each(unit);
    data
}

/// All rows at length one; zero rows stay zero: borrowed where they are so already, up to rounding, else a copy.
pub(crate) fn unit_rows(rows: Rows<'_>) -> Cow<'_, [f32]> {
    let fits = |row: &[f32]| {
        let square = square(row);
        square == 0.0 || (square - 1.0).abs() <= TOLERANCE
    };
    if rows.data().par_chunks_exact(rows.dim()).all(fits) {
        return Cow::Borrowed(rows.data());
    }
    Cow::Owned(into_unit_rows(rows.data().to_vec(), rows.dim()))
}

/// The mean of all rows, `[dim]`; of no rows zeros.
pub fn mean(rows: Rows<'_>) -> Vec<f32> {
    let blocks: Vec<Vec<f64>> = rows
        .data()
        .par_chunks(BLOCK * rows.dim())
        .map(|block| {
            let mut sum = vec![0.0_f64; rows.dim()];
            for row in block.chunks_exact(rows.dim()) {
                sum.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
            }
            sum
        })
        .collect();
    let mut total = vec![0.0_f64; rows.dim()];
    for sum in blocks {
        total.iter_mut().zip(sum).for_each(|(total, x)| *total += x);
    }
    let count = rows.len().max(1) as f64;
    total.into_iter().map(|x| (x / count) as f32).collect()
}
