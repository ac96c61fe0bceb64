//! The table of subwords, on the host: in 32 bits, in 8 with a scale for each row, or in 4 with a scale for each block.

use std::sync::Arc;

use super::batch::SubwordBatch;
use super::eight::Rows;
use super::four::Blocks;

/// A table of vectors, one for each subword. A clone costs nothing.
#[derive(Debug, Clone)]
pub enum Table {
    /// `[vocabulary, embedding]`, row by row.
    Full(Arc<Vec<f32>>),
    /// The same in 8 bits.
    Eight(Arc<Rows>),
    /// The same in 4 bits.
    Four(Arc<Blocks>),
}

impl Table {
    /// The vectors of all rows of a batch, `[rows, width]`.
    ///
    /// # Panics
    /// When a subword is beyond the table.
    pub fn vectors(&self, batch: &SubwordBatch, width: usize) -> Vec<f32> {
        match self {
            Self::Full(table) => batch.vectors(table, width),
            Self::Eight(table) => rows(batch, width, |row, out| table.read(row, out)),
            Self::Four(table) => rows(batch, width, |row, out| table.read(row, out)),
        }
    }

    /// The table in 32 bits.
    pub fn full(&self) -> Arc<Vec<f32>> {
        match self {
            Self::Full(table) => Arc::clone(table),
            Self::Eight(table) => Arc::new(table.values()),
            Self::Four(table) => Arc::new(table.values()),
        }
    }
}

/// The vectors of a batch's rows, each of which `read` gives.
fn rows(batch: &SubwordBatch, width: usize, read: impl Fn(usize, &mut [f32])) -> Vec<f32> {
    let mut found = vec![0.0; batch.rows.len() * width];
    for (row, out) in batch.rows.iter().zip(found.chunks_exact_mut(width)) {
        read(batch.distinct[*row as usize] as usize, out);
    }
    found
}
