//! Writing word vectors: as text that every tool reads, or as a native file that opens in milliseconds.

mod native;
mod text;

use std::path::Path;

pub use self::native::write_native;
pub use self::text::write_vec;
use crate::vectors::Format;
use crate::{Result, Vectors};

/// Writes vectors as their name's ending wants it: [`write_native`] for `.safetensors`, else [`write_vec`].
///
/// # Errors
/// As these.
pub fn save(path: impl AsRef<Path>, vectors: &Vectors) -> Result<()> {
    match Format::detect(path.as_ref(), &[]) {
        Format::Native => write_native(path, vectors),
        _ => write_vec(path, vectors),
    }
}
