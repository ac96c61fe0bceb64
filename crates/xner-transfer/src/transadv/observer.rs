//! What a run tells while it runs.

use std::path::Path;

use xner_tagger::Flow;

use super::data::Coverage;
use super::tally::Tally;

/// Something that happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The translated, code-switched and shuffled sets were made.
    Created {
        /// What became of sentences and words.
        coverage: &'a Coverage,
        /// What a user should know before training on such data.
        notes: &'a [String],
    },
    /// A phase begins, or goes on.
    Phase {
        /// Its name: `source`, `entity`, `student` …
        name: &'a str,
        /// Its sentences.
        sentences: usize,
    },
    /// In the training of a phase.
    Training(&'a xner_tagger::Event<'a>),
    /// How the game between generator and discriminators went since the last evaluation.
    Game {
        /// The phase.
        name: &'a str,
        /// The counts.
        tally: Tally,
    },
    /// A phase is over.
    PhaseEnd {
        /// Its name.
        name: &'a str,
        /// Whether it had been trained before, with the same config and data.
        cached: bool,
        /// What it takes on the disk.
        bytes: u64,
        /// Its folder.
        folder: &'a Path,
    },
    /// A model is about to go through the unlabelled text, for its labels or to tell its languages.
    Labelling {
        /// The text's sentences.
        sentences: usize,
    },
    /// The test data are scored.
    Scoring,
}

/// Someone who follows a run.
///
/// Every closure `|event| flow` is one, and `()` looks on in silence. A wish to stop is granted with a checkpoint, from
/// which the same call goes on.
pub trait Observer {
    /// Called as things happen, on the thread that works.
    fn event(&mut self, event: &Event<'_>) -> Flow;
}

impl<F: FnMut(&Event<'_>) -> Flow> Observer for F {
    fn event(&mut self, event: &Event<'_>) -> Flow {
        self(event)
    }
}

impl Observer for () {
    fn event(&mut self, _: &Event<'_>) -> Flow {
        Flow::Continue
    }
}
