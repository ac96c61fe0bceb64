//! A training run on the screen.

use xner_tagger::train::{Evaluation, Event, Flow, Observer};

use crate::progress::Progress;

/// Shows a run's steps as a bar and its evaluations as lines; stops it when asked to.
pub(in crate::commands) struct Watch {
    stop: fn() -> bool,
    /// What is trained on.
    what: &'static str,
    bar: Option<Progress>,
    /// The mean loss of the last steps, old ones fading.
    loss: Option<f32>,
    best: Option<f64>,
}

impl Watch {
    /// A watch that stops the run at the first step at which `stop` says so.
    pub(in crate::commands) fn new(stop: fn() -> bool) -> Self {
        Self::of("sentences", stop)
    }

    /// The same, of a run that is trained on something else than sentences.
    pub(in crate::commands) fn of(what: &'static str, stop: fn() -> bool) -> Self {
        Self { stop, what, bar: None, loss: None, best: None }
    }

    fn step(&mut self, epoch: usize, loss: f32) {
        let faded = self.loss.map_or(loss, |before| 0.98 * before + 0.02 * loss);
        self.loss = Some(faded);
        let best = self.best.map(|f1| format!(", best dev F1 {:.2}", 100.0 * f1)).unwrap_or_default();
        if let Some(bar) = &mut self.bar {
            bar.message(format!("epoch {epoch}, loss {faded:.3}{best}"));
            bar.add(1);
        }
    }

    fn line(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.line(text);
        }
    }

    fn evaluated(&mut self, evaluation: &Evaluation) {
        let Evaluation { epoch, step, loss, precision, recall, f1, target } = evaluation;
        let star = if self.best.is_none_or(|best| *f1 > best) { " *" } else { "" };
        let [precision, recall, f1] = [precision, recall, f1].map(|score| 100.0 * score);
        let other =
            target.map(|target| format!(", target dev F1 {:.2}", 100.0 * target.f1)).unwrap_or_default();
        self.line(&format!(
            "epoch {epoch}, step {step}: loss {loss:.3}, dev P {precision:.2} R {recall:.2} F1 {f1:.2}{star}{other}"
        ));
    }
}

impl Observer for Watch {
    fn event(&mut self, event: &Event<'_>) -> Flow {
        match event {
            Event::Started { sentences, steps, resumed, parameters } => {
                self.bar = Some(Progress::steps(*steps, *resumed));
                let from =
                    if *resumed > 0 { format!(", going on from step {resumed}") } else { String::new() };
                let what = self.what;
                self.line(&format!("{sentences} {what}, {parameters} parameters, {steps} steps{from}"));
            }
            Event::Step { epoch, loss, .. } => self.step(*epoch, *loss),
            Event::Evaluated(evaluation) => self.evaluated(evaluation),
            Event::NewBest(evaluation) => self.best = Some(evaluation.f1),
            _ => {}
        }
        if (self.stop)() { Flow::Stop } else { Flow::Continue }
    }
}
