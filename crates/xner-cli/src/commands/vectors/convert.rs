//! `xner vectors convert IN OUT`.

use std::path::PathBuf;

use anyhow::Result;
use xner_corpus::write::Output;
use xner_embed::normalise::{Fitted, Step};
use xner_embed::pca::pca;

use crate::outputs::Inputs;
use crate::progress::Progress;
use crate::reading::{Reading, VectorsFormat, write};

/// Convert word vectors between formats; limit, lower, normalise and shrink them on the way
///
/// The steps come in this order: reading with its limit, lower case, normalisation, principal components.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The vectors to read: .vec or GloVe text (also .gz, .xz), fastText's or word2vec's .bin, or .safetensors
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The file to write, .vec (also .vec.gz, .vec.xz) or .safetensors; - is standard output
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// The format of OUT: vec, or our own, which opens in milliseconds; by default what its name promises, else vec.
    /// A name that promises what is not written (.bin, .ftz, .bz2) needs it
    #[arg(long, value_enum)]
    format: Option<VectorsFormat>,
    /// Steps of normalisation, in order: unit, centre
    #[arg(long, value_name = "STEPS", value_delimiter = ',')]
    normalise: Vec<Step>,
    /// Keep the directions in which the vectors vary most, so many
    #[arg(long, value_name = "DIM")]
    pca: Option<usize>,
    #[command(flatten)]
    reading: Reading,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let format = match args.format {
        Some(format) => format,
        None => VectorsFormat::of_name(&args.output, "--format")?,
    };
    Inputs::of([&args.input]).spare(&args.output)?;
    Output::probe(&args.output)?;
    let _spinner = Progress::spinner("converting");
    let mut vectors = args.reading.open(&args.input)?;
    if !args.normalise.is_empty() {
        let (vocabulary, dim) = (vectors.vocabulary().clone(), vectors.dim());
        let mut data = vectors.into_data();
        Fitted::fit(&mut data, dim, &args.normalise)?;
        vectors = xner_embed::Vectors::new(vocabulary, dim, data)?;
    }
    if let Some(dim) = args.pca {
        vectors = pca(&vectors, dim)?;
    }
    write(&args.output, &vectors, format)
}
