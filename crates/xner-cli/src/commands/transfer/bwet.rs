//! `xner transfer bwet`.

use anyhow::{Context, Result};
use xner_transfer::bwet::{self, BwetConfig, BwetData};

use super::super::train::Watch;
use super::{bwet_settings, runs};
use crate::interrupt;
use crate::progress::Progress;

/// BWET (Xie et al. 2018): the labelled source translated word by word, and a tagger trained on it
///
/// DIR becomes a model directory that `xner tag` opens, with a report and the translated sentences beside it. A run
/// that was stopped or killed goes on from its last checkpoint when the same command is given again, and ends with the
/// same bytes as one that never stopped. With --seeds, DIR gets a folder for each seed and `results.json` over all.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    runs: runs::Args,
}

pub(super) fn run(Args { runs }: &Args) -> Result<()> {
    if runs.print_config {
        return super::super::print(&bwet_settings::documented()?);
    }
    let config = BwetConfig::read_with(runs.file(), &runs.set)?;
    runs.check()?;
    let spinner = Progress::spinner("reading, and making the dictionary");
    let data = BwetData::read(&config).with_context(|| format!("{}: cannot train", runs.file().display()))?;
    drop(spinner);
    runs.run(config.seed, |seed, out| {
        let config = BwetConfig { seed, ..config.clone() };
        let mut watch = Watch::new(interrupt::asked);
        Ok(bwet::run(&config, &data, out, &runs.device, &mut watch)?)
    })
}
