//! A mapping run on the screen.

use xner_embed::map::{Event, Flow};

use crate::progress::Progress;

/// Shows where a run is and keeps its milestones as lines; stops it when asked to.
pub(in crate::commands) struct Watch {
    stop: fn() -> bool,
    bar: Progress,
    /// How many restarts there are.
    restarts: usize,
    /// The share of similarities at the last line about self-learning.
    keep: f64,
}

impl Watch {
    /// A watch that stops the run at the first event at which `stop` says so.
    pub(in crate::commands) fn new(stop: fn() -> bool) -> Self {
        Self { stop, bar: Progress::spinner("beginning"), restarts: 1, keep: 0.0 }
    }

    pub(in crate::commands) fn event(&mut self, event: &Event) -> Flow {
        self.show(event);
        if (self.stop)() { Flow::Stop } else { Flow::Continue }
    }

    fn show(&mut self, event: &Event) {
        match event {
            Event::Restart { restart, of, seed } => {
                (self.restarts, self.keep) = (*of, 0.0);
                if *of > 1 {
                    self.bar.line(&format!("restart {} of {of}, seed {seed}", restart + 1));
                }
                self.bar.message("first dictionary or mapping".to_owned());
            }
            Event::AdversarialSteps { epoch, samples, of, loss } => {
                let share = 100.0 * *samples as f64 / (*of).max(1) as f64;
                self.bar.message(format!(
                    "adversarial epoch {epoch}, {share:.0} %: discriminator's loss {loss:.3}"
                ));
            }
            Event::AdversarialEpoch { epoch, of, criterion, best } => {
                let star = if *best { " *" } else { "" };
                self.bar.line(&format!("adversarial epoch {epoch} of {of}: criterion {criterion:.5}{star}"));
            }
            Event::Initialised { pairs: Some(pairs) } => {
                self.bar.line(&format!("first dictionary: {pairs} pairs"));
            }
            Event::Procrustes { iteration, of, pairs, criterion, best } => {
                let star = if *best { " *" } else { "" };
                self.bar.line(&format!(
                    "Procrustes {iteration} of {of}: {pairs} pairs, criterion {criterion:.5}{star}"
                ));
            }
            Event::SelfLearning { iteration, keep, words, objective, .. } => {
                let text = format!(
                    "self-learning {iteration}: {words} words, keep {keep:.2}, objective {objective:.5}"
                );
                if *keep > self.keep {
                    self.keep = *keep;
                    self.bar.line(&text);
                }
                self.bar.message(text);
            }
            Event::Rcsls { step, of, loss, learning_rate } => {
                self.bar.line(&format!("relaxed CSLS {step} of {of}: loss {loss:.5}, rate {learning_rate}"));
            }
            Event::Finished { restart, criterion, best } => {
                let star = if *best && self.restarts > 1 { " *" } else { "" };
                self.bar.line(&format!("restart {}: criterion {criterion:.5}{star}", restart + 1));
            }
            _ => {}
        }
    }
}
