//! A view of vectors, and what is summed over their numbers.

/// Vectors of one length, `[count, dim]`, row by row: a view that costs nothing.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    data: &'a [f32],
    dim: usize,
}

impl<'a> Rows<'a> {
    /// Views `data` as rows of `dim` numbers.
    ///
    /// # Panics
    /// When `dim` is 0 or `data` is no whole number of rows.
    pub fn new(data: &'a [f32], dim: usize) -> Self {
        assert!(dim > 0 && data.len().is_multiple_of(dim), "{} numbers are no rows of {dim}", data.len());
        Self { data, dim }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.data.len() / self.dim
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The length of a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Row `at`.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, at: usize) -> &'a [f32] {
        &self.data[at * self.dim..(at + 1) * self.dim]
    }

    /// All numbers, row by row.
    pub fn data(&self) -> &'a [f32] {
        self.data
    }

    /// The first `count` rows, or all where there are not so many.
    #[must_use]
    pub fn head(self, count: usize) -> Self {
        Self { data: &self.data[..count.min(self.len()) * self.dim], ..self }
    }

    /// The rows one by one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a [f32]> + use<'a> {
        self.data.chunks_exact(self.dim)
    }
}

/// The inner product of two vectors, summed in double precision.
pub(crate) fn dot(x: &[f32], y: &[f32]) -> f64 {
    x.iter().zip(y).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum()
}

/// The square of a vector's length.
pub(crate) fn square(x: &[f32]) -> f64 {
    dot(x, x)
}
