//! Folders that are written to: made if need be, for one process at a time, and left as they were found.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::partial::{LOCK, Partial, absolute, is_partial, live, remove_partial};
use super::same::is_file_of;
use crate::{Error, Result};

/// So often, and after so long, a lock is tried again: another process may only have looked.
const ATTEMPTS: usize = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// A folder that was made for what is to be written there. Dropped, it goes again if it is still empty, and so do those
/// above it that were made for it.
#[derive(Debug)]
pub struct MadeFolder {
    /// The folders that were not there before, the outermost first.
    made: Vec<PathBuf>,
}

impl MadeFolder {
    /// Makes the folder and those above it where they are not there, and writes a probe into it: whether it can be
    /// written to is told before any work.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be made or written to, or has no room.
    pub fn make(folder: &Path) -> Result<Self> {
        let made = Self::only_make(folder)?;
        Partial::probe(folder).map_err(|fault| Error::Io { path: folder.to_owned(), fault })?;
        Ok(made)
    }

    fn only_make(folder: &Path) -> Result<Self> {
        let (shown, folder) = (folder, absolute(folder));
        let missing = folder.ancestors().take_while(|above| {
            fs::symlink_metadata(above).is_err_and(|fault| fault.kind() == ErrorKind::NotFound)
        });
        let mut made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        made.reverse();
        let mut live = live();
        // Known before they are there, so that a signal finds what was made of them.
        live.made.extend(made.iter().cloned());
        drop(live);
        let own = Self { made };
        fs::create_dir_all(&folder).map_err(|fault| {
            let fault = if folder.is_file() {
                io::Error::new(ErrorKind::NotADirectory, "is a file, expected a folder")
            } else {
                fault
            };
            Error::Io { path: shown.to_owned(), fault }
        })?;
        Ok(own)
    }
}

impl Drop for MadeFolder {
    fn drop(&mut self) {
        for folder in self.made.iter().rev() {
            // It stays if something is in it.
            let _ = fs::remove_dir(folder);
            live().made.remove(folder);
        }
    }
}

/// A folder for this process alone, as long as this is held.
///
/// What a killed process left of its lock does no harm: the system frees the lock when the process ends, however it
/// ends.
#[derive(Debug)]
pub struct FolderLock {
    path: PathBuf,
    file: File,
    made: Option<MadeFolder>,
}

impl FolderLock {
    /// Makes the folder if it is not there, locks it, and writes a probe into it.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process has it; [`Error::Io`] when it cannot be made, locked or written to.
    pub fn take(folder: &Path) -> Result<Self> {
        let path = absolute(folder).join(LOCK);
        let fault = |fault| Error::Io { path: folder.join(LOCK), fault };
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                std::thread::sleep(PAUSE);
            }
            let made = match MadeFolder::only_make(folder) {
                Ok(made) => made,
                // Another process removed it between the two looks.
                Err(Error::Io { fault, .. }) if fault.kind() == ErrorKind::AlreadyExists => continue,
                Err(other) => return Err(other),
            };
            let file = match open_lock(&path) {
                Ok(file) => file,
                // Another process that had made the folder has removed it.
                Err(gone) if gone.kind() == ErrorKind::NotFound => continue,
                Err(other) => return Err(fault(other)),
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(other)) => return Err(fault(other)),
            }
            // Another process that had it may have removed it meanwhile.
            if is_file_of(&path, &file) {
                live().files.insert(path.clone());
                let lock = Self { path, file, made: Some(made) };
                Partial::probe(folder).map_err(|fault| Error::Io { path: folder.to_owned(), fault })?;
                return Ok(lock);
            }
        }
        Err(Error::InUse { path: folder.to_owned() })
    }

    /// Gives the lock up and keeps the folder, for what takes the lock itself.
    #[must_use]
    pub fn release(mut self) -> MadeFolder {
        self.made.take().unwrap_or(MadeFolder { made: Vec::new() })
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        let mut live = live();
        live.files.remove(&self.path);
        // Before it is unlocked: nobody else may have it then.
        let _ = fs::remove_file(&self.path);
        // Closing the file would do, were there no child process that has been forked and not yet executed: it shares
        // the lock until then.
        let _ = self.file.unlock();
    }
}

/// Opens the file of a lock, which is made if it is not there. Nothing is written to it, and no link is followed.
///
/// # Errors
/// What the system says; [`ErrorKind::InvalidInput`] for a link, or what else is no file.
pub fn open_lock(path: &Path) -> io::Result<File> {
    match File::options().read(true).write(true).create_new(true).open(path) {
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {
            if fs::symlink_metadata(path)?.is_file() {
                return File::options().read(true).write(true).open(path);
            }
            Err(io::Error::new(ErrorKind::InvalidInput, "is a link or no file, expected a file of xner's"))
        }
        opened => opened,
    }
}

/// Removes these files from a folder, the temporary files that killed processes left there, and then the folder if it
/// is empty. What else is in it is another's, and stays: its names come back, sorted.
///
/// # Errors
/// [`Error::Io`] when the folder does not read, or a file cannot be removed.
pub fn remove_own(folder: &Path, own: &[&str]) -> Result<Vec<String>> {
    match fs::symlink_metadata(folder) {
        Ok(found) if found.is_dir() => {}
        Err(fault) if fault.kind() != ErrorKind::NotFound => {
            return Err(Error::Io { path: folder.to_owned(), fault });
        }
        // Nothing, or a link, in which case the folder is another's.
        _ => return Ok(Vec::new()),
    }
    for name in own {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(fault) if fault.kind() == ErrorKind::NotFound => {}
            Err(fault) => return Err(Error::Io { path, fault }),
            Ok(()) => {}
        }
    }
    let left = remove_partial(folder).and_then(|()| match fs::remove_dir(folder) {
        Err(fault) if fault.kind() == ErrorKind::DirectoryNotEmpty => foreign(folder),
        Err(fault) => Err(Error::Io { path: folder.to_owned(), fault }),
        Ok(()) => Ok(Vec::new()),
    });
    match left {
        // Another process has removed it meanwhile.
        Err(Error::Io { fault, .. }) if fault.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        left => left,
    }
}

/// The names of what is in a folder, sorted, without locks and what is being written.
///
/// # Errors
/// [`Error::Io`] when the folder does not read.
pub fn foreign(folder: &Path) -> Result<Vec<String>> {
    let fault = |fault| Error::Io { path: folder.to_owned(), fault };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let name = entry.map_err(fault)?.file_name().to_string_lossy().into_owned();
        if name != LOCK && !is_partial(&name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
