//! Calibration: whether predictions of probability p are right p of the time.

use std::fmt;

use serde::Serialize;
use xner_corpus::Entity;

use crate::{Error, Result};

/// Collects the probability of each prediction, and whether the prediction was right, in bins of equal width.
///
/// ```
/// use xner_eval::Calibrator;
///
/// let mut calibrator = Calibrator::new(10)?;
/// for correct in [true, true, true, false] {
///     calibrator.add(0.95, correct)?;
/// }
/// assert!((calibrator.finish().error - 0.2).abs() < 1e-12);
/// # Ok::<(), xner_eval::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Calibrator {
    bins: Vec<Sums>,
    seen: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: u64,
    correct: u64,
    probability: f64,
}

impl Calibrator {
    /// A calibrator of `bins` bins. A bin holds what lies above its lower bound and up to its upper one. The first bin
    /// holds 0 too.
    ///
    /// # Errors
    /// [`Error::NoBins`].
    pub fn new(bins: usize) -> Result<Self> {
        if bins == 0 {
            return Err(Error::NoBins);
        }
        Ok(Self { bins: vec![Sums::default(); bins], seen: 0 })
    }

    /// Adds a prediction made with this probability.
    ///
    /// # Errors
    /// [`Error::Probability`] for one that is not within 0 and 1.
    pub fn add(&mut self, probability: f64, correct: bool) -> Result<()> {
        let at = self.seen + 1;
        self.check(at, probability)?;
        self.seen = at;
        let bin = self.bin(probability);
        let sums = &mut self.bins[bin];
        sums.count += 1;
        sums.correct += u64::from(correct);
        sums.probability += probability;
        Ok(())
    }

    /// Adds the predicted entities of a sentence, with a probability each. An entity is right when gold has one of the
    /// same tokens and type.
    ///
    /// # Errors
    /// [`Error::ProbabilitiesDiffer`], [`Error::Probability`]. Then nothing of the sentence is added.
    pub fn add_entities(
        &mut self,
        gold: &[Entity],
        predicted: &[Entity],
        probabilities: &[f64],
    ) -> Result<()> {
        if predicted.len() != probabilities.len() {
            let (entities, probabilities) = (predicted.len(), probabilities.len());
            return Err(Error::ProbabilitiesDiffer { entities, probabilities });
        }
        for (at, &probability) in (self.seen + 1..).zip(probabilities) {
            self.check(at, probability)?;
        }
        for (entity, &probability) in predicted.iter().zip(probabilities) {
            self.add(probability, gold.contains(entity))?;
        }
        Ok(())
    }

    #[allow(clippy::unused_self, reason = "reads as the calibrator's own rule")]
    fn check(&self, at: u64, value: f64) -> Result<()> {
        if (0.0..=1.0).contains(&value) { Ok(()) } else { Err(Error::Probability { at, value }) }
    }

    /// The bin whose printed bounds hold the probability, however `probability * bins` was rounded.
    fn bin(&self, probability: f64) -> usize {
        let bins = self.bins.len();
        let bound = |bin: usize| bin as f64 / bins as f64;
        let mut bin = ((probability * bins as f64) as usize).min(bins - 1);
        while bin > 0 && probability <= bound(bin) {
            bin -= 1;
        }
        while bin + 1 < bins && probability > bound(bin + 1) {
            bin += 1;
        }
        bin
    }

    /// The reliability table and its errors.
    pub fn finish(self) -> Calibration {
        let bins = self.bins.len() as f64;
        let table: Vec<Bin> = self
            .bins
            .iter()
            .enumerate()
            .map(|(at, sums)| {
                let part = |sum: f64| (sums.count > 0).then(|| sum / sums.count as f64);
                Bin {
                    lower: at as f64 / bins,
                    upper: (at + 1) as f64 / bins,
                    count: sums.count,
                    confidence: part(sums.probability),
                    accuracy: part(sums.correct as f64),
                }
            })
            .collect();
        let error = table.iter().map(|bin| bin.gap() * crate::counts::ratio(bin.count, self.seen)).sum();
        let maximum_error = table.iter().map(Bin::gap).fold(0.0, f64::max);
        Calibration { error, maximum_error, count: self.seen, table }
    }
}

/// Expected calibration error and the reliability table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// The mean gap between confidence and accuracy over all predictions (expected calibration error). Without a
    /// prediction it is 0.
    pub error: f64,
    /// The widest gap of a bin.
    pub maximum_error: f64,
    /// Predictions.
    pub count: u64,
    /// The bins from 0 to 1.
    pub table: Vec<Bin>,
}

/// A row of the reliability table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// The lower bound. Probabilities lie above it (in the first bin: at or above).
    pub lower: f64,
    /// The upper bound. Probabilities lie at or below it.
    pub upper: f64,
    /// Predictions in the bin.
    pub count: u64,
    /// Their mean probability, or `None` in an empty bin.
    pub confidence: Option<f64>,
    /// The part of them that is right, or `None` in an empty bin.
    pub accuracy: Option<f64>,
}

impl Bin {
    /// The distance of confidence and accuracy. For an empty bin it is 0.
    pub fn gap(&self) -> f64 {
        self.confidence.zip(self.accuracy).map_or(0.0, |(confidence, accuracy)| (confidence - accuracy).abs())
    }
}

/// The reliability table, then the errors.
impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>13}  {:>9}  {:>10}  {:>8}", "probability", "count", "confidence", "accuracy")?;
        let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
        for bin in &self.table {
            let (confidence, accuracy) = (figure(bin.confidence), figure(bin.accuracy));
            let range = format!("{:.3} - {:.3}", bin.lower, bin.upper);
            writeln!(f, "{range:>13}  {:9}  {confidence:>10}  {accuracy:>8}", bin.count)?;
        }
        let Self { error, maximum_error, count, .. } = self;
        writeln!(f, "expected calibration error {error:.4}, maximum {maximum_error:.4}, {count} predictions")
    }
}
