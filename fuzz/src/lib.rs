//! What the fuzz targets share: inputs are files as they are, read in several ways, and what was read is used.

pub mod mapping;

use std::fs;
use std::path::{Path, PathBuf};

use xner_embed::Vectors;
use xner_embed::read::{Format, ReadOptions};

/// The ways in which every file of vectors is read.
pub fn options(format: Option<Format>) -> [ReadOptions; 2] {
    [
        ReadOptions { format, ..ReadOptions::default() },
        ReadOptions { format, limit: Some(3), lowercase: true, ..ReadOptions::default() },
    ]
}

/// Asks vectors for all that they have, and checks what holds for all vectors that were read.
///
/// # Panics
/// When it does not hold.
pub fn use_vectors(vectors: &Vectors) {
    assert!(vectors.dim() > 0 && !vectors.is_empty());
    assert_eq!(vectors.data().len(), vectors.len() * vectors.dim());
    for (rank, word) in vectors.words().enumerate() {
        assert!(!word.is_empty() && !word.contains([' ', '\t', '\n', '\r']), "{word:?}");
        assert_eq!(vectors.word(rank), word);
        assert_eq!(vectors.row(rank).len(), vectors.dim());
    }
    let _ = (vectors.zeros(), vectors.duplicates(), vectors.head(2));
}

/// What holds for vectors of all formats but the native one, which is not looked through when it is opened.
///
/// # Panics
/// When it does not hold.
pub fn check_vectors(vectors: &Vectors) {
    use_vectors(vectors);
    for (rank, word) in vectors.words().enumerate() {
        assert_eq!(vectors.rank(word), Some(rank));
    }
    assert!(vectors.data().iter().all(|number| number.is_finite()));
    assert!(vectors.verify().is_ok());
}

/// A path for this process alone, in memory where the system has such a place.
pub fn scratch(name: &str) -> PathBuf {
    let shared = Path::new("/dev/shm");
    let base = if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() };
    let folder = base.join(format!("xner-fuzz-{}", std::process::id()));
    let _ = fs::create_dir_all(&folder);
    folder.join(name)
}

/// Writes a file of the scratch folder.
///
/// # Panics
/// When the system says no.
#[expect(clippy::expect_used, reason = "without the file there is nothing to try")]
pub fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("the scratch folder can be written");
}
