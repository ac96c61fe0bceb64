//! Every strategy with a small config and small data, and what tests change in them.

use std::any::Any;
use std::path::{Path, PathBuf};

use xner_corpus::Labelled;
use xner_embed::dictionary::Dictionary;
use xner_sample::{Sample, Split};
use xner_train::config::{Optimiser, TrainingConfig};
use xner_train::{Device, Observer, Settings};
use xner_transfer::bwet::{Bwet, BwetConfig, BwetData};
use xner_transfer::meta::Meta;
use xner_transfer::report::{Select, TransferReport};
use xner_transfer::transadv::Method;
use xner_transfer::zero_resource::{Variant, ZeroResource};
use xner_transfer::{Result, Strategy, run};

use crate::common::{SOURCE, TARGET, config, data, vectors};
use crate::{meta_case, transadv_case};

/// A strategy, whatever its config and data are.
pub(crate) trait Subject {
    fn name(&self) -> String;
    /// The first phase that it trains.
    fn first(&self) -> &'static str;
    fn run(&self, out: &Path, observer: &mut dyn Observer) -> Result<TransferReport>;
    fn set_seed(&mut self, seed: u64);
    /// The learning rate of the first phase.
    fn set_rate(&mut self, rate: f64);
    /// Lets weights be chosen by the target's development data, where the method can.
    fn select_by_target(&mut self);
    /// The encoder that the config names.
    fn encoder(&mut self) -> Option<&mut PathBuf>;
    /// Labelled sentences by the key that names their file.
    fn corpora(&mut self) -> Vec<(&'static str, &mut Vec<Labelled>)>;
}

struct Of<S: Strategy> {
    strategy: S,
    config: S::Config,
    data: S::Data,
    first: &'static str,
    parts: fn(&mut S::Config) -> Parts<'_>,
    #[allow(clippy::type_complexity, reason = "it is what the trait's method gives")]
    corpora: fn(&mut S::Data) -> Vec<(&'static str, &mut Vec<Labelled>)>,
    /// The folder of an encoder.
    _kept: Option<Box<dyn Any>>,
}

/// What every config has, each in its own place.
struct Parts<'a> {
    seed: &'a mut u64,
    training: &'a mut TrainingConfig,
    select: Option<&'a mut Select>,
}

impl<S: Strategy> Subject for Of<S> {
    fn name(&self) -> String {
        self.strategy.name().to_owned()
    }

    fn first(&self) -> &'static str {
        self.first
    }

    fn run(&self, out: &Path, observer: &mut dyn Observer) -> Result<TransferReport> {
        run(&self.strategy, &self.config, &self.data, out, None, &Device::Cpu, observer)
    }

    fn set_seed(&mut self, seed: u64) {
        *(self.parts)(&mut self.config).seed = seed;
    }

    fn set_rate(&mut self, own: f64) {
        let training = (self.parts)(&mut self.config).training;
        let (Optimiser::Sgd { rate } | Optimiser::Adam { rate, .. } | Optimiser::AdamW { rate, .. }) =
            &mut training.optimiser;
        *rate = own;
    }

    fn select_by_target(&mut self) {
        if let Some(select) = (self.parts)(&mut self.config).select {
            *select = Select::TargetDev;
        }
    }

    fn encoder(&mut self) -> Option<&mut PathBuf> {
        self.config.encoder()?.as_mut()
    }

    fn corpora(&mut self) -> Vec<(&'static str, &mut Vec<Labelled>)> {
        (self.corpora)(&mut self.data)
    }
}

/// Zero-resource, BWET, the seven methods with an encoder, meta-learning.
pub(crate) fn all() -> Vec<Box<dyn Subject>> {
    let mut all: Vec<Box<dyn Subject>> = vec![zero_resource(), bwet()];
    all.extend(Method::ALL.into_iter().map(of_encoder));
    all.push(meta());
    assert_eq!(all.len(), 10);
    all
}

fn zero_resource() -> Box<dyn Subject> {
    Box::new(Of {
        strategy: ZeroResource,
        config: config(Variant::CrossAugmented),
        data: data(11, 60),
        first: "source",
        parts: |config| Parts {
            seed: &mut config.seed,
            training: &mut config.training,
            select: Some(&mut config.select),
        },
        corpora: |data| {
            vec![
                ("source.train", &mut data.source.train),
                ("source.dev", &mut data.source.dev),
                ("source.test", &mut data.source.test),
                ("target.dev", &mut data.target.dev),
                ("target.test", &mut data.target.test),
            ]
        },
        _kept: None,
    })
}

fn bwet() -> Box<dyn Subject> {
    let sample = Sample::new(1).unwrap();
    let own = config(Variant::CrossWord);
    let mut config = BwetConfig { model: own.model, training: own.training, ..BwetConfig::default() };
    config.model.attention = true;
    let data = BwetData {
        train: sample.labelled(SOURCE, Split::Train, 60),
        dev: sample.labelled(SOURCE, Split::Dev, 20),
        target_dev: sample.labelled(TARGET, Split::Dev, 20),
        target_test: sample.labelled(TARGET, Split::Test, 20),
        vectors: vectors(&sample, TARGET),
        dictionary: Dictionary::from_pairs(sample.dictionary(SOURCE, TARGET)).unwrap(),
    };
    Box::new(Of {
        strategy: Bwet,
        config,
        data,
        first: "training",
        parts: |config| Parts {
            seed: &mut config.seed,
            training: &mut config.training,
            select: Some(&mut config.select),
        },
        corpora: |data| {
            vec![
                ("source.train", &mut data.train),
                ("source.dev", &mut data.dev),
                ("target.dev", &mut data.target_dev),
                ("target.test", &mut data.target_test),
            ]
        },
        _kept: None,
    })
}

fn of_encoder(method: Method) -> Box<dyn Subject> {
    let mut case = transadv_case::Case::new(12);
    case.config.training.batch = 3;
    Box::new(Of {
        strategy: method,
        config: case.config.clone(),
        data: std::mem::take(&mut case.corpora),
        first: "source",
        parts: |config| Parts {
            seed: &mut config.seed,
            training: &mut config.training,
            select: Some(&mut config.select),
        },
        corpora: |data| {
            vec![
                ("source.train", &mut data.train),
                ("source.dev", &mut data.dev),
                ("target.dev", &mut data.target_dev),
                ("target.test", &mut data.target_test),
            ]
        },
        _kept: Some(Box::new(case)),
    })
}

fn meta() -> Box<dyn Subject> {
    let mut case = meta_case::Case::new(12, 0.1);
    case.config.training.batch = 3;
    Box::new(Of {
        strategy: Meta,
        config: case.config.clone(),
        data: std::mem::take(&mut case.corpora),
        first: "base",
        parts: |config| Parts { seed: &mut config.seed, training: &mut config.training, select: None },
        corpora: |data| {
            vec![
                ("source.train", &mut data.train),
                ("source.dev", &mut data.dev),
                ("target.test", &mut data.target_test),
            ]
        },
        _kept: Some(Box::new(case)),
    })
}
