//! How precisely a layer that is trained no further computes.

/// The numbers of a layer's weights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Precision {
    /// Floats of 32 bits.
    #[default]
    Full,
    /// Whole numbers of 8 bits with a scale for each output. Inputs are quantised row by row as they come; sums are
    /// exact. Attention, norms and biases stay in 32 bits.
    Eight,
}
