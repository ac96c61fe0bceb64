//! Tables of embeddings in 4 bits, in files and in memory.
//!
//! A row is cut into blocks of 32 values. A block is a scale `s`, a float of 16 bits, and 32 numbers `q` from 0 to 15;
//! a value is `(q - 8) s`. Of each block byte `j` holds the number `j` in its low half and `j + 16` in its high half.
//! A file has the bytes as `X`, `[rows, columns / 2]`, and the scales as `X_scale`, `[rows, columns / 32]`.

use half::f16;

/// Values of a block.
pub(super) const BLOCK: usize = 32;

/// A table in 4 bits.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocks {
    /// `[rows, columns / 2]`
    pub bytes: Vec<u8>,
    /// `[rows, columns / 32]`
    pub scales: Vec<f16>,
}

impl Blocks {
    /// Quantises values, block by block: the value that is farthest from 0 becomes -8. What was quantised so stays the
    /// same.
    ///
    /// # Panics
    /// When the values are no whole number of blocks.
    pub fn quantise(values: &[f32]) -> Self {
        let (blocks, rest) = values.as_chunks::<BLOCK>();
        assert!(rest.is_empty(), "a whole number of blocks");
        let mut found = Self { bytes: Vec::with_capacity(values.len() / 2), scales: Vec::new() };
        for block in blocks {
            let farthest = block.iter().fold(0.0f32, |most, &x| if x.abs() > most.abs() { x } else { most });
            let scale = f16::from_f32(farthest / -8.0);
            found.scales.push(scale);
            let scale = scale.to_f32();
            let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
            let number = |x: f32| ((x * inverse).round_ties_even() + 8.0).clamp(0.0, 15.0) as u8;
            let (low, high) = block.split_at(BLOCK / 2);
            found.bytes.extend(low.iter().zip(high).map(|(&low, &high)| number(low) | number(high) << 4));
        }
        found
    }

    /// The values that a row stands for.
    ///
    /// # Panics
    /// When the row is beyond the table, or `out` no whole number of blocks.
    pub fn read(&self, row: usize, out: &mut [f32]) {
        let bytes = &self.bytes[row * out.len() / 2..][..out.len() / 2];
        let scales = &self.scales[row * out.len() / BLOCK..];
        let blocks = out.chunks_exact_mut(BLOCK).zip(bytes.chunks_exact(BLOCK / 2));
        for ((out, bytes), scale) in blocks.zip(scales) {
            let (scale, (low, high)) = (scale.to_f32(), out.split_at_mut(BLOCK / 2));
            for ((low, high), byte) in low.iter_mut().zip(high).zip(bytes) {
                *low = (f32::from(byte & 15) - 8.0) * scale;
                *high = (f32::from(byte >> 4) - 8.0) * scale;
            }
        }
    }

    /// All values, row by row.
    pub fn values(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.bytes.len() * 2];
        self.read(0, &mut values);
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_value_is_off_by_a_step_at_most(values in proptest::collection::vec(-9f32..9.0, 0..4 * BLOCK)) {
            let values = &values[..values.len() / BLOCK * BLOCK];
            let blocks = Blocks::quantise(values);
            let found = blocks.values();
            for (at, (found, want)) in found.iter().zip(values).enumerate() {
                // Half a step, or a whole one at the end of the range where 8 would be; and the scale's own rounding.
                let step = blocks.scales[at / BLOCK].to_f32().abs();
                prop_assert!((found - want).abs() <= step * 1.01 + 1e-6, "{found} {want} {step}");
            }
            prop_assert_eq!(Blocks::quantise(&found), blocks);
        }
    }

    #[test]
    fn a_block_of_nothing_is_nothing() {
        let blocks = Blocks::quantise(&[0.0; BLOCK]);
        assert_eq!(blocks.values(), [0.0; BLOCK]);
    }
}
