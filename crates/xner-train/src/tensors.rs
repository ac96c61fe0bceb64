//! Named tensors on the host, and the safetensors files that hold them.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};
use xner_corpus::read::check_regular;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::{Error, Fingerprint, Result, files};

/// The one metadata entry that our files carry: with more, a hash map's order would reach the bytes. It is a line
/// with the digest, and the note.
const NOTE: &str = "xner";
/// What stands before a digest.
const DIGEST: &str = "xxh3 ";

/// A tensor's values in row-major order, with its shape.
#[derive(Debug, Clone, PartialEq)]
pub struct HostTensor {
    /// The shape.
    pub shape: Vec<usize>,
    /// As many values as the shape says.
    pub values: Vec<f32>,
}

/// Tensors by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tensors(BTreeMap<String, HostTensor>);

impl Tensors {
    /// Adds a tensor; one of the same name is replaced.
    ///
    /// # Panics
    /// When there are not as many values as the shape says: such a tensor would be written as a broken file.
    pub fn insert(&mut self, name: impl Into<String>, shape: &[usize], values: Vec<f32>) {
        let name = name.into();
        assert_eq!(
            shape.iter().product::<usize>(),
            values.len(),
            "values of tensor `{name}` of shape {shape:?}"
        );
        self.0.insert(name, HostTensor { shape: shape.to_vec(), values });
    }

    /// Adds all of `others`, each name behind `prefix`.
    pub fn extend(&mut self, prefix: &str, others: Self) {
        self.0.extend(others.0.into_iter().map(|(name, tensor)| (format!("{prefix}{name}"), tensor)));
    }

    /// Takes out those whose names begin with `prefix`, and cuts it off.
    #[must_use]
    pub fn split(&mut self, prefix: &str) -> Self {
        let mut taken = Self::default();
        for (name, tensor) in std::mem::take(&mut self.0) {
            match name.strip_prefix(prefix) {
                Some(rest) => taken.0.insert(rest.to_owned(), tensor),
                None => self.0.insert(name, tensor),
            };
        }
        taken
    }

    /// The tensor of a name.
    pub fn get(&self, name: &str) -> Option<&HostTensor> {
        self.0.get(name)
    }

    /// Takes a tensor out.
    pub fn remove(&mut self, name: &str) -> Option<HostTensor> {
        self.0.remove(name)
    }

    /// All by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &HostTensor)> {
        self.0.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// `share` of each value and the rest of `others`' of the same name and place. What only one side has stays.
    pub(crate) fn mix(&mut self, share: f32, others: &Self) {
        for (name, own) in &mut self.0 {
            let Some(other) = others.get(name) else { continue };
            for (own, other) in own.values.iter_mut().zip(&other.values) {
                *own = share * *own + (1.0 - share) * other;
            }
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of values in all.
    pub fn values(&self) -> usize {
        self.0.values().map(|tensor| tensor.values.len()).sum()
    }

    /// Takes out the tensor `name`, which must have this shape.
    ///
    /// # Errors
    /// [`Error::Tensor`], naming `path`, when it is missing or has another shape.
    pub fn take(&mut self, name: &str, shape: &[usize], path: &Path) -> Result<Vec<f32>> {
        self.expect(name, shape, path)?;
        Ok(self.remove(name).map(|tensor| tensor.values).unwrap_or_default())
    }

    /// Says that there is a tensor `name` of this shape.
    ///
    /// # Errors
    /// As [`Tensors::take`].
    pub fn expect(&self, name: &str, shape: &[usize], path: &Path) -> Result<()> {
        let tensor =
            self.get(name).ok_or_else(|| fault(path, name, format!("missing, expected {shape:?}")))?;
        if tensor.shape != shape {
            return Err(fault(path, name, format!("has shape {:?}, expected {shape:?}", tensor.shape)));
        }
        Ok(())
    }

    /// Says that there are no tensors but those that are `known`.
    ///
    /// # Errors
    /// As [`Tensors::expect_empty`].
    pub fn expect_only(&self, known: impl Fn(&str) -> bool, path: &Path) -> Result<()> {
        match self.0.iter().find(|(name, _)| !known(name)) {
            None => Ok(()),
            Some((name, HostTensor { shape, .. })) => {
                let message = format!("is unexpected (shape {shape:?}); this model has no such tensor");
                Err(fault(path, name, message))
            }
        }
    }

    /// Says that nothing is left.
    ///
    /// # Errors
    /// [`Error::Tensor`], naming `path` and the first tensor that nobody took.
    pub fn expect_empty(&self, path: &Path) -> Result<()> {
        self.expect_only(|_| false, path)
    }

    /// A digest of names, shapes, values and a note.
    fn digest(&self, note: &str) -> String {
        let mut digest = Fingerprint::new();
        digest.bytes(note.as_bytes());
        for (name, HostTensor { shape, values }) in &self.0 {
            digest.bytes(name.as_bytes());
            for &size in shape {
                digest.bytes(&(size as u64).to_le_bytes());
            }
            digest.floats(values);
        }
        digest.digest()
    }

    /// Writes the tensors as a safetensors file with a note, and a digest of both, whole or not at all.
    ///
    /// The same tensors and note give the same bytes.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, path: &Path, note: &str) -> Result<()> {
        self.write_hashed(path, note).map(|_| ())
    }

    /// As [`Tensors::write`]; gives the hash of the file's bytes.
    ///
    /// # Errors
    /// As [`Tensors::write`].
    pub fn write_hashed(&self, path: &Path, note: &str) -> Result<u128> {
        let mut hash = Xxh3::new();
        files::write(path, |file| self.write_to(&mut Hashing { file, hash: &mut hash }, note))?;
        Ok(hash.digest128())
    }

    /// Writes the bytes of such a file to whatever takes them.
    ///
    /// # Errors
    /// Those of `file`.
    pub fn write_to(&self, file: &mut dyn Write, note: &str) -> io::Result<()> {
        let mut end = 0;
        let infos = self.0.iter().map(|(name, tensor)| {
            let start = end;
            end += tensor.values.len() * 4;
            let info =
                TensorInfo { dtype: Dtype::F32, shape: tensor.shape.clone(), data_offsets: (start, end) };
            (name.clone(), info)
        });
        let note = format!("{DIGEST}{}\n{note}", self.digest(note));
        let note = HashMap::from([(NOTE.to_owned(), note)]);
        let metadata = Metadata::new(Some(note), infos.collect()).map_err(io::Error::other)?;
        let mut header = serde_json::to_vec(&metadata)?;
        header.resize(header.len().next_multiple_of(8), b' ');
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(&header)?;
        let mut buffer = Vec::with_capacity(4 * 16384);
        for values in self.0.values().flat_map(|tensor| tensor.values.chunks(16384)) {
            buffer.clear();
            buffer.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            file.write_all(&buffer)?;
        }
        Ok(())
    }

    /// Reads a safetensors file of 32-bit floats, all finite, and its note (empty when it has none). Where it has a
    /// digest, that is checked; files of before have none.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Model`] when the file is cut short, no safetensors file, or was changed;
    /// [`Error::Tensor`] for another number type, NaN or infinity.
    pub fn read(path: &Path) -> Result<(Self, String)> {
        Self::read_hashed(path).map(|(tensors, note, _)| (tensors, note))
    }

    /// As [`Tensors::read`], with the hash of the file's bytes.
    ///
    /// # Errors
    /// As [`Tensors::read`].
    pub fn read_hashed(path: &Path) -> Result<(Self, String, u128)> {
        check_regular(path)?;
        let bytes = fs::read(path).map_err(Error::io(path))?;
        let broken = |fault| Error::model(path, format!("cut short, or no safetensors file: {fault}"));
        let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(broken)?;
        let note = metadata.metadata().as_ref().and_then(|map| map.get(NOTE)).cloned().unwrap_or_default();
        let mut tensors = Self::default();
        for (name, view) in SafeTensors::deserialize(&bytes).map_err(broken)?.iter() {
            if view.dtype() != Dtype::F32 {
                return Err(fault(path, name, format!("holds {:?}, expected F32", view.dtype())));
            }
            let values: Vec<f32> =
                view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            check_finite(path, name, &values)?;
            tensors.insert(name, view.shape(), values);
        }
        let sealed = note.strip_prefix(DIGEST).and_then(|rest| rest.split_once('\n'));
        let note = match sealed {
            Some((digest, own)) if tensors.digest(own) == digest => own.to_owned(),
            Some(_) => {
                return Err(Error::model(path, "was changed since it was written: its digest is another"));
            }
            None => note,
        };
        Ok((tensors, note, xxh3_128(&bytes)))
    }
}

/// Writes on, and hashes what is written.
struct Hashing<'a> {
    file: &'a mut dyn Write,
    hash: &'a mut Xxh3,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Says that all values are finite; names the first that is not.
///
/// # Errors
/// [`Error::Tensor`].
pub fn check_finite(path: &Path, name: &str, values: &[f32]) -> Result<()> {
    // One pass without branches, so that a large table is checked at the speed of memory.
    if values.iter().fold(true, |good, value| good & value.is_finite()) {
        return Ok(());
    }
    let at = values.iter().position(|value| !value.is_finite()).unwrap_or_default();
    Err(fault(path, name, format!("value {at} is {}, expected a finite number", values[at])))
}

fn fault(path: &Path, tensor: &str, message: String) -> Error {
    Error::Tensor { path: path.to_owned(), tensor: tensor.to_owned(), message }
}
