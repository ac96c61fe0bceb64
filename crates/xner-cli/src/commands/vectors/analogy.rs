//! `xner vectors analogy FILE A B C`.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use xner_embed::judge;

use super::in_file;
use super::neighbours::{Found, for_json, lines};
use crate::commands::{print, print_json};
use crate::exit::at_least_one;
use crate::progress::Progress;
use crate::reading::Reading;

/// What is to C as B is to A: the words nearest to B - A + C
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The vectors
    file: PathBuf,
    /// As `man`
    a: String,
    /// is to `king`,
    b: String,
    /// so is `woman` to the answer
    c: String,
    /// Answers
    #[arg(short, long, value_name = "N", default_value_t = 5)]
    k: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: Reading,
}

#[derive(Serialize)]
struct Answer<'a> {
    a: &'a str,
    b: &'a str,
    c: &'a str,
    answers: Vec<Found<'a>>,
}

pub(super) fn run(args: &Args) -> Result<()> {
    at_least_one("--k", args.k)?;
    let Args { a, b, c, .. } = args;
    let spinner = Progress::spinner("reading");
    let vectors = args.reading.open(&args.file)?;
    let answers = judge::analogy(&vectors, a, b, c, args.k).map_err(|fault| in_file(fault, &args.file))?;
    let answers = for_json(answers);
    drop(spinner);
    if args.json {
        return print_json(&Answer { a, b, c, answers });
    }
    let mut text = format!("{a} : {b} = {c} :\n");
    lines(&answers, &mut text);
    print(&text)
}
