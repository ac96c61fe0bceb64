//! What the fuzz targets of models share.

use std::fs;
use std::path::{Path, PathBuf};

/// The line between the files of an input.
pub const BETWEEN: &[u8] = b"\n--8<--\n";

/// A folder for this process alone, in memory where the system has such a place; emptied.
///
/// # Panics
/// When the system says no.
pub fn scratch(name: &str) -> PathBuf {
    let shared = Path::new("/dev/shm");
    let base = if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() };
    let folder = base.join(format!("xner-fuzz-{}", std::process::id())).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the scratch folder can be made");
    folder
}

/// The files of an input.
pub fn parts(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some(at) = bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
        parts.push(&bytes[..at]);
        bytes = &bytes[at + BETWEEN.len()..];
    }
    parts.push(bytes);
    parts
}

/// Changes in a good file: of each four bytes two say where, one what is done, one the value.
pub fn changed(good: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut file = good.to_vec();
    for &[high, low, how, value] in bytes.as_chunks().0 {
        if file.is_empty() {
            break;
        }
        let at = usize::from(u16::from_be_bytes([high, low])) % file.len();
        match how % 5 {
            0 => file[at] = value,
            1 => file[at] ^= 1 << (value % 8),
            2 => drop(file.remove(at)),
            3 => file.insert(at, value),
            _ => file.truncate(at),
        }
    }
    file
}

/// Writes a file.
///
/// # Panics
/// When the system says no.
pub fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("the scratch folder can be written");
}
