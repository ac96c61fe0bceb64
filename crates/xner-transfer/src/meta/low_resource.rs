//! Models fine-tuned on small parts of the target's labelled text (table 6).

use std::path::{Path, PathBuf};

use burn::tensor::backend::AutodiffBackend;
use serde::{Deserialize, Deserializer, Serialize};
use toml::Table;
use xner_corpus::Labelled;
use xner_corpus::read::ReadOptions;
use xner_corpus::sample::subset;
use xner_eval::Summary;
use xner_nn::NerBackend;
use xner_tagger::bert::train::{
    BertSettings, BertTrainConfig, Example, FineTuneOptimiser, FineTuned, Pass, check_training, complete,
    supervised,
};
use xner_tagger::config::{Fall, Optimiser, Schedule, TrainingConfig};
use xner_tagger::train::{DevScores, Event as Training, Learner, Moment, StepOutcome, TrainingLoop};
use xner_tagger::{
    Decode, Device, Fingerprint, Tagger, Task, Tensors, TrainReport, check_entities, dispatch, evaluate,
    read_labelled,
};

use super::config::Decoding;
use super::corpora::{MetaCorpora, limited};
use super::observer::{Event, Observer};
use crate::files::{create_folder, from_table, read_config_with, read_json, resolve, write_json};
use crate::identity::PHASE_FORMAT;
use crate::report::{TestScores, settings};
use crate::{Error, Result};

/// The name of the report in its folder.
pub const REPORT: &str = "low-resource.json";

/// All settings: which text, how much of it, how models are tuned on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LowResourceConfig {
    /// Decides order and dropout. Default 1.
    pub seed: u64,
    /// What the language is called. Default `target`.
    pub language: String,
    /// Its labelled sentences, of which parts are drawn.
    pub train: Option<PathBuf>,
    /// Its labelled sentences to be scored on.
    pub test: Option<PathBuf>,
    /// So many of these; by default all.
    pub test_sentences: Option<usize>,
    /// Entities of these types count as none.
    pub drop_types: Vec<String>,
    /// How tags are chosen in scoring. Default `viterbi`.
    pub decode: Decoding,
    /// Which shares of the sentences. Default 0.01, 0.02, 0.05. With one draw, a larger share holds every smaller one.
    pub shares: Vec<f64>,
    /// The seeds of the draws. Default 1, 2, 3.
    pub draws: Vec<u64>,
    /// Format and columns.
    pub read: ReadOptions,
    /// What of a model is tuned.
    pub bert: TunedParts,
    /// How models are tuned: by default 10 epochs with Adam at 1e-5 throughout.
    #[serde(deserialize_with = "training")]
    pub training: TrainingConfig,
}

impl Default for LowResourceConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            language: "target".to_owned(),
            train: None,
            test: None,
            test_sentences: None,
            drop_types: Vec::new(),
            decode: Decoding::Viterbi,
            shares: vec![0.01, 0.02, 0.05],
            draws: vec![1, 2, 3],
            read: ReadOptions::default(),
            bert: TunedParts::default(),
            training: default_training(),
        }
    }
}

/// `[bert]`: what of a model is tuned. Its head, its tags and its windows are its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TunedParts {
    /// Whether the embeddings stay as they are. Default true.
    pub freeze_embeddings: bool,
    /// So many layers, from the bottom, stay as they are. Default 3.
    pub freeze_layers: usize,
    /// Dropout before the head; by default what the model's config says.
    pub dropout: Option<f64>,
    /// Subwords that are worked on at once; more are worked on in parts, whose gradients are added up. Default 4096.
    pub at_once: usize,
}

impl Default for TunedParts {
    fn default() -> Self {
        let BertSettings { freeze_embeddings, freeze_layers, dropout, at_once, .. } = BertSettings::default();
        Self { freeze_embeddings, freeze_layers, dropout, at_once }
    }
}

impl TunedParts {
    fn settings(&self) -> BertSettings {
        let &Self { freeze_embeddings, freeze_layers, dropout, at_once } = self;
        BertSettings { freeze_embeddings, freeze_layers, dropout, at_once, ..BertSettings::default() }
    }
}

fn default_training() -> TrainingConfig {
    let training = BertTrainConfig::default().training;
    // The authors' program leaves the rate as it is.
    let schedule = Schedule { kind: Fall::Inverse, decay: 0.0, floor: 0.0, warmup: 0.0 };
    let optimiser = Optimiser::Adam { rate: 1e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    TrainingConfig { epochs: 10, optimiser, schedule, ..training }
}

fn training<'de, D: Deserializer<'de>>(from: D) -> Result<TrainingConfig, D::Error> {
    let mut own = Table::deserialize(from)?;
    complete(&mut own, Table::try_from(default_training()).map_err(serde::de::Error::custom)?);
    from_table(own)
}

impl LowResourceConfig {
    /// Reads a config file, with settings in the place of the file's, as [`super::MetaConfig::read_with`] does.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Config`]; [`Error::Setting`] for what is no setting.
    pub fn read_with(path: &Path, settings: &[String]) -> Result<Self> {
        let mut config: Self = read_config_with(path, settings)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for path in [&mut config.train, &mut config.test] {
            resolve(path, folder);
        }
        config
            .check()
            .map_err(|fault| Error::Config { path: path.to_owned(), message: fault.to_string() })?;
        Ok(config)
    }

    /// Checks every value's range.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that is wrong.
    pub fn check(&self) -> Result<()> {
        check_training(&self.training)?;
        self.bert.settings().check()?;
        if self.shares.is_empty() {
            return Err(Error::setting("shares", "is empty, expected at least one share"));
        }
        if let Some(share) = self.shares.iter().find(|share| !(**share > 0.0 && **share <= 1.0)) {
            let message = format!("has {share}, expected shares above 0 and at most 1");
            return Err(Error::setting("shares", message));
        }
        if self.test_sentences == Some(0) {
            return Err(Error::setting("test_sentences", "is 0, expected at least 1"));
        }
        if self.draws.is_empty() {
            return Err(Error::setting("draws", "is empty, expected at least one seed"));
        }
        // What is there twice would count twice in the means.
        if let Some(share) = twice(&self.shares) {
            return Err(Error::setting("shares", format!("has {share} twice, expected different ones")));
        }
        if let Some(draw) = twice(&self.draws) {
            return Err(Error::setting("draws", format!("has {draw} twice, expected different seeds")));
        }
        Ok(())
    }

    /// Reads the sentences to draw from, and those to score on.
    ///
    /// # Errors
    /// [`Error::Setting`] for a file that is not named; faults of the files, with their lines.
    pub fn corpora(&self) -> Result<[Vec<Labelled>; 2]> {
        let read = |key: &str, path: &Option<PathBuf>| -> Result<Vec<Labelled>> {
            let missing = || Error::setting(key, "is missing, expected the path of a corpus");
            Ok(read_labelled(key, path.as_ref().ok_or_else(missing)?, &self.read)?)
        };
        let train = limited(read("train", &self.train)?, None);
        let target_test = limited(read("test", &self.test)?, self.test_sentences);
        let own = MetaCorpora { train, target_test, ..MetaCorpora::default() }.without(&self.drop_types);
        Ok([own.train, own.target_test])
    }
}

/// The first value that was there before.
fn twice<T: PartialEq>(values: &[T]) -> Option<&T> {
    values.iter().enumerate().find_map(|(at, value)| values[..at].contains(value).then_some(value))
}

/// `low-resource.json`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowResourceReport {
    /// The version of this crate.
    pub version: String,
    /// The language.
    pub language: String,
    /// Sentences that parts were drawn from.
    pub sentences: usize,
    /// A row for each share and model.
    pub rows: Vec<LowResourceRow>,
}

/// A model tuned on one share, for each draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowResourceRow {
    /// The model's name.
    pub model: String,
    /// The share.
    pub share: f64,
    /// So many sentences.
    pub sentences: usize,
    /// The scores of each draw, in the config's order.
    pub scores: Vec<TestScores>,
    /// F1 over the draws.
    pub f1: Option<Summary>,
}

/// The places of a share of so many sentences, in order: at least one. With one draw, a larger share holds every smaller one.
pub fn part(sentences: usize, share: f64, draw: u64) -> Vec<usize> {
    let count = ((share * sentences as f64).round() as usize).clamp(1, sentences.max(1));
    subset(sentences, count.min(sentences), draw)
}

/// Tunes each of some models, given by name and model directory, on nested parts of the target's sentences, and scores it on
/// its test sentences. No development data are looked at: the last weights count.
///
/// What is tuned is not kept; its scores are, in `out`, a folder for each. A call that was killed goes on where it was.
///
/// # Errors
/// [`Error::Setting`] and [`Error::Data`] for what cannot be tuned; faults of the models' files and of training.
pub fn run(
    config: &LowResourceConfig,
    [train, test]: [&[Labelled]; 2],
    models: &[(String, PathBuf)],
    out: &Path,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<LowResourceReport> {
    config.check()?;
    check_entities("training", train)?;
    check_entities("test", test)?;
    for (what, corpus) in [("train", train), ("test", test)] {
        if corpus.is_empty() {
            return Err(Error::setting(what, "has no sentence"));
        }
    }
    if let Some((at, (name, _))) =
        models.iter().enumerate().find(|(at, (name, _))| models[..*at].iter().any(|(other, _)| other == name))
    {
        let message =
            format!("model {} is called `{name}`, as one before it; give them names of their own", at + 1);
        return Err(Error::Data { message });
    }
    create_folder(out)?;
    let mut rows = Vec::new();
    for &share in &config.shares {
        for (name, folder) in models {
            let mut scores = Vec::new();
            for &draw in &config.draws {
                let own = part(train.len(), share, draw).into_iter();
                let own: Vec<Labelled> = own.map(|at| train[at].clone()).collect();
                let phase = format!("{name} {:.3} % draw {draw}", 100.0 * share);
                observer.event(&Event::Phase { name: &phase, sentences: own.len() });
                // Names that differ only in characters unfit for a path still get folders of their own, and shares that are
                // printed alike.
                let told = phase.replace(|c: char| !c.is_alphanumeric() && c != '.', "-");
                let print = Fingerprint::new().bytes(phase.as_bytes()).bytes(&share.to_le_bytes()).digest();
                let own_out = out.join(format!("{told}-{}", &print[..8]));
                let work = Work { config, train: &own, test, folder, out: &own_out, on: *device, observer };
                scores.push(dispatch(*device, work)?.map_err(|fault| match fault {
                    Error::Tagger(fault @ xner_tagger::Error::Diverged { .. }) => {
                        Error::Diverged { phase: phase.clone(), source: Box::new(fault) }
                    }
                    fault => fault,
                })?);
            }
            let f1: Vec<f64> = scores.iter().map(|scores| scores.f1).collect();
            let f1 = Summary::of(&f1).ok();
            let sentences = part(train.len(), share, 0).len();
            rows.push(LowResourceRow { model: name.clone(), share, sentences, scores, f1 });
        }
    }
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let report =
        LowResourceReport { version, language: config.language.clone(), sentences: train.len(), rows };
    write_json(&out.join(REPORT), &report)?;
    Ok(report)
}

struct Work<'a> {
    config: &'a LowResourceConfig,
    train: &'a [Labelled],
    test: &'a [Labelled],
    folder: &'a Path,
    out: &'a Path,
    on: Device,
    observer: &'a mut dyn Observer,
}

impl Task for Work<'_> {
    type Answer = Result<TestScores>;

    fn run<A>(self, device: &A::Device) -> xner_tagger::Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        Ok(self.tuned::<A>(device))
    }
}

impl Work<'_> {
    fn tuned<A>(self, device: &A::Device) -> Result<TestScores>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let Self { config, train, test, folder, out, on, observer } = self;
        let settings = settings(&LowResourceConfig { train: None, test: None, ..config.clone() })?;
        let mut print = Fingerprint::new();
        print.bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(PHASE_FORMAT);
        for (key, value) in settings.as_object().into_iter().flatten() {
            // What others are tuned on does not matter.
            if key != "shares" && key != "draws" {
                print.bytes(key.as_bytes()).bytes(value.to_string().as_bytes());
            }
        }
        print.bytes(xner_tagger::bert::fingerprint(folder)?.as_bytes()).corpus(train).corpus(test);
        print.bytes(on.to_string().as_bytes());
        let longest = config.training.longest;
        let kept = train.iter().filter(|labelled| labelled.sentence.len() <= longest);
        let plan = TrainingLoop {
            seed: config.seed,
            training: &config.training,
            settings,
            fingerprint: print.digest(),
            left_out: train.len() - kept.clone().count(),
            out,
            target_out: None,
        };
        create_folder(out)?;
        if plan.finished()?.is_none() {
            // Without a file's name in it, a fault is between the model and the config or the corpus.
            let named = |fault: xner_tagger::Error| match fault {
                fault @ (xner_tagger::Error::Setting { .. } | xner_tagger::Error::Corpus(_)) => {
                    Error::folder(folder, fault.to_string())
                }
                fault => fault.into(),
            };
            let model = FineTuned::<A>::reopen(folder, &config.bert.settings(), config.seed, device)
                .map_err(named)?;
            let examples = kept
                .map(|one| model.examples(one))
                .collect::<xner_tagger::Result<Vec<_>>>()
                .map_err(named)?;
            let optimiser = FineTuneOptimiser::new(config.training.optimiser, config.training.clip, &model);
            let at_once = config.bert.at_once;
            let decode = Decode::from(config.decode);
            let mut learner = Tuned { model, examples, optimiser, at_once, decode, test };
            let mut watch = |event: &Training<'_>| observer.event(&Event::Training(event));
            plan.run(&mut learner, &mut watch)?;
        }
        read_json(&out.join(SCORES))
    }
}

/// What a tuned model leaves.
const SCORES: &str = "scores.json";
/// Says that its folder is whole: it is written last.
const WHOLE: &str = "config.json";

/// A model in tuning, that leaves its scores alone.
struct Tuned<'a, A: AutodiffBackend> {
    model: FineTuned<A>,
    examples: Vec<Vec<Example>>,
    optimiser: FineTuneOptimiser<A::InnerBackend>,
    at_once: usize,
    decode: Decode,
    test: &'a [Labelled],
}

impl<A> Learner for Tuned<'_, A>
where
    A: AutodiffBackend + NerBackend,
    A::InnerBackend: NerBackend,
{
    fn sentences(&self) -> usize {
        self.examples.len()
    }

    fn step(&mut self, sentences: &[usize], at: &Moment) -> xner_tagger::Result<StepOutcome> {
        let examples: Vec<&Example> = sentences.iter().flat_map(|&at| &self.examples[at]).collect();
        let pass = Pass { step: at.step, place: 0 };
        Ok(match supervised(&self.model, &examples, self.at_once, pass) {
            Some(found) => self.optimiser.step(&mut self.model, found, at.rate, at.step + 1),
            None => StepOutcome { loss: 0.0, gradient_norm: 0.0 },
        })
    }

    fn evaluate(&self) -> xner_tagger::Result<Option<DevScores>> {
        Ok(None)
    }

    fn weights(&self) -> Tensors {
        self.model.weights()
    }

    fn set_weights(&mut self, mut weights: Tensors, path: &Path) -> xner_tagger::Result<()> {
        self.model.set_weights(&mut weights, path)?;
        weights.expect_empty(path)
    }

    fn optimiser(&self) -> Tensors {
        self.optimiser.state()
    }

    fn set_optimiser(&mut self, state: Tensors, path: &Path) -> xner_tagger::Result<()> {
        self.optimiser.set_state(&self.model, state, path)
    }

    fn save(&self, folder: &Path, report: &TrainReport) -> xner_tagger::Result<()> {
        let other = |fault: Error| match fault {
            Error::Tagger(fault) => fault,
            fault => xner_tagger::Error::Io {
                path: folder.to_owned(),
                source: std::io::Error::other(fault.to_string()),
            },
        };
        let mut tagger = self.model.tagger()?;
        tagger.decode_by(self.decode);
        let scores: TestScores = (&evaluate(&tagger, self.test)?).into();
        report.write(folder)?;
        write_json(&folder.join(SCORES), &scores).map_err(other)?;
        write_json(&folder.join(WHOLE), &serde_json::json!({ "tuned": report.fingerprint })).map_err(other)
    }
}
