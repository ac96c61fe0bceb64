//! Dictionaries made from vectors in one space.

use serde::{Deserialize, Serialize};

use super::{Builder, Dictionary};
use crate::check::{at_least_one, number, same_dims};
use crate::knn::Csls;
use crate::normalise::unit_rows;
use crate::{Error, Result, Rows, Vectors};

/// Which pairs [`induce`] gives out.
///
/// ```
/// use xner_embed::dictionary::InduceConfig;
///
/// let config: InduceConfig = serde_json::from_str(r#"{"k": 5, "mutual": true}"#).unwrap();
/// assert_eq!(config, InduceConfig { k: 5, mutual: true, ..InduceConfig::default() });
/// assert!(InduceConfig { k: 0, ..config }.check().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InduceConfig {
    /// At most so many translations a source word, the best by CSLS; default 1.
    pub k: usize,
    /// The neighbours over which CSLS takes its means; default 10.
    pub csls_k: usize,
    /// Only pairs whose source word is also the target word's nearest; with `k = 1` those are the mutual nearest
    /// neighbours.
    pub mutual: bool,
    /// Only pairs whose CSLS score is at least this.
    pub min_score: Option<f32>,
    /// Only source words whose best CSLS score is at least so much above their second best (MUSE's threshold).
    pub min_margin: Option<f32>,
    /// Only the first, most frequent so many source words.
    pub source_limit: Option<usize>,
    /// Only pairs with one of the first so many target words; the others are searched all the same, and a source
    /// word that is nearest to one of them has a translation less.
    pub target_limit: Option<usize>,
}

impl Default for InduceConfig {
    fn default() -> Self {
        Self {
            k: 1,
            csls_k: 10,
            mutual: false,
            min_score: None,
            min_margin: None,
            source_limit: None,
            target_limit: None,
        }
    }
}

impl InduceConfig {
    /// Whether every value is in its range.
    ///
    /// # Errors
    /// [`Error::Config`] with the key that is not.
    pub fn check(&self) -> Result<()> {
        at_least_one("k", self.k)?;
        at_least_one("csls_k", self.csls_k)?;
        at_least_one("source_limit", self.source_limit.unwrap_or(1))?;
        at_least_one("target_limit", self.target_limit.unwrap_or(1))?;
        number("min_score", self.min_score.unwrap_or(0.0), |_| true, "a finite number")?;
        let margin = self.min_margin.unwrap_or(0.0);
        number("min_margin", margin, |margin| margin >= 0.0, "a finite number from 0 on")
    }
}

/// What [`induce`] gave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Induced {
    /// Pairs.
    pub pairs: usize,
    /// Source words with a translation.
    pub words: usize,
    /// Source words that were asked about.
    pub asked: usize,
}

/// Calls `sink(source word, target word, CSLS score)` for the translations of each source word, by rank, each
/// word's best first.
///
/// The vectors must stand in one space (see [`crate::map`]). They are brought to length one, in a copy where they
/// are not so already; beside that, memory does not grow with the number of pairs: the answers of one block of
/// source words are held at a time, and with [`InduceConfig::mutual`] one number a word.
///
/// ```
/// use xner_embed::Vectors;
/// use xner_embed::dictionary::{InduceConfig, induce};
///
/// let source = Vectors::from_rows(["dog", "cat"], 2, &[1.0, 0.0, 0.0, 1.0])?;
/// let target = Vectors::from_rows(["gato", "perro"], 2, &[0.0, 2.0, 3.0, 0.0])?;
/// let mut pairs = Vec::new();
/// let found = induce(&source, &target, &InduceConfig::default(), &mut |source, target, _score| {
///     pairs.push(format!("{source} {target}"));
///     Ok(())
/// })?;
/// assert_eq!((pairs, found.words), (vec!["dog perro".to_owned(), "cat gato".to_owned()], 2));
/// # Ok::<(), xner_embed::Error>(())
/// ```
///
/// # Errors
/// [`Error::Config`] for a value out of its range, [`Error::Incompatible`] when the vectors' dimensions disagree, and
/// the first error of `sink`, which ends the work.
pub fn induce(
    source: &Vectors,
    target: &Vectors,
    config: &InduceConfig,
    sink: &mut dyn FnMut(&str, &str, f32) -> Result<()>,
) -> Result<Induced> {
    config.check()?;
    same_dims(source.dim(), target.dim())?;
    let (sources, targets) = (unit_rows(source.rows()), unit_rows(target.rows()));
    let csls =
        Csls::new(Rows::new(&sources, source.dim()), Rows::new(&targets, target.dim()), config.csls_k)?;
    let asked = source.len().min(config.source_limit.unwrap_or(usize::MAX));
    let mut found = Induced { asked, ..Induced::default() };
    let last_target = config.target_limit.unwrap_or(usize::MAX);
    let mut give = |rank: usize, translations: &mut dyn Iterator<Item = (u32, f32)>| -> Result<()> {
        let before = found.pairs;
        for (id, score) in translations {
            if (id as usize) < last_target && config.min_score.is_none_or(|least| score >= least) {
                sink(source.word(rank), target.word(id as usize), score)?;
                found.pairs += 1;
            }
        }
        found.words += usize::from(found.pairs > before);
        Ok(())
    };
    if config.mutual && config.k == 1 && config.min_margin.is_none() {
        for pair in csls.mutual().iter().take_while(|pair| (pair.source as usize) < asked) {
            give(pair.source as usize, &mut std::iter::once((pair.target, pair.score)))?;
        }
        return Ok(found);
    }
    let backward = if config.mutual { csls.best_both(None).backward } else { Vec::new() };
    let depth = config.k.max(if config.min_margin.is_some() { 2 } else { 1 });
    csls.for_each_block(0..asked, depth, |start, block| {
        for at in 0..block.len() {
            let (rank, scores) = (start + at, block.scores(at));
            let clear = match (config.min_margin, scores) {
                (Some(margin), [best, second, ..]) => best - second >= margin,
                _ => true,
            };
            if clear {
                let mutual =
                    |&(id, _): &(u32, f32)| !config.mutual || backward[id as usize].0 as usize == rank;
                give(rank, &mut block.of(at).take(config.k).filter(mutual))?;
            }
        }
        Result::<(), Error>::Ok(())
    })?;
    Ok(found)
}

/// The same as a dictionary in memory, called `<induced>` in errors.
///
/// # Errors
/// As [`induce`].
pub fn induced(source: &Vectors, target: &Vectors, config: &InduceConfig) -> Result<Dictionary> {
    let mut builder = Builder::default();
    induce(source, target, config, &mut |source, target, score| {
        builder.push(source, target, Some(score));
        Ok(())
    })?;
    Ok(builder.finish("<induced>"))
}
