//! Whether word vectors are of the corpora's languages, and of one space.

use xner_corpus::Sentence;
use xner_embed::Vectors;
use xner_embed::dictionary::Dictionary;
use xner_embed::map::{Chance, CriterionConfig, chance};

use super::{COVERAGE, FEWEST, Finding, SWAPPED, Share, is_word};
use crate::Result;

/// So many sentences of a corpus tell its language.
const SENTENCES: usize = 2000;

/// Both languages' text and vectors; what a method has none of is empty.
#[derive(Debug, Clone, Copy)]
pub struct VectorsFit<'a> {
    /// The source's vectors.
    pub source: Option<&'a Vectors>,
    /// The target's vectors.
    pub target: Option<&'a Vectors>,
}

impl VectorsFit<'_> {
    /// What does not fit. `source` and `target` are the languages' sentences.
    pub fn findings<'s>(
        &self,
        source: impl Iterator<Item = &'s Sentence>,
        target: impl Iterator<Item = &'s Sentence>,
    ) -> Vec<Finding> {
        let texts = [source.take(SENTENCES).collect::<Vec<_>>(), target.take(SENTENCES).collect()];
        let sides = [("source", self.source, self.target), ("target", self.target, self.source)];
        let mut shares = Vec::new();
        for ((name, own, other), text) in sides.into_iter().zip(&texts) {
            let Some(own) = own else { continue };
            let covered = covered(text, own);
            if covered.tells() {
                shares.push((name, covered, other.map(|other| self::covered(text, other))));
            }
        }
        let better = |(_, own, other): &(_, Share, Option<Share>)| {
            other.is_some_and(|other| other.value() > own.value() + SWAPPED)
        };
        if shares.len() == 2 && shares.iter().all(better) {
            let told = |(name, own, other): &(&str, Share, Option<Share>)| {
                format!(
                    "of the {name}'s words {own} are among its vectors, and {} among the other's",
                    other.unwrap_or_default()
                )
            };
            let text = shares.iter().map(told).collect::<Vec<_>>().join("; ");
            return vec![Finding::stop(format!("the vectors of source and target are swapped: {text}"))];
        }
        let mut findings = Vec::new();
        for side in &shares {
            let (name, own, other) = side;
            let text = format!("of the {name}'s words {own} have a vector in `{name}.vectors`");
            if own.value() < COVERAGE.stop {
                let why = "are they of another language, or in another letter case?";
                findings.push(Finding::stop(format!("{text}: {why}")));
            } else if better(side) {
                let other = other.unwrap_or_default();
                findings.push(Finding::note(format!(
                    "{text}, and {other} in the other language's: are they swapped?"
                )));
            } else if own.value() < COVERAGE.note {
                findings.push(Finding::note(format!("{text}; the others are read as unknown")));
            }
        }
        findings
    }
}

/// Whether two languages' vectors, which are meant to stand in one space, do. Nothing where there are too few words to
/// tell. `seed` decides what chance is.
///
/// # Errors
/// As [`chance`].
pub fn mapping(source: &Vectors, target: &Vectors, seed: u64) -> Result<Option<Finding>> {
    let found = chance(source.rows(), target.rows(), &CriterionConfig::default(), seed)?;
    Ok(found.filter(|found| found.failed).map(|found| failed(&found)))
}

/// By so much more pairs must be among the vectors when a dictionary is turned round.
const TURNED: f64 = 1.5;

/// Whether a dictionary of these vectors' languages is of the other direction.
pub fn direction(dictionary: &Dictionary, source: &Vectors, target: &Vectors) -> Option<Finding> {
    let pairs =
        |dictionary: &Dictionary| dictionary.ranks(source, target).map_or(0, |ranks| ranks.pairs.len());
    let (own, other) = (pairs(dictionary), pairs(&dictionary.inverted()));
    let turned = other >= FEWEST && other as f64 > TURNED * own as f64;
    turned.then(|| {
        let name = dictionary.name().display();
        Finding::stop(format!(
            "the dictionary {name} is of the other direction: {own} of its pairs are among the vectors as they stand, \
             and {other} turned round; expected the source's word first"
        ))
    })
}

/// A mapping that is no better than chance.
pub(crate) fn failed(found: &Chance) -> Finding {
    Finding::stop(format!(
        "{}: were the vectors mapped for another pair of languages, or are source and target swapped?",
        found.told()
    ))
}

/// The words of a text that have a vector, as they stand or in lower case.
fn covered(text: &[&Sentence], vectors: &Vectors) -> Share {
    let mut share = Share::default();
    for token in text.iter().flat_map(|sentence| sentence.tokens()).filter(|token| is_word(token)) {
        share.add(vectors.rank(token).is_some() || vectors.rank(&token.to_lowercase()).is_some(), 1);
    }
    share
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn words(first: &str) -> Vec<String> {
        (b'a'..=b'z').flat_map(|a| ["x", "y", "z"].map(|b| format!("{first}{}{b}", char::from(a)))).collect()
    }

    fn vectors(words: &[String]) -> Vectors {
        Vectors::from_rows(words, 1, &vec![1.0; words.len()]).unwrap()
    }

    #[test]
    fn a_dictionary_that_is_turned_round_is_told() {
        let [en, es] = ["e", "s"].map(words);
        let [own, other] = [vectors(&en), vectors(&es)];
        let pairs = Dictionary::from_pairs(en.iter().zip(&es)).unwrap();
        assert_eq!(direction(&pairs, &own, &other), None);
        let found = direction(&pairs.inverted(), &own, &other).unwrap();
        assert!(
            found.stops
                && found.text.contains("0 of its pairs are among the vectors as they stand, and 78 turned")
        );
    }

    #[test]
    fn vectors_of_another_language_and_swapped_ones_are_told() {
        let [en, es] = ["e", "s"].map(words);
        let [own, other] = [vectors(&en), vectors(&es)];
        let text = |words: &[String]| Sentence::from_tokens(words.iter().map(String::as_str));
        let told = |source: &Vectors, target: &Vectors| {
            let fit = VectorsFit { source: Some(source), target: Some(target) };
            fit.findings([text(&en)].iter(), [text(&es)].iter())
        };
        assert!(told(&own, &other).is_empty());
        let swapped = told(&other, &own);
        assert!(
            swapped.len() == 1 && swapped[0].stops && swapped[0].text.contains("are swapped"),
            "{swapped:?}"
        );
        let foreign = told(&own, &vectors(&words("f")));
        assert!(
            foreign[0].stops && foreign[0].text.contains("0 of 78 (0 %) have a vector in `target.vectors`")
        );
        let half = told(&vectors(&en[..40]), &other);
        assert!(!half[0].stops && half[0].text.contains("40 of 78 (51 %)"), "{half:?}");
    }
}
