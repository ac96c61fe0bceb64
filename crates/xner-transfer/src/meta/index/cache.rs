//! Vectors on disk: a file that is whole and right, or is made anew.

use std::io::ErrorKind;
use std::path::Path;

use xner_corpus::write::Output;
use xner_train::{Fingerprint, Tensors, files::create_folder};

use super::vectors::{Origin, Vectors, check};
use crate::{Error, Result};

const TENSOR: &str = "vectors";

/// The `count` vectors of the name `name` in a folder, or those that `make` makes, which are kept there.
pub(super) fn open_or_make(
    folder: &Path,
    name: &str,
    count: usize,
    make: impl FnOnce() -> Result<Vectors>,
) -> Result<(Vectors, Origin)> {
    let path = folder.join(format!("sentences-{name}.safetensors"));
    let origin = match read(&path, name, count) {
        Ok(vectors) => return Ok((vectors, Origin::Cache)),
        Err(None) => Origin::Made,
        Err(Some(message)) => Origin::MadeAnew(message),
    };
    // Before the work, not after it: the folder may be one that cannot be written to.
    create_folder(folder)?;
    Output::probe(&path)?;
    let vectors = make()?;
    Ok((write(&path, name, count, vectors)?, origin))
}

/// What the file holds; what is wrong with it, if there is one.
fn read(path: &Path, name: &str, count: usize) -> Result<Vectors, Option<String>> {
    if std::fs::metadata(path).is_err_and(|fault| fault.kind() == ErrorKind::NotFound) {
        return Err(None);
    }
    let fault = |message: String| Some(format!("{}: {message}", path.display()));
    let (mut tensors, note) = Tensors::read(path).map_err(|fault| Some(fault.to_string()))?;
    let tensor = tensors.remove(TENSOR).ok_or_else(|| fault(format!("has no tensor `{TENSOR}`")))?;
    let [rows, width] = tensor.shape[..] else {
        return Err(fault(format!("`{TENSOR}` has shape {:?}, expected rows", tensor.shape)));
    };
    let vectors = Vectors { width, rows: tensor.values };
    if rows != count {
        return Err(fault(format!("has {rows} vectors, expected {count}")));
    }
    check(&vectors, count).map_err(fault)?;
    if note != seal(name, &vectors) {
        return Err(fault("is not what was written: its checksum differs".to_owned()));
    }
    Ok(vectors)
}

/// Writes the file, whole or not at all, and gives the vectors back.
fn write(path: &Path, name: &str, count: usize, vectors: Vectors) -> Result<Vectors> {
    let (seal, width) = (seal(name, &vectors), vectors.width);
    let mut tensors = Tensors::default();
    tensors.insert(TENSOR, &[count, width], vectors.rows);
    let mut file = Output::create(path)?;
    tensors.write_to(&mut file, &seal).map_err(|fault| file.error(fault))?;
    file.finish()?;
    let rows = tensors.remove(TENSOR).map(|tensor| tensor.values);
    rows.map(|rows| Vectors { width, rows }).ok_or_else(|| Error::folder(path, "holds no vectors"))
}

/// A checksum of the vectors, and of what they are called.
fn seal(name: &str, vectors: &Vectors) -> String {
    Fingerprint::new().bytes(name.as_bytes()).floats(&vectors.rows).digest()
}
