//! How well and how fast text is split into sentences, measured on a corpus whose sentences are known:
//!
//! `cargo run --release -p xner-corpus --example split_score -- LANGUAGE FILE…`
//!
//! A file has a token a row (its first column, or the second of CoNLL-U) and an empty line after each sentence. The
//! sentences of a document (`-DOCSTART-`, `# newdoc`) are joined by one space, those of Chinese and Japanese by none,
//! the result is split, and the places of the inner ends are compared. Tokens are joined as CoNLL-U says
//! (`SpaceAfter=No`), elsewhere by the rules of `Joiner`. `--misses N` prints the first ends that are wrong.

#![allow(clippy::print_stdout)]

use std::collections::BTreeSet;
use std::io::BufRead;

use cpu_time::ProcessTime;
use xner_corpus::read::Input;
use xner_corpus::split::{TextOptions, sentence_ranges, sentences};

/// The least CPU time over which speed is measured, in seconds.
const TIMED: f64 = 0.3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let mut misses = 0;
    if arguments.next_if(|argument| argument == "--misses").is_some() {
        misses = arguments.next().ok_or("--misses needs a number")?.parse()?;
    }
    let language = arguments.next().ok_or("usage: split_score [--misses N] LANGUAGE FILE…")?;
    let options = TextOptions { language: language.parse()?, ..TextOptions::default() };
    let mut documents = Vec::new();
    for path in arguments {
        read(&path, &language, &mut documents)?;
    }
    let (mut gold, mut found, mut right) = (0, 0, 0);
    for document in &documents {
        let ranges = sentence_ranges(&document.text, &options);
        let ends: BTreeSet<usize> = ranges.iter().rev().skip(1).map(|range| range.end).collect();
        (gold, found) = (gold + document.ends.len(), found + ends.len());
        right += ends.intersection(&document.ends).count();
        for end in ends.symmetric_difference(&document.ends) {
            if misses > 0 {
                misses -= 1;
                println!("{}", document.around(*end, ends.contains(end)));
            }
        }
    }
    let (precision, recall) = (right as f64 / found as f64, right as f64 / gold as f64);
    let f1 = 2.0 * precision * recall / (precision + recall);
    let bytes: usize = documents.iter().map(|document| document.text.len()).sum();
    let ends = speed(bytes, || documents.iter().map(|d| sentence_ranges(&d.text, &options).len()).sum());
    let words = speed(bytes, || documents.iter().map(|d| sentences(&d.text, &options).len()).sum());
    println!(
        "{language}\tends {gold}\tP {:.2}\tR {:.2}\tF1 {:.2}\tMB/s of CPU {ends:.1}, with words {words:.1}",
        precision * 100.0,
        recall * 100.0,
        f1 * 100.0
    );
    Ok(())
}

/// MB in a second of CPU time, all threads together.
fn speed(bytes: usize, mut work: impl FnMut() -> usize) -> f64 {
    let (begun, mut rounds) = (ProcessTime::now(), 0);
    while rounds == 0 || begun.elapsed().as_secs_f64() < TIMED {
        std::hint::black_box(work());
        rounds += 1;
    }
    (rounds * bytes) as f64 / 1e6 / begun.elapsed().as_secs_f64()
}

/// A text and where its sentences but the last end, in bytes.
struct Document {
    text: String,
    ends: BTreeSet<usize>,
}

impl Document {
    fn around(&self, at: usize, too_many: bool) -> String {
        let start = self.text.floor_char_boundary(at.saturating_sub(40));
        let end = self.text.ceil_char_boundary((at + 30).min(self.text.len()));
        let sign = if too_many { "too many" } else { "missing " };
        format!("{sign}  {}⏎{}", &self.text[start..at], &self.text[at..end])
    }
}

/// Adds the documents of a file.
fn read(path: &str, language: &str, documents: &mut Vec<Document>) -> Result<(), Box<dyn std::error::Error>> {
    let mut joiner = Joiner::new(language);
    let mut range_end = 0;
    for line in Input::open(path)?.reader.lines() {
        let line = line?;
        let row: Vec<&str> = line.split('\t').collect();
        if line.starts_with("-DOCSTART-") || line.starts_with("# newdoc") {
            joiner.end_document(documents);
        } else if line.trim().is_empty() {
            joiner.end_sentence();
            range_end = 0;
        } else if row.len() == 10 && row[0].starts_with(|c: char| c.is_ascii_digit()) {
            // The words of a range (`1-2`) are one in the text; empty nodes (`1.1`) are not in it.
            let (first, last) = row[0].split_once('-').unwrap_or((row[0], ""));
            let Ok(first) = first.parse::<usize>() else { continue };
            if first > range_end {
                range_end = last.parse().unwrap_or(range_end);
                joiner.tokens.push((row[1].to_owned(), Some(!row[9].contains("SpaceAfter=No"))));
            }
        } else if !(line.starts_with("# ") && joiner.tokens.is_empty()) {
            let token = line.split_whitespace().next().unwrap_or_default();
            joiner.tokens.push((token.to_owned(), None));
        }
    }
    joiner.end_document(documents);
    Ok(())
}

/// Puts tokens together as a writer would have.
///
/// Closing marks stand at the word before, opening ones at the word behind. Of quotation marks the first in a sentence
/// opens and the next closes; one at the very end closes. English `'s` and `n't` stand at their words.
struct Joiner {
    tokens: Vec<(String, Option<bool>)>,
    text: String,
    ends: BTreeSet<usize>,
    spaces: bool,
    english: bool,
}

impl Joiner {
    fn new(language: &str) -> Self {
        Self {
            tokens: Vec::new(),
            text: String::new(),
            ends: BTreeSet::new(),
            spaces: !language.starts_with("zh") && !language.starts_with("ja"),
            english: language.starts_with("en"),
        }
    }

    fn end_sentence(&mut self) {
        if self.tokens.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.ends.insert(self.text.len());
        }
        let tokens = std::mem::take(&mut self.tokens);
        let mut space = self.spaces && !self.text.is_empty();
        let mut quoted = false;
        for (at, (token, spaced)) in tokens.iter().enumerate() {
            let opens = token.chars().all(|c| "([{„¿¡".contains(c));
            let mut closes = token.chars().all(|c| ",.;:!?)]}…%।".contains(c)) && at > 0;
            let mut opens = opens;
            if ["\"", "“", "”", "«", "»", "``", "''", "'"].contains(&token.as_str()) {
                let last = at > 0 && at + 1 == tokens.len();
                (opens, closes) = (!quoted && !last, quoted || last);
                quoted = opens;
            } else if token == "„" {
                quoted = true;
            } else if self.english {
                closes |= token == "n't" || token.len() > 1 && token.starts_with(['\'', '’']);
            }
            if space && !(closes && spaced.is_none() && at > 0) {
                self.text.push(' ');
            }
            self.text.push_str(token);
            space = self.spaces && spaced.unwrap_or(!opens);
        }
    }

    fn end_document(&mut self, documents: &mut Vec<Document>) {
        self.end_sentence();
        let (text, ends) = (std::mem::take(&mut self.text), std::mem::take(&mut self.ends));
        if !text.is_empty() {
            documents.push(Document { text, ends });
        }
    }
}
