//! A strategy and a learner of one's own, run as the papers' methods are: claim, checkpoints, resume, choice by dev,
//! report.
//!
//! The strategy brings both languages' word vectors into one space and trains a linear tagger on the source: softmax
//! regression over the vectors of a word and its two neighbours. Nothing of it is in xner.
//!
//! `cargo run --release --example own_strategy` (on the built-in sample, some seconds)

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xner::prelude::*;
use xner::sample::{Language, Sample, Split};
use xner::train::config::{Optimiser, TrainingConfig};
use xner::train::settings::check;
use xner::train::{
    Checked, DevScores, Error, Learner, Moment, Result, State, StepOutcome, Tensors, TrainReport,
    TrainingLoop, dev_scores, files, score,
};
use xner::transfer::report::{Select, Selected};
use xner::transfer::strategy::{Common, Corpora, Phases, Place, Plan, Trained};
use xner::transfer::{Strategy, run};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sample = Sample::new(1)?;
    let vectors = |language| {
        let vectors = sample.vectors(language);
        Vectors::from_rows(&vectors.words, vectors.dim, &vectors.data)
    };
    let data = LinearData {
        train: sample.labelled(Language::English, Split::Train, 1000),
        dev: sample.labelled(Language::English, Split::Dev, 200),
        test: sample.labelled(Language::Spanish, Split::Test, 500),
        source: vectors(Language::English)?,
        target: vectors(Language::Spanish)?,
    };
    let folder = tempfile::tempdir()?;
    let mut observer = |event: &Event<'_>| {
        if let What::Evaluated(scores) = event.what {
            println!("{}, epoch {}: dev F1 {:.2}", event.phase, scores.epoch, 100.0 * scores.f1);
        }
        Flow::Continue
    };
    let config = LinearConfig::default();
    let report = run(&Linear, &config, &data, folder.path(), None, &Device::Cpu, &mut observer)?;
    let test = report.by_source_dev.and_then(|chosen| chosen.target_test);
    println!("{}: test F1 {:.2}", report.row, test.map_or(f64::NAN, |scores| 100.0 * scores.f1));
    Ok(())
}

/// Settings of the linear tagger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct LinearConfig {
    /// Decides everything random.
    seed: u64,
    /// Labelled sentences of the source to train on.
    train: Option<PathBuf>,
    /// The share of the sum of squared weights that is added to the loss.
    decay: f64,
    /// How it is trained.
    training: TrainingConfig,
}

impl Default for LinearConfig {
    fn default() -> Self {
        let optimiser = Optimiser::Sgd { rate: 2.0 };
        let training =
            TrainingConfig { epochs: 5, evaluate_every: 0, optimiser, ..TrainingConfig::default() };
        Self { seed: 1, train: None, decay: 1e-5, training }
    }
}

impl Settings for LinearConfig {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        vec![&mut self.train]
    }

    fn check(&self) -> Result<()> {
        check::not_negative("decay", self.decay)?;
        self.training.check()
    }
}

struct LinearData {
    train: Vec<Labelled>,
    dev: Vec<Labelled>,
    test: Vec<Labelled>,
    source: Vectors,
    target: Vectors,
}

/// The strategy.
struct Linear;

impl Linear {
    /// Both languages' vectors in one space.
    fn mapped(seed: u64, data: &LinearData) -> Result<[Vectors; 2]> {
        let settings = MapConfig { seed, ..MapConfig::preset(Method::Identical) };
        let none = Resources::default();
        let found = map_vectors(&data.source, &data.target, &settings.check()?, &none, &mut ())?;
        Ok([found.mapping.apply_source(&data.source)?, found.mapping.apply_target(&data.target)?])
    }
}

impl Strategy for Linear {
    type Config = LinearConfig;
    type Data = LinearData;

    fn name(&self) -> &'static str {
        "linear"
    }

    fn common<'a>(&self, config: &'a LinearConfig) -> Common<'a> {
        Common {
            seed: config.seed,
            row: "linear, mapped vectors".to_owned(),
            select: Select::SourceDev,
            source: "en",
            target: "es",
            drop_types: &[],
        }
    }

    fn read(&self, _: &LinearConfig) -> Result<LinearData> {
        // A fault of one's own keeps its message, and has the kind `Other`.
        Err(Error::other("this example has its data from the sample"))
    }

    fn corpora<'a>(&self, data: &'a LinearData) -> Corpora<'a> {
        Corpora { train: &data.train, dev: &data.dev, target_test: &data.test, ..Corpora::default() }
    }

    fn train(
        &self,
        config: &Checked<LinearConfig>,
        data: &LinearData,
        phases: &mut Phases<'_>,
    ) -> Result<Trained> {
        let [vectors, _] = Self::mapped(config.seed, data)?;
        let tags = TagSet::of_corpus(Scheme::Iob2, &data.train);
        let weights = vec![0.0; (3 * vectors.dim() + 1) * tags.len()];
        let mut learner = LinearLearner { config, data, vectors: &vectors, tags, weights, words: 0 };
        let work = TrainingLoop {
            phase: "linear",
            seed: config.seed,
            training: &config.training,
            settings: config.to_json()?,
            fingerprint: phases.fingerprint().to_owned(),
            trained: false,
            left_out: 0,
        };
        let plan = Plan { work, sentences: 0, place: Place::Models(phases.models.clone()) };
        let plan = plan.of(data.train.iter().map(|labelled| &labelled.sentence));
        Ok(phases.train(&plan, &mut learner)?.report.into())
    }

    fn score(
        &self,
        config: &Checked<LinearConfig>,
        data: &LinearData,
        model: &Path,
        _: &mut Phases<'_>,
        selected: &mut Selected,
    ) -> Result<()> {
        let [_, vectors] = Self::mapped(config.seed, data)?;
        let tags = TagSet::of_corpus(Scheme::Iob2, &data.train);
        let mut learner =
            LinearLearner { config, data, vectors: &vectors, tags, weights: Vec::new(), words: 0 };
        let file = model.join("model.safetensors");
        learner.set_weights(Tensors::read(&file)?.0, &file)?;
        selected.target_test = Some((&learner.scores(&data.test)?).into());
        Ok(())
    }
}

/// The tagger in training: `p(tag) = softmax([x₋₁; x; x₊₁; 1] W)`.
struct LinearLearner<'a> {
    config: &'a LinearConfig,
    data: &'a LinearData,
    vectors: &'a Vectors,
    tags: TagSet,
    /// `[3 * dim + 1, tags]` row by row.
    weights: Vec<f32>,
    /// Words learnt from so far.
    words: u64,
}

impl LinearLearner<'_> {
    fn shape(&self) -> [usize; 2] {
        [3 * self.vectors.dim() + 1, self.tags.len()]
    }

    /// The features of a sentence's word.
    fn features(&self, sentence: &Sentence, at: usize) -> Vec<f32> {
        let dim = self.vectors.dim();
        let mut all = vec![0.0; 3 * dim];
        for (place, own) in all.chunks_mut(dim).enumerate() {
            let word = (at + place).checked_sub(1).filter(|&word| word < sentence.len());
            if let Some(vector) = word.and_then(|word| self.vectors.get(&sentence.token(word).to_lowercase()))
            {
                own.copy_from_slice(vector);
            }
        }
        all.push(1.0);
        all
    }

    /// The probability of each tag.
    fn probabilities(&self, features: &[f32]) -> Vec<f32> {
        let mut scores = vec![0.0; self.tags.len()];
        for (feature, row) in features.iter().zip(self.weights.chunks(self.tags.len())) {
            scores.iter_mut().zip(row).for_each(|(score, weight)| *score += feature * weight);
        }
        let top = scores.iter().copied().fold(f32::MIN, f32::max);
        for score in &mut scores {
            *score = (*score - top).exp();
        }
        let sum: f32 = scores.iter().sum();
        scores.iter().map(|score| score / sum).collect()
    }

    fn best(&self, sentence: &Sentence) -> Vec<Tag> {
        let best = |at| {
            let scores = self.probabilities(&self.features(sentence, at));
            let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0);
            self.tags.tags()[best].clone()
        };
        (0..sentence.len()).map(best).collect()
    }

    fn scores(&self, corpus: &[Labelled]) -> Result<Scores> {
        let predicted: Vec<Vec<Tag>> = corpus.iter().map(|labelled| self.best(&labelled.sentence)).collect();
        score(corpus, &predicted)
    }
}

impl Learner for LinearLearner<'_> {
    fn sentences(&self) -> usize {
        self.data.train.len()
    }

    fn step(&mut self, batch: &[usize], at: &Moment) -> Result<StepOutcome> {
        let (mut loss, mut words) = (0.0, 0);
        let mut gradient = vec![0.0; self.weights.len()];
        for labelled in batch.iter().map(|&at| &self.data.train[at]) {
            for (word, gold) in self.tags.encode(labelled)?.into_iter().enumerate() {
                let features = self.features(&labelled.sentence, word);
                let mut off = self.probabilities(&features);
                loss -= off[usize::from(gold)].ln();
                off[usize::from(gold)] -= 1.0;
                for (feature, row) in features.iter().zip(gradient.chunks_mut(off.len())) {
                    row.iter_mut().zip(&off).for_each(|(sum, off)| *sum += feature * off);
                }
                words += 1;
            }
        }
        let (count, decay) = (words.max(1) as f32, self.config.decay as f32);
        for (gradient, weight) in gradient.iter_mut().zip(&self.weights) {
            *gradient = *gradient / count + decay * weight;
        }
        let outcome = StepOutcome {
            loss: loss / count,
            gradient_norm: gradient.iter().map(|gradient| gradient * gradient).sum::<f32>().sqrt(),
        };
        if outcome.loss.is_finite() && outcome.gradient_norm.is_finite() {
            let rate = at.rate as f32;
            self.weights.iter_mut().zip(&gradient).for_each(|(weight, gradient)| *weight -= rate * gradient);
            self.words += words;
        }
        Ok(outcome)
    }

    fn evaluate(&self) -> Result<Option<DevScores>> {
        Ok(Some(dev_scores(self.scores(&self.data.dev)?.overall)))
    }

    fn weights(&self) -> Tensors {
        let mut weights = Tensors::default();
        weights.insert("weights", &self.shape(), self.weights.clone());
        weights
    }

    fn set_weights(&mut self, mut weights: Tensors, path: &Path) -> Result<()> {
        self.weights = weights.take("weights", &self.shape(), path)?;
        weights.expect_empty(path)
    }

    fn state(&self) -> State {
        // Plain gradient descent remembers nothing; what is counted is.
        let mut state = State::default();
        state.count("words", &self.words);
        state
    }

    fn set_state(&mut self, mut state: State, path: &Path) -> Result<()> {
        self.words = state.counter("words", path)?;
        state.expect_empty(path)
    }

    fn save(&self, folder: &Path, report: &TrainReport) -> Result<()> {
        report.write(folder)?;
        self.weights().write(&folder.join("model.safetensors"), &report.fingerprint)?;
        // Last, since a folder with it is whole.
        files::write_json(&folder.join("config.json"), &serde_json::json!({ "model": "linear" }))
    }
}
