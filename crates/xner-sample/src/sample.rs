//! The sample, which the lexicon, the grammar and a seed determine.

use std::collections::{HashMap, HashSet};

use xner_corpus::{Labelled, Sentence};

use crate::draw::Draw;
use crate::lexicon::{Form, Lexicon};
use crate::meaning::{Meaning, Speaker};
use crate::pattern::Segment;
use crate::realise::{Inflection, Realiser, Source, Spoken};
use crate::vectors::{Counts, Latents, SampleVectors};
use crate::{Error, Language, Result, Split, held_out, natural};

/// Settings of a [`Sample`].
#[derive(Debug, Clone, PartialEq)]
pub struct SampleConfig {
    /// The dimension of word vectors.
    pub dim: usize,
    /// Standard deviation, in every dimension, of the noise that is added to a vector after the rotation.
    pub noise: f64,
    /// Standard deviation of the part of a word's meaning that its translations lack.
    pub form: f64,
    /// The share of words without a vector, in `[0, 1)`; the 100 most frequent all have one.
    pub missing: f64,
    /// The share of the held-out names without a vector, in `[0, 1)`: new names are rare words.
    pub missing_names: f64,
    /// The share of names that training never sees, in `[0, 1)`.
    pub held_out: f64,
}

impl Default for SampleConfig {
    fn default() -> Self {
        Self { dim: 50, noise: 0.35, form: 0.3, missing: 0.03, missing_names: 0.4, held_out: 0.25 }
    }
}

impl SampleConfig {
    fn check(&self) -> Result<()> {
        let shares =
            [("missing", self.missing), ("missing_names", self.missing_names), ("held_out", self.held_out)];
        let scales = [("noise", self.noise), ("form", self.form)];
        let fail = |name, value: String, expected| Err(Error::Config { name, value, expected });
        if self.dim == 0 {
            return fail("dim", "0".to_owned(), "at least 1");
        }
        if let Some((name, value)) = shares.into_iter().find(|(_, value)| !(0.0..1.0).contains(value)) {
            return fail(name, value.to_string(), "a share from 0 to below 1");
        }
        if let Some((name, value)) = scales.into_iter().find(|(_, v)| !v.is_finite() || *v < 0.0) {
            return fail(name, value.to_string(), "a finite number not below 0");
        }
        Ok(())
    }
}

/// The built-in sample of one seed. The same seed and settings give the same bytes on every platform.
#[derive(Debug, Clone)]
pub struct Sample {
    seed: u64,
    config: SampleConfig,
    lexicon: Lexicon,
    held_out: Vec<bool>,
}

/// Sentences from which the words of the vectors are counted.
const COUNTED: usize = 12_000;

impl Sample {
    /// The sample of a seed, with the usual settings.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the data files, which are compiled in, are not as they should be.
    pub fn new(seed: u64) -> Result<Self> {
        Self::with_config(seed, SampleConfig::default())
    }

    /// The sample of a seed with other settings.
    ///
    /// # Errors
    /// As [`Sample::new`], and [`Error::Config`] for a setting out of its range.
    pub fn with_config(seed: u64, config: SampleConfig) -> Result<Self> {
        config.check()?;
        let lexicon = Lexicon::embedded()?;
        let held_out = held_out::choose(&lexicon, seed, config.held_out);
        Ok(Self { seed, config, lexicon, held_out })
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The settings.
    pub fn config(&self) -> &SampleConfig {
        &self.config
    }

    /// Labelled sentences. A larger number begins with the sentences of a smaller one.
    pub fn labelled(&self, language: Language, split: Split, sentences: usize) -> Vec<Labelled> {
        let stream = format!("labelled {} {}", language.code(), split.name());
        self.spoken(language, split, &stream, sentences).map(Spoken::labelled).collect()
    }

    /// Unlabelled sentences, different from the labelled ones. They may have any name: none is held out of raw text.
    pub fn unlabelled(&self, language: Language, sentences: usize) -> Vec<Sentence> {
        let stream = format!("unlabelled {}", language.code());
        let spoken = self.spoken(language, Split::Test, &stream, sentences);
        spoken.map(|spoken| spoken.labelled().sentence).collect()
    }

    /// The sentences of [`Sample::unlabelled`] as printed text, a sentence a line.
    pub fn text(&self, language: Language, sentences: usize) -> String {
        let mut text = String::new();
        for sentence in self.unlabelled(language, sentences) {
            text.push_str(natural(&sentence).text());
            text.push('\n');
        }
        text
    }

    /// The same meanings in several languages. Each language has its sentences, and sentences at the same index are
    /// translations of one another. Most people and places are those of the first language's country.
    pub fn parallel(&self, languages: &[Language], split: Split, sentences: usize) -> Vec<Vec<Labelled>> {
        let Some(&home) = languages.first() else { return Vec::new() };
        let stream = format!("parallel {} {}", home.code(), split.name());
        let meanings: Vec<Meaning> = self.meanings(home, split, &stream, sentences).collect();
        languages
            .iter()
            .map(|&language| {
                let realiser = Realiser { lexicon: &self.lexicon, language };
                meanings.iter().map(|meaning| realiser.say(meaning).labelled()).collect()
            })
            .collect()
    }

    /// Word vectors for the words that the language's sentences use, most frequent first.
    pub fn vectors(&self, language: Language) -> SampleVectors {
        self.latents().vectors(language, &self.counts(language))
    }

    /// The hidden rotation of a language, `[dim, dim]` by rows. A word's vector is the rotation times its meaning, plus
    /// noise. So `rotation(target) · rotation(source)ᵀ` maps source vectors onto target vectors.
    pub fn rotation(&self, language: Language) -> Vec<f32> {
        self.latents().rotation(language).into_iter().map(|x| x as f32).collect()
    }

    /// Words and their translations, both with vectors: pairs of words for the same concept in the same form,
    /// the most frequent source words first. A word may have several translations.
    pub fn dictionary(&self, source: Language, target: Language) -> Vec<(String, String)> {
        let (here, there) = (self.counts(source), self.counts(target));
        let latents = self.latents();
        let known: HashSet<&str> = latents.known_words(target, &there).map(|(word, _)| word).collect();
        let translations = there.by_source();
        let mut of_word: HashMap<&str, Vec<&str>> = HashMap::new();
        for (key, words) in here.by_source() {
            if !matches!(key, Source::Concept(_, form) if form != Inflection::Part) {
                continue;
            }
            let theirs = translations.get(&key).into_iter().flatten().filter(|word| known.contains(*word));
            for word in words {
                of_word.entry(word).or_default().extend(theirs.clone());
            }
        }
        let mut pairs = Vec::new();
        for (word, _) in latents.known_words(source, &here) {
            if !word.chars().all(char::is_alphabetic) {
                continue;
            }
            let mut seen = HashSet::new();
            for &translation in of_word.get(word).into_iter().flatten() {
                if seen.insert(translation) {
                    pairs.push((word.to_owned(), translation.to_owned()));
                }
            }
        }
        pairs
    }

    /// The names that no training sentence of this seed has, as the language writes them.
    pub fn held_out_names(&self, language: Language) -> Vec<String> {
        let concepts = self.lexicon.concepts.iter().zip(&self.held_out).filter(|(_, held)| **held);
        let text = |segment: &Segment| match segment {
            Segment::Literal(text) => text.clone(),
            _ => String::new(),
        };
        concepts
            .filter_map(|(concept, _)| match &concept.forms[language as usize] {
                Form::Name(_, pattern) => {
                    let tokens: Vec<String> =
                        pattern.iter().map(|token| token.iter().map(text).collect()).collect();
                    Some(tokens.join(" "))
                }
                _ => None,
            })
            .collect()
    }

    fn meanings<'a>(
        &'a self,
        home: Language,
        split: Split,
        stream: &str,
        sentences: usize,
    ) -> impl Iterator<Item = Meaning<'a>> {
        let forbidden = (split == Split::Train).then_some(self.held_out.as_slice());
        let speaker = Speaker { lexicon: &self.lexicon, home, forbidden };
        let mut draw = Draw::new(self.seed, stream);
        (0..sentences).map(move |_| speaker.sentence(&mut draw))
    }

    fn spoken(
        &self,
        language: Language,
        split: Split,
        stream: &str,
        sentences: usize,
    ) -> impl Iterator<Item = Spoken> {
        let realiser = Realiser { lexicon: &self.lexicon, language };
        self.meanings(language, split, stream, sentences).map(move |meaning| realiser.say(&meaning))
    }

    fn counts(&self, language: Language) -> Counts {
        let mut counts = Counts::default();
        let stream = format!("counted {}", language.code());
        for spoken in self.spoken(language, Split::Test, &stream, COUNTED) {
            counts.add(spoken.pieces);
        }
        counts
    }

    fn latents(&self) -> Latents<'_> {
        Latents { lexicon: &self.lexicon, seed: self.seed, config: &self.config, held_out: &self.held_out }
    }

    #[cfg(test)]
    fn unknown_words(&self, language: Language) -> Vec<String> {
        let counts = self.counts(language);
        counts
            .by_source()
            .remove(&Source::Unknown)
            .unwrap_or_default()
            .into_iter()
            .map(str::to_owned)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_word_of_every_pattern_is_in_the_lexicon() {
        let sample = Sample::new(1).unwrap();
        let unknown: Vec<String> = Language::ALL.into_iter().flat_map(|l| sample.unknown_words(l)).collect();
        assert_eq!(unknown, Vec::<String>::new());
    }
}
