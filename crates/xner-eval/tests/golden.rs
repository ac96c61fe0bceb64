//! The numbers of conlleval and of seqeval, on the same generated files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use std::fmt::Write;

use common::{FILES, file, fnv};
use xner_corpus::{Scheme, Tag};
use xner_eval::{Error, Mode, Score, Scorer, Scores};

fn scores(number: u64, mode: Mode) -> Result<Scores, Error> {
    let mut scorer = Scorer::new(mode);
    for (gold, predicted) in file(number) {
        scorer.add(&gold, &predicted)?;
    }
    Ok(scorer.finish())
}

/// Tokens, gold phrases, found, correct, FB1, and a hash of all that is printed.
type ConllevalRow = (u64, u64, u64, u64, String, String);

#[test]
fn conlleval_prints_the_same_bytes() {
    let rows: Vec<ConllevalRow> = serde_json::from_str(include_str!("golden/conlleval.json")).unwrap();
    assert_eq!(rows.len() as u64, FILES);
    for (number, row) in (0..).zip(rows) {
        let scores = scores(number, Mode::Conll).unwrap();
        let Score { support, found, correct, f1, .. } = scores.overall;
        let f1 = format!("{:.2}", 100.0 * f1);
        let text = scores.conlleval().to_string();
        let ours = (scores.tokens, support, found, correct, f1, fnv(&text));
        assert_eq!(ours, row, "file {number}, for which we print:\n{text}");
    }
}

/// Micro F1, support, and a hash of the bits of all fractions; none where a tag is refused.
type SeqevalRow = [Option<(f64, u64, String)>; 4];

#[test]
fn seqeval_has_the_same_bits_in_all_modes() {
    let rows: Vec<SeqevalRow> = serde_json::from_str(include_str!("golden/seqeval.json")).unwrap();
    assert_eq!(rows.len() as u64, FILES);
    let strict = [Scheme::Iob1, Scheme::Iob2, Scheme::Iobes].map(Mode::Strict);
    for (number, row) in (0..).zip(rows) {
        for (mode, golden) in std::iter::once(Mode::Seqeval).chain(strict).zip(row) {
            let scores = scores(number, mode);
            let Some((f1, support, hash)) = golden else {
                assert!(matches!(scores, Err(Error::TagOutsideScheme { .. })), "file {number}, {mode}");
                continue;
            };
            let scores = scores.unwrap();
            assert!((scores.overall.f1 - f1).abs() <= 5e-7, "file {number}, {mode}: {scores}");
            assert_eq!(scores.overall.support, support, "file {number}, {mode}: {scores}");
            assert_eq!(fnv(&bits(&scores)), hash, "file {number}, {mode}: {scores}");
        }
    }
}

/// What `tools/golden/seqeval.py` hashes.
fn bits(scores: &Scores) -> String {
    let mut text = String::new();
    let overall = ("micro", &scores.overall);
    for (name, score) in scores.types.iter().map(|(name, score)| (name.as_str(), score)).chain([overall]) {
        let [p, r, f] = [score.precision, score.recall, score.f1].map(f64::to_bits);
        writeln!(text, "{name} {p:016x}{r:016x}{f:016x} {}", score.support).unwrap();
    }
    for (name, mean) in [("macro", scores.macro_average()), ("weighted", scores.weighted_average())] {
        writeln!(text, "{name} {:.9} {:.9} {:.9}", mean.precision, mean.recall, mean.f1).unwrap();
    }
    writeln!(text, "accuracy {:016x}", scores.accuracy.to_bits()).unwrap();
    text
}

#[test]
fn parsed_tags_score_as_their_strings_do() {
    let modes = [Mode::Conll, Mode::Seqeval, Mode::Strict(Scheme::Iob2), Mode::Strict(Scheme::Iobes)];
    for number in (0..FILES).filter(|number| number % 6 != 4) {
        for mode in modes {
            let mut scorer = Scorer::new(mode);
            let added = file(number).into_iter().try_for_each(|(gold, predicted)| {
                let parse =
                    |tags: &[String]| tags.iter().map(|tag| tag.parse().unwrap()).collect::<Vec<Tag>>();
                scorer.add(&parse(&gold), &parse(&predicted)).map(drop)
            });
            assert_eq!(added.map(|()| scorer.finish()), scores(number, mode), "file {number}, {mode}");
        }
    }
}
