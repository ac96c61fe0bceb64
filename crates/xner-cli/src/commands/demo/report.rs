//! What the demonstration says.

use std::fmt::Write;

use serde::Serialize;
use xner_eval::Scores;

/// The scores, as fractions.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) source: String,
    pub(super) target: String,
    pub(super) seed: u64,
    pub(super) training_sentences: usize,
    /// Word pairs from which the mapping was computed.
    pub(super) dictionary_pairs: usize,
    pub(super) scores: Rows,
    pub(super) seconds: f64,
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
        let Self { source, target, training_sentences, dictionary_pairs, scores, seconds, seed } = self;
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
        let _ = writeln!(
            text,
            "A char-BiLSTM-CRF, and the same without characters, trained on {training_sentences} labelled {source}\n\
             sentences of the built-in sample (seed {seed}) and on none in {target}. To read {target}, its word vectors\n\
             are rotated into the {source} space. The rotation is not learnt without supervision here: it is the\n\
             best one for {dictionary_pairs} word pairs of the sample's own dictionary. The scores on test sentences:\n"
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
