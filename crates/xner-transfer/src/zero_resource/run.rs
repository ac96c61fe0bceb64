//! A run: mapping, base model, augmented fine-tuning, scores.

use std::path::{Path, PathBuf};

use xner_corpus::Sentence;
use xner_embed::Vectors;
use xner_embed::dictionary::Dictionary;
use xner_tagger::train::Evaluation;
use xner_tagger::{Device, Fingerprint, Tagger, TrainReport, evaluate, open, open_source, save_mapped};

use super::augmented::ROUNDS;
use super::config::{Variant, ZeroResourceConfig};
use super::data::ZeroResourceData;
use super::observer::{Event, Observer, Phase};
use super::phases::{Out, base, joint};
use super::words::{Space, both, space};
use crate::error::granted;
use crate::files::read_json;
use crate::identity::claim;
use crate::report::{Select, Selected, TransferReport, settings};
use crate::{Error, Result};

/// Trains a tagger for the target language and writes its model directory to `out`.
///
/// In `out` are then, beside the model: `transfer-report.json` with the scores; `mapping`, where a mapping was learnt;
/// `source`, the base model with the source's words; and, where there are labelled target sentences to choose by,
/// `source-by-target`, and `by-target` or `by-source`: the same models with the weights that the other choice gives.
///
/// The run may be killed at any time: the same call goes on from where it was, and ends with the same bytes. A run
/// that is finished is not repeated.
///
/// # Errors
/// [`Error::Setting`] and [`Error::Data`] for what cannot be trained; [`Error::Folder`] when `out` holds another run;
/// faults of mapping and training; a stop that the observer asked for is [`xner_tagger::Error::Stopped`] or
/// [`xner_embed::Error::Stopped`].
pub fn run(
    config: &ZeroResourceConfig,
    data: &ZeroResourceData,
    out: &Path,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TransferReport> {
    config.check()?;
    check(config, data)?;
    both(config, data)?;
    let fingerprint = fingerprint(config, data)?;
    let Some(_claim) = claim(out, &fingerprint, device)? else { return TransferReport::read(out) };
    let folders = Folders::new(out, config.select);
    tell(observer, Phase::Mapping, out)?;
    let space = space(config, data, &out.join("mapping"), device, observer)?;
    tell(observer, Phase::Source, out)?;
    let first = Out { by_source: &folders.source, by_target: &folders.source_by_target };
    let mut training = base(config, data, &space, &first, device, observer)?;
    let augmented = config.variant == Variant::CrossAugmented;
    if augmented {
        tell(observer, Phase::Joint, out)?;
        let chosen = match config.select {
            Select::SourceDev => &folders.source,
            Select::TargetDev => &folders.source_by_target,
        };
        let last = Out { by_source: &folders.by_source, by_target: &folders.by_target };
        training = joint(config, data, &space.target, chosen, &last, device, observer)?;
    }
    tell(observer, Phase::Scoring, out)?;
    let choices = Choices { config, data, space: &space, folders: &folders, device };
    // The folder of the chosen weights is `out` itself, and comes last.
    let by_source = choices.score(Select::SourceDev, training.best.as_ref())?;
    let by_target = choices.score(Select::TargetDev, training.best_target.as_ref())?;
    let report = report(config, fingerprint, &space, &training, by_source, by_target, &folders)?;
    report.write(out)?;
    Ok(report)
}

/// The folders of a run.
struct Folders {
    source: PathBuf,
    source_by_target: PathBuf,
    by_source: PathBuf,
    by_target: PathBuf,
}

impl Folders {
    fn new(out: &Path, select: Select) -> Self {
        let (by_source, by_target) = match select {
            Select::SourceDev => (out.to_owned(), out.join("by-target")),
            Select::TargetDev => (out.join("by-source"), out.to_owned()),
        };
        Self {
            source: out.join("source"),
            source_by_target: out.join("source-by-target"),
            by_source,
            by_target,
        }
    }
}

struct Choices<'a> {
    config: &'a ZeroResourceConfig,
    data: &'a ZeroResourceData,
    space: &'a Space,
    folders: &'a Folders,
    device: &'a Device,
}

impl Choices<'_> {
    /// Writes the model with the weights of a choice, where fine-tuning has not done so, and scores it.
    fn score(&self, select: Select, best: Option<&Evaluation>) -> Result<Option<Selected>> {
        let Some(best) = best else { return Ok(None) };
        let (base, out) = match select {
            Select::SourceDev => (&self.folders.source, &self.folders.by_source),
            Select::TargetDev => (&self.folders.source_by_target, &self.folders.by_target),
        };
        let ZeroResourceData { source, target, .. } = self.data;
        let augmented = self.config.variant == Variant::CrossAugmented;
        let tagger = if augmented {
            open(out, self.device)?
        } else {
            save_mapped(base, &self.space.target, out, self.device)?
        };
        let mut selected = Selected::of(best);
        if !target.test.is_empty() {
            selected.target_test = Some((&evaluate(tagger.as_ref(), &target.test)?).into());
        }
        if !source.test.is_empty() {
            let tagger: Box<dyn Tagger> = match (augmented, &self.space.source) {
                (true, Some(vectors)) => open_source(out, vectors, self.device)?,
                _ => open(base, self.device)?,
            };
            selected.source_test = Some((&evaluate(tagger.as_ref(), &source.test)?).into());
        }
        Ok(Some(selected))
    }
}

fn report(
    config: &ZeroResourceConfig,
    fingerprint: String,
    space: &Space,
    training: &TrainReport,
    by_source_dev: Option<Selected>,
    by_target_dev: Option<Selected>,
    folders: &Folders,
) -> Result<TransferReport> {
    let rounds = folders.by_source.join(ROUNDS);
    Ok(TransferReport {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        method: "zero-resource".to_owned(),
        row: config.row(),
        source: config.source.language.clone(),
        target: config.target.language.clone(),
        seed: config.seed,
        select: config.select,
        fingerprint,
        mapping_criterion: space.criterion,
        parameters: training.parameters,
        steps: training.steps,
        by_source_dev,
        by_target_dev,
        encoder: None,
        rounds: if rounds.exists() { read_json(&rounds)? } else { Vec::new() },
        phases: Vec::new(),
        config: settings(&config.without_paths())?,
    })
}

/// What no phase could say as well.
fn check(config: &ZeroResourceConfig, data: &ZeroResourceData) -> Result<()> {
    if data.source.dev.is_empty() {
        return Err(Error::setting("source.dev", "has no sentence, expected some to choose weights by"));
    }
    if config.select == Select::TargetDev && data.target.dev.is_empty() {
        let message = "has no sentence, but `select` is `target-dev`";
        return Err(Error::setting("target.dev", message));
    }
    let longest = config.joint_config().training.longest;
    let usable = |sentence: &Sentence| (1..=longest).contains(&sentence.len());
    if config.variant == Variant::CrossAugmented && !data.target.unlabelled.iter().any(usable) {
        let message = format!(
            "has no sentence of 1 to {longest} tokens, expected some: Cross-Augmented learns from raw target text"
        );
        return Err(Error::setting("target.unlabelled", message));
    }
    Ok(())
}

/// A hash of the config and the data.
pub(super) fn fingerprint(config: &ZeroResourceConfig, data: &ZeroResourceData) -> Result<String> {
    let mut print = Fingerprint::new();
    let settings = settings(&config.without_paths())?.to_string();
    print.bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(settings.as_bytes());
    let ZeroResourceData { source, target, mapping, dictionary } = data;
    print.corpus(&source.train).corpus(&source.dev).corpus(&source.test);
    print.corpus(&target.dev).corpus(&target.test);
    print.sentences(&target.unlabelled);
    for vectors in [&source.vectors, &target.vectors] {
        print.bytes(&(vectors.as_ref().map_or(0, Vectors::len) as u64).to_le_bytes());
        if let Some(vectors) = vectors {
            print.words(vectors.words()).floats(vectors.data());
        }
    }
    if let Some(mapping) = mapping {
        for matrix in [&mapping.source, &mapping.target] {
            let values: Vec<u8> = matrix.data().iter().flat_map(|value| value.to_le_bytes()).collect();
            print.bytes(&values);
        }
    }
    for (word, translation) in dictionary.iter().flat_map(Dictionary::iter) {
        print.bytes(word.as_bytes()).bytes(translation.word.as_bytes());
    }
    Ok(print.digest())
}

/// Tells that a phase begins. Between two phases nothing is lost by a stop.
fn tell(observer: &mut dyn Observer, phase: Phase, out: &Path) -> Result<()> {
    granted(observer.event(&Event::Phase(phase)), 0, out)
}
