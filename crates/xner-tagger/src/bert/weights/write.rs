//! The weights file that `transformers` reads.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use xner_train::files;

use crate::{Error, Result};

/// Writes tensors (name, shape, values row by row) as 32-bit floats to a safetensors file, whole or not at all.
///
/// The file says `format: pt`, as `transformers` demands. The same tensors in the same order give the same bytes.
///
/// # Errors
/// [`Error::Tensor`] for a name that is there twice, or not as many values as the shape says; [`Error::Io`].
pub fn write_safetensors(path: &Path, tensors: &[(&str, &[usize], &[f32])]) -> Result<()> {
    let mut end = 0;
    let mut infos: Vec<(String, TensorInfo)> = Vec::with_capacity(tensors.len());
    let mut seen = HashSet::new();
    for &(name, shape, values) in tensors {
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
        end += values.len() * 4;
        let info = TensorInfo { dtype: Dtype::F32, shape: shape.to_vec(), data_offsets: (start, end) };
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
        tensors.iter().try_for_each(|(_, _, values)| write_values(file, values))
    })
}

fn write_values(file: &mut dyn Write, values: &[f32]) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(4 * 16384);
    for chunk in values.chunks(16384) {
        buffer.clear();
        buffer.extend(chunk.iter().flat_map(|value| value.to_le_bytes()));
        file.write_all(&buffer)?;
    }
    Ok(())
}
