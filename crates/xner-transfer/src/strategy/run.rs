//! The one run of all strategies.

use std::path::Path;

use xner_train::{
    Checked, Device, Evaluation, Fingerprint, Observer, Settings, What, check_entities, corpus_notes,
    holds_entities,
};

use super::claim::claim;
use super::models::Models;
use super::phases::Phases;
use super::{Common, Corpora, Strategy};
use crate::report::{Select, Selected, TransferReport};
use crate::{Error, Result};

/// The folder, in a run's, of phases that other runs may share.
pub const PHASES: &str = "phases";

/// Trains a tagger for the target language by a strategy and writes its model directory to `out`.
///
/// In `out` are then, beside the model: `transfer-report.json` with the scores; what the strategy says; and, where
/// there are labelled target sentences to choose by, `by-target` or `by-source`: the model with the weights that the
/// other choice gives. What phases leave that runs may share is in `cache` (by default `out/phases`), in folders named
/// by what they depend on: runs with the same cache train what they have in common once.
///
/// The run may be killed at any time: the same call goes on from the last checkpoint, and ends with the same bytes. A
/// run that is finished is not repeated. A run that fails before it has a checkpoint leaves the folder to a mended
/// config.
///
/// # Errors
/// [`Error::Setting`] and [`Error::Data`] for what cannot be trained; [`Error::Folder`] when `out` holds another run;
/// [`Error::Diverged`] when a loss is no longer finite, with phase and step; faults of training; a stop that the
/// observer asked for is of the kind [`Stopped`](crate::ErrorKind::Stopped).
pub fn run<S: Strategy>(
    strategy: &S,
    config: &S::Config,
    data: &S::Data,
    out: &Path,
    cache: Option<&Path>,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TransferReport> {
    let config = config.clone().checked()?;
    check(strategy, &config, data)?;
    let fingerprint = fingerprint(strategy, &config, data)?;
    let Some(claim) = claim(out, &fingerprint, &config.to_json()?, device)? else {
        strategy.clean(out)?;
        return TransferReport::read(out);
    };
    claim.run(|| {
        let notes = strategy.fit(&config, data)?;
        let common = strategy.common(&config);
        let own = out.join(PHASES);
        let models = Models::new(out, common.select);
        let with_target = !strategy.corpora(data).target_dev.is_empty();
        let folders = [out, cache.unwrap_or(&own)];
        let mut phases = Phases::new(*device, folders, models, with_target, &fingerprint, observer);
        let Corpora { train, dev, target_dev, source_test, target_test } = strategy.corpora(data);
        let others = [
            ("source.dev", dev),
            ("target.dev", target_dev),
            ("source.test", source_test),
            ("target.test", target_test),
        ];
        for note in corpus_notes(train, &others, common.drop_types) {
            phases.tell("data", What::Note(&note))?;
        }
        for note in notes {
            phases.note("data", note)?;
        }
        let trained = strategy.train(&config, data, &mut phases)?;
        phases.tell("scoring", What::Begin { sentences: strategy.corpora(data).target_test.len() })?;
        let scored = |select: Select, best: Option<&Evaluation>, phases: &mut Phases<'_>| {
            let Some(best) = best else { return Ok::<_, Error>(None) };
            let mut selected = Selected::of(best);
            let model = phases.models.of(select).to_owned();
            strategy.score(&config, data, &model, phases, &mut selected)?;
            Ok(Some(selected))
        };
        let [by_source, by_target] = [&trained.report.best, &trained.report.best_target];
        let by_source_dev = scored(Select::SourceDev, by_source.as_ref(), &mut phases)?;
        // Where both choices fall on the same weights, these are scored once.
        let by_target_dev = match (&by_source_dev, by_target) {
            (Some(own), Some(other)) if own.step == other.step => Some(own.clone()),
            _ => scored(Select::TargetDev, by_target.as_ref(), &mut phases)?,
        };
        let report = TransferReport {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            method: strategy.name().to_owned(),
            row: common.row,
            source: common.source.to_owned(),
            target: common.target.to_owned(),
            seed: common.seed,
            select: common.select,
            fingerprint: fingerprint.clone(),
            encoder: trained.encoder,
            mapping_criterion: trained.mapping_criterion,
            parameters: trained.report.parameters,
            steps: phases.steps(),
            by_source_dev,
            by_target_dev,
            rounds: trained.rounds,
            base: trained.base,
            teachers: trained.teachers,
            phases: phases.shared(),
            notes: phases.notes().to_vec(),
            config: config.to_json()?,
        };
        report.write(out)?;
        strategy.clean(out)?;
        Ok(report)
    })
}

/// What training would find out late, or not say as well.
fn check<S: Strategy>(strategy: &S, config: &Checked<S::Config>, data: &S::Data) -> Result<()> {
    let Common { select, drop_types, .. } = strategy.common(config);
    let Corpora { train, dev, target_dev, source_test, target_test } = strategy.corpora(data);
    for (what, corpus) in [
        ("training", train),
        ("development", dev),
        ("target development", target_dev),
        ("source test", source_test),
        ("test", target_test),
    ] {
        check_entities(what, corpus)?;
    }
    if dev.is_empty() {
        return Err(Error::setting("source.dev", "has no sentence, expected some to choose weights by"));
    }
    if select == Select::TargetDev && target_dev.is_empty() {
        return Err(Error::setting("target.dev", "has no sentence, but `select` is `target-dev`"));
    }
    let chosen_by_target = select == Select::TargetDev;
    for (key, corpus, needed) in [
        ("source.train", train, true),
        ("source.dev", dev, true),
        ("target.dev", target_dev, chosen_by_target),
        ("source.test", source_test, !source_test.is_empty()),
        ("target.test", target_test, !target_test.is_empty()),
    ] {
        if needed {
            holds_entities(key, corpus, drop_types)?;
        }
    }
    strategy.check(config, data)
}

/// A hash of the config and the data: whose run a folder holds.
pub(crate) fn fingerprint<S: Strategy>(
    strategy: &S,
    config: &Checked<S::Config>,
    data: &S::Data,
) -> Result<String> {
    let mut print = Fingerprint::new();
    print.bytes(strategy.name().as_bytes()).bytes(env!("CARGO_PKG_VERSION").as_bytes());
    print.bytes(config.to_json()?.to_string().as_bytes());
    let Corpora { train, dev, target_dev, source_test, target_test } = strategy.corpora(data);
    for corpus in [train, dev, target_dev, source_test, target_test] {
        print.corpus(corpus);
    }
    strategy.fingerprint(config, data, &mut print)?;
    Ok(print.digest())
}
