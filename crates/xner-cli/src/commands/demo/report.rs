//! What the demonstration says.

use std::fmt::Write;

use serde::Serialize;
use xner_embed::judge::Induction;
use xner_eval::Scores;

/// The scores, as fractions.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) source: String,
    pub(super) target: String,
    pub(super) seed: u64,
    pub(super) training_sentences: usize,
    pub(super) mapping: Mapping,
    pub(super) scores: Rows,
    pub(super) seconds: f64,
}

/// How the target's vectors came into the source's space.
#[derive(Serialize)]
pub(super) struct Mapping {
    pub(super) method: &'static str,
    /// The unsupervised criterion.
    pub(super) criterion: f64,
    /// What the sample's own dictionary says of it, which had no part in it.
    pub(super) judged: Induction,
}

/// A row of the table each; the model reads characters unless it says `words`.
#[derive(Serialize)]
pub(super) struct Rows {
    pub(super) source_test: Scores,
    pub(super) source_test_words: Scores,
    pub(super) target_test_unmapped: Scores,
    pub(super) target_test: Scores,
    pub(super) target_test_words: Scores,
}

impl Report {
    pub(super) fn text(&self) -> String {
        let Self { source, target, training_sentences, mapping, scores, seconds, seed } = self;
        let rows = [
            (source.clone(), &scores.source_test),
            (format!("{source}, words alone"), &scores.source_test_words),
            (format!("{target}, words alone, vectors not rotated"), &scores.target_test_unmapped),
            (target.clone(), &scores.target_test),
            (format!("{target}, words alone"), &scores.target_test_words),
        ];
        let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        // Writing to a string cannot fail.
        let Mapping { judged, .. } = mapping;
        let right = 100.0 * judged.csls.p1;
        let _ = writeln!(
            text,
            "A char-BiLSTM-CRF, and the same without characters, trained on {training_sentences} labelled {source}\n\
             sentences of the built-in sample (seed {seed}) and on none in {target}. To read {target}, its word vectors\n\
             are rotated into the {source} space. The rotation is found by self-learning, without a dictionary; by the\n\
             sample's own dictionary {right:.1} % of {words} words then have a translation as their nearest word\n\
             (CSLS). The scores on test sentences:\n",
            words = judged.words
        );
        let _ = writeln!(text, "{:width$}  precision     recall         F1   entities", "");
        for (name, Scores { overall, .. }) in rows {
            let percents = [overall.precision, overall.recall, overall.f1].map(|score| 100.0 * score);
            let _ = write!(text, "{name:width$}");
            for percent in percents {
                let _ = write!(text, "  {percent:9.2}");
            }
            let _ = writeln!(text, "  {:9}", overall.support);
        }
        let _ =
            writeln!(text, "\n{seconds:.0} s in all. Some {target} sentences as tagged by words alone:\n");
        text
    }
}
