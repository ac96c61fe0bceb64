//! What all methods' commands take and do: one run, or one for each of several seeds.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xner_tagger::Device;
use xner_transfer::report::{Adapted, RESULTS, Results, Selected, TransferReport};

use super::super::{print, print_json};
use crate::args;
use crate::exit::{bad_input, is_stop};
use crate::interrupt;
use crate::progress::note;

/// The weights in a model directory.
const WEIGHTS: &str = "model.safetensors";

/// The arguments of a method.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The config file (TOML); --print-config prints one
    #[arg(long, value_name = "FILE", required_unless_present = "print_config")]
    config: Option<PathBuf>,
    /// The folder of the model and its reports; made where there is none
    #[arg(long, value_name = "DIR", required_unless_present = "print_config")]
    out: Option<PathBuf>,
    /// Decides everything random, in place of the config's `seed`
    #[arg(long, value_name = "N", value_parser = args::seed())]
    seed: Option<u64>,
    /// One run for each of these seeds, with mean, deviation and maximum over them
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', conflicts_with = "seed", value_parser = args::seed())]
    seeds: Vec<u64>,
    /// A setting in the place of the config's, as in --set training.epochs=3 or --set model.characters.use=false
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// Where to compute: cpu, cuda:0 or wgpu:0
    #[arg(long, default_value = "cpu")]
    pub(super) device: Device,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Print a config with every setting, its meaning and its default
    #[arg(long, exclusive = true)]
    pub(super) print_config: bool,
}

impl Args {
    /// The config file.
    pub(super) fn file(&self) -> &Path {
        // It is there: clap requires it.
        self.config.as_deref().unwrap_or(Path::new(""))
    }

    /// Refuses seeds that would make the same run twice.
    pub(super) fn check(&self) -> Result<()> {
        match self.seeds.iter().enumerate().find(|(at, seed)| self.seeds[..*at].contains(seed)) {
            Some((_, seed)) => Err(bad_input(format!("--seeds has {seed} twice"))),
            None => Ok(()),
        }
    }

    /// Does `one` with a seed and a folder: once, with the seed given or the config's `own`, or for each of several
    /// seeds in a folder of its own. Prints what came out.
    pub(super) fn run(&self, own: u64, one: impl Fn(u64, &Path) -> Result<TransferReport>) -> Result<()> {
        let one = |seed: u64, out: &Path| match one(seed, out) {
            Err(fault) if !is_stop(&fault) => {
                Err(fault.context(format!("{}: cannot train", self.file().display())))
            }
            other => other,
        };
        let out = self.out.as_deref().unwrap_or(Path::new(""));
        interrupt::listen()?;
        if self.seeds.is_empty() {
            let report = one(self.seed.unwrap_or(own), out)?;
            interrupt::done();
            return if self.json { print_json(&report) } else { print(&text(&report, out)) };
        }
        let mut runs = Vec::new();
        for &seed in &self.seeds {
            note(&format!("seed {seed}"));
            runs.push(one(seed, &out.join(format!("seed-{seed}")))?);
        }
        let (results, file) = (Results::new(runs), out.join(RESULTS));
        results.write(&file).with_context(|| format!("{}: cannot be written", file.display()))?;
        interrupt::done();
        if self.json { print_json(&results) } else { print(&summary(&results, &file)) }
    }
}

/// Both choices of weights and their scores.
fn text(report: &TransferReport, out: &Path) -> String {
    let TransferReport { row, source, target, steps, parameters, .. } = report;
    // A finished run is not repeated, and its model may have been removed.
    let model = if out.join(WEIGHTS).exists() { "the model is in" } else { "the model is no longer in" };
    let mut text = format!(
        "{row}, {source} to {target}: {steps} steps, {parameters} parameters; {model} {}\n",
        out.display()
    );
    for (dev, chosen) in [("source", &report.by_source_dev), ("target", &report.by_target_dev)] {
        let Some(chosen) = chosen else { continue };
        let Selected { epoch, step, source_dev, target_dev, source_test, target_test, adapted } = chosen;
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "\nweights that are best on {dev} development data (epoch {epoch}, step {step}):");
        let f1 = |name: &str, f1: Option<f64>| match f1 {
            Some(f1) => format!("  {name:24} F1 {:6.2}\n", 100.0 * f1),
            None => String::new(),
        };
        text += &f1("source development", Some(*source_dev));
        text += &f1("target development", *target_dev);
        text += &f1("source test", source_test.as_ref().map(|scores| scores.f1));
        text += &f1("target test", target_test.as_ref().map(|scores| scores.f1));
        text += &f1("target test, adapted", adapted.as_ref().map(|adapted| adapted.scores.f1));
        if let Some(Adapted { sentences, changed, .. }) = adapted {
            let _ = writeln!(text, "  adaptation changed the tags of {changed} of {sentences} sentences");
        }
    }
    text
}

fn summary(results: &Results, file: &Path) -> String {
    let row = results.runs.first().map(|run| format!("{}, {} to {}", run.row, run.source, run.target));
    let mut text =
        format!("{}: {} runs, in {}\n", row.unwrap_or_default(), results.runs.len(), file.display());
    let sides = [
        ("chosen on source dev", &results.by_source_dev),
        ("chosen on target dev", &results.by_target_dev),
        ("chosen on source dev, adapted", &results.adapted),
    ];
    for (how, summary) in sides {
        if let Some(summary) = summary {
            let deviation = summary.deviation.map(|d| format!(" ± {:.2}", 100.0 * d)).unwrap_or_default();
            let (mean, max) = (100.0 * summary.mean, 100.0 * summary.maximum);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "target test F1, {how}: {mean:.2}{deviation}, max {max:.2}");
        }
    }
    text
}
