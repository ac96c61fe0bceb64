//! A transfer run on the screen.

use xner_tagger::{Flow, Observer as _};
use xner_transfer::zero_resource::{Event, Observer, Phase};

use super::super::{map, train};
use crate::progress::{Progress, note};

/// Shows the phases of a run, each as its own command would; stops it when asked to.
pub(super) struct Watch {
    stop: fn() -> bool,
    shown: Shown,
}

/// What is on the screen.
enum Shown {
    Nothing,
    Mapping(map::Watch),
    Training(train::Watch),
    /// Removed from the screen when it is dropped.
    Scoring {
        _spinner: Progress,
    },
}

impl Watch {
    /// A watch that stops the run at the first event at which `stop` says so.
    pub(super) fn new(stop: fn() -> bool) -> Self {
        Self { stop, shown: Shown::Nothing }
    }

    fn begin(&mut self, phase: Phase) {
        // What was shown goes first.
        self.shown = Shown::Nothing;
        self.shown = match phase {
            Phase::Mapping => Shown::Mapping(map::Watch::new(self.stop)),
            Phase::Source | Phase::Joint => {
                note(if phase == Phase::Source { "base model" } else { "augmented fine-tuning" });
                Shown::Training(train::Watch::new(self.stop))
            }
            Phase::Scoring => Shown::Scoring { _spinner: Progress::spinner("scoring") },
        };
    }
}

impl Observer for Watch {
    fn event(&mut self, event: &Event<'_>) -> Flow {
        match (event, &mut self.shown) {
            (Event::Phase(phase), _) => self.begin(*phase),
            (Event::Mapping(event), Shown::Mapping(watch)) => drop(watch.event(event)),
            (Event::Training(event), Shown::Training(watch)) => drop(watch.event(event)),
            _ => {}
        }
        if (self.stop)() { Flow::Stop } else { Flow::Continue }
    }
}
