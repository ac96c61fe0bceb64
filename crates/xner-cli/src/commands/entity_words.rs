//! Which words are entities' words, and of which type.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use xner_corpus::read::{ReadOptions, stream};
use xner_corpus::{EntityType, Labelled};

use crate::exit::not_empty;
use crate::progress::Progress;

/// A word and the type that it has most often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntityWord {
    pub(super) word: String,
    pub(super) kind: EntityType,
    /// Where it first has that type: the sentence's number and the token's.
    pub(super) first: (usize, usize),
}

#[derive(Default)]
struct Seen {
    all: usize,
    of_types: BTreeMap<EntityType, Inside>,
}

/// How often a word is inside entities of a type, and where first.
struct Inside {
    count: usize,
    first: (usize, usize),
}

/// The words of a corpus, one sentence at a time.
#[derive(Default)]
pub(super) struct EntityWords {
    sentences: usize,
    words: BTreeMap<String, Seen>,
}

impl EntityWords {
    /// Adds a sentence.
    pub(super) fn add(&mut self, labelled: &Labelled) {
        let Self { sentences, words } = self;
        for token in labelled.sentence.tokens() {
            if let Some(seen) = words.get_mut(token) {
                seen.all += 1;
            } else {
                words.insert(token.to_owned(), Seen { all: 1, ..Seen::default() });
            }
        }
        for entity in &labelled.entities {
            for at in entity.tokens.clone() {
                if let Some(seen) = words.get_mut(labelled.sentence.token(at)) {
                    let new = || Inside { count: 0, first: (*sentences, at) };
                    seen.of_types.entry(entity.kind.clone()).or_insert_with(new).count += 1;
                }
            }
        }
        *sentences += 1;
    }

    /// The words that stand inside an entity at least every other time, the most frequent there first.
    pub(super) fn finish(self) -> Vec<EntityWord> {
        let mut found: Vec<(usize, EntityWord)> = self
            .words
            .into_iter()
            .filter_map(|(word, Seen { all, of_types })| {
                let inside: usize = of_types.values().map(|inside| inside.count).sum();
                // Of types that are equally frequent the first in the alphabet.
                let (kind, Inside { first, .. }) =
                    of_types.into_iter().min_by_key(|(_, inside)| Reverse(inside.count))?;
                (2 * inside >= all).then_some((inside, EntityWord { word, kind, first }))
            })
            .collect();
        // Stable: equally frequent words stay in the order of the alphabet.
        found.sort_by_key(|(inside, _)| Reverse(*inside));
        found.into_iter().map(|(_, word)| word).collect()
    }
}

/// Those of a file.
pub(super) fn entity_words(corpus: &Path, options: &ReadOptions) -> Result<Vec<EntityWord>> {
    let mut words = EntityWords::default();
    let mut progress = Progress::counter("sentences");
    for labelled in stream(corpus, options)? {
        words.add(&labelled?);
        progress.add(1);
    }
    not_empty(!words.words.is_empty(), corpus)?;
    Ok(words.finish())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_word_has_its_most_frequent_type_and_stands_inside_entities() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.conll");
        let text =
            "Lund B-LOC\nLund B-PER\nLund B-LOC\nof O\n\nBank B-ORG\nof I-ORG\nof O\nEms B-LOC\nBank B-ORG\n";
        std::fs::write(&file, text).unwrap();
        let words = entity_words(&file, &ReadOptions::default()).unwrap();
        let plain: Vec<(&str, &str)> = words.iter().map(|w| (w.word.as_str(), w.kind.as_str())).collect();
        assert_eq!(plain, [("Lund", "LOC"), ("Bank", "ORG"), ("Ems", "LOC")]);
        assert_eq!([words[0].first, words[1].first, words[2].first], [(0, 0), (1, 0), (1, 3)]);
    }
}
