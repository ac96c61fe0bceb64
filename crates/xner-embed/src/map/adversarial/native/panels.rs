//! Matrices cut into panels of columns.

/// Columns of a panel: two registers of AVX-512.
pub(super) const WIDTH: usize = 32;

/// A matrix `[rows, columns]` as panels of 32 columns one behind the other, each `[rows, 32]`; the last is filled up
/// with zeros. What a product reads then lies in one piece, whatever the number of columns: rows 8 kB apart would
/// fall on each other in the caches.
#[derive(Debug, Clone)]
pub(super) struct Panels {
    rows: usize,
    columns: usize,
    data: Vec<f32>,
}

impl Panels {
    pub(super) fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, data: vec![0.0; columns.div_ceil(WIDTH) * rows * WIDTH] }
    }

    /// From the values row by row.
    pub(super) fn packed(rows: usize, columns: usize, values: &[f32]) -> Self {
        let mut panels = Self::zeros(rows, columns);
        panels.pack(values);
        panels
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Takes other values, row by row.
    pub(super) fn pack(&mut self, values: &[f32]) {
        assert_eq!(values.len(), self.rows * self.columns, "values of a matrix");
        for (p, panel) in self.data.chunks_exact_mut(self.rows * WIDTH).enumerate() {
            let first = p * WIDTH;
            let width = WIDTH.min(self.columns - first);
            for (row, into) in values.chunks_exact(self.columns).zip(panel.chunks_exact_mut(WIDTH)) {
                into[..width].copy_from_slice(&row[first..first + width]);
            }
        }
    }

    /// The values row by row.
    pub(super) fn unpacked(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.rows * self.columns];
        for (p, panel) in self.all().enumerate() {
            let first = p * WIDTH;
            let width = WIDTH.min(self.columns - first);
            for (into, row) in values.chunks_exact_mut(self.columns).zip(panel.chunks_exact(WIDTH)) {
                into[first..first + width].copy_from_slice(&row[..width]);
            }
        }
        values
    }

    /// The values column by column.
    pub(super) fn transposed(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.rows * self.columns];
        for (column, values) in values.chunks_exact_mut(self.rows.max(1)).enumerate() {
            let panel = self.panel(column / WIDTH);
            for (value, row) in values.iter_mut().zip(panel.chunks_exact(WIDTH)) {
                *value = row[column % WIDTH];
            }
        }
        values
    }

    pub(super) fn panel(&self, at: usize) -> &[f32] {
        let size = self.rows * WIDTH;
        &self.data[at * size..(at + 1) * size]
    }

    /// The panels one by one.
    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.data.chunks_exact(self.rows * WIDTH)
    }

    /// The panels one by one, to be changed.
    pub(super) fn all_mut(&mut self) -> impl ExactSizeIterator<Item = &mut [f32]> {
        self.data.chunks_exact_mut(self.rows * WIDTH)
    }

    /// `count` panels at a time, one behind the other, to be changed.
    pub(super) fn groups_mut(&mut self, count: usize) -> impl ExactSizeIterator<Item = &mut [f32]> {
        self.data.chunks_mut(self.rows * WIDTH * count)
    }

    /// Blocks of `block` rows, each with its piece of every panel.
    pub(super) fn blocks(&self, block: usize) -> Vec<Vec<&[f32]>> {
        let mut blocks = vec![Vec::new(); self.rows.div_ceil(block)];
        for panel in self.all() {
            for (pieces, piece) in blocks.iter_mut().zip(panel.chunks(block * WIDTH)) {
                pieces.push(piece);
            }
        }
        blocks
    }

    /// Blocks of `block` rows, each with its piece of every panel, to be changed.
    pub(super) fn blocks_mut(&mut self, block: usize) -> Vec<Vec<&mut [f32]>> {
        let mut blocks: Vec<Vec<&mut [f32]>> = Vec::new();
        blocks.resize_with(self.rows.div_ceil(block), Vec::new);
        for panel in self.data.chunks_exact_mut(self.rows * WIDTH) {
            for (pieces, piece) in blocks.iter_mut().zip(panel.chunks_mut(block * WIDTH)) {
                pieces.push(piece);
            }
        }
        blocks
    }
}
