//! The weights file that `transformers` reads.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use half::f16;
use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use xner_train::files;

use crate::{Error, Result};

/// The numbers of a tensor.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a> {
    /// Floats of 32 bits.
    Floats(&'a [f32]),
    /// Whole numbers of 8 bits.
    Whole(&'a [i8]),
    /// Bytes, of two numbers of 4 bits each.
    Bytes(&'a [u8]),
    /// Floats of 16 bits.
    Halves(&'a [f16]),
}

impl<'a> From<&'a [f32]> for Values<'a> {
    fn from(values: &'a [f32]) -> Self {
        Self::Floats(values)
    }
}

impl Values<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Floats(values) => values.len(),
            Self::Whole(values) => values.len(),
            Self::Bytes(values) => values.len(),
            Self::Halves(values) => values.len(),
        }
    }

    fn numbers(&self) -> (Dtype, usize) {
        match self {
            Self::Floats(_) => (Dtype::F32, 4),
            Self::Whole(_) => (Dtype::I8, 1),
            Self::Bytes(_) => (Dtype::U8, 1),
            Self::Halves(_) => (Dtype::F16, 2),
        }
    }
}

/// Writes tensors (name, shape, values row by row) to a safetensors file, whole or not at all.
///
/// The file says `format: pt`, as `transformers` demands. The same tensors in the same order give the same bytes.
///
/// # Errors
/// [`Error::Tensor`] for a name that is there twice, or not as many values as the shape says; [`Error::Io`].
pub fn write_safetensors<'a>(
    path: &Path,
    tensors: &[(impl AsRef<str>, impl AsRef<[usize]>, impl Copy + Into<Values<'a>>)],
) -> Result<()> {
    let mut end = 0;
    let mut infos: Vec<(String, TensorInfo)> = Vec::with_capacity(tensors.len());
    let mut seen = HashSet::new();
    for (name, shape, values) in tensors {
        let (name, shape, values) = (name.as_ref(), shape.as_ref(), (*values).into());
        let fault =
            |message: String| Error::Tensor { path: path.to_owned(), tensor: name.to_owned(), message };
        if !seen.insert(name) {
            return Err(fault("is there twice".to_owned()));
        }
        if shape.iter().try_fold(1usize, |all, &size| all.checked_mul(size)) != Some(values.len()) {
            return Err(fault(format!(
                "has {} values, expected as many as shape {shape:?} says",
                values.len()
            )));
        }
        let start = end;
        let (dtype, size) = values.numbers();
        end += values.len() * size;
        let info = TensorInfo { dtype, shape: shape.to_vec(), data_offsets: (start, end) };
        infos.push((name.to_owned(), info));
    }
    files::write(path, |file| {
        // One entry only: the order of more would be a hash map's.
        let note = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        let metadata = Metadata::new(Some(note), infos).map_err(io::Error::other)?;
        let mut header = serde_json::to_vec(&metadata)?;
        header.resize(header.len().next_multiple_of(8), b' ');
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(&header)?;
        tensors.iter().try_for_each(|(_, _, values)| write_values(file, (*values).into()))
    })
}

fn write_values(file: &mut dyn Write, values: Values<'_>) -> io::Result<()> {
    let values = match values {
        Values::Floats(values) => values,
        Values::Whole(values) => return file.write_all(bytemuck::cast_slice(values)),
        Values::Bytes(values) => return file.write_all(values),
        Values::Halves(values) => {
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            return file.write_all(&bytes);
        }
    };
    let mut buffer = Vec::with_capacity(4 * 16384);
    for chunk in values.chunks(16384) {
        buffer.clear();
        buffer.extend(chunk.iter().flat_map(|value| value.to_le_bytes()));
        file.write_all(&buffer)?;
    }
    Ok(())
}
