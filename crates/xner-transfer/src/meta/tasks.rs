//! Pseudo tasks: each source sentence with those most similar to it (equation 4).

use xner_corpus::Labelled;
use xner_tagger::bert::train::{Example, FineTuned};
use xner_train::{Purpose, TrainBackend, stream};

use super::index::Neighbour;
use crate::draws::drawn;
use crate::{Error, Result};

/// The source's sentences as windows, and the tasks made of them.
#[derive(Debug, Clone)]
pub struct Tasks {
    /// The windows of each source sentence.
    pub windows: Vec<Vec<Example>>,
    /// Each task: the sentence that it is tested on, and its similar sentences.
    pub tasks: Vec<Task>,
}

/// A pseudo task, by places in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The sentence that it is tested on.
    pub query: usize,
    /// The sentences that it is trained on.
    pub support: Vec<usize>,
}

impl Tasks {
    /// A task for each source sentence of at most `longest` words.
    ///
    /// # Errors
    /// A fault of the tokeniser; a tag that the head does not have; [`Error::Data`] when `similar` is not of as many
    /// sentences as `source`.
    pub fn new<A: TrainBackend>(
        model: &FineTuned<A>,
        source: &[Labelled],
        similar: &[Vec<Neighbour>],
        longest: usize,
    ) -> Result<Self> {
        if similar.len() != source.len() {
            let (own, others) = (source.len(), similar.len());
            let message = format!("there are {own} source sentences, and similar ones of {others}");
            return Err(Error::Data { message });
        }
        let windows = windows(model, source)?;
        let kept = similar.iter().enumerate().filter(|&(at, _)| source[at].sentence.len() <= longest);
        let tasks = kept
            .map(|(query, found)| Task { query, support: found.iter().map(|one| one.sentence).collect() })
            .collect();
        Ok(Self { windows, tasks })
    }

    /// The tasks of update `update` (from 0) of `size` tasks each: the epoch that each stands in, and its number. All
    /// tasks come once, in an order that the seed decides, before one comes twice.
    pub fn drawn(&self, seed: u64, update: usize, size: usize) -> Vec<(usize, usize)> {
        let range = update * size..(update + 1) * size;
        drawn(range, self.tasks.len(), |epoch| stream(seed, Purpose::Tasks, epoch, 0)).collect()
    }
}

/// The windows of labelled sentences.
pub(super) fn windows<A: TrainBackend>(
    model: &FineTuned<A>,
    source: &[Labelled],
) -> Result<Vec<Vec<Example>>> {
    let of = |(at, labelled)| {
        model.examples(labelled).map_err(|fault| match fault {
            fault @ Error::Corpus(_) => {
                Error::Data { message: format!("source sentence {}: {fault}", at + 1) }
            }
            fault => fault,
        })
    };
    source.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tasks_come_once_before_one_comes_twice() {
        let task = |query| Task { query, support: Vec::new() };
        for (count, size) in [(14, 4), (5, 8), (3, 3)] {
            let tasks = Tasks { windows: Vec::new(), tasks: (0..count).map(task).collect() };
            let updates = 2 * count;
            let all: Vec<_> = (0..updates).flat_map(|update| tasks.drawn(5, update, size)).collect();
            assert_eq!(all.len(), updates * size);
            let mut orders = std::collections::BTreeSet::new();
            for (epoch, drawn) in all.chunks_exact(count).enumerate() {
                assert!(drawn.iter().all(|one| one.0 == epoch));
                let order: Vec<usize> = drawn.iter().map(|one| one.1).collect();
                let mut sorted = order.clone();
                sorted.sort_unstable();
                assert_eq!(sorted, (0..count).collect::<Vec<_>>());
                orders.insert(order);
            }
            assert!(orders.len() > 1);
            assert_ne!(tasks.drawn(5, 0, size), tasks.drawn(6, 0, size));
        }
    }
}
