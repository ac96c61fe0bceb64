//! `xner map`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use clap::builder::{PossibleValue, TypedValueParser};
use serde::Serialize;
use xner_corpus::write::FolderLock;
use xner_embed::dictionary::Dictionary;
use xner_embed::judge::{self, Induction};
use xner_embed::map::{
    self, CheckedConfig, Direction, MAPPING_FILES, MapConfig, Mapped, Method, ProcrustesConfig, Refinement,
    Report, Resources, VectorFiles, checkpoint_folder,
};
use xner_embed::normalise::Step;
use xner_embed::{Error, Vectors};
use xner_train::settings::{Renamed, differences};
use xner_train::{Device, Settings};
use xner_transfer::fit::{Misfit, direction, settle};

use super::map_eval::induction_text;
use super::printed::{self, PRINTED};
use crate::args::named;
use crate::exit::bad_input;
use crate::interrupt;
use crate::outputs::{Force, Inputs, Kind, tell_left};
use crate::progress::{Progress, note, warn};
use crate::reading::{Reading, VectorsFormat};
use crate::watch::Watch;

/// Bring two languages' word vectors into one space
///
/// DIR gets the mapped vectors of both languages, the mapping, its config and a report. A run that was stopped or
/// killed goes on from its last checkpoint when the same command is given again, and ends with the same bytes as one
/// that never stopped. Ctrl-C stops after the step in hand, with a checkpoint.
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Args {
    /// The source language's vectors: .vec or GloVe text (also .gz, .xz), a .bin, or .safetensors
    #[arg(long, value_name = "FILE", required_unless_present_any = PRINTED)]
    source: Option<PathBuf>,
    /// The target language's vectors
    #[arg(long, value_name = "FILE", required_unless_present_any = PRINTED)]
    target: Option<PathBuf>,
    /// How the mapping is found. Beside --config it may be left out: it is the config's `method` then. Where that is
    /// left out too, and beside --print-config, it is self-learning
    #[arg(long, value_parser = named::<Method>(Method::NAMES))]
    #[arg(required_unless_present_any = ["print_config", "print_schema", "config"])]
    method: Option<Method>,
    /// The word pairs of the methods supervised and semi-supervised, a line each: source, blank or tab, target
    #[arg(long, value_name = "FILE")]
    dictionary: Option<PathBuf>,
    /// Judge the mapping by this dictionary in the end, as `xner map-eval` does; nothing is learnt from it
    #[arg(long, value_name = "FILE")]
    eval: Option<PathBuf>,
    /// The folder to be
    #[arg(long, value_name = "DIR", required_unless_present_any = PRINTED)]
    out: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
    /// Settings other than the method's own (TOML); --print-config prints them all
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A setting in the place of the config's or the method's, as in --set refinement.iterations=3
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Print the method's settings with their meaning
    #[arg(long)]
    print_config: bool,
    /// Print the JSON schema of such a config, by which editors check and complete it
    #[arg(long)]
    print_schema: bool,
    /// Decides everything random, in place of the config's `seed`
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// What is done to all vectors first, in order (unit, centre), or `none`
    #[arg(long, value_name = "STEPS")]
    normalise: Option<String>,
    /// Which language moves into the other's space
    #[arg(long, value_parser = directions())]
    direction: Option<Direction>,
    /// Runs with different seeds, of which the one with the best unsupervised criterion is kept
    #[arg(long, value_name = "N")]
    restarts: Option<usize>,
    /// Iterations of Procrustes refinement after the methods adversarial and supervised
    #[arg(long, value_name = "N")]
    refinements: Option<usize>,
    /// Where adversarial training computes: cpu, cuda:0 or wgpu:0
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// The format of the mapped vectors
    #[arg(long, value_enum, default_value = "vec")]
    format: VectorsFormat,
    /// Map also where the dictionary seems to be of the other direction
    #[arg(long)]
    allow_misfit: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: Reading,
}

/// The directions by name.
fn directions() -> impl TypedValueParser<Value = Direction> {
    named([
        PossibleValue::new("source-to-target").help("The source's vectors move"),
        PossibleValue::new("target-to-source").help("The target's vectors move"),
    ])
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Outcome<'a> {
    out: &'a Path,
    source_words: usize,
    target_words: usize,
    criterion: f64,
    /// Whether the mapping is no better than chance.
    failed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    eval: Option<Induction>,
    report: &'a Report,
    seconds: f64,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let method = args.method()?;
    if args.print_config || args.print_schema {
        let about = format!(
            "Settings of `xner map --method {method}`. Every key may be left out. Another `kind` has other keys \
             beside it."
        );
        return printed::print(args.print_schema, &MapConfig::preset(method), &about, None);
    }
    // All are there: clap requires them.
    let (Some(source), Some(target), Some(out)) = (&args.source, &args.target, &args.out) else {
        return Ok(());
    };
    let config = args.settings(method)?;
    let files = [&args.config, &args.dictionary, &args.eval].into_iter().flatten();
    Inputs::of(files.chain([source, target])).spare_in(out, &MAPPING_FILES)?;
    no_mapping(out, &config)?;
    Kind::Mapping.claim(out, args.force)?;
    // Before anything is read: a folder that cannot be written to, or that another process has, is told at once.
    let lock = FolderLock::take(out)?;
    no_mapping(out, &config)?;
    let begun = Instant::now();
    let spinner = Progress::spinner("reading");
    // The small files first: a fault in them is told at once.
    let dictionary = args.dictionary.as_ref().map(Dictionary::read).transpose()?;
    let eval = args.eval.as_ref().map(Dictionary::read).transpose()?;
    if dictionary.is_none() && matches!(config.initialiser, map::Initialiser::Dictionary {}) {
        return Err(bad_input(format!(
            "the method {method} learns from a dictionary: name one with --dictionary"
        )));
    }
    let (source, target) = (args.reading.open(source)?, args.reading.open(target)?);
    let turned = dictionary.as_ref().and_then(|pairs| direction(pairs, &source, &target));
    let misfit = if args.allow_misfit { Misfit::Note } else { Misfit::Refuse };
    let told = settle(turned.into_iter().collect(), misfit, "to map all the same, give --allow-misfit")?;
    let judge = eval.as_ref().and_then(|pairs| direction(pairs, &source, &target));
    drop(spinner);
    interrupt::listen();
    for text in told.into_iter().chain(judge.map(|finding| finding.text)) {
        warn(&format!("note: {text}"));
    }
    let mapped = learn(&source, &target, &config, dictionary.as_ref(), out, args.device)?;
    interrupt::done();
    let spinner = Progress::spinner("writing");
    let files = match args.format {
        VectorsFormat::Vec => VectorFiles::Text,
        VectorsFormat::Safetensors => VectorFiles::Native,
    };
    map::save(out, &mapped, &config, &source, &target, files)?;
    drop((spinner, lock));
    tell_left(out);
    if let Some(chance) = mapped.report.chance.as_ref().filter(|chance| chance.failed) {
        warn(&format!("{}: {}", out.display(), chance.told()));
    }
    let eval = eval.map(|dictionary| judged(&mapped, &source, &target, &dictionary)).transpose()?;
    let outcome = Outcome {
        out,
        source_words: source.len(),
        target_words: target.len(),
        criterion: mapped.report.criterion,
        failed: mapped.report.failed(),
        eval,
        report: &mapped.report,
        seconds: begun.elapsed().as_secs_f64(),
    };
    if args.json { super::print_json(&outcome) } else { super::print(&text(&outcome)) }
}

/// Refuses a folder with a mapping that is finished.
fn no_mapping(out: &Path, config: &CheckedConfig) -> Result<()> {
    if !out.join("report.json").is_file() {
        return Ok(());
    }
    let what = format!("{}: already holds a mapping", out.display());
    let here = serde_json::to_value(&**config).unwrap_or_default();
    let there = std::fs::read_to_string(out.join("config.json")).ok();
    let there = there.and_then(|text| serde_json::from_str(&text).ok());
    let why = match there.map(|there: serde_json::Value| differences(&there, &here)) {
        Some(Some(keys)) => format!("{what}: {keys}"),
        Some(None) => format!("{what}: the config is the same"),
        None => what,
    };
    Err(bad_input(format!("{why}; name another folder, or remove it")))
}

impl Args {
    /// The method: the option's, or the config's, which the option must not contradict.
    fn method(&self) -> Result<Method> {
        let file = self.config.as_deref().filter(|_| !self.print_config && !self.print_schema);
        let said = method_in(file, &self.set)?;
        match (self.method, said) {
            (Some(own), Some((other, place))) if own != other => Err(bad_input(format!(
                "--method is {own}, but `method` is {other} in {place}: leave one of them out"
            ))),
            (own, said) => Ok(own.or(said.map(|(method, _)| method)).unwrap_or(Method::SelfLearning)),
        }
    }

    /// The method's settings, what the config file says otherwise, and what the arguments say otherwise.
    fn settings(&self, method: Method) -> Result<CheckedConfig> {
        let (preset, file) = (MapConfig::preset(method), self.config.as_deref());
        let mut told = |key: &Renamed| note(&format!("note: {key}"));
        let mut config = MapConfig::read_over(Some(&preset), file, &self.set, &mut told)?;
        config.seed = self.seed.unwrap_or(config.seed);
        config.restarts = self.restarts.unwrap_or(config.restarts);
        config.direction = self.direction.unwrap_or(config.direction);
        if let Some(steps) = &self.normalise {
            let steps = steps.split(',').filter(|step| !step.is_empty() && *step != "none");
            config.normalise = steps.map(str::parse::<Step>).collect::<Result<_, _>>().map_err(bad_input)?;
        }
        if let Some(iterations) = self.refinements {
            match &mut config.refinement {
                Refinement::Procrustes(refinement) => refinement.iterations = iterations,
                Refinement::None {} if iterations == 0 => {}
                Refinement::None {} => {
                    let refinement = ProcrustesConfig { iterations, ..ProcrustesConfig::supervised() };
                    config.refinement = Refinement::Procrustes(refinement);
                }
                _ => {
                    let message = format!("--refinements: the method {method} refines by itself");
                    return Err(bad_input(message));
                }
            }
        }
        let checked = config.check();
        match &self.config {
            Some(file) => checked.with_context(|| format!("{}: cannot map", file.display())),
            None => Ok(checked?),
        }
    }
}

/// The method that a config file or a setting of the command line names, and where. What does not read is told when the
/// whole config is read.
fn method_in(file: Option<&Path>, set: &[String]) -> Result<Option<(Method, String)>> {
    if let Some(name) = set.iter().rev().find_map(|setting| setting.strip_prefix("method=")) {
        let method = name.trim_matches('"').parse::<Method>();
        return method
            .map(|method| Some((method, "--set".to_owned())))
            .map_err(|fault| bad_input(fault.clone()));
    }
    let Some(file) = file else { return Ok(None) };
    let table: Option<toml::Table> =
        std::fs::read_to_string(file).ok().and_then(|text| toml::from_str(&text).ok());
    let name = table.as_ref().and_then(|table| table.get("method")?.as_str());
    let method = name.and_then(|name| name.parse::<Method>().ok());
    Ok(method.map(|method| (method, file.display().to_string())))
}

fn learn(
    source: &Vectors,
    target: &Vectors,
    config: &CheckedConfig,
    dictionary: Option<&Dictionary>,
    out: &Path,
    device: Device,
) -> Result<Mapped> {
    let checkpoint = checkpoint_folder(out);
    let resources = Resources { dictionary, device, checkpoint: Some(&checkpoint), ..Resources::default() };
    let mut watch = Watch::new(interrupt::asked);
    let mapped = map::map(source, target, config, &resources, &mut watch);
    mapped.map_err(|fault| match fault {
        Error::Stopped { .. } => anyhow::Error::from(fault)
            .context(format!("stopped; the same command resumes from {}", checkpoint.display())),
        fault => fault.into(),
    })
}

fn judged(mapped: &Mapped, source: &Vectors, target: &Vectors, dictionary: &Dictionary) -> Result<Induction> {
    let _spinner = Progress::spinner("judging");
    let source = mapped.mapping.apply_source(source)?;
    let target = mapped.mapping.apply_target(target)?;
    Ok(judge::induction(&source, &target, dictionary, 10)?)
}

fn text(outcome: &Outcome<'_>) -> String {
    let Outcome { out, source_words, target_words, criterion, eval, report, seconds, .. } = outcome;
    let mut text = format!(
        "{source_words} source and {target_words} target words in one space: {}\ncriterion {criterion:.5}, \
         {seconds:.0} s\n",
        out.display()
    );
    if let Some(chance) = &report.chance {
        text.push_str(&chance.told());
        text.push('\n');
    }
    if let Some(eval) = eval {
        text.push_str(&induction_text(eval));
    }
    text
}
