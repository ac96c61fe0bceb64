//! `xner demo`: from labelled English to a language without labels, on the built-in sample.

#[cfg(feature = "built-in")]
mod boxed;
mod mapping;
mod report;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use clap::ValueEnum;
use xner_corpus::write::{FolderLock, PartialFolder};
use xner_corpus::{Labelled, Sentence};
use xner_embed::Vectors;
use xner_embed::dictionary::Dictionary;
use xner_embed::judge::induction;
use xner_sample::{Language, Sample, SampleVectors, Split, natural};
use xner_tagger::config::TrainConfig;
use xner_tagger::{Tagger, TrainData, evaluate, open_mapped, save_mapped};
use xner_train::{Device, config::Optimiser};

use self::mapping::Space;
use self::report::{Mapping, Report, Rows};
use crate::args::positive;
use crate::outputs::{Force, Kind};
use crate::paint;
use crate::progress::Progress;
use crate::watch::Watch;

/// The main job on the built-in sample: train on English, tag Spanish or German, print scores
///
/// First the model in the box tags a few sentences. Then a BiLSTM-CRF is trained on labelled English, with and without
/// characters; the target language has no labels, only word vectors, which are rotated into the English space without a
/// dictionary, by self-learning.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The language without labels
    #[arg(long, value_enum, default_value_t = Target::Spanish)]
    target: Target,
    /// Decides everything random: the sample, and the training on it
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Labelled English sentences to train on
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = positive())]
    sentences: usize,
    /// Times over them
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = positive())]
    epochs: usize,
    /// Keep the models in folders of this directory: `spanish` (or `german`), the one that tags what is shown, and
    /// `characters` and `words`, which read English
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
    /// Where to compute: cpu, cuda:0 or wgpu:0
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// Print the scores as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Target {
    Spanish,
    German,
}

impl Target {
    fn language(self) -> Language {
        match self {
            Self::Spanish => Language::Spanish,
            Self::German => Language::German,
        }
    }
}

const SOURCE: Language = Language::English;
const DEV: usize = 300;
const TEST: usize = 1000;
/// Tagged sentences to show.
const SHOWN: usize = 8;

pub(crate) fn run(args: &Args) -> Result<()> {
    let begun = Instant::now();
    // One that goes on a signal too.
    let folder = PartialFolder::create(&std::env::temp_dir())?;
    let out = args.out.as_deref().unwrap_or(folder.path());
    let models = [true, false].map(|characters| out.join(if characters { "characters" } else { "words" }));
    let mut made = Vec::new();
    for model in &models {
        Kind::Model.claim(model, args.force)?;
        // Before the work: a folder that cannot be written to is told at once.
        made.insert(0, FolderLock::take(model)?.release());
    }
    #[cfg(feature = "built-in")]
    if !args.json {
        super::print_painted(&boxed::tagged(&args.device)?)?;
    }
    let target = args.target.language();
    let spinner = Progress::spinner("making the sample");
    let sample = Sample::new(args.seed)?;
    let source_vectors = vectors(&sample.vectors(SOURCE))?;
    let target_vectors = vectors(&sample.vectors(target))?;
    drop(spinner);
    let spinner = Progress::spinner("mapping the vectors");
    let Space { source: source_vectors, target: mapped, unmapped, criterion } =
        mapping::map_vectors(&source_vectors, &target_vectors, args.seed)?;
    // The dictionary judges the mapping, and has no part in it.
    let pairs = Dictionary::from_pairs(sample.dictionary(SOURCE, target))?;
    let judged = induction(&source_vectors, &mapped, &pairs, 10)?;
    drop(spinner);

    let train = sample.labelled(SOURCE, Split::Train, args.sentences);
    let dev = sample.labelled(SOURCE, Split::Dev, DEV);
    let taggers = [true, false].map(|characters| {
        let model = models[usize::from(!characters)].clone();
        let (train, dev) = (train.clone(), dev.clone());
        let data = TrainData { train, dev, vectors: Some(source_vectors.clone()), ..TrainData::default() };
        let config = config(args, characters);
        xner_tagger::train(&config, data, &model, &args.device, &mut Watch::new(|| false)).map(|_| model)
    });
    let [characters, words] = taggers;
    let (characters, words) = (characters?, words?);
    drop(made);

    let spinner = Progress::spinner("tagging");
    let source_test = sample.labelled(SOURCE, Split::Test, TEST);
    let target_test = sample.labelled(target, Split::Test, TEST);
    let score = |model: &Path, vectors, test: &[Labelled]| -> Result<_> {
        Ok(evaluate(open_mapped(model, vectors, &args.device)?.as_ref(), test)?)
    };
    let own = out.join(target.to_string().to_lowercase());
    let transferred = save_mapped(&words, &mapped, &own, &args.device)?;
    let scores = Rows {
        source_test: score(&characters, &source_vectors, &source_test)?,
        source_test_words: score(&words, &source_vectors, &source_test)?,
        target_test_unmapped: score(&words, &unmapped, &target_test)?,
        target_test: score(&characters, &mapped, &target_test)?,
        target_test_words: evaluate(transferred.as_ref(), &target_test)?,
    };
    let report = Report {
        source: SOURCE.to_string(),
        target: target.to_string(),
        seed: args.seed,
        training_sentences: args.sentences,
        mapping: Mapping { method: "self-learning", criterion, judged },
        scores,
        seconds: begun.elapsed().as_secs_f64(),
    };
    drop(spinner);
    if args.json {
        return super::print_json(&report);
    }
    super::print(&report.text())?;
    super::print_painted(&tagged(transferred.as_ref(), &target_test)?)?;
    match args.out {
        Some(_) => super::print(&format!("\nThe model that tagged them: {}\n", own.display())),
        None => Ok(()),
    }
}

fn vectors(sample: &SampleVectors) -> Result<Vectors> {
    Ok(Vectors::from_rows(&sample.words, sample.dim, &sample.data)?)
}

/// Small sizes and few epochs: the sample is easy, and time is short.
fn config(args: &Args, characters: bool) -> TrainConfig {
    let mut config = TrainConfig { seed: args.seed, ..TrainConfig::default() };
    config.model.characters.enabled = characters;
    config.model.hidden = 50;
    config.model.dense = 50;
    config.training.epochs = args.epochs;
    config.training.evaluate_every = 0;
    config.training.optimiser = Optimiser::Adam { rate: 0.003, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    config
}

/// A few of the sentences, tagged and in colour.
fn tagged(tagger: &dyn Tagger, test: &[Labelled]) -> Result<String> {
    let shown: Vec<Sentence> = test
        .iter()
        .filter(|labelled| labelled.entities.len() > 1)
        .take(SHOWN)
        .map(|labelled| natural(&labelled.sentence))
        .collect();
    let taggings = tagger.tag(&shown)?;
    let lines = shown
        .iter()
        .zip(&taggings)
        .map(|(sentence, tagging)| format!("  {}\n", paint::sentence(sentence, &tagging.entities, false)));
    Ok(lines.collect())
}
