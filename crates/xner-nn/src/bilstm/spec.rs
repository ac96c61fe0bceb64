//! What a call of a bi-LSTM computes, apart from its numbers.

use std::sync::Arc;

use crate::Packing;

/// Which states a call gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emit {
    /// The states of every row: `[rows, 2 * hidden]`, forward direction first.
    All,
    /// For each sequence, in the caller's order, the forward direction's state at its last step and the
    /// backward direction's at its first: `[sequences, 2 * hidden]`; zeros for an empty sequence.
    Ends,
}

/// The shape of a call: the rows, the input of each row, and the states that it gives.
#[derive(Debug, Clone)]
pub struct BiLstmSpec {
    /// How the sequences lie in packed rows.
    pub packing: Packing,
    /// For each packed row, the row of the input table that it reads. With `None` the input is in packed rows.
    pub ids: Option<Arc<[u32]>>,
    /// Hidden units of a direction.
    pub hidden: usize,
    /// Whether both directions use one cell.
    pub tied: bool,
    /// The states that it gives.
    pub emit: Emit,
    /// The number of first input columns whose gradient is not computed. It is zero instead.
    pub frozen: usize,
}

impl BiLstmSpec {
    /// The number of distinct cells: 1 when tied, else 2.
    pub fn cells(&self) -> usize {
        if self.tied { 1 } else { 2 }
    }

    /// The first dimension of the output.
    pub(crate) fn outputs(&self) -> usize {
        match self.emit {
            Emit::All => self.packing.rows(),
            Emit::Ends => self.packing.sequences(),
        }
    }
}
