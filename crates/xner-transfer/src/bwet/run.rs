//! A run: translation, training, scores.

use std::path::Path;

use xner_tagger::{
    Device, Fingerprint, Observer, TargetDev, TrainData, TrainReport, train, train_with_target,
};

use super::config::BwetConfig;
use super::data::BwetData;
use super::translation::{Translated, translated};
use crate::folders::Folders;
use crate::identity::claim;
use crate::report::{Select, TransferReport, settings};
use crate::{Error, Result};

/// Trains a tagger for the target language on the translated source and writes its model directory to `out`.
///
/// In `out` are then, beside the model: `transfer-report.json` with the scores; `translated`, the translated sentences
/// and what became of their words; and, where there are labelled target sentences to choose by, `by-target` or
/// `by-source`: the model with the weights that the other choice gives.
///
/// The run may be killed at any time: the same call goes on from the last checkpoint, and ends with the same bytes. A
/// run that is finished is not repeated.
///
/// # Errors
/// [`Error::Setting`] and [`Error::Data`] for what cannot be trained; [`Error::Folder`] when `out` holds another run;
/// faults of training; a stop that the observer asked for is [`xner_tagger::Error::Stopped`].
pub fn run(
    config: &BwetConfig,
    data: &BwetData,
    out: &Path,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TransferReport> {
    config.check()?;
    check(config, data)?;
    let fingerprint = fingerprint(config, data)?;
    let text = translated(config, data)?;
    let Some(_claim) = claim(out, &fingerprint, device)? else { return TransferReport::read(out) };
    text.write(&out.join("translated"), &data.dictionary)?;
    let folders = Folders::new(out, config.select);
    let training = tagger(config, data, text, &folders, device, observer)?;
    let [by_source_dev, by_target_dev] = folders.scored(&training, &data.target_test, device)?;
    let report = TransferReport {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        method: "bwet".to_owned(),
        row: config.row.clone(),
        source: config.source.language.clone(),
        target: config.target.language.clone(),
        seed: config.seed,
        select: config.select,
        fingerprint,
        mapping_criterion: None,
        parameters: training.parameters,
        steps: training.steps,
        by_source_dev,
        by_target_dev,
        encoder: None,
        rounds: Vec::new(),
        phases: Vec::new(),
        config: settings(&config.without_paths())?,
    };
    report.write(out)?;
    Ok(report)
}

fn tagger(
    config: &BwetConfig,
    data: &BwetData,
    text: Translated,
    folders: &Folders,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    let vectors = Some(data.vectors.clone());
    let sentences = TrainData { train: text.train, dev: text.dev, vectors, extra_words: Vec::new() };
    let (settings, out) = (config.train_config(), &folders.by_source);
    if data.target_dev.is_empty() {
        return Ok(train(&settings, sentences, out, device, observer)?);
    }
    let target = TargetDev { vectors: &data.vectors, dev: &data.target_dev, out: &folders.by_target };
    Ok(train_with_target(&settings, sentences, &target, out, device, observer)?)
}

/// What training could not say as well.
fn check(config: &BwetConfig, data: &BwetData) -> Result<()> {
    if data.dev.is_empty() {
        return Err(Error::setting("source.dev", "has no sentence, expected some to choose weights by"));
    }
    if config.select == Select::TargetDev && data.target_dev.is_empty() {
        return Err(Error::setting("target.dev", "has no sentence, but `select` is `target-dev`"));
    }
    Ok(())
}

fn fingerprint(config: &BwetConfig, data: &BwetData) -> Result<String> {
    let settings = settings(&config.without_paths())?.to_string();
    let mut print = Fingerprint::new();
    print.bytes(b"bwet").bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(settings.as_bytes());
    print.corpus(&data.train).corpus(&data.dev).corpus(&data.target_dev).corpus(&data.target_test);
    for word in data.vectors.words() {
        print.bytes(word.as_bytes());
    }
    print.floats(data.vectors.data());
    for (word, translation) in data.dictionary.iter() {
        print.bytes(word.as_bytes()).bytes(translation.word.as_bytes());
        print.floats(&[translation.score.unwrap_or(f32::NAN)]);
    }
    Ok(print.digest())
}
