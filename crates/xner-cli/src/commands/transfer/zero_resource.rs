//! `xner transfer zero-resource`.

use anyhow::{Context, Result};
use xner_transfer::zero_resource::{self, ZeroResourceConfig, ZeroResourceData};

use super::watch::Watch;
use super::{runs, settings};
use crate::interrupt;
use crate::progress::Progress;

/// Zero-resource transfer (Bari et al. 2020): word vectors mapped without a dictionary, pseudo labels
///
/// DIR becomes a model directory that `xner tag` opens, with a report beside it. A run that was stopped or killed, in
/// whatever phase, goes on from there when the same command is given again, and ends with the same bytes as one that
/// never stopped. With --seeds, DIR gets a folder for each seed and `results.json` over all.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    runs: runs::Args,
}

pub(super) fn run(Args { runs }: &Args) -> Result<()> {
    if runs.print_config {
        return super::super::print(&settings::documented()?);
    }
    let config = ZeroResourceConfig::read_with(runs.file(), &runs.set)?;
    runs.check()?;
    let spinner = Progress::spinner("reading");
    let data = ZeroResourceData::read(&config)
        .with_context(|| format!("{}: cannot train", runs.file().display()))?;
    drop(spinner);
    runs.run(config.seed, |seed, out| {
        let config = ZeroResourceConfig { seed, ..config.clone() };
        let mut watch = Watch::new(interrupt::asked);
        Ok(zero_resource::run(&config, &data, out, &runs.device, &mut watch)?)
    })
}
