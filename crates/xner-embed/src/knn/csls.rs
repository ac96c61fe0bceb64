//! Cross-domain similarity local scaling.

use std::ops::Range;

use super::{Neighbours, check_rows, scan};
use crate::{Result, Rows};

/// Rows of the answer that [`Csls::for_each_block`] holds at once.
const BLOCK: usize = 16_384;

/// Similarities of two sides corrected for hubs (Conneau et al. 2018, equation 4):
/// `CSLS(x, y) = 2 cos(x, y) − r_T(x) − r_S(y)`, where `r_T(x)` is the mean inner product of a source row with its
/// `k` nearest target rows and `r_S(y)` that of a target row with its `k` nearest source rows.
///
/// ```
/// use xner_embed::{Rows, knn::Csls};
///
/// let source = [1.0, 0.0, 0.0, 1.0];
/// let target = [0.0, 1.0, 1.0, 0.0];
/// let csls = Csls::new(Rows::new(&source, 2), Rows::new(&target, 2), 10)?;
/// assert_eq!(csls.k(), 2);
/// assert_eq!(csls.source_means(), [0.5, 0.5]);
/// let found = csls.nearest(0..2, 1);
/// assert_eq!((found.best(0), found.best(1)), (Some((1, 1.0)), Some((0, 1.0))));
/// # Ok::<(), xner_embed::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Csls<'a> {
    source: Side<'a>,
    target: Side<'a>,
    k: usize,
}

/// The rows of one side with what is known of them.
#[derive(Debug, Clone)]
struct Side<'a> {
    rows: Rows<'a>,
    /// The mean inner product with the nearest rows of the other side.
    means: Vec<f32>,
    /// The largest inner product with a row of the other side.
    largest: Vec<f32>,
}

/// Which similarities [`Csls::best_both`] leaves out at random, for stochastic dictionary induction
/// (Artetxe et al. 2018): what is left out counts as 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// The probability that a similarity is kept; at 1 and above all are, at 0 and below none.
    pub keep: f64,
    /// What decides which; forward and backward draw apart.
    pub seed: u64,
}

impl Dropout {
    /// The same for one of several ways to draw.
    pub(super) fn of_way(self, way: u64) -> Self {
        Self { seed: splitmix64(self.seed ^ way, 1), ..self }
    }

    /// Whether the similarity of a query and a key is kept.
    pub(super) fn keeps(self, query: u32, key: u32) -> bool {
        let x = splitmix64(self.seed ^ (u64::from(query) << 32 | u64::from(key)), 1);
        ((x >> 11) as f64) < self.keep * (1_u64 << 53) as f64
    }
}

/// Number `count`, from 1, of the generator splitmix64 that begins at `seed`.
pub(crate) fn splitmix64(seed: u64, count: u64) -> u64 {
    let x = seed.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The best partner of each row, both ways. The scores are `cos(x, y) − r(y) / 2`, where `y` is the partner: half
/// the CSLS score but for the term of the row itself, which its partners share; 0 for a similarity left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// For each source row a target row and the score; empty when there is no target row.
    pub forward: Vec<(u32, f32)>,
    /// For each target row a source row and the score; empty when there is no source row.
    pub backward: Vec<(u32, f32)>,
}

/// A source row and a target row with their CSLS score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// The source row.
    pub source: u32,
    /// The target row.
    pub target: u32,
    /// `2 cos − r_T − r_S`.
    pub score: f32,
}

impl<'a> Csls<'a> {
    /// Finds the means of both sides in one pass over the product. `k` is clamped to what the other side has; with
    /// 0 all means are 0, and CSLS is twice the cosine.
    ///
    /// # Errors
    /// [`Error::Incompatible`](crate::Error::Incompatible) when the dimensions disagree,
    /// [`Error::NotFinite`](crate::Error::NotFinite) when a number is NaN or infinite,
    /// [`Error::TooLong`](crate::Error::TooLong) when inner products may overflow.
    pub fn new(source: Rows<'a>, target: Rows<'a>, k: usize) -> Result<Self> {
        check_rows(source, target, ["source vectors", "target vectors"])?;
        let [forward, backward] = scan::means(source, target, k);
        let side = |rows, (means, largest)| Side { rows, means, largest };
        Ok(Self { source: side(source, forward), target: side(target, backward), k })
    }

    /// The neighbours that a mean is taken over, or the number of rows of the larger side where that is less.
    pub fn k(&self) -> usize {
        self.k.min(self.source.rows.len().max(self.target.rows.len()))
    }

    /// The source rows.
    pub fn source(&self) -> Rows<'a> {
        self.source.rows
    }

    /// The target rows.
    pub fn target(&self) -> Rows<'a> {
        self.target.rows
    }

    /// `r_T`: for each source row the mean inner product with its nearest target rows.
    pub fn source_means(&self) -> &[f32] {
        &self.source.means
    }

    /// `r_S`: for each target row the mean inner product with its nearest source rows.
    pub fn target_means(&self) -> &[f32] {
        &self.target.means
    }

    /// For each source row the largest inner product with a target row (0 when there is none).
    pub fn source_largest(&self) -> &[f32] {
        &self.source.largest
    }

    /// For each target row the largest inner product with a source row (0 when there is none).
    pub fn target_largest(&self) -> &[f32] {
        &self.target.largest
    }

    /// The same from target to source; nothing is calculated anew.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { source: self.target.clone(), target: self.source.clone(), k: self.k }
    }

    /// The `k` target rows with the highest CSLS for each source row in `queries`.
    ///
    /// # Panics
    /// When there are not so many source rows.
    pub fn nearest(&self, queries: Range<usize>, k: usize) -> Neighbours {
        let dim = self.source.rows.dim();
        let rows = Rows::new(&self.source.rows.data()[queries.start * dim..queries.end * dim], dim);
        self.search(rows, &self.source.means[queries], k)
    }

    /// The `k` target rows with the highest CSLS for each of these source rows.
    ///
    /// # Panics
    /// When a source row does not exist.
    pub fn nearest_of(&self, ids: &[u32], k: usize) -> Neighbours {
        let rows = self.source.rows;
        let data: Vec<f32> = ids.iter().flat_map(|&id| rows.row(id as usize)).copied().collect();
        let means: Vec<f32> = ids.iter().map(|&id| self.source.means[id as usize]).collect();
        self.search(Rows::new(&data, rows.dim()), &means, k)
    }

    /// Blocks of source rows in order, each with the `k` target rows of the highest CSLS: `block(start, found)`,
    /// where `found` is for the rows from `start` on. Only one block is held.
    ///
    /// # Errors
    /// The first error of `block`, which ends the search.
    ///
    /// # Panics
    /// When there are not so many source rows.
    pub fn for_each_block<E>(
        &self,
        queries: Range<usize>,
        k: usize,
        mut block: impl FnMut(usize, Neighbours) -> Result<(), E>,
    ) -> Result<(), E> {
        for start in queries.clone().step_by(BLOCK) {
            block(start, self.nearest(start..queries.end.min(start + BLOCK), k))?;
        }
        Ok(())
    }

    /// The best partner of every row, both ways, in one pass over the product.
    pub fn best_both(&self, dropout: Option<Dropout>) -> Best {
        let halves = [&self.source, &self.target].map(|side| side.means.iter().map(|r| r / 2.0).collect());
        let [source_halves, target_halves]: [Vec<f32>; 2] = halves;
        let dropout = dropout.filter(|dropout| dropout.keep < 1.0);
        let sides = [(self.source.rows, &source_halves[..]), (self.target.rows, &target_halves[..])];
        let [forward, backward] = scan::best(sides, [0, 1], dropout);
        Best { forward, backward }
    }

    /// The pairs that are each other's nearest by CSLS, by source row.
    pub fn mutual(&self) -> Vec<Match> {
        let Best { forward, backward } = self.best_both(None);
        let pairs =
            forward.iter().zip(&self.source.means).enumerate().filter_map(|(i, (&(j, score), mean))| {
                let back = backward[j as usize].0;
                (back as usize == i).then(|| Match { source: back, target: j, score: 2.0 * score - mean })
            });
        pairs.collect()
    }

    /// The CSLS score of a source and a target row.
    ///
    /// # Panics
    /// When one of them does not exist.
    pub fn score(&self, source: u32, target: u32) -> f32 {
        let (i, j) = (source as usize, target as usize);
        let cosine = self
            .source
            .rows
            .row(i)
            .iter()
            .zip(self.target.rows.row(j))
            .fold(0.0, |sum, (x, y)| x.mul_add(*y, sum));
        2.0 * (cosine - self.target.means[j] / 2.0) - self.source.means[i]
    }

    fn search(&self, queries: Rows<'_>, means: &[f32], k: usize) -> Neighbours {
        let halves: Vec<f32> = self.target.means.iter().map(|r| r / 2.0).collect();
        let keys = self.target.rows;
        let mut found = scan::top(queries, keys, k.min(keys.len()), Some(&halves));
        let k = found.k().max(1);
        for (scores, mean) in found.scores.chunks_exact_mut(k).zip(means) {
            for score in scores {
                *score = 2.0 * *score - mean;
            }
        }
        found
    }
}
