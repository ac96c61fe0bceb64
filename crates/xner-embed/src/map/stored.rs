//! Matrices and pairs in a safetensors file with a note, written whole or not at all.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use serde::Serialize;
use xner_corpus::read::check_regular;
use xner_corpus::write::Output;
use xxhash_rust::xxh3::Xxh3;

use super::{Pair, exact};
use crate::linalg::Matrix;
use crate::{Error, Result};

/// The note's key in the file's metadata.
const NOTE: &str = "note";

/// What stands before a digest.
const DIGEST: &str = "xxh3 ";

/// A digest of a note and of tensors by name, shape and bytes.
fn digest(note: &str, mut tensors: Vec<(&str, &[usize], &[u8])>) -> String {
    tensors.sort_unstable();
    let mut digest = Xxh3::new();
    let mut add = |bytes: &[u8]| {
        digest.update(&(bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    };
    add(note.as_bytes());
    for (name, shape, bytes) in tensors {
        add(name.as_bytes());
        for size in shape {
            add(&(*size as u64).to_le_bytes());
        }
        add(bytes);
    }
    format!("{:032x}", digest.digest128())
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// Name, type, shape and bytes of each.
    tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)>,
}

impl Stored {
    /// Adds a matrix, where there is one, in double precision.
    pub(super) fn matrix<'a>(&mut self, name: &str, matrix: impl Into<Option<&'a Matrix>>) {
        let Some(matrix) = matrix.into() else { return };
        let bytes = matrix.data().iter().flat_map(|x| x.to_le_bytes()).collect();
        self.tensors.push((name.to_owned(), Dtype::F64, vec![matrix.rows(), matrix.cols()], bytes));
    }

    /// Adds pairs, where there are some, `[pairs, 2]`.
    pub(super) fn pairs(&mut self, name: &str, pairs: Option<&[Pair]>) {
        let Some(pairs) = pairs else { return };
        let bytes = pairs.iter().flat_map(|&(i, j)| [i, j]).flat_map(u32::to_le_bytes).collect();
        self.tensors.push((name.to_owned(), Dtype::U32, vec![pairs.len(), 2], bytes));
    }

    /// Adds bytes.
    pub(super) fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.tensors.push((name.to_owned(), Dtype::U8, vec![bytes.len()], bytes.to_vec()));
    }

    /// Adds numbers in single precision.
    #[cfg(feature = "adversarial")]
    pub(super) fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.tensors.push((name.to_owned(), Dtype::F32, shape.to_vec(), bytes));
    }

    /// The file's bytes, with a note as the one entry `key` of its metadata: with more, a hash map's order would reach
    /// the bytes.
    pub(super) fn to_bytes(&self, key: &str, note: String) -> Result<Vec<u8>, SafeTensorError> {
        let views = self.tensors.iter().map(|(name, dtype, shape, bytes)| {
            Ok((name.as_str(), TensorView::new(*dtype, shape.clone(), bytes)?))
        });
        let views = views.collect::<Result<Vec<_>, SafeTensorError>>()?;
        safetensors::serialize(views, Some(HashMap::from([(key.to_owned(), note)])))
    }

    /// Writes the file in the place of what is there. A digest of it all stands in a line before the note.
    pub(super) fn write<T: Serialize>(&self, path: &Path, note: &T) -> Result<()> {
        let fault = |message: String| Error::Folder { path: path.to_owned(), message };
        let note = exact::write(note).map_err(|error| fault(error.to_string()))?;
        let tensors = self.tensors.iter().map(|(name, _, shape, bytes)| (&**name, &**shape, &**bytes));
        let note = format!("{DIGEST}{}\n{note}", digest(&note, tensors.collect()));
        write_bytes(path, &self.to_bytes(NOTE, note).map_err(|error| fault(error.to_string()))?)
    }
}

/// Writes a file whole or not at all.
pub(super) fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut output = Output::create(path)?;
    output.write_all(bytes).map_err(|error| output.error(error))?;
    Ok(output.finish()?)
}

/// What was read.
#[derive(Debug)]
pub(super) struct Opened {
    path: PathBuf,
    bytes: Vec<u8>,
    pub(super) note: String,
}

impl Opened {
    pub(super) fn read(path: &Path) -> Result<Self> {
        check_regular(path)?;
        let bytes = fs::read(path).map_err(|fault| Error::Io { path: path.to_owned(), fault })?;
        let opened = Self { path: path.to_owned(), bytes, note: String::new() };
        let (_, metadata) =
            SafeTensors::read_metadata(&opened.bytes).map_err(|error| opened.fault(error.to_string()))?;
        let note = metadata.metadata().as_ref().and_then(|entries| entries.get(NOTE)).cloned();
        let note =
            note.ok_or_else(|| opened.fault("has no note: it is no file of this program".to_owned()))?;
        // Files of before have no digest.
        let sealed = note.strip_prefix(DIGEST).and_then(|rest| rest.split_once('\n'));
        let Some((expected, own)) = sealed else { return Ok(Self { note, ..opened }) };
        let file =
            SafeTensors::deserialize(&opened.bytes).map_err(|error| opened.fault(error.to_string()))?;
        let views: Vec<(&str, TensorView<'_>)> = file.iter().collect();
        let tensors = views.iter().map(|(name, view)| (*name, view.shape(), view.data()));
        if digest(own, tensors.collect()) != expected {
            return Err(opened.fault("was changed since it was written: its digest is another".to_owned()));
        }
        let note = own.to_owned();
        Ok(Self { note, ..opened })
    }

    pub(super) fn fault(&self, message: String) -> Error {
        Error::Folder { path: self.path.clone(), message }
    }

    /// The raw values of a tensor, and its shape; none when there is no such tensor.
    fn tensor(&self, name: &str, dtype: Dtype) -> Result<Option<(Vec<usize>, Vec<u8>)>> {
        let file = SafeTensors::deserialize(&self.bytes).map_err(|error| self.fault(error.to_string()))?;
        let Ok(view) = file.tensor(name) else { return Ok(None) };
        if view.dtype() != dtype {
            return Err(self.fault(format!("tensor `{name}` is {:?}, expected {dtype:?}", view.dtype())));
        }
        Ok(Some((view.shape().to_vec(), view.data().to_vec())))
    }

    /// A matrix, or none.
    pub(super) fn matrix(&self, name: &str) -> Result<Option<Matrix>> {
        let Some((shape, bytes)) = self.tensor(name, Dtype::F64)? else { return Ok(None) };
        let &[rows, cols] = shape.as_slice() else {
            return Err(self.fault(format!("tensor `{name}` has shape {shape:?}, expected a matrix")));
        };
        let (numbers, _) = bytes.as_chunks();
        let data: Vec<f64> = numbers.iter().map(|&number| f64::from_le_bytes(number)).collect();
        if let Some(at) = data.iter().position(|x| !x.is_finite()) {
            return Err(self.fault(format!("tensor `{name}` has {} in row {}", data[at], at / cols)));
        }
        Ok(Some(Matrix::new(rows, cols, data)))
    }

    /// A matrix that must be there, `[dim, dim]`.
    pub(super) fn square(&self, name: &str, dim: Option<usize>) -> Result<Matrix> {
        let matrix = self.matrix(name)?.ok_or_else(|| self.fault(format!("has no tensor `{name}`")))?;
        let dim = dim.unwrap_or(matrix.rows());
        if (matrix.rows(), matrix.cols()) != (dim, dim) || dim == 0 {
            let (rows, cols) = (matrix.rows(), matrix.cols());
            return Err(
                self.fault(format!("tensor `{name}` has shape [{rows}, {cols}], expected [{dim}, {dim}]"))
            );
        }
        Ok(matrix)
    }

    /// Pairs, or none.
    pub(super) fn pairs(&self, name: &str) -> Result<Option<Vec<Pair>>> {
        let Some((shape, bytes)) = self.tensor(name, Dtype::U32)? else { return Ok(None) };
        if shape.len() != 2 || shape[1] != 2 {
            return Err(self.fault(format!("tensor `{name}` has shape {shape:?}, expected [pairs, 2]")));
        }
        let (pairs, _) = bytes.as_chunks::<8>();
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u32, |sum, &byte| sum << 8 | u32::from(byte));
        Ok(Some(pairs.iter().map(|pair| (number(&pair[..4]), number(&pair[4..]))).collect()))
    }

    /// Bytes, or none.
    pub(super) fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.tensor(name, Dtype::U8)?.map(|(_, bytes)| bytes))
    }
}
