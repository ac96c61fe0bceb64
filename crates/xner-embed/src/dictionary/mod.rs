//! Bilingual dictionaries: reading, inducing, writing.
//!
//! A file has a pair a line: a source word, a translation and, where there is one, a score. Columns stand apart by
//! a tab, and may then hold phrases of several words; a line without a tab is cut at its blanks, as MUSE does.
//!
//! ```
//! use xner_embed::dictionary::Dictionary;
//!
//! let text = "dog perro\ndog can\nNew York\tNueva York\t0.9\n";
//! let dictionary = Dictionary::read_from(text.as_bytes(), "example")?;
//! assert_eq!((dictionary.len(), dictionary.pairs()), (2, 3));
//! let dog: Vec<&str> = dictionary.translations("dog").map(|translation| translation.word).collect();
//! assert_eq!(dog, ["perro", "can"]);
//! assert_eq!(dictionary.translations("New York").next().and_then(|first| first.score), Some(0.9));
//! # Ok::<(), xner_embed::Error>(())
//! ```

mod induce;
pub(crate) mod lines;
mod read;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use induce::{InduceConfig, Induced, induce, induced};
pub use write::DictionaryWriter;

use crate::vectors::VocabularyBuilder;
use crate::{Error, Result, Vectors, Vocabulary};

/// Source words and phrases with their translations, both in the order in which they were listed.
///
/// Equal words are stored once, so that a dictionary of millions of pairs fits in memory.
#[derive(Clone)]
pub struct Dictionary {
    name: PathBuf,
    sources: Arc<Vocabulary>,
    targets: Arc<Vocabulary>,
    /// The translations of source `s` are `entries[starts[s]..starts[s + 1]]`.
    starts: Vec<usize>,
    entries: Vec<Entry>,
}

/// A target and its score, NaN where there is none.
#[derive(Clone, Copy)]
struct Entry {
    target: u32,
    score: f32,
}

/// A translation in a [`Dictionary`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Translation<'a> {
    /// The target word or phrase.
    pub word: &'a str,
    /// Its score, higher is better; finite.
    pub score: Option<f32>,
}

impl Dictionary {
    /// A dictionary of these pairs, without scores; a pair that comes twice stays where it came first.
    ///
    /// ```
    /// let dictionary = xner_embed::dictionary::Dictionary::from_pairs([("cat", "gato"), ("cat", "gata")])?;
    /// assert_eq!(dictionary.translations("cat").len(), 2);
    /// # Ok::<(), xner_embed::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Dictionary::from_scored`].
    pub fn from_pairs<S: AsRef<str>, T: AsRef<str>>(pairs: impl IntoIterator<Item = (S, T)>) -> Result<Self> {
        Self::from_scored(pairs.into_iter().map(|(source, target)| (source, target, None)))
    }

    /// The same with a score a pair, where there is one.
    ///
    /// # Errors
    /// [`Error::Pair`] for a pair that a file could not hold: a word or phrase that is empty, begins or ends with a
    /// blank, or holds a tab or a line break; a score that is not finite.
    pub fn from_scored<S: AsRef<str>, T: AsRef<str>>(
        pairs: impl IntoIterator<Item = (S, T, Option<f32>)>,
    ) -> Result<Self> {
        let mut builder = Builder::default();
        for (row, (source, target, score)) in pairs.into_iter().enumerate() {
            let (source, target) = (source.as_ref(), target.as_ref());
            check_pair(source, target, score).map_err(|message| Error::Pair { row, message })?;
            builder.push(source, target, score);
        }
        Ok(builder.finish("<memory>"))
    }

    /// What errors call it: the file that it came from, or `<memory>`.
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// The number of distinct source words and phrases.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number of distinct pairs.
    pub fn pairs(&self) -> usize {
        self.entries.len()
    }

    /// The source words and phrases in order.
    pub fn sources(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.sources.words()
    }

    /// Whether there is a translation of `source`, which must match to the letter.
    pub fn contains(&self, source: &str) -> bool {
        self.sources.rank(source).is_some()
    }

    /// The translations of `source`, which must match to the letter; none for an unknown one.
    pub fn translations<'a>(
        &'a self,
        source: &str,
    ) -> impl ExactSizeIterator<Item = Translation<'a>> + Clone + use<'a> {
        let range = self.sources.rank(source).map_or(0..0, |s| self.starts[s]..self.starts[s + 1]);
        self.entries[range].iter().map(|&entry| self.translation(entry))
    }

    /// All pairs, those of one source together.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Translation<'_>)> + Clone {
        self.sources.words().zip(self.starts.windows(2)).flat_map(move |(source, ends)| {
            self.entries[ends[0]..ends[1]].iter().map(move |&entry| (source, self.translation(entry)))
        })
    }

    fn translation(&self, entry: Entry) -> Translation<'_> {
        let score = (!entry.score.is_nan()).then_some(entry.score);
        Translation { word: self.targets.word(entry.target as usize), score }
    }

    /// The pairs whose source and target both please: those inside two vocabularies, for instance.
    #[must_use]
    pub fn restricted(
        &self,
        mut source: impl FnMut(&str) -> bool,
        mut target: impl FnMut(&str) -> bool,
    ) -> Self {
        self.of(self.iter().filter(|(word, other)| source(word) && target(other.word)))
    }

    /// Without the pairs of a word with itself, where it has another translation.
    ///
    /// ```
    /// let pairs = [("said", "said"), ("said", "dijo"), ("golf", "golf")];
    /// let dictionary = xner_embed::dictionary::Dictionary::from_pairs(pairs)?.preferring_others();
    /// assert!(dictionary.iter().map(|(word, other)| (word, other.word)).eq([("said", "dijo"), ("golf", "golf")]));
    /// # Ok::<(), xner_embed::Error>(())
    /// ```
    #[must_use]
    pub fn preferring_others(&self) -> Self {
        let alone = |word: &str| self.translations(word).all(|other| other.word == word);
        self.of(self.iter().filter(|(word, other)| other.word != *word || alone(word)))
    }

    /// The dictionary of the other direction.
    #[must_use]
    pub fn inverted(&self) -> Self {
        self.of(self.iter().map(|(source, other)| (other.word, Translation { word: source, ..other })))
    }

    /// A dictionary of these pairs, of the same name.
    fn of<'a>(&self, pairs: impl Iterator<Item = (&'a str, Translation<'a>)>) -> Self {
        let mut builder = Builder::default();
        pairs.for_each(|(source, other)| builder.push(source, other.word, other.score));
        builder.finish(&self.name)
    }

    /// The pairs whose words are both among the vectors, as ranks of source and target, and how many there are not.
    ///
    /// # Errors
    /// [`Error::NoOverlap`] when there is none.
    pub fn ranks(&self, source: &Vectors, target: &Vectors) -> Result<Ranks> {
        let targets: Vec<Option<u32>> =
            self.targets.words().map(|word| target.rank(word).map(|rank| rank as u32)).collect();
        let mut ranks = Ranks { words: self.len(), ..Ranks::default() };
        let mut known_sources = 0;
        for (word, ends) in self.sources.words().zip(self.starts.windows(2)) {
            let entries = &self.entries[ends[0]..ends[1]];
            let before = ranks.pairs.len();
            if let Some(rank) = source.rank(word) {
                known_sources += 1;
                let known = entries.iter().filter_map(|entry| targets[entry.target as usize]);
                ranks.pairs.extend(known.map(|target| (rank as u32, target)));
            }
            ranks.unknown += entries.len() - (ranks.pairs.len() - before);
            ranks.known_words += usize::from(ranks.pairs.len() > before);
        }
        if ranks.pairs.is_empty() {
            return Err(Error::NoOverlap {
                path: self.name.clone(),
                pairs: self.pairs(),
                sources: known_sources,
                targets: targets.iter().flatten().count(),
            });
        }
        Ok(ranks)
    }
}

/// What [`Dictionary::ranks`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ranks {
    /// Ranks of source and target; those of one source together.
    pub pairs: Vec<(u32, u32)>,
    /// The number of pairs with an unknown word.
    pub unknown: usize,
    /// The number of distinct source words in the dictionary.
    pub words: usize,
    /// The number of them that have a pair in [`Ranks::pairs`].
    pub known_words: usize,
}

/// What a file cannot hold, in words.
fn check_pair(source: &str, target: &str, score: Option<f32>) -> Result<(), String> {
    for (side, text) in [("source", source), ("target", target)] {
        if text.is_empty() || text.starts_with(' ') || text.ends_with(' ') {
            return Err(format!("the {side} `{text}` is empty or begins or ends with a blank"));
        } else if text.contains(['\t', '\n', '\r']) {
            return Err(format!("the {side} `{}` holds a tab or a line break", text.escape_debug()));
        }
    }
    match score {
        Some(score) if !score.is_finite() => Err(format!("the score {score} is not finite")),
        _ => Ok(()),
    }
}

/// Takes pairs in any order and puts those of one source together.
#[derive(Default)]
pub(crate) struct Builder {
    sources: VocabularyBuilder,
    targets: VocabularyBuilder,
    pairs: Vec<(u32, Entry)>,
}

impl Builder {
    pub(crate) fn push(&mut self, source: &str, target: &str, score: Option<f32>) {
        let (source, target) = (self.sources.insert(source).0, self.targets.insert(target).0);
        self.pairs.push((source, Entry { target, score: score.unwrap_or(f32::NAN) }));
    }

    pub(crate) fn finish(mut self, name: impl Into<PathBuf>) -> Dictionary {
        // Stable: the translations of a word stay in order.
        self.pairs.sort_by_key(|(source, _)| *source);
        let mut starts = Vec::with_capacity(self.sources.len() + 1);
        let mut entries = Vec::with_capacity(self.pairs.len());
        // The last source that listed a target: a second time is left out.
        let mut listed_by = vec![u32::MAX; self.targets.len()];
        for (source, entry) in self.pairs {
            if source as usize == starts.len() {
                starts.push(entries.len());
            }
            let by = &mut listed_by[entry.target as usize];
            if *by != source {
                *by = source;
                entries.push(entry);
            }
        }
        starts.push(entries.len());
        let [sources, targets] = [self.sources, self.targets].map(|words| Arc::new(words.finish()));
        Dictionary { name: name.into(), sources, targets, starts, entries }
    }
}

impl fmt::Debug for Dictionary {
    /// The counts alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Dictionary");
        shown.field("name", &self.name).field("words", &self.len()).field("pairs", &self.pairs());
        shown.finish_non_exhaustive()
    }
}

impl PartialEq for Dictionary {
    /// Whether the pairs are the same, in the same order; names don't count.
    fn eq(&self, other: &Self) -> bool {
        self.pairs() == other.pairs() && self.iter().eq(other.iter())
    }
}
