//! The left factor: rows of inputs in 8 bits.

use super::GROUP;
use super::simd::Level;

/// Rows in 8 bits, each with its scale.
#[derive(Debug, Clone, Default)]
pub struct Rows8 {
    /// `[rows, stride]`, each value plus 128; what lies beyond the inputs is 128, which stands for zero.
    values: Vec<u8>,
    /// `[rows]`
    scales: Vec<f32>,
    inputs: usize,
    stride: usize,
}

impl Rows8 {
    /// Quantises rows of `inputs` values: `q = round(127 x / max |x|)`, row by row. The buffers are used again.
    ///
    /// A row with a value that is not finite has the scale NaN, and so has everything that it is multiplied with.
    ///
    /// # Panics
    /// When `x` is no whole number of rows, or `inputs` is 0.
    pub fn quantise(&mut self, x: &[f32], inputs: usize) {
        assert!(inputs > 0 && x.len().is_multiple_of(inputs), "whole rows");
        let rows = x.len() / inputs;
        self.inputs = inputs;
        self.stride = inputs.next_multiple_of(GROUP);
        self.values.clear();
        self.values.resize(rows * self.stride, ZERO);
        self.scales.clear();
        self.scales.resize(rows, 0.0);
        let rows = x.chunks_exact(inputs).zip(self.values.chunks_exact_mut(self.stride));
        let level = Level::best();
        for ((x, values), scale) in rows.zip(&mut self.scales) {
            *scale = level.quantise(x, &mut values[..inputs]);
        }
    }

    /// Quantised rows.
    ///
    /// # Panics
    /// As [`Rows8::quantise`].
    pub fn new(x: &[f32], inputs: usize) -> Self {
        let mut rows = Self::default();
        rows.quantise(x, inputs);
        rows
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// Values of a row.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The values plus 128 of all rows from one on, and how many there are from a row to the next.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn from(&self, row: usize) -> (&[u8], usize) {
        (&self.values[row * self.stride..], self.stride)
    }

    /// A row's values plus 128, in whole groups, and its scale.
    pub(super) fn row(&self, at: usize) -> (&[u8], f32) {
        (&self.values[at * self.stride..][..self.stride], self.scales[at])
    }
}

/// What stands for zero.
pub(super) const ZERO: u8 = 128;

/// Quantises a row: writes `q + 128` and returns the scale. Inlined into bodies for longer vectors.
#[allow(clippy::inline_always, reason = "it is compiled for the vectors of whoever calls it")]
#[inline(always)]
pub(super) fn quantise(x: &[f32], out: &mut [u8]) -> f32 {
    // In eight sums, or the maximum would wait for itself.
    let mut most = [0u32; 16];
    let (whole, rest) = x.as_chunks::<16>();
    for chunk in whole {
        for (most, x) in most.iter_mut().zip(chunk) {
            // Of numbers without sign, bits are in the order of values; NaN is above infinity.
            *most = (*most).max(x.to_bits() & 0x7fff_ffff);
        }
    }
    let bits = rest.iter().map(|x| x.to_bits() & 0x7fff_ffff).chain(most).fold(0, u32::max);
    let most = f32::from_bits(bits);
    if !most.is_finite() {
        out.fill(ZERO);
        return f32::NAN;
    }
    // So small a row is zero: the inverse would not be finite.
    if most < f32::MIN_POSITIVE * 127.0 {
        out.fill(ZERO);
        return 0.0;
    }
    let inverse = 127.0 / most;
    for (out, x) in out.iter_mut().zip(x) {
        // Added to this number, a value is rounded to a whole one, ties to even, and stands in the lowest bits.
        *out = ((x * inverse + ROUND).to_bits() as u8) ^ ZERO;
    }
    most / 127.0
}

/// 1.5 · 2²³.
const ROUND: f32 = 12_582_912.0;
