//! `xner vectors neighbours FILE WORD…`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use xner_embed::judge::{self, Neighbour};
use xner_embed::{Error, Vectors};

use super::in_file;
use super::space::Space;
use crate::commands::{print, print_json};
use crate::exit::{at_least_one, bad_input};
use crate::progress::{Progress, warn};
use crate::reading::Reading;

/// The words whose vectors have the largest cosine with a word's
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The vectors; a fastText .bin has vectors for unseen words too
    file: PathBuf,
    /// The words to look around; one that is unknown is tried in lower case, and else left out with a note
    #[arg(required = true, value_name = "WORD")]
    words: Vec<String>,
    /// Neighbours of each word
    #[arg(short, long, value_name = "N", default_value_t = 10)]
    k: usize,
    /// Look among these vectors instead: another language's in the same space, such as DIR/target.vec
    #[arg(long, value_name = "FILE")]
    among: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: Reading,
}

/// A word and what stands around it.
#[derive(Serialize)]
struct Around<'a> {
    word: &'a str,
    /// The word in lower case, where it is unknown as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_as: Option<&'a str>,
    neighbours: Vec<Found<'a>>,
}

/// A neighbour in JSON.
#[derive(Serialize)]
pub(super) struct Found<'a> {
    word: &'a str,
    rank: usize,
    cosine: f32,
}

pub(super) fn run(args: &Args) -> Result<()> {
    at_least_one("--k", args.k)?;
    let spinner = Progress::spinner("reading");
    let space = Space::open(&args.file, &args.reading)?;
    let among = args.among.as_ref().map(|file| args.reading.open(file)).transpose()?;
    let lower: Vec<String> = args.words.iter().map(|word| word.to_lowercase()).collect();
    let known = |word: &'_ str, lower: &'_ str| space.knows(word) || space.knows(lower);
    let pairs = || args.words.iter().zip(&lower);
    let unknown: Vec<String> =
        pairs().filter(|(word, lower)| !known(word, lower)).map(|(word, _)| word.clone()).collect();
    if unknown.len() == args.words.len() {
        return Err(in_file(Error::UnknownWords { words: unknown }, &args.file));
    }
    if let (Some(among), Some(file)) = (&among, &args.among) {
        same_dim(space.vectors(), &args.file, among, file)?;
    }
    let found = pairs().filter(|(word, lower)| known(word, lower));
    let around = found.map(|(word, lower)| look(&space, among.as_ref(), word, lower, args.k));
    let around = around.collect::<Result<Vec<_>>>()?;
    drop(spinner);
    for Around { word, read_as, .. } in &around {
        if let Some(lower) = read_as {
            warn(&format!("note: {}: no vector for `{word}`, taken as `{lower}`", args.file.display()));
        }
    }
    for word in unknown {
        warn(&format!("note: {}: no vector for `{word}`", args.file.display()));
    }
    if args.json { print_json(&around) } else { print(&text(&around)) }
}

/// Refuses to look for vectors of one file among those of another that have another dimension.
fn same_dim(vectors: &Vectors, file: &Path, among: &Vectors, other: &Path) -> Result<()> {
    let (dim, others) = (vectors.dim(), among.dim());
    if dim == others {
        return Ok(());
    }
    let (file, other) = (file.display(), other.display());
    Err(bad_input(format!(
        "{other} has vectors of {others} dimensions, and {file} of {dim}; they must agree"
    )))
}

fn look<'a>(
    space: &'a Space,
    among: Option<&'a Vectors>,
    own: &'a str,
    lower: &'a str,
    k: usize,
) -> Result<Around<'a>> {
    let vectors = space.vectors();
    let word = if space.knows(own) { own } else { lower };
    let found = match among {
        Some(among) => judge::nearest_words(among, &space.vector(word), k)?,
        None if vectors.rank(word).is_some() => judge::neighbours(vectors, word, k)?,
        None => judge::nearest_words(vectors, &space.vector(word), k)?,
    };
    Ok(Around { word: own, read_as: (word != own).then_some(word), neighbours: for_json(found) })
}

pub(super) fn for_json(found: Vec<Neighbour<'_>>) -> Vec<Found<'_>> {
    found.into_iter().map(|Neighbour { word, rank, cosine }| Found { word, rank, cosine }).collect()
}

fn text(around: &[Around<'_>]) -> String {
    let mut text = String::new();
    for Around { word, read_as, neighbours } in around {
        text.push_str(read_as.unwrap_or(word));
        text.push('\n');
        lines(neighbours, &mut text);
    }
    text
}

/// A line for each neighbour.
pub(super) fn lines(neighbours: &[Found<'_>], text: &mut String) {
    for Found { word, cosine, .. } in neighbours {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {cosine:.4}  {word}");
    }
}
