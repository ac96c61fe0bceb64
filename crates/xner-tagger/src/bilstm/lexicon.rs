//! Words with their vectors, and characters: all that a model knows of a language beside its weights.

use std::collections::{HashMap, HashSet};

use xner_corpus::Labelled;
use xner_embed::Vectors;
use xner_train::{Purpose, stream, uniform};

use super::alphabet::Alphabet;
use super::words::{UNKNOWN, Words};
use crate::config::{CharactersConfig, Keep, VectorsConfig};
use crate::{Error, Result};

/// The words and characters of a language, and the word vectors, which stay on the host.
///
/// A batch needs a few hundred of maybe 400,000 vectors: they are gathered for it, and the table never
/// travels to the device as a whole.
#[derive(Debug, Clone)]
pub struct Lexicon {
    /// The words; their numbers are rows of `vectors`.
    pub words: Words,
    /// Dimensions of a vector.
    pub dim: usize,
    /// The vectors, `[words.len(), dim]`; row 0 is the unknown word's.
    pub vectors: Vec<f32>,
    /// The first rows, as many as training may change: the unknown word and those that training uses.
    pub head: usize,
    /// The characters, when the model reads them, and how many of a word at most.
    pub characters: Option<(Alphabet, usize)>,
}

/// What a lexicon is made of.
pub struct LexiconSources<'a> {
    /// The training sentences.
    pub train: &'a [Labelled],
    /// Vectors from a file.
    pub vectors: Option<&'a Vectors>,
    /// Words to keep beside those of the training sentences, where not all of the file's are kept.
    pub others: &'a [&'a str],
}

impl Lexicon {
    /// The lexicon for these sources.
    ///
    /// Rows: the unknown word (zeros, or random when vectors are trained); the words that the training tokens
    /// resolve to, the most frequent first; the rest of the file in its order. A training word resolves to
    /// itself or its lower-case form, whichever the file has; where vectors are trained, one that has neither
    /// gets a random vector of its own.
    pub fn new(
        sources: &LexiconSources<'_>,
        vectors: &VectorsConfig,
        characters: &CharactersConfig,
        seed: u64,
    ) -> Self {
        let dim = sources.vectors.map_or(vectors.random, Vectors::dim);
        let trained = vectors.train || sources.vectors.is_none();
        let mut builder = Builder {
            words: Words::new(),
            rows: vec![0.0; dim],
            dim,
            random: stream(seed, Purpose::Words, 0, 0),
        };
        if trained {
            builder.rows.clear();
            builder.random_row();
        }
        for (key, vector) in resolved(sources, trained) {
            builder.add(&key, vector);
        }
        let head = builder.words.len();
        if let Some(file) = sources.vectors {
            let wanted = wanted(sources, vectors.keep);
            for word in file.words() {
                if wanted.as_ref().is_none_or(|wanted| wanted.contains(word)) {
                    builder.add(word, file.get(word));
                }
            }
        }
        let tokens = || sources.train.iter().flat_map(|labelled| labelled.sentence.tokens());
        let characters = characters
            .enabled
            .then(|| (Alphabet::of_tokens(tokens(), characters.min_count), characters.longest));
        Self { words: builder.words, dim, vectors: builder.rows, head, characters }
    }

    /// The same characters with the words of these vectors: another language's, in the same space. The unknown word's
    /// vector stays.
    ///
    /// # Errors
    /// [`Error::Data`] when the vectors have another dimension than the lexicon's.
    pub fn with_vectors(&self, vectors: &Vectors) -> Result<Self> {
        if vectors.dim() != self.dim {
            let (found, expected) = (vectors.dim(), self.dim);
            let message = format!("the word vectors have {found} numbers each, the model's have {expected}");
            return Err(Error::Data { message });
        }
        let mut words = Words::new();
        let mut table = self.row(UNKNOWN).to_vec();
        for (rank, word) in vectors.words().enumerate() {
            let before = words.len();
            words.add(word);
            if words.len() > before {
                table.extend_from_slice(vectors.row(rank));
            }
        }
        Ok(Self { words, dim: self.dim, vectors: table, head: 1, characters: self.characters.clone() })
    }

    /// A row of the table.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, number: u32) -> &[f32] {
        &self.vectors[number as usize * self.dim..][..self.dim]
    }

    /// How often each row of the head occurs in these sentences.
    pub fn counts(&self, sentences: &[Labelled]) -> Vec<u32> {
        let mut counts = vec![0; self.head];
        for token in sentences.iter().flat_map(|labelled| labelled.sentence.tokens()) {
            if let Some(count) = counts.get_mut(self.words.number(token) as usize) {
                *count += 1;
            }
        }
        counts
    }
}

struct Builder {
    words: Words,
    rows: Vec<f32>,
    dim: usize,
    random: rand_chacha::ChaCha8Rng,
}

impl Builder {
    fn add(&mut self, word: &str, vector: Option<&[f32]>) {
        let before = self.words.len();
        if self.words.add(word) == UNKNOWN || self.words.len() == before {
            return;
        }
        match vector {
            Some(vector) => self.rows.extend_from_slice(vector),
            None => self.random_row(),
        }
    }

    /// Uniform with the variance 1/dim that embeddings are usually begun with.
    fn random_row(&mut self) {
        let limit = (3.0 / self.dim as f32).sqrt();
        self.rows.extend(uniform(&mut self.random, self.dim, limit));
    }
}

/// The keys that training tokens resolve to, the most frequent first, then by name; with their vectors.
fn resolved<'a>(sources: &LexiconSources<'a>, trained: bool) -> Vec<(String, Option<&'a [f32]>)> {
    let mut tokens: HashMap<&str, usize> = HashMap::new();
    for token in sources.train.iter().flat_map(|labelled| labelled.sentence.tokens()) {
        *tokens.entry(token).or_default() += 1;
    }
    let mut keys: HashMap<String, (usize, Option<&[f32]>)> = HashMap::new();
    for (token, count) in tokens {
        let found = sources.vectors.and_then(|file| {
            let lower = || (token.to_lowercase(), file.get(&token.to_lowercase()));
            file.get(token).map_or_else(lower, |vector| (token.to_owned(), Some(vector))).into()
        });
        let (key, vector) = match found {
            Some((key, Some(vector))) => (key, Some(vector)),
            _ if trained => (token.to_owned(), None),
            _ => continue,
        };
        keys.entry(key).or_insert((0, vector)).0 += count;
    }
    let mut sorted: Vec<_> = keys.into_iter().collect();
    sorted.sort_by(|(a, (m, _)), (b, (n, _))| n.cmp(m).then_with(|| a.cmp(b)));
    sorted.into_iter().map(|(key, (_, vector))| (key, vector)).collect()
}

/// The words of the file to keep; `None` for all.
fn wanted(sources: &LexiconSources<'_>, keep: Keep) -> Option<HashSet<String>> {
    match keep {
        Keep::All => None,
        Keep::Corpora => {
            Some(sources.others.iter().flat_map(|&w| [w.to_owned(), w.to_lowercase()]).collect())
        }
    }
}
