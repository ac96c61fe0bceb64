//! `xner transfer table DIR…`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use xner_eval::{Column, Kind, Table};
use xner_transfer::report::{REPORT, RESULTS, Results, Selected, TransferReport};

use crate::exit::bad_input;

/// Print the results of runs as a table in Markdown
///
/// A row holds the runs of one row name and one pair of languages, in the order in which they come: mean and sample
/// deviation over its seeds in percent, and the maximum. F1 on the target's test data stands there twice, by weights
/// chosen on the source's and on the target's development data; F1 on the source's test data is by the former.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// results.json or transfer-report.json of runs, or folders that hold one; with NAME= before it, the row is
    /// called NAME and not what the run calls it
    #[arg(value_name = "[NAME=]DIR", required = true)]
    files: Vec<String>,
    /// Print JSON, F1 as fractions
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let names = ["row", "pair"].map(str::to_owned).to_vec();
    let columns = [
        ("target F1, source dev", Kind::Spread),
        ("target F1, target dev", Kind::Spread),
        ("source F1", Kind::Mean),
        ("parameters", Kind::Count),
    ];
    let mut table = Table::new(names, columns.map(|(name, kind)| Column::new(name, kind)).to_vec());
    let mut seen: BTreeMap<(String, String, u64), PathBuf> = BTreeMap::new();
    for given in &args.files {
        let (name, path) = named(given)?;
        let file = inside(&path)?;
        for mut report in read(&file)? {
            if let Some(name) = &name {
                report.row.clone_from(name);
            }
            let pair = format!("{}-{}", report.source, report.target);
            let run = (report.row.clone(), pair.clone(), report.seed);
            if let Some(other) = seen.insert(run, file.clone()) {
                let (row, seed) = (&report.row, report.seed);
                let (file, other) = (file.display(), other.display());
                return Err(bad_input(format!(
                    "{file}: a run of row `{row}`, {pair}, seed {seed} is in {other} already; give each run once, \
                     and runs of another config another `row`, or a name here, as in NAME=DIR"
                )));
            }
            let source = test(report.by_source_dev.as_ref());
            let target = test(report.by_target_dev.as_ref());
            let figures = [source.0, target.0, source.1, Some(report.parameters as f64)];
            let mut add = |row: &str, figures: [Option<f64>; 4]| {
                let added = table.add(&[row, &pair], &figures);
                added.map_err(|fault| bad_input(format!("{}: {fault}", file.display())))
            };
            add(&report.row, figures)?;
            // A row of its own: the same weights, adapted to each sentence.
            let adapted = report.by_source_dev.as_ref().and_then(|selected| selected.adapted.as_ref());
            if let Some(adapted) = adapted {
                let figures = [Some(adapted.scores.f1), None, None, Some(report.parameters as f64)];
                add(&format!("{}, adapted", report.row), figures)?;
            }
        }
    }
    if args.json { super::super::print_json(&table) } else { super::super::print(&table.to_string()) }
}

/// Test F1 on the target and on the source, where they were tested.
fn test(selected: Option<&Selected>) -> (Option<f64>, Option<f64>) {
    let f1 = |of: fn(&Selected) -> Option<f64>| selected.and_then(of);
    let target = f1(|selected| selected.target_test.as_ref().map(|scores| scores.f1));
    (target, f1(|selected| selected.source_test.as_ref().map(|scores| scores.f1)))
}

/// The name that a row is given, where it is, and the file or folder.
fn named(given: &str) -> Result<(Option<String>, PathBuf)> {
    let whole = PathBuf::from(given);
    let Some((name, path)) = given.split_once('=').filter(|_| !whole.exists()) else {
        return Ok((None, whole));
    };
    if name.trim().is_empty() || name.contains(char::is_control) {
        return Err(bad_input(format!("{given}: the name is empty or no line of text, expected NAME=DIR")));
    }
    Ok((Some(name.to_owned()), path.into()))
}

/// The file itself, or that of a folder.
fn inside(path: &Path) -> Result<PathBuf> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let found = [RESULTS, REPORT].map(|name| path.join(name)).into_iter().find(|file| file.is_file());
    let folder = path.display();
    found.ok_or_else(|| {
        bad_input(if path.join("run.json").exists() {
            format!("{folder}: an unfinished run: give the command that began it again, and it goes on")
        } else {
            format!("{folder}: no {RESULTS} and no {REPORT}; `xner transfer` writes such folders")
        })
    })
}

/// The runs of a file: several, or one.
fn read(file: &Path) -> Result<Vec<TransferReport>> {
    #[derive(Deserialize)]
    struct Several {
        runs: Option<IgnoredAny>,
    }
    let text = xner_corpus::read::whole_text(file)?;
    let several = parse::<Several>(file, &text)?.runs.is_some();
    let runs = if several { parse::<Results>(file, &text)?.runs } else { vec![parse(file, &text)?] };
    if runs.is_empty() {
        return Err(bad_input(format!("{}: holds no run", file.display())));
    }
    Ok(runs)
}

/// Reads JSON; a fault names file, key and line.
fn parse<T: DeserializeOwned>(file: &Path, text: &str) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut reader)
        .map_err(|fault| bad_input(format!("{}: at `{}`: {}", file.display(), fault.path(), fault.inner())))
}
