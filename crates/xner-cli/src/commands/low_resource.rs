//! `xner low-resource`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xner_tagger::Device;
use xner_transfer::meta::low_resource::{
    LowResourceConfig, LowResourceReport, LowResourceRow, REPORT, run as tune,
};
use xner_transfer::report::{REPORT as TRANSFER_REPORT, TransferReport};

use super::transfer::MetaWatch;
use crate::documented::{self, Key, Table};
use crate::exit::bad_input;
use crate::interrupt;

/// Tune models on a few labelled sentences of a language, and score them
///
/// Each model is tuned on some shares of the labelled sentences (by default 1, 2 and 5 %), drawn with several seeds, the
/// same sentences for all models, and scored on the test sentences. What is tuned is not kept; its scores are, in DIR. A
/// call that was stopped or killed goes on when it is given again.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// A model directory of Hugging Face's layout, or NAME=DIR; may be given more than once. By default it is called as
    /// the row of its report, or else as its folder
    #[arg(long, value_name = "[NAME=]DIR", required_unless_present = "print_config")]
    model: Vec<String>,
    /// The config file (TOML); --print-config prints one
    #[arg(long, value_name = "FILE", required_unless_present = "print_config")]
    config: Option<PathBuf>,
    /// The folder of the scores
    #[arg(long, value_name = "DIR", required_unless_present = "print_config")]
    out: Option<PathBuf>,
    /// A setting in the place of the config's, as in --set training.epochs=3
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

pub(crate) fn run(args: &Args) -> Result<()> {
    if args.print_config {
        return super::print(&documented()?);
    }
    // Both are there: clap requires them.
    let file = args.config.as_deref().unwrap_or(Path::new(""));
    let out = args.out.as_deref().unwrap_or(Path::new(""));
    let config = LowResourceConfig::read_with(file, &args.set)?;
    let models = args.model.iter().map(|model| named(model)).collect::<Result<Vec<_>>>()?;
    let [train, test] = config.corpora().with_context(|| format!("{}: cannot tune", file.display()))?;
    interrupt::listen()?;
    let mut watch = MetaWatch::new(interrupt::asked);
    let report = tune(&config, [&train, &test], &models, out, &args.device, &mut watch)?;
    drop(watch);
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
    if !folder.is_dir() {
        return Err(bad_input(format!("--model {model}: `{}` is no model directory", folder.display())));
    }
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
        let f1 = f1.as_ref().map_or_else(String::new, |f1| {
            let deviation = f1.deviation.map(|d| format!(" ± {:.2}", 100.0 * d)).unwrap_or_default();
            format!("{:.2}{deviation}", 100.0 * f1.mean)
        });
        // To the millionth: a share as a number of per cent is off by rounding.
        let (share, model) = ((1e8 * share).round() / 1e6, model.replace('|', "\\|"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {share} % | {sentences} | {model} | {f1} |");
    }
    let _ = writeln!(text, "\nin {}", out.join(REPORT).display());
    text
}

const OWN: &[Table<'_>] = &[Table(
    "",
    "Settings of `xner low-resource`. Every key but `train` and `test` may be left out. Paths are relative to this file's\n\
     folder. Keys behind a `#` have no value unless they are given one.",
    &[
        Key("seed", "Decides order and dropout.", None),
        Key("language", "What the language is called.", None),
        Key("train", "Labelled sentences, of which parts are drawn.", Some("\"train.conll\"")),
        Key("test", "Labelled sentences to score on.", Some("\"test.conll\"")),
        Key("test_sentences", "So many of these, always the same; by default all.", Some("500")),
        Key("drop_types", "Entities of these types count as none.", None),
        Key("decode", "How tags are chosen in scoring: viterbi or argmax.", None),
        Key("shares", "Which shares of the sentences.", None),
        Key("draws", "The seeds of the draws; a larger share holds every smaller one of its draw.", None),
    ],
)];

const FROZEN: &[Table<'_>] = &[Table(
    "bert",
    "What of a model is tuned.",
    &[
        Key("freeze_embeddings", "Whether the embeddings stay as they are.", None),
        Key("freeze_layers", "So many layers, from the bottom, stay as they are.", None),
        Key("dropout", "Dropout before the head; by default what the model's config says.", Some("0.1")),
        Key("at_once", "Subwords worked on at once; larger batches add up gradients of parts.", None),
    ],
)];

/// A config with every key, its meaning, and its default value.
fn documented() -> Result<String> {
    // The encoder, the head and the windows are the models' own.
    let rest = super::train::bert_and_training().filter(|Table(name, ..)| *name != "bert");
    // Nothing is evaluated on the way.
    let idle = |key: &Key| match key.0 {
        "evaluate_every" | "patience" => Key(key.0, "Of no effect here: the last weights count.", key.2),
        _ => *key,
    };
    let own: Vec<(_, _, Vec<Key>)> = OWN
        .iter()
        .chain(FROZEN)
        .chain(rest)
        .map(|Table(name, about, keys)| (*name, *about, keys.iter().map(idle).collect()))
        .collect();
    let tables: Vec<Table<'_>> = own.iter().map(|(name, about, keys)| Table(name, about, keys)).collect();
    documented::write(&tables, &LowResourceConfig::default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::documented::checks::documents;

    #[test]
    fn it_has_every_key_and_its_default() {
        documents::<LowResourceConfig>(&documented().unwrap(), &["read"]).check().unwrap();
    }
}
