//! Sequences of unequal lengths laid out without padding.

use std::ops::Range;
use std::sync::Arc;

/// The layout of a batch of sequences of unequal lengths: time-major rows without padding.
///
/// The sequences are ranked by length, longest first (equal lengths keep their order). At step `t` only the
/// first `active(t)` ranks still run, and their rows stand together: row `offset(t) + rank`. A tensor of
/// packed rows has shape `[rows, features]`, where `rows` is the number of tokens in the batch. So a step of a
/// recurrent layer is one contiguous block, and no work is spent on padding, nor can padding change a result.
///
/// Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Packing(Arc<Layout>);

#[derive(Debug)]
struct Layout {
    lengths: Vec<usize>,
    order: Vec<usize>,
    rank: Vec<usize>,
    offsets: Vec<usize>,
}

impl Packing {
    /// The layout of sequences of these lengths. A length may be zero: such a sequence has no rows.
    pub fn new(lengths: &[usize]) -> Self {
        let mut order: Vec<usize> = (0..lengths.len()).collect();
        order.sort_by_key(|&sequence| std::cmp::Reverse(lengths[sequence]));
        let mut rank = vec![0; lengths.len()];
        for (at, &sequence) in order.iter().enumerate() {
            rank[sequence] = at;
        }
        let steps = order.first().map_or(0, |&longest| lengths[longest]);
        let mut offsets = Vec::with_capacity(steps + 1);
        let (mut row, mut active) = (0, lengths.len());
        for step in 0..steps {
            while lengths[order[active - 1]] <= step {
                active -= 1;
            }
            offsets.push(row);
            row += active;
        }
        offsets.push(row);
        Self(Arc::new(Layout { lengths: lengths.to_vec(), order, rank, offsets }))
    }

    /// The number of sequences.
    pub fn sequences(&self) -> usize {
        self.0.lengths.len()
    }

    /// The number of rows: the sum of the lengths.
    pub fn rows(&self) -> usize {
        self.0.offsets[self.steps()]
    }

    /// The number of steps: the greatest length.
    pub fn steps(&self) -> usize {
        self.0.offsets.len() - 1
    }

    /// The lengths, in the caller's order.
    pub fn lengths(&self) -> &[usize] {
        &self.0.lengths
    }

    /// For each rank the sequence that has it.
    pub fn order(&self) -> &[usize] {
        &self.0.order
    }

    /// The rows of step `step`, by rank.
    ///
    /// # Panics
    /// When `step` is not below [`Packing::steps`].
    pub fn step(&self, step: usize) -> Range<usize> {
        self.0.offsets[step]..self.0.offsets[step + 1]
    }

    /// How many sequences are longer than `step`; 0 behind the last step.
    pub fn active(&self, step: usize) -> usize {
        if step < self.steps() { self.step(step).len() } else { 0 }
    }

    /// The row of a sequence's step.
    ///
    /// # Panics
    /// When there is no such sequence or step.
    pub fn row(&self, sequence: usize, step: usize) -> usize {
        let row = self.0.offsets[step] + self.0.rank[sequence];
        assert!(step < self.0.lengths[sequence], "sequence {sequence} has no step {step}");
        row
    }

    /// The rows of a sequence from its first to its last step.
    ///
    /// # Panics
    /// When there is no such sequence.
    pub fn rows_of(&self, sequence: usize) -> impl ExactSizeIterator<Item = usize> + '_ {
        let rank = self.0.rank[sequence];
        (0..self.0.lengths[sequence]).map(move |step| self.0.offsets[step] + rank)
    }

    /// Values given per sequence, in row order.
    ///
    /// # Panics
    /// When there are fewer sequences, or fewer values in one, than the layout has.
    pub fn pack<T: Copy, S: AsRef<[T]>>(&self, sequences: &[S]) -> Vec<T> {
        let mut packed = Vec::with_capacity(self.rows());
        for step in 0..self.steps() {
            let ranked = &self.0.order[..self.active(step)];
            packed.extend(ranked.iter().map(|&sequence| sequences[sequence].as_ref()[step]));
        }
        packed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_time_major_and_ranked() {
        let packing = Packing::new(&[1, 3, 0, 2, 3]);
        assert_eq!(packing.order(), [1, 4, 3, 0, 2]);
        assert_eq!((packing.rows(), packing.steps(), packing.sequences()), (9, 3, 5));
        assert_eq!([0, 1, 2, 3].map(|step| packing.active(step)), [4, 3, 2, 0]);
        let words = [vec!["d"], vec!["a", "e", "h"], vec![], vec!["c", "g"], vec!["b", "f", "i"]];
        assert_eq!(packing.pack(&words).concat(), "abcdefghi");
        assert_eq!(packing.rows_of(3).collect::<Vec<_>>(), [2, 6]);
        assert_eq!(packing.row(4, 2), 8);
    }

    #[test]
    fn nothing_packs_to_nothing() {
        for lengths in [&[][..], &[0, 0][..]] {
            let packing = Packing::new(lengths);
            assert_eq!((packing.rows(), packing.steps()), (0, 0));
        }
    }
}
