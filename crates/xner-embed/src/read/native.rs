//! Opening the native format: safetensors, used where it lies.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use memchr::{memchr, memchr3};
use memmap2::Mmap;
use safetensors::tensor::{Dtype, Metadata, SafeTensors};
use xner_corpus::read::check_regular;

use super::ReadOptions;
use super::bytes::is_compressed;
use crate::vectors::{FREE_PLACE, MOST_WORDS, NATIVE, Storage, VocabularyBuilder, map_file};
use crate::{Error, Result, Vectors, Vocabulary};

/// Maps a file that [`crate::write::write_native`] wrote.
///
/// Words, offsets and index are checked, which takes milliseconds; the numbers are not looked at
/// ([`Vectors::verify`] does). With a limit or lower-casing the words are indexed anew, and the numbers copied
/// only where words then coincide.
///
/// The file is mapped: do not overwrite or cut it in place while it is in use (a process that reads what was cut
/// off ends), but rename a new one over it, as this crate's writers do. Words or numbers that are overwritten
/// underneath read as other words (or empty ones) and numbers, without a panic.
///
/// # Errors
/// [`Error::Native`] with the tensor for a file that is none of this format, damaged, compressed, or not a plain
/// file; [`Error::Empty`] for one of no words; what opening the file says.
pub(super) fn open(path: &Path, options: &ReadOptions) -> Result<Vectors> {
    let fault =
        |part: &str, message: String| Error::Native { path: path.to_owned(), part: part.into(), message };
    let io = |fault| Error::Io { path: path.to_owned(), fault };
    check_regular(path)?;
    let file = File::open(path).map_err(io)?;
    let kind = file.metadata().map_err(io)?;
    if !kind.is_file() || kind.len() == 0 {
        return Err(fault("the file", "is empty or no plain file, expected one that can be mapped".into()));
    }
    let mapped = Arc::new(map_file(&file).map_err(io)?);
    let parts = Parts::of(&mapped).map_err(|(part, message)| fault(part, message))?;
    if parts.count == 0 {
        return Err(Error::Empty { path: path.to_owned() });
    }
    parts.check().map_err(|(part, message)| fault(part, message))?;
    let Parts { count, dim, vectors, words, offsets, index } = parts;
    let vocabulary = Vocabulary::from_parts(words, offsets, index);
    let kept = options.limit.map_or(count, |limit| limit.min(count));
    if kept == 0 {
        return Err(Error::Empty { path: path.to_owned() });
    }
    Ok(if kept == count && !options.lowercase {
        Vectors::from_parts(Arc::new(vocabulary), dim, vectors)
    } else {
        narrowed(&vocabulary, dim, vectors, kept, options.lowercase)
    })
}

/// The first `kept` words, lower-cased on request.
fn narrowed(words: &Vocabulary, dim: usize, mut data: Storage<f32>, kept: usize, lowercase: bool) -> Vectors {
    let mut builder = VocabularyBuilder::default();
    let mut ranks = Vec::with_capacity(kept);
    for rank in 0..kept {
        let word = words.word(rank);
        if if lowercase { builder.push(&word.to_lowercase()) } else { builder.push(word) } {
            ranks.push(rank);
        }
    }
    data.truncate(kept * dim);
    if ranks.len() < kept {
        data = Storage::Owned(
            ranks.iter().flat_map(|&rank| &data[rank * dim..(rank + 1) * dim]).copied().collect(),
        );
    }
    Vectors::from_parts(Arc::new(builder.finish()), dim, data)
}

/// What is wrong with which part.
type Fault = (&'static str, String);

const HEADER: &str = "the header";
const VECTORS: &str = "tensor `vectors`";
const WORDS: &str = "tensor `words`";
const OFFSETS: &str = "tensor `offsets`";
const INDEX: &str = "tensor `index`";

/// The tensors of a file.
struct Parts {
    count: usize,
    dim: usize,
    vectors: Storage<f32>,
    words: Storage<u8>,
    offsets: Storage<u64>,
    index: Storage<u32>,
}

impl Parts {
    /// Finds the tensors; of their shapes all is checked, of their contents nothing.
    fn of(mapped: &Arc<Mmap>) -> Result<Self, Fault> {
        if cfg!(target_endian = "big") {
            return Err((HEADER, "native vectors are little-endian, this machine is not".into()));
        }
        if is_compressed(mapped) {
            return Err((
                HEADER,
                "the file is compressed; unpack it, since native vectors are mapped".into(),
            ));
        }
        let (len, header) = SafeTensors::read_metadata(mapped)
            .map_err(|error| (HEADER, format!("no safetensors file, or a damaged one: {error}")))?;
        let says = |key| header.metadata().as_ref().and_then(|found| found.get(key)).map(String::as_str);
        let (name, version) = NATIVE;
        match (says("format").unwrap_or("none"), says("version").unwrap_or("none")) {
            (found, _) if found != name => {
                return Err((HEADER, format!("format `{found}`, expected `{name}`")));
            }
            (_, found) if found != version => {
                return Err((HEADER, format!("version {found} of `{name}`, expected {version}")));
            }
            _ => {}
        }
        let begin = len + size_of::<u64>();
        let (vectors, shape) = tensor(mapped, &header, VECTORS, Dtype::F32, begin)?;
        let &[count, dim] = shape else {
            return Err((VECTORS, format!("shape {shape:?}, expected [words, dimensions]")));
        };
        if dim == 0 || count >= MOST_WORDS {
            return Err((
                VECTORS,
                format!("shape {shape:?}, expected at least 1 dimension and below {MOST_WORDS} words"),
            ));
        }
        let (words, shape) = tensor(mapped, &header, WORDS, Dtype::U8, begin)?;
        if shape.len() != 1 {
            return Err((WORDS, format!("shape {shape:?}, expected [bytes]")));
        }
        let (offsets, shape) = tensor(mapped, &header, OFFSETS, Dtype::U64, begin)?;
        if shape != [count + 1] {
            return Err((OFFSETS, format!("shape {shape:?}, expected [{}]", count + 1)));
        }
        let (index, shape) = tensor(mapped, &header, INDEX, Dtype::U32, begin)?;
        let sound = matches!(shape, &[places] if places.is_power_of_two() && places > count);
        if !sound {
            return Err((INDEX, format!("shape {shape:?}, expected a power of two above {count}")));
        }
        Ok(Self { count, dim, vectors, words, offsets, index })
    }

    /// Looks at the contents of all but the vectors.
    fn check(&self) -> Result<(), Fault> {
        let text = std::str::from_utf8(&self.words)
            .map_err(|error| (WORDS, format!("invalid UTF-8 at byte {}", error.valid_up_to())))?;
        let blank = memchr3(b' ', b'\t', b'\n', &self.words).or_else(|| memchr(b'\r', &self.words));
        if let Some(at) = blank {
            return Err((WORDS, format!("a blank or line break at byte {at}, which no word may hold")));
        }
        if self.offsets[0] != 0 || self.offsets[self.count] != text.len() as u64 {
            return Err((
                OFFSETS,
                format!("do not begin at 0 and end at {}, where the words do", text.len()),
            ));
        }
        if let Some(rank) = self.offsets.windows(2).position(|ends| ends[0] >= ends[1]) {
            return Err((OFFSETS, format!("do not increase behind word {rank}")));
        }
        // Increasing up to the text's length, so all of them are within it.
        if let Some(rank) = self.offsets.iter().position(|&at| !text.is_char_boundary(at as usize)) {
            return Err((OFFSETS, format!("word {rank} begins inside a character")));
        }
        let wrong = self.index.iter().find(|&&rank| rank != FREE_PLACE && rank as usize >= self.count);
        if let Some(rank) = wrong {
            return Err((INDEX, format!("has rank {rank}, there are {} words", self.count)));
        }
        let taken = self.index.iter().filter(|&&rank| rank != FREE_PLACE).count();
        if taken != self.count {
            return Err((INDEX, format!("has {taken} ranks, there are {} words", self.count)));
        }
        Ok(())
    }
}

/// A tensor within the file, and its shape.
fn tensor<'a, T: bytemuck::Pod>(
    mapped: &Arc<Mmap>,
    header: &'a Metadata,
    part: &'static str,
    dtype: Dtype,
    begin: usize,
) -> Result<(Storage<T>, &'a [usize]), Fault> {
    let name = part.trim_start_matches("tensor ").trim_matches('`');
    let info = header.info(name).ok_or_else(|| (part, "is missing".to_owned()))?;
    if info.dtype != dtype {
        return Err((part, format!("is of {:?}, expected {dtype:?}", info.dtype)));
    }
    let bytes = begin + info.data_offsets.0..begin + info.data_offsets.1;
    let values = Storage::mapped(mapped, bytes).ok_or_else(|| (part, "lies outside the file".to_owned()))?;
    Ok((values, &info.shape))
}
