//! `xner vectors info FILE`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use xner_embed::Vectors;

use crate::commands::{print, print_json};
use crate::progress::Progress;
use crate::reading::Reading;

/// Count a file's words and dimensions, what is odd about them, and show the first words
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The vectors: .vec or GloVe text (also .gz, .xz), fastText's or word2vec's .bin, or .safetensors
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: Reading,
}

/// What there is to tell of a file.
#[derive(Serialize)]
struct Info<'a> {
    file: &'a Path,
    words: usize,
    dim: usize,
    /// Rows that were left out, since their word came before.
    duplicates: usize,
    /// Vectors of zeros alone.
    zeros: usize,
    /// The vectors' lengths.
    length: Lengths,
    /// The longest component of the mean of all unit vectors; far above 0 centring is worth a try.
    mean_length: f64,
    first: Vec<&'a str>,
}

#[derive(Serialize)]
struct Lengths {
    least: f64,
    mean: f64,
    most: f64,
}

/// So many words are shown.
const SHOWN: usize = 10;

pub(super) fn run(args: &Args) -> Result<()> {
    let spinner = Progress::spinner("reading");
    let vectors = args.reading.open(&args.file)?;
    let info = info(&args.file, &vectors);
    drop(spinner);
    if args.json { print_json(&info) } else { print(&text(&info)) }
}

fn info<'a>(file: &'a Path, vectors: &'a Vectors) -> Info<'a> {
    let mut length = Lengths { least: f64::INFINITY, mean: 0.0, most: 0.0 };
    let mut mean = vec![0.0; vectors.dim()];
    let share = 1.0 / vectors.len().max(1) as f64;
    for row in vectors.rows().iter() {
        let long = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        length.least = length.least.min(long);
        length.most = length.most.max(long);
        length.mean += share * long;
        if long > 0.0 {
            mean.iter_mut().zip(row).for_each(|(sum, &x)| *sum += share * f64::from(x) / long);
        }
    }
    Info {
        file,
        words: vectors.len(),
        dim: vectors.dim(),
        duplicates: vectors.duplicates(),
        zeros: vectors.zeros(),
        length,
        mean_length: mean.iter().map(|x| x * x).sum::<f64>().sqrt(),
        first: vectors.words().take(SHOWN).collect(),
    }
}

fn text(info: &Info<'_>) -> String {
    let Info { file, words, dim, duplicates, zeros, length, mean_length, first } = info;
    let mut text = format!("{}\n", file.display());
    let counts = [("words", words), ("dimensions", dim), ("duplicates", duplicates), ("zero vectors", zeros)];
    // Writing to a string cannot fail.
    for (name, count) in counts {
        let _ = writeln!(text, "  {name:<14}{count:>10}");
    }
    let Lengths { least, mean, most } = length;
    let _ = writeln!(text, "  {:<14}{mean:>10.3}, from {least:.3} to {most:.3}", "length");
    let _ = writeln!(text, "  {:<14}{mean_length:>10.3}, the length of the unit vectors' mean", "off centre");
    let _ = writeln!(text, "  {:<14}{}", "first words", first.join(" "));
    text
}
