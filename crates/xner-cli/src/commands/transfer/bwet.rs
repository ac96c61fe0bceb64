//! `xner transfer bwet`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xner_tagger::Device;
use xner_transfer::bwet::{self, BwetConfig, BwetData};

use super::super::train::Watch;
use super::{bwet_settings, zero_resource};
use crate::interrupt;
use crate::progress::Progress;

/// BWET (Xie et al. 2018): the labelled source translated word by word, and a tagger trained on it
///
/// DIR becomes a model directory that `xner tag` opens, with a report and the translated sentences beside it. A run
/// that was stopped or killed goes on from its last checkpoint when the same command is given again, and ends with the
/// same bytes as one that never stopped.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The config file (TOML); --print-config prints one
    #[arg(long, value_name = "FILE", required_unless_present = "print_config")]
    config: Option<PathBuf>,
    /// The folder to be
    #[arg(long, value_name = "DIR", required_unless_present = "print_config")]
    out: Option<PathBuf>,
    /// Decides everything random, in place of the config's `seed`
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Where to compute: cpu, cuda:0 or wgpu:0
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Print a config with every setting, its meaning and its default
    #[arg(long, exclusive = true)]
    print_config: bool,
}

pub(super) fn run(args: Args) -> Result<()> {
    if args.print_config {
        return super::super::print(&bwet_settings::documented()?);
    }
    // Both are there: clap requires them.
    let (file, out) = (args.config.unwrap_or_default(), args.out.unwrap_or_default());
    let mut config = BwetConfig::read(&file)?;
    config.seed = args.seed.unwrap_or(config.seed);
    let spinner = Progress::spinner("reading, and making the dictionary");
    let data = BwetData::read(&config).with_context(|| format!("{}: cannot train", file.display()))?;
    drop(spinner);
    interrupt::listen()?;
    let mut watch = Watch::new(interrupt::asked);
    let report = bwet::run(&config, &data, &out, &args.device, &mut watch)
        .with_context(|| format!("{}: cannot train", file.display()))?;
    drop(watch);
    interrupt::done();
    if args.json {
        super::super::print_json(&report)
    } else {
        super::super::print(&zero_resource::text(&report, &out))
    }
}
