//! `xner dictionary DIR`.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use xner_corpus::write::Output;
use xner_embed::dictionary::{DictionaryWriter, InduceConfig, Induced, induce};

use crate::ending;
use crate::outputs::Inputs;
use crate::progress::{Progress, note};
use crate::reading::mapped;

/// Write the dictionary that a mapping implies: source, target and CSLS score, with tabs between
///
/// It is written as it is found, so memory does not grow with the vocabulary beyond the vectors themselves.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder that `xner map` wrote
    #[arg(value_name = "DIR")]
    mapping: PathBuf,
    /// The dictionary, plain, .gz or .xz; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Translations of each word, best first
    #[arg(long, value_name = "N", default_value_t = 1)]
    k: usize,
    /// Only pairs that are each other's nearest
    #[arg(long)]
    mutual: bool,
    /// Only pairs with at least this CSLS score
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    threshold: Option<f32>,
    /// Only words whose best translation is so much better than the second best
    #[arg(long, value_name = "SCORE")]
    margin: Option<f32>,
    /// Only the most frequent words of each language; all where there are fewer
    #[arg(long, value_name = "N")]
    max_rank: Option<usize>,
    /// Neighbours over which CSLS takes its means
    #[arg(long, value_name = "K", default_value_t = 10)]
    csls: usize,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Serialize)]
struct Report {
    out: PathBuf,
    #[serde(flatten)]
    found: Induced,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let config = InduceConfig {
        k: args.k,
        csls_k: args.csls,
        mutual: args.mutual,
        min_score: args.threshold,
        min_margin: args.margin,
        source_limit: args.max_rank,
        target_limit: args.max_rank,
    };
    config.check()?;
    ending::check(&args.out, None)?;
    Inputs::default().mapping(&args.mapping).spare(&args.out)?;
    Output::probe(&args.out)?;
    let spinner = Progress::spinner("reading");
    let (source, target) = mapped(&args.mapping)?;
    drop(spinner);
    let mut writer = DictionaryWriter::create(&args.out)?;
    let mut progress = Progress::counter("pairs").hidden_if(args.out.as_os_str() == "-");
    let found = induce(&source, &target, &config, &mut |source, target, score| {
        progress.add(1);
        writer.write(source, target, Some(score))
    })?;
    writer.finish()?;
    drop(progress);
    let report = Report { out: args.out.clone(), found };
    if args.json && args.out.as_os_str() != "-" {
        return super::print_json(&report);
    }
    let Induced { pairs, words, asked } = found;
    note(&format!("{pairs} pairs; {words} of {asked} words have a translation"));
    Ok(())
}
