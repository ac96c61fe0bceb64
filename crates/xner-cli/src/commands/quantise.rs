//! `xner quantise MODEL`.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use xner_corpus::write::FolderLock;
use xner_tagger::bert::{EmbeddingBits, Quantised, quantise};

use crate::outputs::{Force, Inputs, Kind};
use crate::progress::Progress;

/// Write a token classifier with its matrices in 8 bits: a quarter of the size, and faster where it tags on a CPU
///
/// `xner tag` opens it like any other. Tags change a little, so score both on labelled data.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The model directory, of Hugging Face's layout
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// The folder of the model in 8 bits
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Bits of the table of subwords: 4 are smaller still, with a scale for each 32 numbers
    #[arg(long, value_name = "BITS", default_value = "8", value_parser = ["8", "4"])]
    embeddings: String,
    /// Bits that the values of the other matrices are rounded to; they take a byte each, and less once compressed
    #[arg(long, value_name = "BITS", default_value = "8", value_parser = clap::value_parser!(u32).range(4..=8))]
    matrices: u32,
    #[command(flatten)]
    force: Force,
    /// Print the sizes as JSON
    #[arg(long)]
    json: bool,
}

/// What was made.
#[derive(Serialize)]
struct Report {
    out: PathBuf,
    #[serde(flatten)]
    sizes: Quantised,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let inputs = Inputs::default().model(&args.model);
    inputs.spare_run(&args.out)?;
    Kind::Model.claim(&args.out, args.force)?;
    let _lock = FolderLock::take(&args.out)?;
    let spinner = Progress::spinner("quantising");
    let embeddings = (args.embeddings == "4").then_some(EmbeddingBits::Four);
    let sizes = quantise(&args.model, &args.out, embeddings, args.matrices)?;
    drop(spinner);
    if args.json {
        let report = Report { out: args.out.clone(), sizes };
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    let mega = |bytes: u64| bytes as f64 / 1e6;
    let (before, after) = (mega(sizes.before), mega(sizes.after));
    println!("{before:.1} MB of weights became {after:.1} MB; the model is in {}", args.out.display());
    Ok(())
}
