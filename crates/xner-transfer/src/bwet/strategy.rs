//! BWET as a strategy: translation, then training.

use xner_tagger::{TargetDev, TrainData, train_with_target};
use xner_train::{Checked, Fingerprint, Result};

use super::config::BwetConfig;
use super::data::BwetData;
use super::translation::translated;
use crate::fit::{BY_SETTING, DictionaryFit, FIT, Target, VectorsFit, settle};
use crate::strategy::{Common, Corpora, Phases, Strategy, Trained};

/// BWET. Beside the model is then `translated`: the translated sentences, and what became of their words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bwet;

impl Strategy for Bwet {
    type Config = BwetConfig;
    type Data = BwetData;

    fn name(&self) -> &'static str {
        "bwet"
    }

    fn common<'a>(&self, config: &'a BwetConfig) -> Common<'a> {
        Common {
            seed: config.seed,
            row: config.row.clone(),
            select: config.select,
            source: &config.source.language,
            target: &config.target.language,
            drop_types: &[],
        }
    }

    fn read(&self, config: &BwetConfig) -> Result<BwetData> {
        BwetData::read(config)
    }

    fn corpora<'a>(&self, data: &'a BwetData) -> Corpora<'a> {
        let BwetData { train, dev, target_dev, target_test, .. } = data;
        Corpora { train, dev, target_dev, target_test, source_test: &[] }
    }

    fn fingerprint(&self, _: &Checked<BwetConfig>, data: &BwetData, print: &mut Fingerprint) -> Result<()> {
        print.words(data.vectors.words()).floats(data.vectors.data());
        for (word, translation) in data.dictionary.iter() {
            print.bytes(word.as_bytes()).bytes(translation.word.as_bytes());
            print.floats(&[translation.score.unwrap_or(f32::NAN)]);
        }
        Ok(())
    }

    fn fit(&self, config: &Checked<BwetConfig>, data: &BwetData) -> Result<Vec<String>> {
        let keep = &config.translation.keep_types;
        let fit = DictionaryFit::of(data.train.iter().take(FIT), keep);
        let mut found = fit.findings(&data.dictionary, Target::Vectors(&data.vectors));
        let vectors = VectorsFit { source: None, target: Some(&data.vectors) };
        let labelled = data.target_dev.iter().chain(&data.target_test).map(|labelled| &labelled.sentence);
        found.extend(vectors.findings(std::iter::empty(), labelled));
        settle(found, config.misfit.unwrap_or_default(), BY_SETTING)
    }

    fn check(&self, config: &Checked<BwetConfig>, data: &BwetData) -> Result<()> {
        translated(config, data).map(|_| ())
    }

    fn train(
        &self,
        config: &Checked<BwetConfig>,
        data: &BwetData,
        phases: &mut Phases<'_>,
    ) -> Result<Trained> {
        let text = translated(config, data)?;
        let sentences = TrainData {
            train: text.train.clone(),
            dev: text.dev.clone(),
            vectors: Some(data.vectors.clone()),
            extra_words: Vec::new(),
        };
        let (settings, models, device) = (config.train_config(), phases.models.clone(), phases.device);
        let folder = &models.by_source;
        let report = phases.train_by("training", text.train.len(), folder, |observer| {
            let target = TargetDev { vectors: &data.vectors, dev: &data.target_dev, out: &models.by_target };
            train_with_target(&settings, sentences, &target, folder, &device, observer)
        })?;
        text.write(&phases.out.join("translated"), &data.dictionary)?;
        Ok(report.into())
    }
}
