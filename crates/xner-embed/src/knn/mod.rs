//! Exact nearest neighbours by inner product and by CSLS, without ever holding all similarities.
//!
//! The inner product of unit rows is their cosine; callers normalise (see [`crate::normalise`]). All searches are
//! exact, run on all threads, and give the same bytes with any number of them; equal scores are ordered by id.
//! Beside the two inputs they hold tens of megabytes, and the lists of the best of each row: about 100 bytes a row
//! while the means of 10 neighbours are computed.

#![allow(clippy::inline_always, reason = "vector kernels are compiled into each instruction set's entry")]

mod collect;
mod csls;
mod kernel;
mod neighbours;
mod pack;
mod scan;

pub(crate) use csls::splitmix64;
pub use csls::{Best, Csls, Dropout, Match};
pub use neighbours::Neighbours;

use crate::{Error, Result, Rows, check};

/// The `k` rows of `keys` nearest to each row of `queries` by inner product.
///
/// ```
/// use xner_embed::{Rows, knn::nearest};
///
/// let keys = [1.0, 0.0, 0.0, 1.0, 0.6, 0.8];
/// let found = nearest(Rows::new(&[0.0, 1.0], 2), Rows::new(&keys, 2), 2)?;
/// assert_eq!(found.ids(0), [1, 2]);
/// assert_eq!(found.scores(0), [1.0, 0.8]);
/// # Ok::<(), xner_embed::Error>(())
/// ```
///
/// # Errors
/// [`Error::Incompatible`] when the dimensions disagree, [`Error::NotFinite`] when a number is NaN or infinite,
/// [`Error::TooLong`] when inner products may overflow.
pub fn nearest(queries: Rows<'_>, keys: Rows<'_>, k: usize) -> Result<Neighbours> {
    check_rows(queries, keys, ["queries", "keys"])?;
    Ok(scan::top(queries, keys, k.min(keys.len()), None))
}

/// Whether all inner products of two sides are finite numbers.
fn check_rows(left: Rows<'_>, right: Rows<'_>, names: [&str; 2]) -> Result<()> {
    check::same_dim(left.dim(), names[0], right.dim(), names[1])?;
    let squares = [check::largest_square(left, names[0])?, check::largest_square(right, names[1])?];
    // No partial sum is above the product of the lengths; scores are up to four times that.
    if (squares[0] * squares[1]).sqrt() > f64::from(f32::MAX) / 16.0 {
        return Err(Error::TooLong { length: squares[0].max(squares[1]).sqrt() });
    }
    Ok(())
}
