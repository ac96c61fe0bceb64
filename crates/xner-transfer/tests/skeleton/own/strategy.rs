//! A weight that is warmed up in a phase that runs share, and then moved on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xner_corpus::Labelled;
use xner_sample::{Sample, Split};
use xner_train::config::TrainingConfig;
use xner_train::settings::check;
use xner_train::{Checked, Error, Fingerprint, Result, Settings, Tensors, TrainingLoop, read_labelled};
use xner_transfer::report::{Select, Selected, TestScores};
use xner_transfer::strategy::{Common, Corpora, Phases, Place, Plan, Strategy, Trained};

use super::learner::Climber;
use crate::common::{SOURCE, TARGET};

#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SlopeConfig {
    pub(super) seed: u64,
    pub(super) row: String,
    pub(super) select: Select,
    pub(super) train: Option<PathBuf>,
    pub(super) warm_rate: f64,
    pub(super) training: TrainingConfig,
    pub(super) breaks_at: Option<usize>,
}

impl Default for SlopeConfig {
    fn default() -> Self {
        let training = TrainingConfig { epochs: 1, batch: 2, evaluate_every: 1, ..TrainingConfig::default() };
        Self {
            seed: 1,
            row: "Slope".to_owned(),
            select: Select::SourceDev,
            train: None,
            warm_rate: 0.1,
            training,
            breaks_at: None,
        }
    }
}

impl Settings for SlopeConfig {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        vec![&mut self.train]
    }

    fn check(&self) -> Result<()> {
        self.training.check()?;
        check::above_zero("warm_rate", self.warm_rate)
    }
}

#[derive(Debug, Clone)]
pub(super) struct SlopeData {
    pub(super) train: Vec<Labelled>,
    pub(super) dev: Vec<Labelled>,
    pub(super) target_dev: Vec<Labelled>,
    pub(super) target_test: Vec<Labelled>,
}

impl SlopeData {
    pub(super) fn small() -> Self {
        let sample = Sample::new(1).unwrap();
        Self {
            train: sample.labelled(SOURCE, Split::Train, 8),
            dev: sample.labelled(SOURCE, Split::Dev, 6),
            target_dev: sample.labelled(TARGET, Split::Dev, 6),
            target_test: sample.labelled(TARGET, Split::Test, 6),
        }
    }
}

pub(super) struct Slope;

impl Strategy for Slope {
    type Config = SlopeConfig;
    type Data = SlopeData;

    fn name(&self) -> &'static str {
        "slope"
    }

    fn common<'a>(&self, config: &'a SlopeConfig) -> Common<'a> {
        let SlopeConfig { seed, row, select, .. } = config;
        let (seed, row, select) = (*seed, row.clone(), *select);
        Common { seed, row, select, source: "en", target: "es", drop_types: &[] }
    }

    fn read(&self, config: &SlopeConfig) -> Result<SlopeData> {
        let path = config.train.as_deref().ok_or_else(|| Error::setting("train", "is missing"))?;
        let train = read_labelled("train", path, &xner_corpus::read::ReadOptions::default())?;
        Ok(SlopeData { train, ..SlopeData::small() })
    }

    fn corpora<'a>(&self, data: &'a SlopeData) -> Corpora<'a> {
        let SlopeData { train, dev, target_dev, target_test } = data;
        Corpora { train, dev, target_dev, target_test, source_test: &[] }
    }

    fn train(
        &self,
        config: &Checked<SlopeConfig>,
        data: &SlopeData,
        phases: &mut Phases<'_>,
    ) -> Result<Trained> {
        let print = |name: &str, more: &[u8]| {
            let mut print = Fingerprint::new();
            print.bytes(name.as_bytes()).bytes(more).corpus(&data.train).corpus(&data.dev).digest()
        };
        let mut learner = Climber {
            weight: 0.0,
            speed: 0.0,
            steps: 0,
            sentences: data.train.len(),
            with_target: !data.target_dev.is_empty(),
            breaks_at: config.breaks_at,
        };
        let work = TrainingLoop {
            phase: "warm",
            seed: config.seed,
            training: &config.training,
            settings: config.to_json()?,
            fingerprint: print("warm", &config.warm_rate.to_le_bytes()),
            trained: false,
            left_out: 0,
        };
        let warm = Plan { work, sentences: 0, place: Place::Shared };
        let warm = warm.of(data.train.iter().map(|labelled| &labelled.sentence));
        let warmed = phases.train(&warm, &mut learner)?;
        let path = warmed.models.by_source.join("model.safetensors");
        let weight = Tensors::read(&path)?.0.take("weight", &[1], &path)?[0];
        let mut learner = Climber { weight, speed: 0.0, steps: 0, breaks_at: None, ..learner };
        let fingerprint = print("slope", warmed.report.fingerprint.as_bytes());
        let work = TrainingLoop { phase: "slope", fingerprint, trained: true, ..warm.work };
        let plan = Plan { work, place: Place::Models(phases.models.clone()), ..warm };
        Ok(phases.train(&plan, &mut learner)?.report.into())
    }

    fn score(
        &self,
        _: &Checked<SlopeConfig>,
        data: &SlopeData,
        model: &Path,
        _: &mut Phases<'_>,
        selected: &mut Selected,
    ) -> Result<()> {
        let path = model.join("model.safetensors");
        let weight = f64::from(Tensors::read(&path)?.0.take("weight", &[1], &path)?[0]);
        let (entities, tokens) = (data.target_test.len() as u64, 1);
        let [precision, recall, f1] = [weight / 100.0; 3];
        let types = BTreeMap::new();
        selected.target_test = Some(TestScores { precision, recall, f1, entities, tokens, types });
        Ok(())
    }
}
