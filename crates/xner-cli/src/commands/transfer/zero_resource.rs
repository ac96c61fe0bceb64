//! `xner transfer zero-resource`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xner_tagger::Device;
use xner_transfer::report::{RESULTS, Results, Selected, TransferReport};
use xner_transfer::zero_resource::{self, ZeroResourceConfig, ZeroResourceData};

use super::settings;
use super::watch::Watch;
use crate::exit::bad_input;
use crate::interrupt;
use crate::progress::{Progress, note};

/// Zero-resource transfer (Bari et al. 2020): word vectors mapped without a dictionary, pseudo labels
///
/// DIR becomes a model directory that `xner tag` opens, with a report beside it. A run that was stopped or killed, in
/// whatever phase, goes on from there when the same command is given again, and ends with the same bytes as one that
/// never stopped. With --seeds, DIR gets a folder for each seed and `results.json` over all.
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
    /// One run for each of these seeds, with mean, deviation and maximum over them
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', conflicts_with = "seed")]
    seeds: Vec<u64>,
    /// A setting in the place of the config's, as in --set variant=cross-word or --set model.characters.use=false
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
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
        return super::super::print(&settings::documented()?);
    }
    // Both are there: clap requires them.
    let (file, out) = (args.config.unwrap_or_default(), args.out.unwrap_or_default());
    let mut config = ZeroResourceConfig::read_with(&file, &args.set)?;
    config.seed = args.seed.unwrap_or(config.seed);
    if let Some(twice) = args.seeds.iter().enumerate().find(|(at, seed)| args.seeds[..*at].contains(seed)) {
        return Err(bad_input(format!("--seeds has {} twice", twice.1)));
    }
    let spinner = Progress::spinner("reading");
    let data =
        ZeroResourceData::read(&config).with_context(|| format!("{}: cannot train", file.display()))?;
    drop(spinner);
    interrupt::listen()?;
    if args.seeds.is_empty() {
        let report = one(&config, &data, &out, args.device)?;
        interrupt::done();
        return if args.json {
            super::super::print_json(&report)
        } else {
            super::super::print(&text(&report, &out))
        };
    }
    let mut runs = Vec::new();
    for &seed in &args.seeds {
        note(&format!("seed {seed}"));
        let config = ZeroResourceConfig { seed, ..config.clone() };
        runs.push(one(&config, &data, &out.join(format!("seed-{seed}")), args.device)?);
    }
    let results = Results::new(runs);
    results.write(&out.join(RESULTS))?;
    interrupt::done();
    if args.json {
        super::super::print_json(&results)
    } else {
        super::super::print(&summary(&results, &out.join(RESULTS)))
    }
}

fn one(
    config: &ZeroResourceConfig,
    data: &ZeroResourceData,
    out: &Path,
    device: Device,
) -> Result<TransferReport> {
    let mut watch = Watch::new(interrupt::asked);
    Ok(zero_resource::run(config, data, out, &device, &mut watch)?)
}

/// Both choices of weights and their scores.
pub(super) fn text(report: &TransferReport, out: &Path) -> String {
    let TransferReport { row, source, target, steps, parameters, .. } = report;
    let mut text = format!(
        "{row}, {source} to {target}: {steps} steps, {parameters} parameters; the model is in {}\n",
        out.display()
    );
    for (dev, chosen) in [("source", &report.by_source_dev), ("target", &report.by_target_dev)] {
        let Some(chosen) = chosen else { continue };
        let Selected { epoch, step, source_dev, target_dev, source_test, target_test } = chosen;
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
    }
    text
}

fn summary(results: &Results, file: &Path) -> String {
    let row = results.runs.first().map(|run| format!("{}, {} to {}", run.row, run.source, run.target));
    let mut text =
        format!("{}: {} runs, in {}\n", row.unwrap_or_default(), results.runs.len(), file.display());
    for (dev, summary) in [("source", &results.by_source_dev), ("target", &results.by_target_dev)] {
        if let Some(summary) = summary {
            let deviation = summary.deviation.map(|d| format!(" ± {:.2}", 100.0 * d)).unwrap_or_default();
            let (mean, max) = (100.0 * summary.mean, 100.0 * summary.maximum);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "target test F1, chosen on {dev} dev: {mean:.2}{deviation}, max {max:.2}");
        }
    }
    text
}
