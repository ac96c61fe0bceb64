//! What data creation did, in numbers.

use serde::{Deserialize, Serialize};
use xner_embed::translate::{Strategy, Tally};

use super::DataConfig;

/// What became of the source's sentences and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Source sentences.
    pub sentences: usize,
    /// Of these, those without entities, in which nothing can be exchanged.
    pub without_entities: usize,
    /// Sentences with entities that code-switching leaves as they are, because the translations of all their entities
    /// have the words of the source.
    pub unswitched: usize,
    /// Source sentences that have the same order of words in the shuffled set, because no segment has two words that
    /// differ, or by chance.
    pub unshuffled_source: usize,
    /// The same of the translated sentences.
    pub unshuffled_target: usize,
    /// Entities, as many in every set that has the sentence.
    pub entities: usize,
    /// Of these, those whose translation has other words.
    pub switched_entities: usize,
    /// What became of the words of entities.
    pub entity_words: Words,
    /// What became of the words of context.
    pub context_words: Words,
}

/// What became of words. Each is counted once in [`Words::translated`], [`Words::kept`] or [`Words::unknown`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Words {
    /// In the source.
    pub source: usize,
    /// In the translation.
    pub target: usize,
    /// Source words that were translated.
    pub translated: usize,
    /// Of these, those whose translation is the word itself: names, but also what a dictionary lists that was induced
    /// from text with words of the other language in it.
    pub same: usize,
    /// Phrases of two or more source words that were translated as one.
    pub phrases: usize,
    /// Source words that stayed because of their entity's type.
    pub kept: usize,
    /// Source words that stayed because no translation is known.
    pub unknown: usize,
    /// Of these, those without a letter: numbers and punctuation, which mostly need none.
    pub marks: usize,
}

impl Words {
    /// The share that was translated, from 0 to 1: of the words that were neither kept for their type nor are unknown
    /// marks. 0 where there is none.
    pub fn share(&self) -> f64 {
        let words = self.source - self.kept - self.marks;
        if words == 0 { 0.0 } else { self.translated as f64 / words as f64 }
    }
}

impl Words {
    /// The counts of translation, and of words that were translated into themselves.
    pub(super) fn new(tally: Tally, same: usize) -> Self {
        let Tally { tokens, target_tokens, translated, phrases, kept, unknown, marks, .. } = tally;
        Self { source: tokens, target: target_tokens, translated, same, phrases, kept, unknown, marks }
    }
}

impl Coverage {
    /// What a user should know before training on data that were made so, a line each; nothing where all is well.
    pub fn notes(&self, config: &DataConfig) -> Vec<String> {
        let mut notes = Vec::new();
        let Self { entities, switched_entities, entity_words, context_words, .. } = self;
        let Words { kept, unknown, .. } = entity_words;
        if *entities == 0 {
            notes.push("no sentence has an entity: code-switching changes nothing".to_owned());
        } else if *switched_entities == 0 {
            notes.push(format!(
                "no entity has a translation of other words ({kept} of their words are kept for their type, {unknown} \
                 are not in the dictionary): code-switching changes nothing"
            ));
        }
        if self.unshuffled_source == self.sentences {
            let note = "every sentence has its words in the same order in the shuffled set: shuffling changes nothing";
            notes.push(note.to_owned());
        }
        if config.strategy != Strategy::Word && entity_words.phrases + context_words.phrases == 0 {
            notes.push("no phrase was found in the dictionary: all was translated word by word".to_owned());
        }
        notes
    }
}
