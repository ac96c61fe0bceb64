//! `xner vectors distil CORPUS`.

use std::path::PathBuf;

use anyhow::Result;
use xner_corpus::write::Output;
use xner_embed::pca::pca;
use xner_tagger::bert::{WordStates, word_vectors};

use crate::commands::raw_text::RawText;
use crate::commands::source_index::model_folder;
use crate::exit::at_least_one;
use crate::outputs::Inputs;
use crate::progress::Progress;
use crate::reading::{VectorsFormat, write};

/// Make word vectors of a multilingual encoder and raw text
///
/// A word's vector is the mean of the encoder's states over its occurrences in the text. Words of all languages that
/// the encoder knows then lie in one space already, so a mapping of such vectors is easier than of those of two programs;
/// say "distilled" where you report results.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    text: RawText,
    /// A directory of Hugging Face's layout, an encoder alone or a token classifier; or a model's name on the hub
    #[arg(long, value_name = "DIR")]
    model: String,
    /// The file to write, .vec (also .vec.gz, .vec.xz) or .safetensors; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Read each word by itself, not in its sentences
    #[arg(long)]
    alone: bool,
    /// The layer whose output is read, counted from 1; 0 for the layers' input; by default the last
    #[arg(long, value_name = "N")]
    layer: Option<usize>,
    /// What the encoder wants before a text, such as "query: " of e5
    #[arg(long, value_name = "TEXT", default_value = "")]
    prefix: String,
    /// The most frequent words, so many at most; by default all
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Leave out words that occur less often
    #[arg(long, value_name = "N", default_value_t = 1)]
    least: u64,
    /// Keep the directions in which the vectors vary most, so many, around their mean
    #[arg(long, value_name = "DIM")]
    pca: Option<usize>,
    /// Subwords that are read at once, special ones included
    #[arg(long, value_name = "N", default_value_t = 128)]
    length: usize,
    /// The format of FILE; by default what its name promises, else vec
    #[arg(long, value_enum)]
    out_format: Option<VectorsFormat>,
}

pub(super) fn run(args: &Args) -> Result<()> {
    if let Some(limit) = args.limit {
        at_least_one("--limit", limit)?;
    }
    let format = match args.out_format {
        Some(format) => format,
        None => VectorsFormat::of_name(&args.out, "--out-format")?,
    };
    let folder = model_folder(&args.model)?;
    Inputs::of(&args.text.corpora).model(&folder).spare(&args.out)?;
    Output::probe(&args.out)?;
    let sentences = args.text.read()?;
    let settings = WordStates {
        layer: args.layer,
        contextual: !args.alone,
        prefix: args.prefix.clone(),
        limit: args.limit,
        least: args.least,
        length: args.length,
    };
    let mut progress: Option<Progress> = None;
    let mut done = |count, all| progress.get_or_insert_with(|| Progress::steps(all, 0)).add(count);
    let mut vectors = word_vectors(&folder, &settings, &sentences, &args.text.device, &mut done)?;
    drop(progress);
    if let Some(dim) = args.pca {
        vectors = pca(&vectors, dim)?;
    }
    write(&args.out, &vectors, format)
}
