//! `torch.save` files, old and new: the pickle in them is read as data and never executed.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use pytorch_reader::{DType, PickleValue, PytorchError, PytorchReader, Tensor};

use super::numbers::Numbers;
use super::{Listed, fault};
use crate::{Error, Result};

/// An opened file: its tensors' names and shapes in memory.
#[derive(Debug)]
pub(super) struct TorchFile {
    path: PathBuf,
    tensors: HashMap<String, Tensor>,
}

impl TorchFile {
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Listed>)> {
        let damaged = |fault: PytorchError| match fault {
            PytorchError::Io(source) if source.raw_os_error().is_some() => Error::io(path)(source),
            fault => Error::model(path, format!("cut short, or no file of PyTorch weights: {fault}")),
        };
        let tensors = PytorchReader::new(path).map_err(damaged)?.into_tensors();
        // Anything but tensors and plain values is an object that Python would make by calling something.
        let pickle = PytorchReader::read_pickle_data(path, None).map_err(damaged)?;
        if let Some((name, kind)) = foreign(&pickle) {
            let message =
                format!("is an object of the Python type `{kind}`, expected tensors; nothing was executed");
            return Err(fault(path, &name, message));
        }
        let mut listed: Vec<Listed> = tensors
            .iter()
            .map(|(name, tensor)| Listed { name: name.clone(), shape: tensor.shape().to_vec() })
            .collect();
        if listed.is_empty() {
            return Err(Error::model(path, "holds no tensors"));
        }
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        // A view may repeat one number for ever; weights never claim more than the file has.
        let length = fs::metadata(path).map_err(Error::io(path))?.len();
        if let Some(large) = listed.iter().find(|one| tensors[&one.name].byte_len() as u64 > length) {
            let message =
                format!("claims shape {:?}, more than the whole file of {length} bytes", large.shape);
            return Err(fault(path, &large.name, message));
        }
        Ok((Self { path: path.to_owned(), tensors }, listed))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read(&self, name: &str) -> Result<Vec<f32>> {
        let tensor = self.tensors.get(name).ok_or_else(|| fault(&self.path, name, "missing"))?;
        let numbers = match tensor.dtype() {
            DType::F64 => Numbers::F64,
            DType::F32 => Numbers::F32,
            DType::F16 => Numbers::F16,
            DType::BF16 => Numbers::Bf16,
            other => return Err(fault(&self.path, name, format!("holds {other:?}, expected floats"))),
        };
        let bytes = tensor.read().map_err(|source| Error::model(&self.path, source.to_string()))?;
        let mut values = Vec::with_capacity(tensor.num_elements());
        numbers.widen(&bytes, &mut values);
        Ok(values)
    }
}

/// The first entry, by name, that is no tensor and no plain value, with its Python type.
fn foreign(value: &PickleValue) -> Option<(String, String)> {
    let inner: Vec<(String, &PickleValue)> = match value {
        PickleValue::Unsupported(kind) => {
            return (kind != "torch.Tensor").then(|| (String::new(), kind.clone()));
        }
        PickleValue::Dict(map) => map.iter().map(|(name, value)| (name.clone(), value)).collect(),
        PickleValue::List(list) => {
            list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => return None,
    };
    let faults = inner.into_iter().filter_map(|(name, value)| {
        let (rest, kind) = foreign(value)?;
        Some((if rest.is_empty() { name } else { format!("{name}.{rest}") }, kind))
    });
    faults.min()
}
