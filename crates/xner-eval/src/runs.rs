//! The same experiment run several times.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, Result, Score, Scores};

/// Mean, sample standard deviation and extremes of one figure over runs.
///
/// ```
/// let summary = xner_eval::Summary::of(&[0.90, 0.92, 0.91])?;
/// assert!((summary.mean - 0.91).abs() < 1e-12);
/// assert!((summary.deviation.unwrap() - 0.01).abs() < 1e-12);
/// assert_eq!(summary.maximum, 0.92);
/// # Ok::<(), xner_eval::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The arithmetic mean.
    pub mean: f64,
    /// The standard deviation of the sample (divisor n − 1); none for a single run.
    pub deviation: Option<f64>,
    /// The least.
    pub minimum: f64,
    /// The greatest.
    pub maximum: f64,
    /// How many runs.
    pub runs: usize,
}

impl Summary {
    /// The summary of one value per run.
    ///
    /// # Errors
    /// [`Error::NoRuns`], [`Error::NotFinite`].
    pub fn of(values: &[f64]) -> Result<Self> {
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::NotFinite { run: at + 1, value: values[at] });
        }
        Self::of_finite(values.iter().copied()).ok_or(Error::NoRuns)
    }

    /// Mean and deviation as percentages: `91.00 ± 1.00`, of a single run the mean alone.
    pub fn spread(&self) -> String {
        let deviation = self.deviation.map_or_else(String::new, |it| format!(" ± {:.2}", 100.0 * it));
        format!("{:.2}{deviation}", 100.0 * self.mean)
    }

    /// The same for values known to be finite; none for no values.
    fn of_finite(values: impl ExactSizeIterator<Item = f64> + Clone) -> Option<Self> {
        let runs = values.len();
        if runs == 0 {
            return None;
        }
        let mean = values.clone().sum::<f64>() / runs as f64;
        let squares: f64 = values.clone().map(|value| (value - mean).powi(2)).sum();
        Some(Self {
            mean,
            deviation: (runs > 1).then(|| (squares / (runs - 1) as f64).sqrt()),
            minimum: values.clone().fold(f64::INFINITY, f64::min),
            maximum: values.fold(f64::NEG_INFINITY, f64::max),
            runs,
        })
    }
}

/// As percentages: `91.00 ± 1.00 (max 92.00)`.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (max {:.2})", self.spread(), 100.0 * self.maximum)
    }
}

/// Summaries of the three figures of a [`Score`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ScoreSummary {
    /// Of precision.
    pub precision: Summary,
    /// Of recall.
    pub recall: Summary,
    /// Of F1.
    pub f1: Summary,
}

/// Summaries of the scores of several runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Runs {
    /// Over the entities of all types.
    pub overall: ScoreSummary,
    /// By type, sorted by name; a run without a type counts 0 for it.
    pub types: BTreeMap<String, ScoreSummary>,
    /// Of token accuracy.
    pub accuracy: Summary,
}

impl Runs {
    /// The summaries of these runs' scores.
    ///
    /// # Errors
    /// [`Error::NoRuns`].
    pub fn of(runs: &[Scores]) -> Result<Self> {
        let summary =
            |part: &dyn Fn(&Scores) -> f64| Summary::of_finite(runs.iter().map(part)).ok_or(Error::NoRuns);
        let scores = |part: &dyn Fn(&Scores) -> Score| {
            Ok(ScoreSummary {
                precision: summary(&|run| part(run).precision)?,
                recall: summary(&|run| part(run).recall)?,
                f1: summary(&|run| part(run).f1)?,
            })
        };
        let names: BTreeSet<&String> = runs.iter().flat_map(|run| run.types.keys()).collect();
        let types = names.into_iter().map(|name| {
            let of_type = |run: &Scores| run.types.get(name).copied().unwrap_or_default();
            Ok((name.clone(), scores(&of_type)?))
        });
        Ok(Self {
            overall: scores(&|run| run.overall)?,
            types: types.collect::<Result<_>>()?,
            accuracy: summary(&|run| run.accuracy)?,
        })
    }
}

/// F1 of all entities and of each type, and accuracy, as percentages.
impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.types.keys().map(|name| name.chars().count()).max().unwrap_or(0).max(8);
        writeln!(f, "{:width$}  {}", "micro", self.overall.f1)?;
        self.types.iter().try_for_each(|(name, score)| writeln!(f, "{name:width$}  {}", score.f1))?;
        writeln!(f, "{:width$}  {}", "accuracy", self.accuracy)
    }
}
