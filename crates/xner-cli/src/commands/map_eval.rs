//! `xner map-eval DIR`.

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use xner_embed::dictionary::Dictionary;
use xner_embed::judge::{self, Induction, Precision, Similarity, SimilarityPairs};
use xner_transfer::fit::{FEWEST, direction};

use crate::exit::at_least_one;
use crate::progress::{Progress, warn};
use crate::reading::mapped;

/// Judge a mapping by a dictionary: how often a word's nearest are its translations; or by people's judgements
///
/// Counted as MUSE counts: a source word is right at k when one of its translations is among its k nearest of all
/// target words, by cosine (nn) and by CSLS. The coverage is the share of the dictionary's source words that could be
/// judged, since they and one of their translations have vectors.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder that `xner map` wrote
    #[arg(value_name = "DIR")]
    mapping: PathBuf,
    #[command(flatten)]
    by: By,
    /// Neighbours over which CSLS takes its means
    #[arg(long, value_name = "K", default_value_t = 10)]
    csls: usize,
    /// Print JSON, all figures as fractions
    #[arg(long)]
    json: bool,
}

/// What the mapping is judged by: at least one of them.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct By {
    /// Word pairs, a line each: source, blank or tab, target
    #[arg(long, value_name = "FILE")]
    dictionary: Option<PathBuf>,
    /// Pairs of a source and a target word with the similarity that people gave them
    #[arg(long, value_name = "FILE")]
    similarity: Option<PathBuf>,
}

/// What is printed: the promised keys first.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    induction: Option<Induction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<Similarity>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    at_least_one("--csls", args.csls)?;
    let spinner = Progress::spinner("reading");
    // The small files first: a fault in them is told at once.
    let dictionary = args.by.dictionary.as_ref().map(Dictionary::read).transpose()?;
    let pairs = args.by.similarity.as_ref().map(SimilarityPairs::read).transpose()?;
    let (source, target) = mapped(&args.mapping)?;
    drop(spinner);
    if let Some(turned) = dictionary.as_ref().and_then(|pairs| direction(pairs, &source, &target)) {
        warn(&format!("note: {}", turned.text));
    }
    let _spinner = Progress::spinner("judging");
    let induction = dictionary
        .map(|dictionary| judge::induction(&source, &target, &dictionary, args.csls))
        .transpose()?;
    let similarity = pairs.map(|pairs| judge::similarity(&source, &target, &pairs)).transpose()?;
    let report = Report { induction, similarity };
    if args.json { super::print_json(&report) } else { super::print(&text(&report)) }
}

fn text(report: &Report) -> String {
    let mut text = report.induction.as_ref().map(induction_text).unwrap_or_default();
    if let Some(Similarity { pearson, spearman, known, pairs, .. }) = report.similarity {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "similarity: Pearson {pearson:.4}, Spearman {spearman:.4} ({known} of {pairs} pairs)"
        );
    }
    text
}

/// The share of words with a translation among their five nearest below which nothing fits.
const NOTHING: f64 = 0.02;

/// The precisions as a table.
pub(super) fn induction_text(induction: &Induction) -> String {
    let Induction { nn, csls, coverage, words, dictionary_words, .. } = induction;
    let mut text = format!("{:<18}    p@1    p@5   p@10\n", "");
    for (name, Precision { p1, p5, p10 }) in [("nearest neighbour", nn), ("CSLS", csls)] {
        let [p1, p5, p10] = [p1, p5, p10].map(|share| 100.0 * share);
        let _ = writeln!(text, "{name:<18} {p1:6.2} {p5:6.2} {p10:6.2}");
    }
    let coverage = 100.0 * coverage;
    let _ = writeln!(text, "{words} of {dictionary_words} words judged (coverage {coverage:.2})");
    if csls.p5 < NOTHING && *words >= FEWEST {
        let message = "nearly no word has its translation near: the mapping failed, or the dictionary is of another \
                       language, or of the other direction";
        let _ = writeln!(text, "note: {message}");
    }
    text
}
