//! Word vectors. Those of each language are a rotation of those of the others, plus noise.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use crate::draw::Draw;
use crate::lexicon::Lexicon;
use crate::meaning::Number;
use crate::realise::{Inflection, Piece, Source};
use crate::{Language, SampleConfig};

/// Word vectors of one language, the most frequent word first.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleVectors {
    /// The words, all different.
    pub words: Vec<String>,
    /// The dimension of the vectors.
    pub dim: usize,
    /// The vectors, `[words, dim]`.
    pub data: Vec<f32>,
}

impl SampleVectors {
    /// The vector of word number `at`, `[dim]`.
    ///
    /// # Panics
    /// When there is no such word.
    pub fn vector(&self, at: usize) -> &[f32] {
        &self.data[at * self.dim..(at + 1) * self.dim]
    }

    /// The vectors as text: a line of count and dimension, then for each word a line of the word and its numbers.
    pub fn to_text(&self) -> String {
        let mut text = format!("{} {}\n", self.words.len(), self.dim);
        for (at, word) in self.words.iter().enumerate() {
            text.push_str(word);
            for value in self.vector(at) {
                // Writing to a string cannot fail.
                let _ = write!(text, " {value:.5}");
            }
            text.push('\n');
        }
        text
    }
}

/// How often the words of a language occur, and with which meaning.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<String, BTreeMap<Source, u32>>);

impl Counts {
    /// Counts a sentence's tokens.
    pub(crate) fn add(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            *self.0.entry(piece.text).or_default().entry(piece.source).or_default() += 1;
        }
    }

    /// The words with their meanings, most frequent first. Equally frequent words are in the order of the alphabet.
    fn by_frequency(&self) -> Vec<(&str, &BTreeMap<Source, u32>)> {
        let mut words: Vec<_> = self.0.iter().map(|(word, sources)| (word.as_str(), sources)).collect();
        words.sort_by_key(|(_, sources)| std::cmp::Reverse(sources.values().sum::<u32>()));
        words
    }

    /// The words of each concept's form, most frequent first.
    pub(crate) fn by_source(&self) -> BTreeMap<Source, Vec<&str>> {
        let mut found: BTreeMap<Source, Vec<&str>> = BTreeMap::new();
        for (word, sources) in self.by_frequency() {
            for &source in sources.keys() {
                found.entry(source).or_default().push(word);
            }
        }
        found
    }
}

/// The meanings behind the vectors, which all languages share.
pub(crate) struct Latents<'a> {
    pub lexicon: &'a Lexicon,
    pub seed: u64,
    pub config: &'a SampleConfig,
    pub held_out: &'a [bool],
}

impl Latents<'_> {
    /// A language's rotation, `[dim, dim]` by rows: orthogonal, by Gram and Schmidt on normal draws.
    pub(crate) fn rotation(&self, language: Language) -> Vec<f64> {
        let dim = self.config.dim;
        let mut draw = Draw::new(self.seed, &format!("rotation {}", language.code()));
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(dim);
        while rows.len() < dim {
            let mut row = draw.normals(dim, 1.0);
            // Twice, for orthogonality to the last digits.
            for _ in 0..2 {
                for other in &rows {
                    let along = dot(&row, other);
                    row.iter_mut().zip(other).for_each(|(x, y)| *x -= along * y);
                }
            }
            let norm = dot(&row, &row).sqrt();
            if norm > 1e-6 {
                for x in &mut row {
                    *x /= norm;
                }
                rows.push(row);
            }
        }
        rows.concat()
    }

    /// The counted words that have a vector, most frequent first.
    ///
    /// The most frequent words always have one. Many of the names that training lacks have none, since new names are
    /// rare words.
    pub(crate) fn known_words<'c>(
        &self,
        language: Language,
        counts: &'c Counts,
    ) -> impl Iterator<Item = (&'c str, &'c BTreeMap<Source, u32>)> {
        counts.by_frequency().into_iter().enumerate().filter_map(move |(rank, (word, sources))| {
            let new_name = sources.keys().all(|source| self.is_held_out(*source));
            let (missing, safe) =
                if new_name { (self.config.missing_names, 300) } else { (self.config.missing, 100) };
            let mut draw = Draw::new(self.seed, &format!("missing {} {word}", language.code()));
            (rank < safe || draw.unit() >= missing).then_some((word, sources))
        })
    }

    /// The language's vectors for the counted words.
    pub(crate) fn vectors(&self, language: Language, counts: &Counts) -> SampleVectors {
        let dim = self.config.dim;
        let rotation = self.rotation(language);
        let mut known = HashMap::new();
        let mut out = SampleVectors { words: Vec::new(), dim, data: Vec::new() };
        for (word, sources) in self.known_words(language, counts) {
            let mut draw = Draw::new(self.seed, &format!("word {} {word}", language.code()));
            let meaning = self.meaning(word, sources, &mut known);
            let own = draw.normals(dim, self.config.form);
            let noise = draw.normals(dim, self.config.noise);
            let sum: Vec<f64> = meaning.iter().zip(&own).map(|(x, y)| x + y).collect();
            let turned = rotation.chunks_exact(dim).map(|row| dot(row, &sum));
            out.data.extend(turned.zip(noise).map(|(x, y)| (x + y) as f32));
            out.words.push(word.to_owned());
        }
        out
    }

    /// A word's meaning: the mean of the meanings that it occurs with, weighted by how often it has each.
    pub(crate) fn meaning(
        &self,
        word: &str,
        sources: &BTreeMap<Source, u32>,
        known: &mut HashMap<Source, Vec<f64>>,
    ) -> Vec<f64> {
        let total = f64::from(sources.values().sum::<u32>());
        let mut mean = vec![0.0; self.config.dim];
        for (&source, &count) in sources {
            let latent = match source {
                // Each number has its own meaning.
                Source::Number => &self.number(word),
                _ => known.entry(source).or_insert_with(|| self.concept(source)),
            };
            mean.iter_mut().zip(latent).for_each(|(x, y)| *x += y * f64::from(count) / total);
        }
        mean
    }

    fn is_held_out(&self, source: Source) -> bool {
        matches!(source, Source::Concept(id, _) if self.held_out[id])
    }

    fn number(&self, word: &str) -> Vec<f64> {
        let own = self.part("number", &Number::digits(word), 0.5);
        self.sum(&[self.part("class", "number", CLASS), own])
    }

    /// Class, category, individual and inflection, each a part.
    fn concept(&self, source: Source) -> Vec<f64> {
        let Source::Concept(id, inflection) = source else {
            return self.part("class", "unknown", CLASS);
        };
        let concept = &self.lexicon.concepts[id];
        let form = match inflection {
            Inflection::Base | Inflection::Part => 0.0,
            Inflection::Plural | Inflection::Feminine | Inflection::Participle => INFLECTION,
        };
        self.sum(&[
            self.part("class", &concept.class, CLASS),
            self.part("category", &format!("{} {}", concept.class, concept.category), CATEGORY),
            self.part("concept", &id.to_string(), INDIVIDUAL),
            self.part("inflection", &format!("{inflection:?}"), form),
        ])
    }

    fn part(&self, kind: &str, name: &str, scale: f64) -> Vec<f64> {
        Draw::new(self.seed, &format!("latent {kind} {name}")).normals(self.config.dim, scale)
    }

    fn sum(&self, parts: &[Vec<f64>]) -> Vec<f64> {
        (0..self.config.dim).map(|at| parts.iter().map(|part| part[at]).sum()).collect()
    }
}

/// Standard deviations of a meaning's parts: the class and category make the clusters that an adversary can
/// find, the individual part tells words of a category apart.
const CLASS: f64 = 0.4;
const CATEGORY: f64 = 0.5;
const INDIVIDUAL: f64 = 0.8;
const INFLECTION: f64 = 0.35;

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
