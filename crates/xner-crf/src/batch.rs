//! Many sentences at once, over rayon's threads.
//!
//! A batch is cut into runs of neighbouring sentences, and a thread works on a run at a time. The cut depends on the
//! layout only, and the sums of the runs are added in the order of the runs. So the results are the same bytes on any
//! number of threads.

use std::ops::Range;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::crf::loss;
use crate::error::{Error, Result, shape};
use crate::trellis::Trellis;
use crate::viterbi::Scratch;
use crate::{Crf, Emissions, Layout, Path, Posterior};

/// Tokens in a run. They are enough to make the cost of handing the run to a thread small.
const RUN: usize = 200;

/// A batch's loss and its derivatives by the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient {
    /// The loss of every sentence, without its weight: minus the logarithm of its gold path's probability.
    pub losses: Vec<f64>,
    /// The weighted sum of the losses, of which the rest are derivatives.
    pub loss: f64,
    /// The derivatives by the transitions, `[from, to]`.
    pub transitions: Vec<f32>,
    /// The derivatives by the start scores, `[tags]`.
    pub start: Vec<f32>,
    /// The derivatives by the end scores, `[tags]`.
    pub end: Vec<f32>,
}

/// What a run of sentences adds to a [`Gradient`].
struct Part {
    losses: Vec<f64>,
    /// The derivatives by the run's own emissions, step by step, `[tokens, tags]`.
    emissions: Vec<f32>,
    /// `[from, to]` in padded rows.
    transitions: Vec<f64>,
    start: Vec<f64>,
    end: Vec<f64>,
}

impl Crf {
    /// The loss of every sentence of a batch: minus the logarithm of its gold path's probability.
    ///
    /// `emissions` are `[rows, tags]` and `gold` is `[rows]`; rows of no sentence are not read.
    ///
    /// # Errors
    /// As [`Crf::loss`].
    pub fn losses(&self, emissions: &[f32], layout: &Layout, gold: &[u16]) -> Result<Vec<f64>> {
        shape("gold [rows]", layout.rows(), gold.len())?;
        self.each(emissions, layout, |_, emissions, rows, trellis: &mut Trellis| {
            self.forward(&emissions, trellis)?;
            let gold = rows.iter().map(|&row| gold[row as usize]);
            Ok(loss(trellis.log_partition, self.path_score(&emissions, gold)?))
        })
    }

    /// The losses of a batch, and the derivatives of their weighted sum.
    ///
    /// `emissions` are `[rows, tags]`, `gold` is `[rows]` and `weights` are `[sentences]`. Without `weights` all are
    /// one; `1 / sentences` each makes the mean. The derivative by the emissions, which is the marginals less the gold
    /// tags, is written to `by_emissions`, `[rows, tags]`. It is zero for rows of no sentence.
    ///
    /// # Errors
    /// As [`Crf::loss`]. Then `by_emissions` stays as it was.
    pub fn gradient(
        &self,
        emissions: &[f32],
        layout: &Layout,
        gold: &[u16],
        weights: Option<&[f32]>,
        by_emissions: &mut [f32],
    ) -> Result<Gradient> {
        let tags = self.tags;
        shape("emissions [rows, tags]", layout.rows() * tags, emissions.len())?;
        shape("derivative by the emissions [rows, tags]", emissions.len(), by_emissions.len())?;
        shape("gold [rows]", layout.rows(), gold.len())?;
        if let Some(weights) = weights {
            shape("weights [sentences]", layout.sentences(), weights.len())?;
        }
        let weight = |sentence: usize| weights.map_or(1.0, |weights| f64::from(weights[sentence]));
        let parts = over_runs(layout, |run| self.part(emissions, layout, gold, &weight, run))?;

        if layout.tokens() < layout.rows() {
            by_emissions.fill(0.0);
        }
        let steps = parts.iter().flat_map(|part| part.emissions.chunks_exact(tags));
        let rows = (0..layout.sentences()).flat_map(|sentence| layout.sentence(sentence));
        for (derivative, &row) in steps.zip(rows) {
            by_emissions[row as usize * tags..][..tags].copy_from_slice(derivative);
        }

        let losses: Vec<f64> = parts.iter().flat_map(|part| &part.losses).copied().collect();
        let width = self.width();
        let transitions = total(&parts, tags * width, |part| &part.transitions);
        Ok(Gradient {
            loss: losses.iter().enumerate().map(|(sentence, loss)| weight(sentence) * loss).sum(),
            losses,
            transitions: transitions
                .chunks_exact(width)
                .flat_map(|row| &row[..tags])
                .map(|&x| x as f32)
                .collect(),
            start: total(&parts, tags, |part| &part.start).into_iter().map(|x| x as f32).collect(),
            end: total(&parts, tags, |part| &part.end).into_iter().map(|x| x as f32).collect(),
        })
    }

    fn part(
        &self,
        emissions: &[f32],
        layout: &Layout,
        gold: &[u16],
        weight: &impl Fn(usize) -> f64,
        run: &Range<usize>,
    ) -> Result<Part> {
        let (tags, width) = (self.tags, self.width());
        let mut part = Part {
            losses: Vec::with_capacity(run.len()),
            emissions: Vec::with_capacity(layout.tokens_of(run) * tags),
            transitions: vec![0.0; tags * width],
            start: vec![0.0; tags],
            end: vec![0.0; tags],
        };
        let mut trellis = Trellis::default();
        for sentence in run.clone() {
            let (rows, weight) = (layout.sentence(sentence), weight(sentence));
            let gold = || rows.iter().map(|&row| gold[row as usize]);
            let emissions = Emissions::of_layout(emissions, tags, rows);
            let in_sentence = |fault: Error| fault.of_sentence(sentence);
            self.forward(&emissions, &mut trellis).map_err(in_sentence)?;
            let score = self.path_score(&emissions, gold()).map_err(in_sentence)?;
            part.losses.push(loss(trellis.log_partition, score));
            if rows.is_empty() {
                continue;
            }
            self.backward(&mut trellis);
            self.expected(&trellis, weight, &mut part.transitions);

            let first = part.emissions.len();
            self.arch.dispatch(
                #[inline(always)]
                || trellis.marginals(tags, width, weight, &mut part.emissions),
            );
            for tag in 0..tags {
                part.start[tag] += weight * trellis.marginal(tag);
                part.end[tag] += weight * trellis.marginal((rows.len() - 1) * width + tag);
            }
            let mut before: Option<usize> = None;
            for (row, tag) in part.emissions[first..].chunks_exact_mut(tags).zip(gold().map(usize::from)) {
                row[tag] -= weight as f32;
                match before {
                    Some(before) => part.transitions[before * width + tag] -= weight,
                    None => part.start[tag] -= weight,
                }
                before = Some(tag);
            }
            if let Some(tag) = before {
                part.end[tag] -= weight;
            }
        }
        Ok(part)
    }

    /// The best path of every sentence of a batch, as [`Crf::viterbi`] finds it. `emissions` are
    /// `[rows, tags]`.
    ///
    /// # Errors
    /// As [`Crf::viterbi`].
    pub fn viterbi_batch(&self, emissions: &[f32], layout: &Layout) -> Result<Vec<Path>> {
        self.each(emissions, layout, |_, emissions, _, scratch: &mut Scratch| {
            self.decode(&emissions, scratch)
        })
    }

    /// The posterior of every sentence of a batch. `emissions` are `[rows, tags]`.
    ///
    /// # Errors
    /// As [`Crf::posterior`].
    pub fn posterior_batch(&self, emissions: &[f32], layout: &Layout) -> Result<Vec<Posterior<'_>>> {
        self.each(emissions, layout, |_, emissions, _, (): &mut ()| self.posterior(&emissions))
    }

    /// Calls a function with every sentence. The sentences of a run share scratch memory.
    fn each<T: Send, M: Default>(
        &self,
        emissions: &[f32],
        layout: &Layout,
        work: impl Fn(usize, Emissions<'_>, &[u32], &mut M) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        shape("emissions [rows, tags]", layout.rows() * self.tags, emissions.len())?;
        let parts = over_runs(layout, |run| {
            let mut memory = M::default();
            let sentences = run.clone().map(|sentence| {
                let rows = layout.sentence(sentence);
                let emissions = Emissions::of_layout(emissions, self.tags, rows);
                work(sentence, emissions, rows, &mut memory).map_err(|fault| fault.of_sentence(sentence))
            });
            sentences.collect::<Result<Vec<T>>>()
        })?;
        Ok(parts.into_iter().flatten().collect())
    }
}

/// Calls a function with every run of a layout. Of several faults it returns that of the first run.
fn over_runs<T: Send>(layout: &Layout, work: impl Fn(&Range<usize>) -> Result<T> + Sync) -> Result<Vec<T>> {
    let runs = layout.runs(RUN);
    if runs.len() < 2 || rayon::current_num_threads() < 2 {
        return runs.iter().map(work).collect();
    }
    let done: Vec<Result<T>> = runs.into_par_iter().map(|run| work(&run)).collect();
    done.into_iter().collect()
}

/// The sum of the parts' slices, in their order.
fn total(parts: &[Part], len: usize, of: impl Fn(&Part) -> &[f64]) -> Vec<f64> {
    let mut total = vec![0.0; len];
    for part in parts {
        for (total, value) in total.iter_mut().zip(of(part)) {
            *total += value;
        }
    }
    total
}
