//! Files that are whole or not there: written under another name, synced, renamed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Writes the file `path` by `body`: readers see the old file or the whole new one, never a part.
///
/// What a killed process leaves behind, `.NAME.partial`, is overwritten by the next attempt.
pub(crate) fn write(path: &Path, body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let partial = partial(path);
    let attempt = || -> io::Result<()> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&partial)?);
        body(&mut file)?;
        file.into_inner()?.sync_all()?;
        fs::rename(&partial, path)?;
        sync_folder(path)
    };
    attempt().map_err(|source| {
        // The first fault is the one to tell of.
        let _ = fs::remove_file(&partial);
        Error::Io { path: path.to_owned(), source }
    })
}

/// Writes `value` as indented JSON with a line end, whole or not at all.
pub(crate) fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<()> {
    write(path, |file| {
        serde_json::to_writer_pretty(&mut *file, value)?;
        file.write_all(b"\n")
    })
}

/// Makes the folder and those above it.
pub(crate) fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(Error::io(path))
}

fn partial(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.partial"))
}

/// Makes a rename last through a power cut, where folders can be synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
