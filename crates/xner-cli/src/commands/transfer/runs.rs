//! What all methods' commands take and do: one run, or one for each of several seeds.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xner_corpus::write::{FolderLock, MadeFolder};
use xner_train::settings::Renamed;
use xner_train::{Device, Settings};
use xner_transfer::Strategy;
use xner_transfer::report::{Adapted, RESULTS, Results, Selected, TransferReport};

use super::super::printed::{self, PRINTED};
use super::super::{print, print_json};
use crate::args;
use crate::exit::{bad_input, is_stop};
use crate::interrupt;
use crate::outputs::{Force, Inputs, Kind, tell_left};
use crate::progress::{Progress, note};
use crate::watch::Watch;

/// The weights in a model directory.
const WEIGHTS: &str = "model.safetensors";

/// The arguments of a method.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The config file (TOML); --print-config prints one
    #[arg(long, value_name = "FILE", required_unless_present_any = PRINTED)]
    config: Option<PathBuf>,
    /// The folder of the model and its reports; made where there is none
    #[arg(long, value_name = "DIR", required_unless_present_any = PRINTED)]
    out: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
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
    #[command(flatten)]
    pub(super) printed: printed::Args,
}

impl Args {
    /// The config file.
    pub(super) fn file(&self) -> &Path {
        // It is there: clap requires it.
        self.config.as_deref().unwrap_or(Path::new(""))
    }

    /// The folders of several seeds' runs.
    fn folders(&self, out: &Path) -> Vec<PathBuf> {
        self.seeds.iter().map(|seed| out.join(format!("seed-{seed}"))).collect()
    }

    /// Refuses seeds that would make the same run twice.
    pub(super) fn check(&self) -> Result<()> {
        match self.seeds.iter().enumerate().find(|(at, seed)| self.seeds[..*at].contains(seed)) {
            Some((_, seed)) => Err(bad_input(format!("--seeds has {seed} twice"))),
            None => Ok(()),
        }
    }

    /// Runs a strategy with a seed and a folder: once, with the seed given or the config's own, or for each of
    /// several seeds in a folder of its own. Prints what came out. `about` heads the config that is printed when
    /// asked for, which shows where a preset differs.
    pub(super) fn run<S: Strategy>(
        &self,
        strategy: &S,
        cache: Option<&Path>,
        about: &str,
        preset: Option<(&str, &S::Config)>,
    ) -> Result<()> {
        if self.printed.print(about, preset)? {
            return Ok(());
        }
        self.check()?;
        let config = |seed: Option<u64>, told: &mut dyn FnMut(&Renamed)| -> Result<S::Config> {
            let seed = seed.map(|seed| format!("seed={seed}"));
            let set: Vec<String> = self.set.iter().cloned().chain(seed).collect();
            Ok(S::Config::read_over(None, Some(self.file()), &set, told)?)
        };
        let own = config(self.seed, &mut |key| note(&format!("note: {key}")))?;
        let cannot = || format!("{}: cannot train", self.file().display());
        let out = self.out.as_deref().unwrap_or(Path::new(""));
        let folders = self.folders(out);
        let inputs = Inputs::of(&self.config).settings(&own);
        folders.iter().chain([&out.to_owned()]).try_for_each(|folder| inputs.spare_run(folder))?;
        let kind = if self.seeds.is_empty() { Kind::Run } else { Kind::Runs };
        kind.claim(out, self.force)?;
        // Before anything is read: a folder that cannot be written to is told at once. The run has a lock of its own.
        let made = MadeFolder::make(out)?;
        let lock = (!self.seeds.is_empty()).then(|| FolderLock::take(out)).transpose()?;
        let spinner = Progress::spinner("reading");
        let data = strategy.read(&own).with_context(cannot)?;
        drop(spinner);
        interrupt::listen();
        let one = |config: &S::Config, out: &Path| -> Result<TransferReport> {
            let mut watch = Watch::new(interrupt::asked);
            let report = xner_transfer::run(strategy, config, &data, out, cache, &self.device, &mut watch);
            drop(watch);
            match report.map_err(anyhow::Error::from) {
                Err(fault) if !is_stop(&fault) => Err(fault.context(cannot())),
                other => other,
            }
        };
        if self.seeds.is_empty() {
            let report = one(&own, out)?;
            tell_left(out);
            interrupt::done();
            return if self.json { print_json(&report) } else { print(&text(&report, out)) };
        }
        let mut runs = Vec::new();
        for (&seed, folder) in self.seeds.iter().zip(&folders) {
            note(&format!("seed {seed}"));
            Kind::Run.claim(folder, self.force)?;
            runs.push(one(&config(Some(seed), &mut |_| {})?, folder)?);
            tell_left(folder);
        }
        let (results, file) = (Results::new(runs), out.join(RESULTS));
        results.write(&file).with_context(|| format!("{}: cannot be written", file.display()))?;
        drop((lock, made));
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
        let Selected { epoch, step, source_dev, target_dev, source_test, target_test, .. } = chosen;
        let Selected { calibration, silenced, adapted, .. } = chosen;
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
        if let Some(error) = calibration {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {:24}    {:6.2}", "  calibration error", 100.0 * error);
        }
        text += &f1("  encoder silenced", silenced.as_ref().map(|scores| scores.f1));
        text += &f1("target test, adapted", adapted.as_ref().map(|adapted| adapted.scores.f1));
        if let Some(Adapted { sentences, changed, .. }) = adapted {
            let _ = writeln!(text, "  adaptation changed the tags of {changed} of {sentences} sentences");
        }
    }
    for note in &report.notes {
        let _ = writeln!(text, "\nnote: {note}");
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
            let (spread, max) = (summary.spread(), 100.0 * summary.maximum);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "target test F1, {how}: {spread}, max {max:.2}");
        }
    }
    text
}
