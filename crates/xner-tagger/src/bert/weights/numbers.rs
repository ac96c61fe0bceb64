//! Little-endian bytes of several number types to 32-bit floats.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

/// The number types that weights come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    F64,
    F32,
    F16,
    Bf16,
}

impl Numbers {
    /// Adds the numbers in `bytes` to `values`; `bytes` are a whole number of them.
    pub(super) fn widen(self, bytes: &[u8], values: &mut Vec<f32>) {
        let start = values.len();
        match self {
            Self::F64 => values.extend(parts(bytes).map(|part| f64::from_le_bytes(part) as f32)),
            Self::F32 => values.extend(parts(bytes).map(f32::from_le_bytes)),
            Self::F16 => {
                let halves: Vec<f16> = parts(bytes).map(f16::from_le_bytes).collect();
                values.resize(start + halves.len(), 0.0);
                halves.convert_to_f32_slice(&mut values[start..]);
            }
            Self::Bf16 => values.extend(parts(bytes).map(|part| bf16::from_le_bytes(part).to_f32())),
        }
    }
}

fn parts<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.as_chunks::<N>().0.iter().copied()
}
