//! `xner similar SENTENCE`.

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::builder::{PossibleValue, TypedValueParser};
use serde::Serialize;
use xner_corpus::read::{Format, Input, Stream, read_corpus};
use xner_corpus::split::word_ranges;
use xner_corpus::{Labelled, Sentence};
use xner_tagger::ScoredEntity;
use xner_tagger::bert::Pooling;
use xner_train::Device;
use xner_transfer::meta::index::{Neighbour, Pretrained, Representation, SentenceVectors, enough};

use super::source_index::{model_folder, source_index};
use crate::args::{self, Layout, unlike};
use crate::exit::{at_least_one, bad_input, not_empty};
use crate::paint;
use crate::progress::Progress;

/// Print the sentences of a corpus that are most similar to a sentence, with their entities
///
/// The similarity is the cosine of two vectors that a pretrained encoder makes of the sentences, whose languages may
/// differ. With --cache the corpus's vectors are kept on disk, and a second call answers at once.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The sentence
    #[arg(required_unless_present = "input", conflicts_with = "input")]
    sentence: Option<String>,
    /// A directory of Hugging Face's layout, an encoder alone or a token classifier; or a model's name on the hub
    #[arg(long, value_name = "DIR")]
    model: String,
    /// The sentences to search, plain, .gz or .xz
    #[arg(long, value_name = "FILE")]
    corpus: PathBuf,
    /// Sentences to print for each
    #[arg(short, value_name = "K", default_value_t = 3)]
    k: usize,
    /// What of the encoder's last layer a sentence's vector is
    #[arg(long, value_parser = poolings(), default_value = "cls")]
    pooling: Pooling,
    /// Subwords of a sentence that are read, special ones included
    #[arg(long, value_name = "N", default_value_t = Representation::default().length)]
    length: usize,
    /// The folder in which vectors are kept
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Sentences to ask for instead, plain, .gz or .xz; - is standard input
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Format of --input; by default what its name promises, else JSON lines or text by the first lines. What looks
    /// like columns must be said to be text
    #[arg(long, value_parser = args::named::<Format>(Format::NAMES), requires = "input")]
    input_format: Option<Format>,
    /// Format of --corpus; by default what its name promises, else JSON lines or columns by the first lines
    #[arg(long, value_parser = args::named::<Format>(Format::NAMES))]
    format: Option<Format>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Where to compute: cpu, cuda:0 or wgpu:0
    #[arg(long, default_value = "cpu")]
    device: Device,
    #[command(flatten)]
    layout: Layout,
}

/// The poolings by name.
fn poolings() -> impl TypedValueParser<Value = Pooling> {
    args::named([
        PossibleValue::new("cls").help("The state of the first subword, which is special"),
        PossibleValue::new("mean").help("The mean of the states of all subwords"),
    ])
}

/// A sentence that was asked for, as JSON.
#[derive(Serialize)]
struct Asked<'a> {
    text: &'a str,
    entities: Vec<Found<'a>>,
    similar: Vec<Similar<'a>>,
}

/// A sentence of the corpus.
#[derive(Serialize)]
struct Similar<'a> {
    cosine: f32,
    /// Its place in the corpus, from 1.
    number: usize,
    text: &'a str,
    entities: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    text: &'a str,
    label: &'a str,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    at_least_one("-k", args.k)?;
    if args.input_format.is_some() && args.input.is_none() {
        return Err(bad_input("--input-format is the format of --input, which is missing"));
    }
    let spinner = Progress::spinner("reading");
    let queries = queries(args)?;
    let corpus = read_corpus(&args.corpus, &args.layout.read(args.format));
    let corpus = corpus.map_err(|fault| unlike(fault.into(), "--format"))?;
    enough(corpus.len(), args.k, 0).with_context(|| format!("{}: -k {}", args.corpus.display(), args.k))?;
    let representation = Representation { pooling: args.pooling, length: args.length };
    let encoder = Pretrained::new(&model_folder(&args.model)?, representation, args.device)?;
    drop(spinner);
    let sentences: Vec<Sentence> = corpus.iter().map(|labelled| labelled.sentence.clone()).collect();
    let index = source_index(args.cache.as_deref(), &encoder, &sentences)?;
    let asked: Vec<Sentence> = queries.iter().map(|labelled| labelled.sentence.clone()).collect();
    let found = index.nearest(&SentenceVectors::open_or_make(None, &encoder, &asked)?, args.k)?;
    if args.json {
        let answer = |(query, found): (_, &Vec<Neighbour>)| answer(query, found, &corpus);
        return super::print_json(&queries.iter().zip(&found).map(answer).collect::<Vec<_>>());
    }
    let mut text = String::new();
    for (query, found) in queries.iter().zip(&found) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", painted(query));
        for Neighbour { sentence, cosine } in found {
            let _ = writeln!(text, "  {cosine:.4}  {}", painted(&corpus[*sentence]));
        }
    }
    super::print_painted(&text)
}

/// The sentences to ask for.
fn queries(args: &Args) -> Result<Vec<Labelled>> {
    let found = match (&args.sentence, &args.input) {
        (Some(text), _) => {
            let language = args.layout.text().language;
            let sentence = Sentence::from_spans(text.clone(), word_ranges(text, language));
            vec![Labelled { sentence: sentence.unwrap_or_default(), entities: Vec::new() }]
        }
        (None, Some(path)) => {
            let settled = Input::open(path)?.settle(args.input_format, Format::Text);
            let (input, format) = settled.map_err(|fault| unlike(fault.into(), "--input-format"))?;
            let (name, options) = (input.name.clone(), args.layout.read(Some(format)));
            let found: Vec<_> = Stream::new(input, format, &options).collect::<Result<_, _>>()?;
            not_empty(!found.is_empty(), &name)?;
            found
        }
        (None, None) => Vec::new(),
    };
    match found.iter().position(|labelled| labelled.sentence.is_empty()) {
        Some(at) => Err(bad_input(format!("sentence {} to ask for has no words", at + 1))),
        None => Ok(found),
    }
}

fn answer<'a>(query: &'a Labelled, found: &[Neighbour], corpus: &'a [Labelled]) -> Asked<'a> {
    let similar = |&Neighbour { sentence, cosine }: &Neighbour| {
        let text = corpus[sentence].sentence.text();
        Similar { cosine, number: sentence + 1, text, entities: entities(&corpus[sentence]) }
    };
    Asked {
        text: query.sentence.text(),
        entities: entities(query),
        similar: found.iter().map(similar).collect(),
    }
}

fn entities(labelled: &Labelled) -> Vec<Found<'_>> {
    let found = labelled.entities.iter();
    found
        .map(|entity| Found {
            text: labelled.sentence.slice(entity.tokens.clone()),
            label: entity.kind.as_str(),
        })
        .collect()
}

fn painted(labelled: &Labelled) -> String {
    let sure = |entity: &xner_corpus::Entity| ScoredEntity { entity: entity.clone(), probability: 1.0 };
    let entities: Vec<ScoredEntity> = labelled.entities.iter().map(sure).collect();
    paint::sentence(&labelled.sentence, &entities, false)
}
