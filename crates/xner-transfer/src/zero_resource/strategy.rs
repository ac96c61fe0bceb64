//! The method as a strategy: mapping, base model, augmented fine-tuning.

use std::path::Path;

use xner_corpus::Sentence;
use xner_embed::Vectors;
use xner_embed::dictionary::Dictionary;
use xner_tagger::{Tagger, evaluate, open, open_silenced, open_source, save_mapped};
use xner_train::{Checked, Error, Fingerprint, Result, What, files::read_json, on_device};

use super::augmented::ROUNDS;
use super::config::{Variant, Words, ZeroResourceConfig};
use super::data::ZeroResourceData;
use super::phases::{base, joint};
use super::words::{Space, both, space};
use crate::fit::{self, BY_SETTING, VectorsFit, direction, failed, settle};
use crate::report::{Select, Selected};
use crate::strategy::{Common, Corpora, Models, Phases, Strategy, Trained};

/// Zero-resource transfer.
///
/// Beside the model are then `mapping`, where a mapping was learnt; `source`, the base model with the source's words;
/// and, where there are labelled target sentences, `source-by-target`, the base model that is best on them.
#[derive(Debug, Clone, Copy, Default)]
pub struct ZeroResource;

impl Strategy for ZeroResource {
    type Config = ZeroResourceConfig;
    type Data = ZeroResourceData;

    fn name(&self) -> &'static str {
        "zero-resource"
    }

    fn common<'a>(&self, config: &'a ZeroResourceConfig) -> Common<'a> {
        Common {
            seed: config.seed,
            row: config.row(),
            select: config.select,
            source: &config.source.language,
            target: &config.target.language,
            drop_types: &[],
        }
    }

    fn read(&self, config: &ZeroResourceConfig) -> Result<ZeroResourceData> {
        ZeroResourceData::read(config)
    }

    fn corpora<'a>(&self, data: &'a ZeroResourceData) -> Corpora<'a> {
        let ZeroResourceData { source, target, .. } = data;
        Corpora {
            train: &source.train,
            dev: &source.dev,
            target_dev: &target.dev,
            source_test: &source.test,
            target_test: &target.test,
        }
    }

    fn check(&self, config: &Checked<ZeroResourceConfig>, data: &ZeroResourceData) -> Result<()> {
        let longest = config.joint_config().training.longest;
        let usable = |sentence: &Sentence| (1..=longest).contains(&sentence.len());
        if config.variant == Variant::CrossAugmented && !data.target.unlabelled.iter().any(usable) {
            let message = format!(
                "has no sentence of 1 to {longest} tokens, expected some: Cross-Augmented learns from raw target text"
            );
            return Err(Error::setting("target.unlabelled", message));
        }
        both(config, data).map(|_| ())
    }

    fn fit(&self, config: &Checked<ZeroResourceConfig>, data: &ZeroResourceData) -> Result<Vec<String>> {
        let Some((source, target)) = both(config, data)? else { return Ok(Vec::new()) };
        let own = data.source.train.iter().chain(&data.source.dev).map(|one| &one.sentence);
        let labelled = data.target.dev.iter().chain(&data.target.test).map(|one| &one.sentence);
        let other = data.target.unlabelled.iter().chain(labelled);
        let mut found = VectorsFit { source: Some(source), target: Some(target) }.findings(own, other);
        found.extend(data.dictionary.as_ref().and_then(|pairs| direction(pairs, source, target)));
        if let (Words::Mapped, Some(mapping)) = (config.words(), &data.mapping) {
            let (source, target) = (mapping.apply_source(source)?, mapping.apply_target(target)?);
            found.extend(fit::mapping(&source, &target, config.seed)?);
        }
        settle(found, config.misfit.unwrap_or_default(), BY_SETTING)
    }

    fn fingerprint(
        &self,
        _: &Checked<ZeroResourceConfig>,
        data: &ZeroResourceData,
        print: &mut Fingerprint,
    ) -> Result<()> {
        print.sentences(&data.target.unlabelled);
        add_vectors(data, print);
        Ok(())
    }

    fn train(
        &self,
        config: &Checked<ZeroResourceConfig>,
        data: &ZeroResourceData,
        phases: &mut Phases<'_>,
    ) -> Result<Trained> {
        phases.tell("mapping", What::Begin { sentences: 0 })?;
        let (folder, device) = (phases.out.join("mapping"), phases.device);
        let space = space(config, data, &folder, &device, phases.observer())?;
        let failed = space.chance.as_ref().filter(|chance| chance.failed).map(failed);
        for note in settle(failed.into_iter().collect(), config.misfit.unwrap_or_default(), BY_SETTING)? {
            phases.note("mapping", note)?;
        }
        let bases = bases(phases.out);
        let mut report = base(config, data, &space, &bases, phases)?;
        if config.variant == Variant::CrossAugmented {
            let base = bases.of(config.select);
            report =
                on_device!(device, A, card => joint::<A>(config, data, &space.target, base, card, phases))?;
        } else {
            // The base model reads the target's words from here on.
            for (select, there) in [
                (Select::SourceDev, report.best.is_some()),
                (Select::TargetDev, report.best_target.is_some()),
            ] {
                if there {
                    let out = phases.models.of(select);
                    save_mapped(bases.of(select), &space.target, out, &device)?;
                }
            }
        }
        let rounds = phases.models.by_source.join(ROUNDS);
        let augmented = config.variant == Variant::CrossAugmented;
        Ok(Trained {
            base: augmented.then(|| config.select),
            mapping_criterion: space.criterion,
            rounds: if rounds.exists() { read_json(&rounds)? } else { Vec::new() },
            ..report.into()
        })
    }

    fn score(
        &self,
        config: &Checked<ZeroResourceConfig>,
        data: &ZeroResourceData,
        model: &Path,
        phases: &mut Phases<'_>,
        selected: &mut Selected,
    ) -> Result<()> {
        let (ZeroResourceData { source, target, .. }, device) = (data, phases.device);
        if !target.test.is_empty() {
            selected.target_test = Some((&evaluate(open(model, &device)?.as_ref(), &target.test)?).into());
            if config.variant == Variant::CrossAugmented {
                let silenced = open_silenced(model, &device)?;
                selected.silenced = Some((&evaluate(silenced.as_ref(), &target.test)?).into());
            }
        }
        if let (Some(whole), Some(silenced)) = (&selected.target_test, &selected.silenced)
            && (whole.f1 - silenced.f1).abs() < IDLE
        {
            let message = format!(
                "the target's encoder is idle: with it silenced F1 is {:.2}, with it {:.2}",
                100.0 * silenced.f1,
                100.0 * whole.f1
            );
            phases.note("scoring", message)?;
        }
        if source.test.is_empty() {
            return Ok(());
        }
        let Space { source: vectors, .. } =
            space(config, data, &phases.out.join("mapping"), &device, &mut ())?;
        let tagger: Box<dyn Tagger> = match vectors {
            Some(vectors) if config.variant == Variant::CrossAugmented => {
                open_source(model, &vectors, &device)?
            }
            _ => {
                let of_target = model == phases.models.by_target;
                let select = if of_target { Select::TargetDev } else { Select::SourceDev };
                open(bases(phases.out).of(select), &device)?
            }
        };
        selected.source_test = Some((&evaluate(tagger.as_ref(), &source.test)?).into());
        Ok(())
    }
}

/// An F1, as a fraction, that is less than a gain of the target's encoder.
const IDLE: f64 = 0.003;

/// The folders of the base models.
fn bases(out: &Path) -> Models {
    Models { by_source: out.join("source"), by_target: out.join("source-by-target") }
}

/// Adds what a mapping depends on beside its settings: both languages' vectors, the mapping that was made before, and
/// the dictionary.
pub(super) fn add_vectors(data: &ZeroResourceData, print: &mut Fingerprint) {
    let ZeroResourceData { source, target, mapping, dictionary } = data;
    for vectors in [&source.vectors, &target.vectors] {
        print.bytes(&(vectors.as_ref().map_or(0, Vectors::len) as u64).to_le_bytes());
        if let Some(vectors) = vectors {
            print.words(vectors.words()).floats(vectors.data());
        }
    }
    for matrix in mapping.iter().flat_map(|mapping| [&mapping.source, &mapping.target]) {
        let values: Vec<u8> = matrix.data().iter().flat_map(|value| value.to_le_bytes()).collect();
        print.bytes(&values);
    }
    for (word, translation) in dictionary.iter().flat_map(Dictionary::iter) {
        print.bytes(word.as_bytes()).bytes(translation.word.as_bytes());
    }
}
