//! A batch of windows as the encoder reads it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use xner_nn::Packing;

use super::config::BertConfig;
use super::tokeniser::{Subwords, Tokeniser};
use super::windows::Window;

/// One window of one sentence, with its special subwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The subwords, special ones among them.
    pub ids: Vec<u32>,
    /// The words that have an answer here, and for each where in `ids` it begins; words without subwords are left out.
    pub words: Vec<(u32, u32)>,
}

impl Piece {
    /// A window of a sentence.
    pub fn new(sentence: &Subwords, window: &Window, tokeniser: &Tokeniser) -> Self {
        let Window { words, subwords } = window;
        let before = tokeniser.before();
        let ids = [before, &sentence.ids[subwords.clone()], tokeniser.behind()].concat();
        let begins = |word: usize| {
            let first = sentence.first[word].filter(|first| subwords.contains(first))?;
            Some((word as u32, (first - subwords.start + before.len()) as u32))
        };
        Self { ids, words: words.clone().filter_map(begins).collect() }
    }
}

/// Windows side by side, without padding.
#[derive(Debug, Clone)]
pub struct SubwordBatch {
    /// The distinct subwords.
    pub distinct: Vec<u32>,
    /// For each row which of the distinct subwords it is.
    pub rows: Vec<u32>,
    /// The position of each row.
    pub positions: Vec<u32>,
    /// Each window's length.
    pub lengths: Arc<[usize]>,
    /// The rows of the words that have an answer, window by window.
    pub words: Vec<u32>,
    /// How many of `words` each window has.
    pub answers: Vec<usize>,
}

impl SubwordBatch {
    /// The batch of these windows.
    pub fn new<'a>(pieces: impl IntoIterator<Item = &'a Piece>, config: &BertConfig) -> Self {
        let mut known: HashMap<u32, u32> = HashMap::new();
        let (mut distinct, mut rows, mut positions) = (Vec::new(), Vec::new(), Vec::new());
        let (mut lengths, mut words, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for piece in pieces {
            let first = rows.len() as u32;
            words.extend(piece.words.iter().map(|&(_, at)| first + at));
            answers.push(piece.words.len());
            lengths.push(piece.ids.len());
            positions.extend(config.positions(&piece.ids).into_iter().map(|at| at as u32));
            rows.extend(piece.ids.iter().map(|&id| {
                *known.entry(id).or_insert_with(|| {
                    distinct.push(id);
                    distinct.len() as u32 - 1
                })
            }));
        }
        Self { distinct, rows, positions, lengths: lengths.into(), words, answers }
    }

    /// Each window's part of `words`.
    pub fn answered(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.answers.iter().scan(0, |start, &count| {
            let range = *start..*start + count;
            *start = range.end;
            Some(range)
        })
    }

    /// The words as packed sequences, one for each window, and for each packed row which of `words` it is.
    pub fn packed_words(&self) -> (Packing, Vec<u32>) {
        let packing = Packing::new(&self.answers);
        let mut order = vec![0; packing.rows()];
        for (window, range) in self.answered().enumerate() {
            for (row, word) in packing.rows_of(window).zip(range) {
                order[row] = word as u32;
            }
        }
        (packing, order)
    }

    /// The vectors of the distinct subwords, one after another, from a table with `width` numbers a row.
    pub fn distinct_vectors(&self, table: &[f32], width: usize) -> Vec<f32> {
        self.distinct.iter().flat_map(|&id| &table[id as usize * width..][..width]).copied().collect()
    }

    /// The vectors of all rows.
    pub fn vectors(&self, table: &[f32], width: usize) -> Vec<f32> {
        let id = |row: &u32| self.distinct[*row as usize] as usize;
        self.rows.iter().flat_map(|row| &table[id(row) * width..][..width]).copied().collect()
    }
}
