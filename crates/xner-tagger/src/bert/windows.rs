//! Sentences longer than the encoder takes: windows over their subwords, and back to one answer a word.

use std::ops::Range;

use super::tokeniser::Subwords;
use crate::{Error, Result};

/// How long windows are and how much they share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// Subwords of a sentence in a window: its length without the special ones.
    room: usize,
    overlap: usize,
}

/// A part of a sentence that the encoder sees at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The words that this window has an answer for: those that begin in it, and those without subwords among them.
    pub words: Range<usize>,
    /// Its part of [`Subwords::ids`]; empty only in a sentence that has no subwords at all.
    pub subwords: Range<usize>,
}

impl Windows {
    /// Windows of at most `length` subwords, `specials` special ones included, that share `overlap` subwords with
    /// their neighbours, or fewer where a word would be cut.
    ///
    /// # Errors
    /// [`Error::Setting`] naming `length` or `overlap` when there is no room for a subword, or none that would be new.
    pub fn new(length: usize, overlap: usize, specials: usize) -> Result<Self> {
        let Some(room) = length.checked_sub(specials).filter(|&room| room > 0) else {
            return Err(Error::setting(
                "length",
                format!("is {length}, expected more than {specials} special subwords"),
            ));
        };
        if overlap >= room {
            let message = format!("is {overlap}, expected less than the {room} subwords of a window");
            return Err(Error::setting("overlap", message));
        }
        Ok(Self { room, overlap })
    }

    /// The windows of a sentence, in order; none for a sentence without words.
    ///
    /// Every word is in at least one. A window begins and ends between words; only a word that is longer than a
    /// window is cut: its first subwords have a window of their own, the rest is left out.
    pub fn of(&self, sentence: &Subwords) -> Vec<Window> {
        let count = sentence.first.len();
        let total = sentence.ids.len();
        // Where each word begins; one without subwords begins where the next one does.
        let mut begin = vec![total; count + 1];
        for (at, first) in sentence.first.iter().enumerate().rev() {
            begin[at] = first.unwrap_or(begin[at + 1]);
        }
        let mut windows = Vec::new();
        // The first word that no window has yet, and the first word of the window at work.
        let (mut next, mut start) = (0, 0);
        while next < count {
            let fit = begin.partition_point(|&at| at <= begin[start] + self.room) - 1;
            let last = if fit == count || begin[fit] > begin[next] {
                fit
            } else {
                // A word that does not fit stands alone, with what has no subwords on both sides.
                let after = begin.partition_point(|&at| at <= begin[next]);
                begin.partition_point(|&at| at <= begin[after]) - 1
            };
            let reach = begin[last].min(begin[start] + self.room);
            windows.push(Window { words: start..last, subwords: begin[start]..reach });
            next = last;
            if next < count {
                start = self.start(&begin, next);
            }
        }
        windows
    }

    /// The first word of the window whose first new word is `next`.
    fn start(&self, begin: &[usize], next: usize) -> usize {
        // The new word itself must fit, along with those before it.
        let new = begin[begin.partition_point(|&at| at <= begin[next]).min(begin.len() - 1)] - begin[next];
        let shared = self.overlap.min(self.room.saturating_sub(new));
        let earliest = begin[next].saturating_sub(shared);
        begin.partition_point(|&at| at < earliest).min(next)
    }
}

/// The mean of what several windows say of the words of one sentence.
#[derive(Debug)]
pub struct Average {
    width: usize,
    /// `[words, width]`
    sums: Vec<f64>,
    counts: Vec<u32>,
}

impl Average {
    /// For a sentence of `words` words, with `width` numbers each.
    pub fn new(words: usize, width: usize) -> Self {
        Self { width, sums: vec![0.0; words * width], counts: vec![0; words] }
    }

    /// Adds what one window says of one of its words.
    ///
    /// # Panics
    /// When there is no such word, or there are not `width` numbers.
    pub fn add(&mut self, word: usize, numbers: &[f32]) {
        assert_eq!(numbers.len(), self.width, "numbers of word {word}");
        let sums = &mut self.sums[word * self.width..][..self.width];
        for (sum, &number) in sums.iter_mut().zip(numbers) {
            *sum += f64::from(number);
        }
        self.counts[word] += 1;
    }

    /// The means, `[words, width]` row by row; zeros for a word that no window spoke of.
    pub fn finish(self) -> Vec<f32> {
        let Self { width, sums, counts } = self;
        let mean = |(at, sum): (usize, &f64)| (sum / f64::from(counts[at / width].max(1))) as f32;
        sums.iter().enumerate().map(mean).collect()
    }
}

/// Batches of items with these lengths: the longest first, and in each batch as many as fit into `budget` when all
/// are filled up to the longest; an item that is longer than the budget has a batch of its own.
///
/// Items of one length keep their order, so the same lengths always give the same batches.
pub fn batches(lengths: &[usize], budget: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(lengths[at]));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut longest = 0;
    for at in order {
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1).saturating_mul(longest) <= budget => batch.push(at),
            _ => {
                longest = lengths[at].max(1);
                batches.push(vec![at]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests;
