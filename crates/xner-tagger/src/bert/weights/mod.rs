//! The weights of a Hugging Face directory, whatever file they are in, under one naming.
//!
//! [`Checkpoint`] finds and opens the files, names the tensors as the kind's bare model does (with `classifier.*` for
//! the head), and reads one tensor at a time, so that no more than the weights themselves are ever in memory.
//! [`write_safetensors`] is the way back.

mod index;
mod names;
mod numbers;
mod safetensors;
#[cfg_attr(not(feature = "torch"), path = "no_torch.rs")]
mod torch;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xner_corpus::read::check_regular;
use xner_train::check_finite;

pub(crate) use index::Index;
pub use names::canonical;
pub use write::{Values, write_safetensors};

use self::safetensors::SafetensorsFile;
use self::torch::TorchFile;
use super::eight::Rows;
use super::table::Table;
use crate::{Error, Result};

const SAFETENSORS: &str = "model.safetensors";
const SAFETENSORS_INDEX: &str = "model.safetensors.index.json";
const TORCH: &str = "pytorch_model.bin";
const TORCH_INDEX: &str = "pytorch_model.bin.index.json";

/// The files that weights may be in, the first one found counting: each a file of weights, or an index of several.
pub(crate) const WEIGHTS: [&str; 4] = [SAFETENSORS, SAFETENSORS_INDEX, TORCH, TORCH_INDEX];

/// The files of a directory's weights.
pub(crate) struct WeightFiles {
    /// The one file, or the index of several.
    path: PathBuf,
    /// The file or files that hold tensors.
    shards: Vec<PathBuf>,
    index: Option<Index>,
}

impl WeightFiles {
    /// All of them, the index too.
    pub(crate) fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.index.iter().map(|_| &self.path).chain(&self.shards)
    }
}

/// Finds the weights of a directory; see [`Checkpoint::open`].
pub(crate) fn weight_files(folder: &Path) -> Result<WeightFiles> {
    let found = WEIGHTS.into_iter().map(|name| folder.join(name)).find(|path| path.exists());
    let Some(path) = found else {
        let names = WEIGHTS.map(|name| format!("`{name}`")).join(", ");
        return Err(Error::model(folder, format!("has no weights: none of {names}")));
    };
    if path.extension().is_some_and(|extension| extension == "json") {
        let index = Index::read(&path)?;
        Ok(WeightFiles { shards: index.files(folder, &path)?, path, index: Some(index) })
    } else {
        Ok(WeightFiles { shards: vec![path.clone()], path, index: None })
    }
}

/// The opened weights of a directory: names and shapes in memory, values on disk.
#[derive(Debug)]
pub struct Checkpoint {
    /// The file of weights, or the index of several; named in faults about tensors that are in none.
    path: PathBuf,
    files: Vec<Weights>,
    tensors: BTreeMap<String, Entry>,
}

/// One opened file.
#[derive(Debug)]
enum Weights {
    Safetensors(SafetensorsFile),
    Torch(TorchFile),
}

/// Where a tensor is.
#[derive(Debug)]
struct Entry {
    /// The file it is in.
    file: usize,
    /// Its name there.
    stored: String,
    shape: Vec<usize>,
    taken: bool,
}

/// A tensor as a file lists it.
struct Listed {
    name: String,
    shape: Vec<usize>,
}

impl Weights {
    fn open(path: &Path) -> Result<(Self, Vec<Listed>)> {
        check_regular(path)?;
        if path.extension().is_some_and(|extension| extension == "safetensors") {
            let (file, listed) = SafetensorsFile::open(path)?;
            Ok((Self::Safetensors(file), listed))
        } else {
            let (file, listed) = TorchFile::open(path)?;
            Ok((Self::Torch(file), listed))
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Safetensors(file) => file.path(),
            Self::Torch(file) => file.path(),
        }
    }

    fn read(&self, name: &str) -> Result<Vec<f32>> {
        match self {
            Self::Safetensors(file) => file.read(name),
            Self::Torch(file) => file.read(name),
        }
    }
}

impl Checkpoint {
    /// Opens the weights of a model directory: `model.safetensors`, its sharded form by index,
    /// `pytorch_model.bin`, or its sharded form, the first of these that there is.
    ///
    /// Nothing in a `.bin` file is ever executed: its pickle is read as data.
    ///
    /// # Errors
    /// [`Error::Model`] when there are no weights, and for a file that is cut short, damaged, or names a shard that is
    /// missing; [`Error::Tensor`] for a tensor that is there twice, or not where the index says; [`Error::Io`].
    pub fn open(folder: &Path) -> Result<Self> {
        let WeightFiles { path, shards, index } = weight_files(folder)?;
        let mut checkpoint = Self { path, files: Vec::new(), tensors: BTreeMap::new() };
        for shard in &shards {
            checkpoint.add(shard)?;
        }
        if let Some(index) = index {
            index.check(|name, file| checkpoint.holds(name, file), &checkpoint.path)?;
        }
        Ok(checkpoint)
    }

    /// The file of weights, or the index of several.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of all tensors, in alphabetical order, as [`canonical`] gives them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The shape of a tensor, where there is one of the name.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(|entry| entry.shape.as_slice())
    }

    /// Says that there is a tensor of this shape; it is not read.
    ///
    /// # Errors
    /// [`Error::Tensor`], naming the file, when it is missing or has another shape.
    pub fn expect(&self, name: &str, shape: &[usize]) -> Result<()> {
        let missing = || fault(&self.path, name, format!("missing, expected {shape:?}"));
        let entry = self.tensors.get(name).ok_or_else(missing)?;
        self.expect_shape(entry, shape)
    }

    fn expect_shape(&self, entry: &Entry, shape: &[usize]) -> Result<()> {
        if entry.shape == shape {
            return Ok(());
        }
        let message = format!("has shape {:?}, expected {shape:?}", entry.shape);
        Err(fault(self.files[entry.file].path(), &entry.stored, message))
    }

    /// Reads a tensor of this shape as 32-bit floats, all finite, row by row.
    ///
    /// # Errors
    /// [`Error::Tensor`], naming the file, when it is missing, has another shape or number type, or holds NaN or
    /// infinity; [`Error::Model`] and [`Error::Io`] for what is wrong with the file.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        self.optional(name, shape)?
            .ok_or_else(|| fault(&self.path, name, format!("missing, expected {shape:?}")))
    }

    /// Reads a table of vectors, in 8 or 4 bits if it is stored so.
    ///
    /// # Errors
    /// As [`Checkpoint::take`].
    pub fn take_table(&mut self, name: &str, shape: &[usize]) -> Result<Table> {
        self.expect(name, shape)?;
        if let Some(rows) = self.take_rows(name, shape)? {
            return Ok(Table::Eight(Arc::new(rows)));
        }
        let four = match self.tensors.get(name).map(|entry| (&self.files[entry.file], entry)) {
            Some((Weights::Safetensors(file), entry)) => file.blocks(&entry.stored)?,
            _ => None,
        };
        let Some(blocks) = four else { return Ok(Table::Full(Arc::new(self.take(name, shape)?))) };
        self.mark(name);
        Ok(Table::Four(Arc::new(blocks)))
    }

    /// Reads a matrix that is stored in 8 bits; none where it is not.
    ///
    /// # Errors
    /// As [`Checkpoint::take`].
    pub fn take_rows(&mut self, name: &str, shape: &[usize]) -> Result<Option<Rows>> {
        self.expect(name, shape)?;
        let rows = match self.tensors.get(name).map(|entry| (&self.files[entry.file], entry)) {
            Some((Weights::Safetensors(file), entry)) => file.rows(&entry.stored)?,
            _ => None,
        };
        if rows.is_some() {
            self.mark(name);
        }
        Ok(rows)
    }

    /// A tensor has been taken.
    fn mark(&mut self, name: &str) {
        if let Some(entry) = self.tensors.get_mut(name) {
            entry.taken = true;
        }
    }

    /// As [`Checkpoint::take`] for a tensor that may be missing.
    ///
    /// # Errors
    /// As [`Checkpoint::take`], but for the missing.
    pub fn optional(&mut self, name: &str, shape: &[usize]) -> Result<Option<Vec<f32>>> {
        let Some(entry) = self.tensors.get(name) else { return Ok(None) };
        let file = &self.files[entry.file];
        self.expect_shape(entry, shape)?;
        let values = file.read(&entry.stored)?;
        check_finite(file.path(), &entry.stored, &values)?;
        if let Some(entry) = self.tensors.get_mut(name) {
            entry.taken = true;
        }
        Ok(Some(values))
    }

    /// The tensors that nobody took and that no known head explains.
    pub fn unexpected(&self) -> Vec<String> {
        self.rest().filter(|name| !names::known_extra(name)).map(str::to_owned).collect()
    }

    /// The tensors that nobody took and that are known to be of no use to a tagger: poolers, language-model heads and
    /// the like.
    pub fn left_out(&self) -> Vec<String> {
        self.rest().filter(|name| names::known_extra(name)).map(str::to_owned).collect()
    }

    fn rest(&self) -> impl Iterator<Item = &str> {
        self.tensors.iter().filter(|(_, entry)| !entry.taken).map(|(name, _)| name.as_str())
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        let (weights, listed) = Weights::open(path)?;
        let file = self.files.len();
        for Listed { name: stored, shape } in listed {
            let name = canonical(&stored);
            if let Some(first) = self.tensors.get(&name) {
                let other = self.files.get(first.file).map_or(path, Weights::path);
                let message = format!("is the same tensor as `{}` of {}", first.stored, other.display());
                return Err(fault(path, &stored, message));
            }
            self.tensors.insert(name, Entry { file, stored, shape, taken: false });
        }
        self.files.push(weights);
        Ok(())
    }

    /// Whether the file of this name holds the tensor of this stored name.
    fn holds(&self, stored: &str, file: &str) -> bool {
        self.tensors.get(&canonical(stored)).is_some_and(|entry| {
            let path = self.files[entry.file].path();
            entry.stored == stored && path.file_name().is_some_and(|name| name == file)
        })
    }
}

/// A fault in a tensor of a file.
fn fault(path: &Path, tensor: &str, message: impl Into<String>) -> Error {
    Error::Tensor { path: path.to_owned(), tensor: tensor.to_owned(), message: message.into() }
}

#[cfg(test)]
mod tests;
