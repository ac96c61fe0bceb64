//! Where a strategy trains its phases, one after the other.

use std::path::Path;

use xner_corpus::Sentence;
use xner_train::{Device, Event, Flow, Learner, Observer, TrainReport, TrainingLoop, What, files};

use super::models::Models;
use crate::report::{PhaseFolder, Select};
use crate::{Error, Result};

/// Where a strategy trains: the device, the folders, and who follows the run.
pub struct Phases<'a> {
    /// Where it computes.
    pub device: Device,
    /// The run's folder.
    pub out: &'a Path,
    /// The folder of what runs may share.
    pub cache: &'a Path,
    /// The model directories that the strategy is to leave.
    pub models: Models,
    /// Whether there are labelled target sentences to choose weights by.
    with_target: bool,
    fingerprint: &'a str,
    observer: &'a mut dyn Observer,
    steps: usize,
    shared: Vec<PhaseFolder>,
    notes: Vec<String>,
    /// The phase before, and the F1 that it ended with.
    before: Option<(String, f64)>,
}

/// A phase that ends below this share of the F1 of the phase before it has unlearnt what that knew.
const FAR_BELOW: f64 = 0.5;

/// What is said of such a phase.
fn far_below(name: &str, own: f64, before: &str, f1: f64) -> String {
    let [own, f1] = [own, f1].map(|f1| 100.0 * f1);
    format!(
        "phase {name} ends at F1 {own:.2} on development data, and phase {before} before it at {f1:.2}: it has too few \
         steps, or another learning rate than it needs"
    )
}

/// Where a phase leaves its model.
#[derive(Debug, Clone)]
pub enum Place {
    /// In the cache, in a folder that is named by all that the phase depends on: two runs that have it in common train
    /// it once.
    Shared,
    /// In these model directories.
    Models(Models),
}

/// What a phase is.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// How it is trained; the loop has its name: `source`, `student` …
    pub work: TrainingLoop<'a>,
    /// Its sentences, those among them that are left out.
    pub sentences: usize,
    /// Where its model goes.
    pub place: Place,
}

/// A phase that is over.
#[derive(Debug, Clone)]
pub struct Phase {
    /// The folders of the weights that are best on the source's development data and, where there are labelled target
    /// sentences, on the target's.
    pub models: Models,
    /// What training reached.
    pub report: TrainReport,
}

impl Plan<'_> {
    /// Counts the sentences of a phase, and those that are empty or longer than `training.longest`.
    #[must_use]
    pub fn of<'s>(self, sentences: impl ExactSizeIterator<Item = &'s Sentence>) -> Self {
        let (count, longest) = (sentences.len(), self.work.training.longest);
        let kept = sentences.filter(|sentence| (1..=longest).contains(&sentence.len())).count();
        let work = TrainingLoop { left_out: count - kept, ..self.work };
        Self { work, sentences: count, ..self }
    }
}

impl<'a> Phases<'a> {
    pub(super) fn new(
        device: Device,
        [out, cache]: [&'a Path; 2],
        models: Models,
        with_target: bool,
        fingerprint: &'a str,
        observer: &'a mut dyn Observer,
    ) -> Self {
        let (steps, shared, notes, before) = (0, Vec::new(), Vec::new(), None);
        Self { device, out, cache, models, with_target, fingerprint, observer, steps, shared, notes, before }
    }

    /// The hash of the run's config and data.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint
    }

    /// Steps of all phases so far.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The phases so far that runs may share.
    pub fn shared(&self) -> Vec<PhaseFolder> {
        self.shared.clone()
    }

    /// What a person should know of, so far; the report keeps it.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Tells the observer what a person should know of, and keeps it for the report.
    ///
    /// # Errors
    /// As [`Phases::tell`].
    pub fn note(&mut self, phase: &str, text: String) -> Result<()> {
        self.notes.push(text);
        let text = self.notes.last().map_or("", String::as_str);
        match self.observer.event(&Event { phase, what: What::Note(text) }) {
            Flow::Continue => Ok(()),
            Flow::Stop => Err(Error::Stopped { step: self.steps, checkpoint: Some(self.out.to_owned()) }),
        }
    }

    /// Looks at what a phase ended with. The notes of its training were told while it ran, unless it is `cached`.
    fn judge(&mut self, name: &str, report: &TrainReport, cached: bool) -> Result<()> {
        for note in &report.notes {
            let text = format!("phase {name}: {note}");
            if cached { self.note(name, text)? } else { self.notes.push(text) }
        }
        let Some(best) = &report.best else { return Ok(()) };
        if let Some((before, f1)) = self.before.replace((name.to_owned(), best.f1))
            && report.notes.is_empty()
            && best.f1 < FAR_BELOW * f1
        {
            self.note(name, far_below(name, best.f1, &before, f1))?;
        }
        Ok(())
    }

    /// Who follows the run.
    pub fn observer(&mut self) -> &mut dyn Observer {
        self.observer
    }

    /// Tells the observer. Where it asks for a stop the run ends here, and the same call goes on: between two phases
    /// nothing is lost.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub fn tell(&mut self, phase: &str, what: What<'_>) -> Result<()> {
        match self.observer.event(&Event { phase, what }) {
            Flow::Continue => Ok(()),
            Flow::Stop => Err(Error::Stopped { step: self.steps, checkpoint: Some(self.out.to_owned()) }),
        }
    }

    /// A phase that was over before, in this run or in another one with the same cache.
    ///
    /// # Errors
    /// [`Error::Folder`] when its folder holds something else; [`Error::Stopped`].
    pub fn finished(&mut self, plan: &Plan<'_>) -> Result<Option<Phase>> {
        let folders = self.folders(plan);
        match plan.work.finished(&folders.by_source)? {
            Some(report) => Ok(Some(self.end(plan, folders, report, true)?)),
            None => Ok(None),
        }
    }

    /// Trains a phase, or takes it as it was trained before.
    ///
    /// # Errors
    /// Those of [`TrainingLoop::run`].
    pub fn train(&mut self, plan: &Plan<'_>, learner: &mut dyn Learner) -> Result<Phase> {
        if let Some(phase) = self.finished(plan)? {
            return Ok(phase);
        }
        let folders = self.folders(plan);
        files::create_folder(&folders.by_source)?;
        self.tell(plan.work.phase, What::Begin { sentences: plan.sentences })?;
        let (out, target_out) = (&folders.by_source, self.with_target.then_some(folders.by_target.as_path()));
        let trained = plan.work.run(learner, out, target_out, self.observer);
        let report = trained.inspect_err(|_| {
            // It is empty where there was no checkpoint yet, and else it stays.
            let _ = std::fs::remove_dir(&folders.by_source);
        })?;
        self.end(plan, folders, report, false)
    }

    /// Trains a phase by a function that has a loop of its own, such as [`xner_tagger::train`]: whatever the loop calls
    /// the phase, its events and faults have this name. `folder` is where it leaves its model.
    ///
    /// # Errors
    /// Those of `train`.
    pub fn train_by(
        &mut self,
        name: &str,
        sentences: usize,
        folder: &Path,
        train: impl FnOnce(&mut dyn Observer) -> Result<TrainReport>,
    ) -> Result<TrainReport> {
        self.tell(name, What::Begin { sentences })?;
        let (observer, mut cached) = (&mut *self.observer, true);
        let mut named = |event: &Event<'_>| {
            cached = false;
            observer.event(&Event { phase: name, what: event.what })
        };
        let report = train(&mut named).map_err(|fault| match fault {
            Error::Diverged { phase: _, step, epoch, what, value, checkpoint } => {
                Error::Diverged { phase: name.to_owned(), step, epoch, what, value, checkpoint }
            }
            fault => fault,
        })?;
        self.steps += report.steps;
        self.judge(name, &report, cached)?;
        self.tell(name, What::End { cached, folder: Some(folder) })?;
        Ok(report)
    }

    fn folders(&self, plan: &Plan<'_>) -> Models {
        match &plan.place {
            Place::Models(models) => models.clone(),
            Place::Shared => {
                let folder = self.cache.join(format!("{}-{}", plan.work.phase, &plan.work.fingerprint[..16]));
                Models::new(&folder, Select::SourceDev)
            }
        }
    }

    fn end(&mut self, plan: &Plan<'_>, models: Models, report: TrainReport, cached: bool) -> Result<Phase> {
        self.steps += report.steps;
        let folder = models.by_source.clone();
        if matches!(plan.place, Place::Shared) {
            let own = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.shared.push(PhaseFolder { name: plan.work.phase.to_owned(), folder: own });
        }
        self.judge(plan.work.phase, &report, cached)?;
        self.tell(plan.work.phase, What::End { cached, folder: Some(&folder) })?;
        Ok(Phase { models, report })
    }
}
