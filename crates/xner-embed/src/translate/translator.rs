//! What knows translations of words and phrases.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Deref;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_corpus::Sentence;
use xxhash_rust::xxh3::Xxh3;

use super::{Casing, Choice};
use crate::Result;
use crate::dictionary::Dictionary;

/// Translates words, or phrases too.
pub trait WordTranslator {
    /// The translation of `words`: one token, or several with a blank between; `None` where it is unknown. A
    /// translation may be of several words, with white space between.
    ///
    /// What is drawn at random, is drawn from `draw`.
    fn translate(&self, words: &str, draw: &mut Draw) -> Option<Cow<'_, str>>;

    /// The numbers of words that its entries have, largest first: only so many tokens are asked for together.
    fn lengths(&self) -> &[usize] {
        &[1]
    }
}

/// Behind a reference, in a box and the like.
impl<P: Deref<Target: WordTranslator>> WordTranslator for P {
    fn translate(&self, words: &str, draw: &mut Draw) -> Option<Cow<'_, str>> {
        (**self).translate(words, draw)
    }

    fn lengths(&self) -> &[usize] {
        (**self).lengths()
    }
}

/// Where random choices come from: one for each sentence, so that a sentence's translation depends on the seed and
/// its tokens alone, never on what was translated before.
#[derive(Debug, Clone)]
pub struct Draw(ChaCha8Rng);

impl Draw {
    /// Draws that `seed` decides.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Draws that `seed` and the sentence's tokens decide.
    pub fn for_sentence(seed: u64, sentence: &Sentence) -> Self {
        let mut hash = Xxh3::with_seed(seed);
        for token in sentence.tokens() {
            hash.update(&(token.len() as u64).to_le_bytes());
            hash.update(token.as_bytes());
        }
        Self::new(hash.digest())
    }

    /// A number from 0 to 1, 1 excluded.
    pub fn uniform(&mut self) -> f64 {
        self.0.random()
    }
}

/// Translates by a dictionary: an induced one, a given one, or a table of phrases, which is a dictionary whose
/// entries have several words.
///
/// Words are looked up as they are, then lower-cased; the case of the source word is carried over.
///
/// ```
/// use xner_embed::dictionary::Dictionary;
/// use xner_embed::translate::{Casing, DictionaryTranslator, Draw, WordTranslator};
///
/// let dictionary = Dictionary::from_pairs([("london", "londres"), ("New York", "Nueva York")])?;
/// let translator = DictionaryTranslator::new(dictionary);
/// let translate = |words| translator.translate(words, &mut Draw::new(1)).map(String::from);
/// assert_eq!(translate("LONDON").as_deref(), Some("LONDRES"));
/// assert_eq!(translate("New York").as_deref(), Some("Nueva York"));
/// assert_eq!(translate("Paris"), None);
/// assert_eq!(translator.lengths(), [2, 1]);
/// # Ok::<(), xner_embed::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct DictionaryTranslator {
    dictionary: Dictionary,
    choice: Choice,
    casing: Casing,
    lengths: Vec<usize>,
}

impl DictionaryTranslator {
    /// Takes the best translation, in the source word's case.
    pub fn new(dictionary: Dictionary) -> Self {
        let words = |source: &str| source.split(' ').filter(|word| !word.is_empty()).count();
        let lengths: BTreeSet<usize> = dictionary.sources().map(words).collect();
        let lengths = lengths.into_iter().rev().collect();
        Self { dictionary, choice: Choice::Best, casing: Casing::Follow, lengths }
    }

    /// The same with another choice among several translations.
    ///
    /// # Errors
    /// As [`Choice::check`].
    pub fn with_choice(self, choice: Choice) -> Result<Self> {
        choice.check()?;
        Ok(Self { choice, ..self })
    }

    /// The same with another rule of upper and lower case.
    #[must_use]
    pub fn with_casing(self, casing: Casing) -> Self {
        Self { casing, ..self }
    }

    /// The dictionary.
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }
}

impl WordTranslator for DictionaryTranslator {
    fn translate(&self, words: &str, draw: &mut Draw) -> Option<Cow<'_, str>> {
        let mut found = self.dictionary.translations(words);
        if found.len() == 0 {
            found = self.dictionary.translations(&words.to_lowercase());
        }
        let target = self.choice.choose(found, draw)?;
        Some(self.casing.carry(words, target))
    }

    fn lengths(&self) -> &[usize] {
        &self.lengths
    }
}

/// Several translators: each is asked where those before it know nothing. A table of phrases with an induced
/// dictionary behind it, for instance.
#[derive(Debug, Clone)]
pub struct Chain<T> {
    links: Vec<T>,
    lengths: Vec<usize>,
}

impl<T: WordTranslator> Chain<T> {
    /// Asks `links` in order.
    pub fn new(links: Vec<T>) -> Self {
        let lengths: BTreeSet<usize> = links.iter().flat_map(T::lengths).copied().collect();
        Self { links, lengths: lengths.into_iter().rev().collect() }
    }
}

impl<T: WordTranslator> WordTranslator for Chain<T> {
    fn translate(&self, words: &str, draw: &mut Draw) -> Option<Cow<'_, str>> {
        self.links.iter().find_map(|link| link.translate(words, draw))
    }

    fn lengths(&self) -> &[usize] {
        &self.lengths
    }
}
