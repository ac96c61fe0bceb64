//! A matrix of double precision.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// A matrix of `f64`, `[rows, cols]`, row by row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

impl Matrix {
    /// A matrix of these numbers, row by row.
    ///
    /// # Panics
    /// When there are not `rows * cols` numbers.
    pub fn new(rows: usize, cols: usize, data: Vec<f64>) -> Self {
        assert_eq!(data.len(), rows * cols, "a matrix of {rows} x {cols}");
        Self { rows, cols, data }
    }

    /// Nothing but zeros.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Self { rows, cols, data: vec![0.0; rows * cols] }
    }

    /// The identity, `[size, size]`.
    pub fn identity(size: usize) -> Self {
        Self::diagonal(&vec![1.0; size])
    }

    /// A square matrix with these numbers on its diagonal.
    pub fn diagonal(values: &[f64]) -> Self {
        let mut matrix = Self::zeros(values.len(), values.len());
        for (i, &value) in values.iter().enumerate() {
            matrix.data[i * values.len() + i] = value;
        }
        matrix
    }

    /// The entry in row `i` and column `j` is `entry(i, j)`.
    pub fn from_fn(rows: usize, cols: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Self {
        let data = (0..rows * cols).map(|at| entry(at / cols, at % cols)).collect();
        Self { rows, cols, data }
    }

    /// A matrix of single-precision numbers, row by row.
    ///
    /// # Panics
    /// When there are not `rows * cols` numbers.
    pub fn from_f32(rows: usize, cols: usize, data: &[f32]) -> Self {
        Self::new(rows, cols, data.iter().map(|&x| f64::from(x)).collect())
    }

    /// The numbers in single precision, row by row.
    pub fn to_f32(&self) -> Vec<f32> {
        self.data.iter().map(|&x| x as f32).collect()
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// All numbers, row by row.
    pub fn data(&self) -> &[f64] {
        &self.data
    }

    /// All numbers, row by row, to be changed in place.
    pub fn data_mut(&mut self) -> &mut [f64] {
        &mut self.data
    }

    /// Row `i`.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.data[i * self.cols..(i + 1) * self.cols]
    }

    /// Column `j`, from the top.
    ///
    /// # Panics
    /// When there is no such column.
    pub fn column(&self, j: usize) -> Vec<f64> {
        assert!(j < self.cols, "column {j} of {}", self.cols);
        self.data.iter().skip(j).step_by(self.cols).copied().collect()
    }

    /// The entry in row `i` and column `j`.
    ///
    /// # Panics
    /// When there is no such entry.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.row(i)[j]
    }

    /// The transpose.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self::from_fn(self.cols, self.rows, |i, j| self.data[j * self.cols + i])
    }

    /// The first `count` columns, or all where there are not so many.
    #[must_use]
    pub fn head_columns(&self, count: usize) -> Self {
        let cols = count.min(self.cols);
        Self::from_fn(self.rows, cols, |i, j| self.data[i * self.cols + j])
    }

    /// The product `self * other`.
    ///
    /// # Panics
    /// When the shapes disagree.
    #[must_use]
    pub fn product(&self, other: &Self) -> Self {
        assert_eq!(self.cols, other.rows, "shapes of a product disagree");
        let mut out = Self::zeros(self.rows, other.cols);
        // faer splits a product over threads without splitting its sums, but the products here are small.
        let into = MatMut::from_row_major_slice_mut(&mut out.data, self.rows, other.cols);
        matmul(into, Accum::Replace, self.view(), other.view(), 1.0, Par::Seq);
        out
    }

    /// Column `j` times `factors[j]`: the product with a diagonal matrix.
    ///
    /// # Panics
    /// When there is not one factor for each column.
    #[must_use]
    pub fn scaled_columns(&self, factors: &[f64]) -> Self {
        assert_eq!(factors.len(), self.cols, "one factor for each column");
        Self::from_fn(self.rows, self.cols, |i, j| self.data[i * self.cols + j] * factors[j])
    }

    /// The largest difference, in absolute value, between two matrices of one shape.
    ///
    /// # Panics
    /// When the shapes disagree.
    pub fn distance(&self, other: &Self) -> f64 {
        assert_eq!((self.rows, self.cols), (other.rows, other.cols), "shapes disagree");
        self.data.iter().zip(&other.data).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    /// faer's view of it.
    pub(super) fn view(&self) -> MatRef<'_, f64> {
        MatRef::from_row_major_slice(&self.data, self.rows, self.cols)
    }
}
