//! The steps of a mapping.

/// Something that happened in the mapping of two languages' vectors. All counts start at 1 where they count what is
/// done.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Mapping {
    /// A restart begins.
    Restart {
        /// Which, from 1.
        restart: usize,
        /// How many there are.
        of: usize,
        /// What decides its chance.
        seed: u64,
    },
    /// Some batches of adversarial training are done.
    AdversarialSteps {
        /// The epoch, from 1.
        epoch: usize,
        /// Words of each language that the mapping has seen in this epoch.
        samples: usize,
        /// Such words in an epoch.
        of: usize,
        /// The discriminator's mean loss since the last such event.
        loss: f64,
    },
    /// An epoch of adversarial training is done.
    AdversarialEpoch {
        /// The epoch, from 1.
        epoch: usize,
        /// How many there are.
        of: usize,
        /// The unsupervised criterion after it.
        criterion: f64,
        /// Whether it is the best of this restart so far.
        best: bool,
    },
    /// The initialiser has given a first dictionary or a first mapping.
    Initialised {
        /// Pairs of its dictionary; none where it gave a mapping.
        pairs: Option<usize>,
    },
    /// An iteration of Procrustes refinement is done.
    Procrustes {
        /// Which, from 0: the solution of the initialiser's dictionary where there was one.
        iteration: usize,
        /// How many there are at most.
        of: usize,
        /// Pairs of the dictionary that gave the mapping.
        pairs: usize,
        /// The criterion of the mapping.
        criterion: f64,
        /// Whether it is the best of this restart so far.
        best: bool,
    },
    /// An iteration of self-learning is done.
    SelfLearning {
        /// Which, from 1.
        iteration: usize,
        /// The share of similarities that took part in the dictionary.
        keep: f64,
        /// Words of each language that took part.
        words: usize,
        /// The mean cosine of each word with its nearest in the other language.
        objective: f64,
        /// Whether the objective is a new best one.
        improved: bool,
    },
    /// A step of relaxed CSLS is done.
    Rcsls {
        /// Which, from 1.
        step: usize,
        /// How many there are.
        of: usize,
        /// The loss before it.
        loss: f64,
        /// The learning rate.
        learning_rate: f64,
    },
    /// A restart is done.
    Finished {
        /// Which, from 1.
        restart: usize,
        /// The criterion of its mapping.
        criterion: f64,
        /// Whether it is the best so far.
        best: bool,
    },
}
