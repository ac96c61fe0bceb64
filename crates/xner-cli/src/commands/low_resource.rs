//! `xner low-resource`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xner_corpus::write::FolderLock;
use xner_eval::Summary;
use xner_tagger::is_model;
use xner_train::{Device, Settings};
use xner_transfer::meta::low_resource::{
    LowResourceConfig, LowResourceReport, LowResourceRow, REPORT, run as tune,
};
use xner_transfer::report::{REPORT as TRANSFER_REPORT, TransferReport};

use super::printed::{self, PRINTED};
use crate::exit::bad_input;
use crate::interrupt;
use crate::outputs::{Force, Inputs, Kind};
use crate::watch::Watch;

/// Tune models on a few labelled sentences of a language, and score them
///
/// Each model is tuned on some shares of the labelled sentences (by default 1, 2 and 5 %), drawn with several seeds,
/// the same sentences for all models, and scored on the test sentences. What is tuned is not kept; its scores are, in
/// DIR. A call that was stopped or killed goes on when it is given again.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A model directory of Hugging Face's layout, or NAME=DIR; may be given more than once. By default it is called as
    /// the row of its report, or else as its folder
    #[arg(long, value_name = "[NAME=]DIR", required_unless_present_any = PRINTED)]
    model: Vec<String>,
    /// The config file (TOML); --print-config prints one
    #[arg(long, value_name = "FILE", required_unless_present_any = PRINTED)]
    config: Option<PathBuf>,
    /// The folder of the scores
    #[arg(long, value_name = "DIR", required_unless_present_any = PRINTED)]
    out: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
    /// A setting in the place of the config's, as in --set training.epochs=3
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Where to compute: cpu, cuda:0 or wgpu:0
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    printed: printed::Args,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let about = "Settings of `xner low-resource`. Every key but `train` and `test` may be left out.";
    if args.printed.print::<LowResourceConfig>(about, None)? {
        return Ok(());
    }
    // Both are there: clap requires them.
    let file = args.config.as_deref().unwrap_or(Path::new(""));
    let out = args.out.as_deref().unwrap_or(Path::new(""));
    let config = LowResourceConfig::read_with(file, &args.set)?;
    Kind::Scores.claim(out, args.force)?;
    let models = args.model.iter().map(|model| named(model)).collect::<Result<Vec<_>>>()?;
    let inputs = models
        .iter()
        .fold(Inputs::of(&args.config).settings(&config), |inputs, (_, folder)| inputs.model(folder));
    inputs.spare_in(out, &[REPORT])?;
    let lock = FolderLock::take(out)?;
    let [train, test] = config.corpora().with_context(|| format!("{}: cannot tune", file.display()))?;
    interrupt::listen();
    let mut watch = Watch::new(interrupt::asked);
    let report = tune(&config, [&train, &test], &models, out, &args.device, &mut watch)?;
    drop((watch, lock));
    interrupt::done();
    if args.json { super::print_json(&report) } else { super::print(&text(&report, out)) }
}

/// A model's name and folder.
fn named(model: &str) -> Result<(String, PathBuf)> {
    let whole = PathBuf::from(model);
    let (name, folder) = match model.split_once('=') {
        Some((name, folder)) if !whole.is_dir() => (Some(name.to_owned()), PathBuf::from(folder)),
        _ => (None, whole),
    };
    is_model(&folder).with_context(|| format!("--model {model}"))?;
    let name = match name {
        Some(name) => name,
        None if folder.join(TRANSFER_REPORT).exists() => TransferReport::read(&folder)?.row,
        None => {
            folder.file_name().map_or_else(|| model.to_owned(), |name| name.to_string_lossy().into_owned())
        }
    };
    if name.trim().is_empty() || name.contains(char::is_control) {
        return Err(bad_input(format!(
            "--model {model}: the name is empty or no line of text, expected NAME=DIR"
        )));
    }
    Ok((name, folder))
}

/// The rows as a table in Markdown.
fn text(report: &LowResourceReport, out: &Path) -> String {
    let mut text = String::from("| share | sentences | model | F1 |\n|---|---|---|---|\n");
    for LowResourceRow { model, share, sentences, f1, .. } in &report.rows {
        let f1 = f1.as_ref().map_or_else(String::new, Summary::spread);
        // To the millionth: a share as a number of per cent is off by rounding.
        let (share, model) = ((1e8 * share).round() / 1e6, model.replace('|', "\\|"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {share} % | {sentences} | {model} | {f1} |");
    }
    let _ = writeln!(text, "\nin {}", out.join(REPORT).display());
    text
}
