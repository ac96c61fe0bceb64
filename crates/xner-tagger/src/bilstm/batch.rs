//! Sentences as numbers, each distinct word once.

use std::collections::HashMap;

#[cfg(feature = "train")]
use rand::RngExt as _;
use xner_corpus::Sentence;
use xner_nn::Packing;

use super::lexicon::Lexicon;
#[cfg(feature = "train")]
use super::words::UNKNOWN;

/// Some sentences, and their distinct words ("forms") as numbers: rows of the table of vectors, and characters.
#[derive(Debug, Clone, Default)]
pub struct Forms {
    /// Each sentence's words as numbers of forms.
    sentences: Vec<Vec<u32>>,
    rows: Vec<u32>,
    characters: Vec<u32>,
    /// Where each form's characters begin; one more at the end. Empty when the model reads no characters.
    starts: Vec<usize>,
}

impl Forms {
    /// These sentences and their distinct words.
    pub fn collect<'a>(sentences: impl IntoIterator<Item = &'a Sentence>, lexicon: &Lexicon) -> Self {
        let mut forms = Self::default();
        forms.starts.extend(lexicon.characters.as_ref().map(|_| 0));
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut number = |token| *numbers.entry(token).or_insert_with(|| forms.add(token, lexicon));
        let encoded =
            sentences.into_iter().map(|sentence| sentence.tokens().map(&mut number).collect()).collect();
        forms.sentences = encoded;
        forms
    }

    /// The number of words of each sentence.
    pub fn lengths(&self) -> Vec<usize> {
        self.sentences.iter().map(Vec::len).collect()
    }

    fn add(&mut self, word: &str, lexicon: &Lexicon) -> u32 {
        self.rows.push(lexicon.words.number(word));
        if let Some((alphabet, longest)) = &lexicon.characters {
            alphabet.encode(word, *longest, &mut self.characters);
            self.starts.push(self.characters.len());
        }
        self.rows.len() as u32 - 1
    }

    fn characters(&self, form: u32) -> &[u32] {
        let form = form as usize;
        &self.characters[self.starts[form]..self.starts[form + 1]]
    }
}

/// Sentences as a model reads them.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The layout of the sentences' tokens.
    pub packing: Packing,
    /// For each packed row its word, a number below the length of `rows`.
    pub ids: Vec<u32>,
    /// For each distinct word its row in the table of vectors.
    pub rows: Vec<u32>,
    /// The distinct words' characters, when the model reads them.
    pub characters: Option<CharacterBatch>,
}

/// The characters of a batch's distinct words.
#[derive(Debug, Clone)]
pub struct CharacterBatch {
    /// The layout of the words' characters.
    pub packing: Packing,
    /// For each packed row its character's number.
    pub ids: Vec<u32>,
}

impl Batch {
    /// Reads each distinct word as unknown with the chance `share`, of those whose row `once` says so of: words that
    /// training has once.
    #[cfg(feature = "train")]
    pub fn forget<R: rand::Rng>(&mut self, once: &[bool], share: f32, rng: impl FnOnce() -> R) {
        if share == 0.0 {
            return;
        }
        let mut rng = rng();
        for row in &mut self.rows {
            let rare = once.get(*row as usize).is_some_and(|&once| once);
            if rare && rng.random_bool(f64::from(share)) {
                *row = UNKNOWN;
            }
        }
    }

    /// The batch of the sentences with these numbers.
    pub fn new(forms: &Forms, sentences: &[usize]) -> Self {
        let sentences: Vec<&[u32]> = sentences.iter().map(|&at| forms.sentences[at].as_slice()).collect();
        let mut distinct = sentences.concat();
        distinct.sort_unstable();
        distinct.dedup();
        let lengths: Vec<usize> = sentences.iter().map(|sentence| sentence.len()).collect();
        let packing = Packing::new(&lengths);
        let mut ids = packing.pack(&sentences);
        for id in &mut ids {
            *id = distinct.partition_point(|form| form < id) as u32;
        }
        let characters = (!forms.starts.is_empty()).then(|| {
            let words: Vec<&[u32]> = distinct.iter().map(|&form| forms.characters(form)).collect();
            let packing = Packing::new(&words.iter().map(|word| word.len()).collect::<Vec<_>>());
            CharacterBatch { ids: packing.pack(&words), packing }
        });
        let rows = distinct.iter().map(|&form| forms.rows[form as usize]).collect();
        Self { packing, ids, rows, characters }
    }

    /// The vectors of the distinct words, row by row.
    pub fn vectors(&self, lexicon: &Lexicon) -> Vec<f32> {
        let mut vectors = Vec::with_capacity(self.rows.len() * lexicon.dim);
        for &row in &self.rows {
            vectors.extend_from_slice(lexicon.row(row));
        }
        vectors
    }
}

/// Cuts sentences into batches of about equal lengths: `budget` tokens at most, counted as if each sentence
/// were as long as its batch's longest, but at least one sentence. Empty sentences are in no batch.
pub fn by_length(lengths: &[usize], budget: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).filter(|&at| lengths[at] > 0).collect();
    order.sort_by_key(|&at| lengths[at]);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for at in order {
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * lengths[at] <= budget => batch.push(at),
            _ => batches.push(vec![at]),
        }
    }
    batches
}

#[cfg(all(test, feature = "train"))]
mod tests {
    use super::*;
    use crate::bilstm::Words;
    use xner_train::{Purpose, stream};

    #[test]
    fn words_that_occur_once_are_forgotten_by_chance() {
        let mut words = Words::new();
        for word in ["a", "b", "c"] {
            words.add(word);
        }
        let lexicon = Lexicon { words, dim: 1, vectors: vec![0.0; 4], head: 3, characters: None };
        let forms = Forms::collect([&Sentence::from_tokens(["a", "b", "c", "a"])], &lexicon);
        let once = [false, false, true];
        let rows = |share: f32, step| {
            let mut batch = Batch::new(&forms, &[0]);
            batch.forget(&once, share, || stream(1, Purpose::Unknown, 0, step));
            let mut rows = batch.rows.clone();
            rows.sort_unstable();
            rows
        };
        assert_eq!(rows(0.0, 0), [1, 2, 3]);
        assert_eq!(rows(1.0, 0), [UNKNOWN, 1, 3]);
        let forgotten = (0..1000).filter(|&step| rows(0.25, step)[0] == UNKNOWN).count();
        // Five standard deviations of a count of 250.
        assert!((182..318).contains(&forgotten), "{forgotten}");
    }
}
