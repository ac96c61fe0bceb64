//! What discriminators are shown: words with their language, sentences with their order.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xner_corpus::{Labelled, Sentence};
use xner_tagger::bert::Piece;
use xner_train::{Fingerprint, Result};

use super::data::TransAdvData;

/// A set of sentences (section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Set {
    /// `D_S`, the labelled source.
    Source,
    /// `D_T`, its translation.
    Target,
    /// `D_T^u`, the target's own text.
    Unlabelled,
    /// `D_S^swi`: source contexts, translated entities.
    SourceSwi,
    /// `D_T^swi`: translated contexts, source entities.
    TargetSwi,
    /// `D_S^shu`, the source shuffled.
    SourceShu,
    /// `D_T^shu`, the translation shuffled.
    TargetShu,
}

impl fmt::Display for Set {
    /// As a config names it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl Set {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Source,
        Self::Target,
        Self::Unlabelled,
        Self::SourceSwi,
        Self::TargetSwi,
        Self::SourceShu,
        Self::TargetShu,
    ];
}

/// The words of which the language is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Words {
    /// All (equation 5).
    #[default]
    All,
    /// Those of entities (equation 6, `L_el`).
    Entity,
    /// Those of contexts (equation 6, `L_cl`).
    Context,
}

/// All sets of a run.
#[derive(Debug, Clone, Copy)]
pub struct Sets<'a> {
    /// `D_S`
    pub source: &'a [Labelled],
    /// `D_T^u`
    pub unlabelled: &'a [Sentence],
    /// What was made of `D_S`; none for a method that needs nothing of it.
    pub made: Option<&'a TransAdvData>,
}

impl<'a> Sets<'a> {
    /// The sentences of a labelled set; none of the unlabelled one, or where the set was not made.
    pub fn labelled(&self, set: Set) -> &'a [Labelled] {
        match (set, self.made) {
            (Set::Source, _) => self.source,
            (Set::Unlabelled, _) | (_, None) => &[],
            (Set::Target, Some(made)) => &made.target,
            (Set::SourceSwi, Some(made)) => &made.source_swi,
            (Set::TargetSwi, Some(made)) => &made.target_swi,
            (Set::SourceShu, Some(made)) => &made.source_shu,
            (Set::TargetShu, Some(made)) => &made.target_shu,
        }
    }

    /// Whether the set is there: the unlabelled text is read, or the set was made.
    pub(crate) fn has(&self, set: Set) -> bool {
        match set {
            Set::Source => true,
            Set::Unlabelled => !self.unlabelled.is_empty(),
            _ => self.made.is_some(),
        }
    }

    /// Those that are there, as a message names them.
    pub(crate) fn names(&self) -> String {
        let there = Set::ALL.into_iter().filter(|&set| self.has(set)).map(|set| format!("`{set}`"));
        there.collect::<Vec<_>>().join(", ")
    }

    /// Whether some sentence of at most `longest` words has a word that is asked about.
    pub(crate) fn asks(&self, set: Set, words: Words, longest: usize) -> bool {
        let asked = |&mark: &bool| match words {
            Words::All => true,
            Words::Entity => mark,
            Words::Context => !mark,
        };
        self.sentences(set).iter().any(|(_, marks)| marks.len() <= longest && marks.iter().any(asked))
    }

    /// The number of sentences of several sets that have at most `longest` words.
    pub(super) fn len(&self, which: &[Set], longest: usize) -> usize {
        let short = |(sentence, _): &(&Sentence, _)| sentence.len() <= longest;
        let count = |&set: &Set| self.sentences(set).into_iter().filter(short).count();
        which.iter().map(count).sum()
    }

    /// Adds the sentences of a set.
    pub(super) fn fingerprint(&self, set: Set, print: &mut Fingerprint) {
        match set {
            Set::Unlabelled => print.sentences(self.unlabelled),
            set => print.corpus(self.labelled(set)),
        };
    }

    /// The sentences of a set, each with its words that are parts of entities; of unlabelled ones nobody knows.
    fn sentences(&self, set: Set) -> Vec<(&'a Sentence, Vec<bool>)> {
        if set == Set::Unlabelled {
            return self.unlabelled.iter().map(|sentence| (sentence, vec![false; sentence.len()])).collect();
        }
        let marked = |labelled: &'a Labelled| {
            let mut marks = vec![false; labelled.sentence.len()];
            labelled.entities.iter().for_each(|entity| marks[entity.tokens.clone()].fill(true));
            (&labelled.sentence, marks)
        };
        self.labelled(set).iter().map(marked).collect()
    }
}

/// A sentence as the language discriminator is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordLanguages {
    /// Its windows; for each word that has an answer whether it is of the source language, or none where nobody asks.
    pub windows: Vec<(Piece, Vec<Option<bool>>)>,
}

/// The words of sets with their languages.
///
/// Sentences in which no word is asked for are left out.
///
/// # Errors
/// A fault of the tokeniser.
pub fn word_languages(
    sets: &Sets<'_>,
    which: &[Set],
    words: Words,
    pieces: impl Fn(&Sentence) -> Result<Vec<Piece>>,
) -> Result<Vec<WordLanguages>> {
    let mut found = Vec::new();
    for &set in which {
        // The language of contexts, and that of entities.
        let (context, entity) = match set {
            Set::Source | Set::SourceShu => (true, true),
            Set::Target | Set::TargetShu | Set::Unlabelled => (false, false),
            Set::SourceSwi => (true, false),
            Set::TargetSwi => (false, true),
        };
        for (sentence, marks) in sets.sentences(set) {
            let language = |word: u32| match (words, marks[word as usize]) {
                (Words::Entity, false) | (Words::Context, true) => None,
                (_, true) => Some(entity),
                (_, false) => Some(context),
            };
            let windows: Vec<_> = pieces(sentence)?
                .into_iter()
                .map(|piece| {
                    let languages = piece.words.iter().map(|&(word, _)| language(word)).collect();
                    (piece, languages)
                })
                .collect();
            if windows.iter().any(|(_, languages): &(_, Vec<_>)| languages.iter().any(Option::is_some)) {
                found.push(WordLanguages { windows });
            }
        }
    }
    Ok(found)
}

/// The windows of the sentences of sets, as the order discriminator is shown them: each window is a sentence of its
/// own.
///
/// # Errors
/// A fault of the tokeniser.
pub fn word_orders(
    sets: &Sets<'_>,
    which: &[Set],
    pieces: impl Fn(&Sentence) -> Result<Vec<Piece>>,
) -> Result<Vec<Piece>> {
    let mut found = Vec::new();
    for &set in which {
        for (sentence, _) in sets.sentences(set) {
            found.extend(pieces(sentence)?);
        }
    }
    Ok(found)
}
