//! The unsupervised criterion.

use super::config::{CriterionConfig, Induction, ProcrustesConfig};
use super::induce::induced_pairs;
use crate::knn::Csls;
use crate::normalise::into_unit_rows;
use crate::rows::dot;
use crate::{Result, Rows};

/// MUSE's unsupervised criterion: the mean cosine of the CSLS translations of the most frequent words of
/// `moved`, the vectors of the mapped language, where the translation is as frequent. Neither side need be of unit
/// length. -1 where no translation is among the most frequent words.
///
/// # Errors
/// [`crate::Error::Incompatible`] when the dimensions disagree, [`crate::Error::NotFinite`] when a number is NaN or
/// infinite.
pub fn criterion(moved: Rows<'_>, fixed: Rows<'_>, config: &CriterionConfig) -> Result<f64> {
    let [x, z] = [moved, fixed].map(|rows| into_unit_rows(rows.data().to_vec(), rows.dim()));
    let csls = Csls::new(Rows::new(&x, moved.dim()), Rows::new(&z, fixed.dim()), config.neighbours)?;
    Ok(of_csls(&csls, config))
}

/// The criterion of sides whose CSLS means are known, with the criterion's neighbours; rows are of unit length.
pub(super) fn of_csls(csls: &Csls<'_>, config: &CriterionConfig) -> f64 {
    let how = ProcrustesConfig {
        rank_limit: config.words,
        induction: Induction::Forward,
        max_size: config.words,
        ..ProcrustesConfig::default()
    };
    let pairs = induced_pairs(csls, &how);
    if pairs.is_empty() {
        return -1.0;
    }
    let cosines =
        pairs.iter().map(|&(i, j)| dot(csls.source().row(i as usize), csls.target().row(j as usize)));
    cosines.sum::<f64>() / pairs.len() as f64
}
