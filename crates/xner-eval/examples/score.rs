//! Scores two files of tags, a sentence a line, tags parted by spaces:
//!
//! `cargo run --release --example score -- GOLD PREDICTED [conll|seqeval|iob2|iobes] [REPEAT]`
//!
//! Scoring is repeated `REPEAT` times (for measuring); reading is not.

use std::error::Error;
use std::time::Instant;

use xner_corpus::Scheme;
use xner_eval::{Mode, score};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [gold, predicted, rest @ ..] = &arguments[..] else {
        return Err("expected two files of tags".into());
    };
    let mode = match rest.first().map(String::as_str) {
        None | Some("conll") => Mode::Conll,
        Some("seqeval") => Mode::Seqeval,
        Some(scheme) => Mode::Strict(scheme.parse::<Scheme>()?),
    };
    let repeat: u32 = rest.get(1).map_or(Ok(1), |number| number.parse())?;

    let (gold, predicted) = (std::fs::read_to_string(gold)?, std::fs::read_to_string(predicted)?);
    let (gold, predicted) = (sentences(&gold), sentences(&predicted));
    let start = Instant::now();
    let mut scores = score(mode, &gold, &predicted)?;
    for _ in 1..repeat {
        scores = score(mode, &gold, &predicted)?;
    }
    let seconds = start.elapsed().as_secs_f64() / f64::from(repeat.max(1));
    print!("{scores}");
    eprintln!("{mode}: {:.3} ms for each scoring", 1e3 * seconds);
    Ok(())
}

/// The tags of each sentence, which stay where they are in the text.
fn sentences(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split_whitespace().collect()).collect()
}
