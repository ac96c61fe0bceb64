//! The loop itself.

use std::path::{Path, PathBuf};

use rand::seq::SliceRandom;
use xner_core::{Evaluation, Event, Flow, Measure, Observer, What};
use xner_corpus::write::remove_partial;

use crate::average::Average;
use crate::checkpoint::{Checkpoint, CheckpointFolder, DATA, Progress, has_checkpoint};
use crate::config::TrainingConfig;
use crate::learner::{Learner, Moment, StepOutcome};
use crate::notes::tell_notes;
use crate::report::{Ending, REPORT, TrainReport};
use crate::seeds::{Purpose, stream};
use crate::settings::other_run;
use crate::tensors::Tensors;
use crate::{Error, Result, files};

/// A training run: order, schedule, evaluation, the best weights, early stop, checkpoints, the report.
///
/// A run that was killed goes on from its last checkpoint when it is started again with the same config, data
/// and folder, and ends with the same bytes as one that was never killed. A run that is already finished is not
/// repeated.
#[derive(Debug, Clone)]
pub struct TrainingLoop<'a> {
    /// What it is called: in events and faults.
    pub phase: &'a str,
    /// Decides the order of the sentences.
    pub seed: u64,
    /// How it is trained.
    pub training: &'a TrainingConfig,
    /// The whole config, for the report, without paths.
    pub settings: serde_json::Value,
    /// A hash of all that the run depends on, the config and the data.
    pub fingerprint: String,
    /// Whether the learner begins with trained weights, and not with a new head on a pretrained encoder or with random
    /// ones. Such weights are scored before the first step, as step 0, and may be chosen.
    pub trained: bool,
    /// Training sentences that the learner left out, for the report.
    pub left_out: usize,
}

impl TrainingLoop<'_> {
    /// The report of a finished run with the same fingerprint in the folder `out`, if there is one. What a kill at its
    /// end left there goes.
    ///
    /// # Errors
    /// [`Error::Folder`] when the folder holds another model; [`Error::Io`] and [`Error::Model`] for a report that does
    /// not read.
    pub fn finished(&self, out: &Path) -> Result<Option<TrainReport>> {
        if has_checkpoint(out) || !out.join("config.json").exists() {
            return Ok(None);
        }
        let path = out.join(REPORT);
        let report = if path.exists() { Some(files::read_json::<TrainReport>(&path)?) } else { None };
        match report {
            Some(report) if report.fingerprint == self.fingerprint => {
                CheckpointFolder::clear(out);
                Ok(Some(report))
            }
            report => {
                let what = "already holds a model of another run";
                let there = report.as_ref().map(|report| &report.config);
                let why = other_run(what, there, &self.settings, DATA);
                Err(Error::folder(out, format!("{why}; take another output folder, or remove it")))
            }
        }
    }

    /// Trains `learner` and writes the model directory `out`; and `target_out`, if there is one, with the weights that
    /// are best on the target language's development data ([`Learner::evaluate_target`]).
    ///
    /// # Errors
    /// [`Error::Diverged`] when the loss or gradient is no longer finite; [`Error::Stopped`] when the observer
    /// says so; [`Error::Folder`] when the folder holds a checkpoint of another run; faults of files.
    pub fn run(
        &self,
        learner: &mut dyn Learner,
        out: &Path,
        target_out: Option<&Path>,
        observer: &mut dyn Observer,
    ) -> Result<TrainReport> {
        if let Some(report) = self.finished(out)? {
            return Ok(report);
        }
        if learner.sentences() == 0 {
            return Err(Error::data(
                "there is no sentence to train on (empty and too long ones are left out)",
            ));
        }
        let folder = CheckpointFolder::open(out)?;
        // What a process that was killed was writing.
        let checkpoint = folder.file();
        for own in [Some(out), target_out, checkpoint.parent()].into_iter().flatten() {
            if own.is_dir() {
                remove_partial(own)?;
            }
        }
        if self.left_out > 0 {
            let (left_out, used) = (self.left_out, learner.sentences());
            let note = format!(
                "{left_out} training sentences are left out, for they are empty or too long; {used} are used"
            );
            tell_notes(self.phase, &[note], observer);
        }
        let mut run = Run {
            plan: self,
            learner,
            observer,
            out,
            target_out,
            file: checkpoint,
            progress: Progress::default(),
            best: None,
            best_target: None,
            average: None,
        };
        match run.resume().and_then(|()| run.train()) {
            Ok(report) => {
                folder.remove()?;
                Ok(report)
            }
            Err(fault) => {
                folder.abandon();
                Err(fault)
            }
        }
    }
}

struct Run<'a> {
    plan: &'a TrainingLoop<'a>,
    learner: &'a mut dyn Learner,
    observer: &'a mut dyn Observer,
    out: &'a Path,
    target_out: Option<&'a Path>,
    file: PathBuf,
    progress: Progress,
    best: Option<Tensors>,
    best_target: Option<Tensors>,
    average: Option<Average>,
}

impl Run<'_> {
    fn resume(&mut self) -> Result<()> {
        self.progress.fingerprint.clone_from(&self.plan.fingerprint);
        self.progress.settings = Some(self.plan.settings.clone());
        if self.file.exists() {
            let checkpoint = Checkpoint::read(&self.file, &self.plan.fingerprint, &self.plan.settings)?;
            self.progress = checkpoint.progress;
            self.best = self.progress.best.is_some().then_some(checkpoint.best);
            self.best_target = self.progress.best_target.is_some().then_some(checkpoint.best_target);
            let average = self.plan.training.average;
            self.average = (average > 0.0).then(|| Average::of(average, checkpoint.average));
            self.learner.set_weights(checkpoint.weights, &self.file)?;
            self.learner.set_state(checkpoint.state, &self.file)?;
        }
        Ok(())
    }

    fn train(&mut self) -> Result<TrainReport> {
        let training = self.plan.training;
        let sentences = self.learner.sentences();
        let parameters = self.learner.weights().values();
        if self.average.is_none() && training.average > 0.0 {
            self.average = Some(Average::of(training.average, self.learner.weights()));
        }
        let steps = training.steps_of(sentences) * self.epochs();
        self.tell(What::Started { sentences, steps, resumed: self.progress.steps, parameters })?;
        // A run that goes on has scored it already, if anything was scored.
        if self.plan.trained && self.progress.steps == 0 && self.progress.history.is_empty() {
            self.check_weights()?;
            if self.evaluate(0)? == Flow::Stop {
                self.checkpoint()?;
                return Err(self.stopped());
            }
        }
        while self.progress.ending.is_none() {
            self.epoch()?;
        }
        let mut report = self.report(parameters);
        if let Some(note) = self.nothing_learnt() {
            self.tell(What::Note(&note))?;
            report.notes.push(note);
        }
        if let (Some(folder), Some(best)) = (self.target_out, &self.best_target) {
            // There are also the best by the source, since both are told by the same evaluations.
            self.learner.set_weights(best.clone(), &self.file)?;
            self.learner.save(folder, &report)?;
        }
        if let Some(best) = self.best.as_ref().or(self.average.as_ref().map(|average| &average.weights)) {
            self.learner.set_weights(best.clone(), &self.file)?;
        }
        // Last, since a folder that holds a model and no checkpoint is a finished run's.
        self.learner.save(self.out, &report)?;
        Ok(report)
    }

    /// What is said of a training that ends without a right entity.
    fn nothing_learnt(&self) -> Option<String> {
        let best = self.progress.best.as_ref().filter(|best| best.f1 <= 0.0)?;
        let (steps, rate) = (self.progress.steps, self.plan.training.optimiser.rate());
        let loss = best.loss;
        Some(format!(
            "F1 on development data is 0.00 after {steps} steps at the rate {rate} (loss {loss:.3}): nothing was \
             learnt. Small data want a higher rate or more epochs; `xner train --find-rate` tries rates"
        ))
    }

    /// Times over the sentences.
    fn epochs(&self) -> usize {
        self.plan.training.epochs_of(self.learner.sentences())
    }

    /// Whether an epoch's end is due to be evaluated. Epochs that are short, of which there are more than was said, are
    /// not all: their evaluations would take longer than they.
    fn far_enough(&self) -> bool {
        let apart = self.plan.training.least_steps / self.plan.training.epochs;
        let before = self.progress.history.last().map_or(0, |evaluation| evaluation.step);
        self.progress.steps - before >= apart
    }

    /// The rest of the running epoch.
    fn epoch(&mut self) -> Result<()> {
        let training = self.plan.training;
        let epoch = self.progress.epoch;
        let mut order: Vec<usize> = (0..self.learner.sentences()).collect();
        order.shuffle(&mut stream(self.plan.seed, Purpose::Shuffle, epoch, 0));
        let batches = order.chunks(training.batch);
        let count = batches.len();
        for batch in batches.skip(self.progress.batches) {
            let flow = self.step(batch)?;
            let last = self.progress.batches == count;
            let due = |every: usize| every > 0 && self.progress.steps.is_multiple_of(every);
            let end = training.evaluate_every == 0 && self.far_enough();
            let evaluate = due(training.evaluate_every) || (last && (end || epoch + 1 == self.epochs()));
            let save = evaluate || due(training.checkpoint_every) || flow == Flow::Stop;
            if save {
                self.check_weights()?;
            }
            let stop = evaluate && self.evaluate(epoch + 1)? == Flow::Stop;
            if last {
                self.end_epoch(count);
            }
            if save || stop {
                self.checkpoint()?;
            }
            if flow == Flow::Stop || stop {
                return Err(self.stopped());
            }
            if last {
                let loss = self.progress.losses.last().copied().unwrap_or_default();
                self.tell(What::EpochEnd { epoch: epoch + 1, loss })?;
            }
            if self.progress.ending.is_some() {
                break;
            }
        }
        Ok(())
    }

    fn step(&mut self, batch: &[usize]) -> Result<Flow> {
        let training = self.plan.training;
        let (epoch, step) = (self.progress.epoch, self.progress.steps);
        let steps = training.steps_of(self.learner.sentences()) * self.epochs();
        let rate = training.schedule.rate(training.optimiser.rate(), epoch, step, steps);
        let StepOutcome { loss, gradient_norm } = self.learner.step(batch, &Moment { epoch, step, rate })?;
        for (what, value) in [("loss", loss), ("gradient norm", gradient_norm)] {
            if !value.is_finite() {
                return Err(self.diverged(step + 1, what, value));
            }
        }
        self.progress.steps += 1;
        if let Some(average) = &mut self.average
            && Average::takes(step + 1)
        {
            average.take(step + 1, &self.learner.weights());
        }
        self.progress.batches += 1;
        self.progress.epoch_loss += f64::from(loss);
        self.progress.recent_loss.0 += f64::from(loss);
        self.progress.recent_loss.1 += 1;
        Ok(self.event(What::Step { epoch: epoch + 1, step: step + 1, loss, gradient_norm, rate }))
    }

    fn diverged(&self, step: usize, what: &'static str, value: f32) -> Error {
        let checkpoint = self.file.exists().then(|| self.file.clone());
        let (phase, epoch) = (self.plan.phase.to_owned(), self.progress.epoch + 1);
        Error::Diverged { phase, step, epoch, what, value, checkpoint }
    }

    /// A finite loss may still have moved a weight out of range: no such weights are scored or saved.
    fn check_weights(&self) -> Result<()> {
        let weights = self.learner.weights();
        let odd = weights.iter().flat_map(|(_, tensor)| &tensor.values).find(|value| !value.is_finite());
        odd.map_or(Ok(()), |&value| Err(self.diverged(self.progress.steps, "largest weight", value)))
    }

    /// Scores the weights as they are; `epoch` is 0 before the first step.
    fn evaluate(&mut self, epoch: usize) -> Result<Flow> {
        let last = match &self.average {
            None => None,
            Some(average) => {
                let last = self.learner.weights();
                self.learner.set_weights(average.weights.clone(), &self.file)?;
                Some(last)
            }
        };
        let scores = self.learner.evaluate();
        // Without the source's there is nothing to record the target's beside.
        let target = if matches!(scores, Ok(Some(_))) { self.learner.evaluate_target() } else { Ok(None) };
        if let Some(last) = last {
            self.learner.set_weights(last, &self.file)?;
        }
        // Weights may all be finite, and scores made of them not.
        let of_scores = |fault| match fault {
            Error::Crf(_) => self.diverged(self.progress.steps, "score of a tag", f32::NAN),
            fault => fault,
        };
        let (Some(scores), target) = (scores.map_err(of_scores)?, target.map_err(of_scores)?) else {
            return Ok(Flow::Continue);
        };
        let (sum, count) = std::mem::take(&mut self.progress.recent_loss);
        let evaluation = Evaluation {
            epoch,
            step: self.progress.steps,
            loss: sum / count.max(1) as f64,
            precision: scores.precision,
            recall: scores.recall,
            f1: scores.f1,
            target,
        };
        let mut flow = self.event(What::Evaluated(&evaluation));
        for Measure { name, value, note } in self.learner.measures() {
            if self.event(What::Measured { name, value, note }) == Flow::Stop {
                flow = Flow::Stop;
            }
        }
        // Step 0 may be scored for comparison alone.
        if epoch == 0 && !self.plan.training.choose_start {
            self.progress.history.push(evaluation);
            return Ok(flow);
        }
        let f1 = |evaluation: &Evaluation| evaluation.target.map_or(-1.0, |target| target.f1);
        let before = self.progress.best_target.as_ref().map_or(-1.0, f1);
        if f1(&evaluation) > before {
            self.best_target = Some(self.scored());
            self.progress.best_target = Some(evaluation.clone());
        }
        if self.progress.best.as_ref().is_none_or(|best| evaluation.f1 > best.f1) {
            self.best = Some(self.scored());
            self.progress.best = Some(evaluation.clone());
            self.progress.stale = 0;
            if self.event(What::NewBest(&evaluation)) == Flow::Stop {
                flow = Flow::Stop;
            }
        } else {
            self.progress.stale += 1;
            let patience = self.plan.training.patience;
            if patience > 0 && self.progress.stale >= patience {
                self.progress.ending = Some(Ending::Patience);
            }
        }
        self.progress.history.push(evaluation);
        Ok(flow)
    }

    /// The weights that are scored: the average, where there is one.
    fn scored(&self) -> Tensors {
        self.average.as_ref().map_or_else(|| self.learner.weights(), |average| average.weights.clone())
    }

    /// Moves on to the next epoch. Done before the checkpoint, so that no epoch ends twice.
    fn end_epoch(&mut self, batches: usize) {
        self.progress.losses.push(self.progress.epoch_loss / batches as f64);
        self.progress.epoch_loss = 0.0;
        self.progress.batches = 0;
        self.progress.epoch += 1;
        if self.progress.ending.is_none() && self.progress.epoch == self.epochs() {
            self.progress.ending = Some(Ending::Epochs);
        }
    }

    fn checkpoint(&mut self) -> Result<()> {
        let checkpoint = Checkpoint {
            progress: self.progress.clone(),
            weights: self.learner.weights(),
            state: self.learner.state(),
            best: self.best.clone().unwrap_or_default(),
            best_target: self.best_target.clone().unwrap_or_default(),
            average: self.average.as_ref().map(|average| average.weights.clone()).unwrap_or_default(),
        };
        checkpoint.write(&self.file)?;
        let (step, path) = (self.progress.steps, self.file.clone());
        // A stop that is asked for here is asked for again at the next step.
        let _ = self.event(What::Checkpoint { step, path: &path });
        Ok(())
    }

    fn event(&mut self, what: What<'_>) -> Flow {
        self.observer.event(&Event { phase: self.plan.phase, what })
    }

    /// Tells the observer something between two steps; a wish to stop is granted at once.
    fn tell(&mut self, what: What<'_>) -> Result<()> {
        if self.event(what) == Flow::Stop {
            self.checkpoint()?;
            return Err(self.stopped());
        }
        Ok(())
    }

    fn stopped(&self) -> Error {
        Error::Stopped { step: self.progress.steps, checkpoint: Some(self.file.clone()) }
    }

    fn report(&self, parameters: usize) -> TrainReport {
        let progress = self.progress.clone();
        TrainReport {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            fingerprint: progress.fingerprint,
            sentences: self.learner.sentences(),
            left_out: self.plan.left_out,
            parameters,
            steps: progress.steps,
            ending: progress.ending.unwrap_or(Ending::Epochs),
            best: progress.best,
            best_target: progress.best_target,
            history: progress.history,
            losses: progress.losses,
            notes: Vec::new(),
            config: self.plan.settings.clone(),
        }
    }
}
