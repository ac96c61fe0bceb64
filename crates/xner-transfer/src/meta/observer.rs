//! What a run tells while it runs.

use xner_tagger::Flow;

/// Something that happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The source's sentences get their vectors. First told with none done; where the vectors are cached, not again.
    Indexing {
        /// Sentences done.
        done: usize,
        /// Of so many.
        sentences: usize,
    },
    /// A phase begins, or goes on: `base` or `meta`.
    Phase {
        /// Its name.
        name: &'a str,
        /// Its sentences.
        sentences: usize,
    },
    /// In the training of a phase.
    Training(&'a xner_tagger::Event<'a>),
    /// A phase is over.
    PhaseEnd {
        /// Its name.
        name: &'a str,
        /// Whether it had been trained before, with the same config and data.
        cached: bool,
    },
    /// Something that a person should know of, and that does not stop the run.
    Note(&'a str),
    /// The test data are scored, by the model as it is.
    Scoring,
    /// The test data are scored, the model adapted to each sentence.
    Adapting {
        /// Sentences done.
        done: usize,
        /// Of so many.
        sentences: usize,
    },
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
