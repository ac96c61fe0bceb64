//! Matrices in 8 bits in files, and folders of models in 8 bits.
//!
//! A matrix `X` is stored as whole numbers from -127 to 127, `X` itself, and a scale for each of its rows, `X_scale`:
//! the value is their product. A dense layer's rows are its outputs. Everything else stays as it is.

use std::path::Path;

use xner_nn::{NerBackend, Precision};
use xner_train::{Device, on_device};

use super::BertTagger;
use super::four::BLOCK;
use crate::open::Inner;
use crate::{Error, Result};

/// What a matrix's name is followed by in that of its scales.
pub(super) const SCALE: &str = "_scale";

/// The precision of a folder's weights, in its `config.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum Bits {
    /// Matrices in 8 bits, a scale for each row.
    Eight,
}

impl TryFrom<u32> for Bits {
    type Error = String;
    fn try_from(bits: u32) -> std::result::Result<Self, String> {
        if bits == 8 {
            return Ok(Self::Eight);
        }
        Err(format!("weights of {bits} bits are not known, expected 8, or no such key for 32"))
    }
}

impl From<Bits> for u32 {
    fn from(_: Bits) -> u32 {
        8
    }
}

/// The precision of a table of subwords, where it is another than that of the matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum EmbeddingBits {
    /// In 4 bits, a scale for each 32 numbers.
    Four,
}

impl TryFrom<u32> for EmbeddingBits {
    type Error = String;
    fn try_from(bits: u32) -> std::result::Result<Self, String> {
        if bits == 4 {
            return Ok(Self::Four);
        }
        Err(format!(
            "embeddings of {bits} bits are not known, expected 4, or no such key for those of `bits`"
        ))
    }
}

impl From<EmbeddingBits> for u32 {
    fn from(_: EmbeddingBits) -> u32 {
        4
    }
}

/// How layers compute whose weights are so precise.
pub(super) fn precision(bits: Option<Bits>) -> Precision {
    match bits {
        None => Precision::Full,
        Some(Bits::Eight) => Precision::Eight,
    }
}

/// A matrix in 8 bits with a scale for each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// `[rows, columns]`
    pub values: Vec<i8>,
    /// `[rows]`
    pub scales: Vec<f32>,
}

impl Rows {
    /// Quantises `[rows, columns]`: `q = round(127 x / max |x|)`, row by row. What was quantised stays the same.
    pub fn quantise(values: &[f32], columns: usize) -> Self {
        Self::rounded(values, columns, 8)
    }

    /// The same with as many values as so many bits can tell, up to 8: they lie as evenly among the 255 of 8 bits as
    /// these allow, `q = round(127/m · round(m x / max |x|))` with `m = 2^(bits - 1) - 1`. They take a byte each, which
    /// compresses well.
    pub fn rounded(values: &[f32], columns: usize, bits: u32) -> Self {
        let levels = f32::from((1u8 << (bits.clamp(2, 8) - 1)) - 1);
        let mut found = Self { values: Vec::with_capacity(values.len()), scales: Vec::new() };
        for row in values.chunks_exact(columns.max(1)) {
            let most = row.iter().fold(0.0f32, |most, x| most.max(x.abs()));
            let scale = most / 127.0;
            found.scales.push(scale);
            let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            found.values.extend(row.iter().map(|x| {
                let q = x * inverse;
                let q =
                    if bits < 8 { (q * (levels / 127.0)).round_ties_even() * (127.0 / levels) } else { q };
                q.round_ties_even() as i8
            }));
        }
        found
    }

    /// The values that a row stands for.
    ///
    /// # Panics
    /// When the row is beyond the matrix, or `out` not as wide.
    pub fn read(&self, row: usize, out: &mut [f32]) {
        let scale = self.scales[row];
        let values = &self.values[row * out.len()..][..out.len()];
        out.iter_mut().zip(values).for_each(|(out, q)| *out = f32::from(*q) * scale);
    }

    /// All values, row by row.
    pub fn values(&self) -> Vec<f32> {
        let columns = self.values.len() / self.scales.len().max(1);
        let mut values = vec![0.0; self.values.len()];
        values.chunks_exact_mut(columns.max(1)).enumerate().for_each(|(row, out)| self.read(row, out));
        values
    }
}

/// Sizes of the weights of a model before and after [`quantise`], in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Quantised {
    /// Before.
    pub before: u64,
    /// After.
    pub after: u64,
}

/// Writes a token classifier of Hugging Face's layout with its matrices in 8 bits: tables of embeddings and the dense
/// layers of the encoder; the table of subwords in 4 where `embeddings` says so. The head, norms and biases stay in 32.
/// [`crate::open`] opens the folder like any other. With fewer `bits` than 8 the matrices have as many values
/// as these can tell: the folder is as large, and smaller once compressed.
///
/// # Errors
/// As [`crate::bert::BertTagger::open`] for `model`; [`Error::Model`] where it is in 8 bits already, and where
/// embeddings in 4 bits are wanted whose width is no multiple of 32; [`Error::Io`].
pub fn quantise(model: &Path, out: &Path, embeddings: Option<EmbeddingBits>, bits: u32) -> Result<Quantised> {
    on_device!(Device::Cpu, A, card => rewrite::<Inner<A>>(model, out, embeddings, bits, card))?;
    let size = |folder: &Path| -> Result<u64> {
        let files = super::weights::weight_files(folder)?;
        files.all().map(|path| Ok(path.metadata().map_err(Error::io(path))?.len())).sum()
    };
    Ok(Quantised { before: size(model)?, after: size(out)? })
}

fn rewrite<B: NerBackend>(
    model: &Path,
    out: &Path,
    embeddings: Option<EmbeddingBits>,
    bits: u32,
    card: &B::Device,
) -> Result<()> {
    let mut tagger = BertTagger::<B>::open(model, card)?;
    if tagger.keys.bits.is_some() {
        return Err(Error::model(model, "is in 8 bits already"));
    }
    let width = tagger.encoder.config.embedding_size;
    if embeddings.is_some() && width % BLOCK != 0 {
        let message =
            format!("has embeddings of {width} numbers; in 4 bits they must be a multiple of {BLOCK}");
        return Err(Error::model(model, message));
    }
    tagger.keys.bits = Some(Bits::Eight);
    tagger.keys.embedding_bits = embeddings;
    tagger.save_rounded(out, bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_value_is_off_by_half_a_step(
            columns in 1usize..9,
            bits in 4u32..=8,
            values in proptest::collection::vec(-9f32..9.0, 0..60),
        ) {
            let values = &values[..values.len() / columns * columns];
            let rows = Rows::rounded(values, columns, bits);
            let found = rows.values();
            let levels = (1 << (bits - 1)) - 1;
            // Half a step of the coarse values, and half of one of those in 8 bits.
            let most = if bits == 8 { 0.5001 } else { 127.0 / levels as f32 * 0.5 + 0.5001 };
            for (at, (found, want)) in found.iter().zip(values).enumerate() {
                prop_assert!((found - want).abs() <= rows.scales[at / columns] * most);
            }
            for row in rows.values.chunks(columns) {
                let several: std::collections::BTreeSet<_> = row.iter().collect();
                prop_assert!(several.len() <= 2 * levels + 1);
            }
            prop_assert_eq!(Rows::quantise(&found, columns).values, rows.values);
        }
    }
}
