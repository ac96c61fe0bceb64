//! Writing the native format.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;
use xner_corpus::write::Output;

use crate::vectors::NATIVE;
use crate::{Error, Result, Vectors};

/// Writes the native format: a safetensors file that [`crate::read::open`] maps in milliseconds.
///
/// Its tensors, all little-endian: `offsets` `[words + 1]` of u64, where each word begins in `words`; `vectors`
/// `[words, dimensions]` of f32; `index` of u32, ranks or 4,294,967,295 in a power of two of places at least twice
/// the words, filled in the order of ranks by linear probing from the xxh3 64-bit hash (seed 0) of the word's bytes;
/// `words` `[bytes]` of u8, all words without separators. Metadata: `format` is `xner-vectors`, `version` is `1`. The
/// same vectors give the same bytes.
///
/// # Errors
/// [`Error::Native`] for a name that ends in `.gz` or `.xz`, since what is mapped cannot be compressed; what the
/// system says. The file is then as it was before.
pub fn write_native(path: impl AsRef<Path>, vectors: &Vectors) -> Result<()> {
    let path = path.as_ref();
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    if ending == "gz" || ending == "xz" {
        let message = format!("cannot be compressed (.{ending}): native vectors are mapped when read");
        return Err(Error::Native { path: path.to_owned(), part: "the file".to_owned(), message });
    }
    let mut output = Output::create(path)?;
    write(&mut output, vectors).map_err(|error| output.error(error))?;
    Ok(output.finish()?)
}

fn write(out: &mut impl Write, vectors: &Vectors) -> io::Result<()> {
    let words = vectors.vocabulary();
    let offsets: &[u8] = bytemuck::cast_slice(&words.offsets);
    let numbers: &[u8] = bytemuck::cast_slice(vectors.data());
    let index: &[u8] = bytemuck::cast_slice(&words.index);
    if cfg!(target_endian = "big") {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "native vectors are little-endian"));
    }
    // The widest numbers first, so that all are aligned.
    let mut end = 0;
    let mut tensor = |dtype: &str, shape: &[usize], bytes: &[u8]| {
        let begin = end;
        end += bytes.len();
        json!({ "dtype": dtype, "shape": shape, "data_offsets": [begin, end] })
    };
    let header = json!({
        "__metadata__": { "format": NATIVE.0, "version": NATIVE.1 },
        "offsets": tensor("U64", &[words.offsets.len()], offsets),
        "vectors": tensor("F32", &[vectors.len(), vectors.dim()], numbers),
        "index": tensor("U32", &[words.index.len()], index),
        "words": tensor("U8", &[words.text.len()], &words.text),
    });
    let mut header = serde_json::to_vec(&header)?;
    header.resize(header.len().next_multiple_of(size_of::<u64>()), b' ');
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    for part in [&header, offsets, numbers, index, &words.text] {
        out.write_all(part)?;
    }
    Ok(())
}
