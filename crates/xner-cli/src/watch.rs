//! A run on the screen: training, mapping, transfer, adaptation.

use std::path::Path;
use std::time::Instant;

use xner_core::{Evaluation, Event, Flow, Mapping, Observer, What};

use crate::progress::{Progress, note};

/// Shows what a run tells, and stops it when asked to.
pub(crate) struct Watch {
    stop: fn() -> bool,
    /// What is on the screen. It is removed from there when it is dropped.
    bar: Option<Progress>,
    /// Whether the bar is a count.
    counts: bool,
    /// The mean loss of the last steps, old ones fading.
    loss: Option<f32>,
    best: Option<f64>,
    /// How many restarts a mapping has.
    restarts: usize,
    /// The share of similarities at the last line about self-learning.
    keep: f64,
    /// When the running phase began.
    begun: Instant,
}

impl Watch {
    /// A watch that stops the run at the first event at which `stop` says so.
    pub(crate) fn new(stop: fn() -> bool) -> Self {
        let begun = Instant::now();
        Self { stop, bar: None, counts: false, loss: None, best: None, restarts: 1, keep: 0.0, begun }
    }

    fn begin(&mut self, phase: &str, sentences: usize) {
        // What was on the screen goes first.
        self.bar = None;
        self.begun = Instant::now();
        let what = match phase {
            "mapping" => "beginning",
            "scoring" => "scoring",
            "labelling" => "labelling the target's text",
            "indexing" => "similar sentences",
            _ => return note(&format!("phase {phase}: {sentences} {}", unit(phase))),
        };
        self.show(Progress::spinner(what), false);
    }

    /// Shows a bar. What was on the screen goes first.
    fn show(&mut self, bar: Progress, counts: bool) {
        (self.bar, self.counts) = (Some(bar), counts);
    }

    fn line(&self, text: &str) {
        self.bar.as_ref().map_or_else(|| note(text), |bar| bar.line(text));
    }

    fn message(&self, text: String) {
        if let Some(bar) = self.bar.as_ref().filter(|_| !self.counts) {
            bar.message(text);
        }
    }

    fn step(&mut self, epoch: usize, loss: f32) {
        let faded = self.loss.map_or(loss, |before| 0.98 * before + 0.02 * loss);
        self.loss = Some(faded);
        let best = self.best.map(|f1| format!(", best dev F1 {:.2}", 100.0 * f1)).unwrap_or_default();
        self.message(format!("epoch {epoch}, loss {faded:.3}{best}"));
        if let Some(bar) = &mut self.bar {
            bar.add(1);
        }
    }

    fn evaluated(&mut self, evaluation: &Evaluation) {
        let Evaluation { epoch, step, loss, precision, recall, f1, target } = evaluation;
        let star = if self.best.is_none_or(|best| *f1 > best) { " *" } else { "" };
        let [precision, recall, f1] = [precision, recall, f1].map(|score| 100.0 * score);
        let other =
            target.map(|target| format!(", target dev F1 {:.2}", 100.0 * target.f1)).unwrap_or_default();
        let loss = if *step == 0 { "as it begins".to_owned() } else { format!("loss {loss:.3}") };
        self.line(&format!(
            "epoch {epoch}, step {step}: {loss}, dev P {precision:.2} R {recall:.2} F1 {f1:.2}{star}{other}"
        ));
    }

    fn counted(&mut self, phase: &str, done: usize, of: usize) {
        if self.bar.is_none() || !self.counts {
            self.bar = None;
            note(match phase {
                "indexing" => "vectors of sentences",
                "adapting" => "adapting to each test sentence",
                phase => phase,
            });
            self.show(Progress::steps(of, 0), true);
        }
        if let Some(bar) = &mut self.bar {
            bar.reach(done);
        }
    }

    fn end(&mut self, phase: &str, cached: bool, folder: Option<&Path>) {
        self.bar = None;
        let how = if cached {
            "was there".to_owned()
        } else {
            format!("{:.0} s", self.begun.elapsed().as_secs_f64())
        };
        let size = folder.map(|folder| size(folder) as f64 / f64::from(1 << 20));
        let size = size.map(|size| format!(", {size:.0} MiB")).unwrap_or_default();
        note(&format!("phase {phase}: {how}{size}"));
    }

    fn mapping(&mut self, step: &Mapping) {
        let star = |best: bool| if best { " *" } else { "" };
        match step {
            Mapping::Restart { restart, of, seed } => {
                (self.restarts, self.keep) = (*of, 0.0);
                if *of > 1 {
                    self.line(&format!("restart {restart} of {of}, seed {seed}"));
                }
                self.message("first dictionary or mapping".to_owned());
            }
            Mapping::AdversarialSteps { epoch, samples, of, loss } => {
                let share = 100.0 * *samples as f64 / (*of).max(1) as f64;
                self.message(format!(
                    "adversarial epoch {epoch}, {share:.0} %: discriminator's loss {loss:.3}"
                ));
            }
            Mapping::AdversarialEpoch { epoch, of, criterion, best } => {
                let star = star(*best);
                self.line(&format!("adversarial epoch {epoch} of {of}: criterion {criterion:.5}{star}"));
            }
            Mapping::Initialised { pairs: Some(pairs) } => {
                self.line(&format!("first dictionary: {pairs} pairs"));
            }
            Mapping::Procrustes { iteration, of, pairs, criterion, best } => {
                let star = star(*best);
                self.line(&format!(
                    "Procrustes {iteration} of {of}: {pairs} pairs, criterion {criterion:.5}{star}"
                ));
            }
            Mapping::SelfLearning { iteration, keep, words, objective, .. } => {
                let text = format!(
                    "self-learning {iteration}: {words} words, keep {keep:.2}, objective {objective:.5}"
                );
                if *keep > self.keep {
                    self.keep = *keep;
                    self.line(&text);
                }
                self.message(text);
            }
            Mapping::Rcsls { step, of, loss, learning_rate } => {
                self.line(&format!("relaxed CSLS {step} of {of}: loss {loss:.5}, rate {learning_rate}"));
            }
            Mapping::Finished { restart, criterion, best } => {
                let star = star(*best && self.restarts > 1);
                self.line(&format!("restart {restart}: criterion {criterion:.5}{star}"));
            }
            _ => {}
        }
    }
}

impl Observer for Watch {
    fn event(&mut self, &Event { phase, what }: &Event<'_>) -> Flow {
        match what {
            What::Begin { sentences } => self.begin(phase, sentences),
            What::Started { sentences, steps, resumed, parameters } => {
                (self.bar, self.loss, self.best) = (None, None, None);
                self.show(Progress::steps(steps, resumed), false);
                let from =
                    if resumed > 0 { format!(", going on from step {resumed}") } else { String::new() };
                let what = unit(phase);
                self.line(&format!("{sentences} {what}, {parameters} parameters, {steps} steps{from}"));
            }
            What::Step { epoch, loss, .. } => self.step(epoch, loss),
            What::Evaluated(evaluation) => self.evaluated(evaluation),
            What::NewBest(evaluation) => self.best = Some(evaluation.f1),
            What::Mapping(step) => {
                if self.bar.is_none() {
                    self.show(Progress::spinner("beginning"), false);
                }
                self.mapping(step);
            }
            What::Progress { done, of } => self.counted(phase, done, of),
            What::Measured { name, value, note } => {
                let note = if note.is_empty() { String::new() } else { format!(": {note}") };
                self.line(&format!("{name} {value:.3}{note}"));
            }
            What::Note(text) => self.line(&format!("note: {text}")),
            What::End { cached, folder } => self.end(phase, cached, folder),
            _ => {}
        }
        if (self.stop)() { Flow::Stop } else { Flow::Continue }
    }
}

/// What a phase counts.
fn unit(phase: &str) -> &'static str {
    if phase == "meta" { "tasks" } else { "sentences" }
}

/// The bytes of the files in a folder and in that of the other choice of weights in it; what cannot be read counts
/// nothing.
fn size(folder: &Path) -> u64 {
    let of = |folder: &Path| -> u64 {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let files = entries.filter_map(|entry| entry.metadata().ok().filter(std::fs::Metadata::is_file));
        files.map(|file| file.len()).sum()
    };
    of(folder) + of(&folder.join("by-target"))
}
