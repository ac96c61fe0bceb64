//! What a run tells while it runs.

use xner_embed::map;
use xner_tagger::Flow;

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Both languages' vectors are brought into one space.
    Mapping,
    /// The base model is trained on the source.
    Source,
    /// Augmented fine-tuning.
    Joint,
    /// The test data are scored.
    Scoring,
}

/// Something that happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A phase begins, or goes on, or was over before.
    Phase(Phase),
    /// In the mapping.
    Mapping(&'a map::Event),
    /// In training, of the base model or jointly.
    Training(&'a xner_tagger::Event<'a>),
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
