//! What is being written: under a temporary name, known to be of a living process, and gone when that ends.
//!
//! A temporary file or folder has a random name, is made where nothing was, and is locked as long as its process lives.
//! So another process tells what a killed one left from what is being written, and a link that somebody put there is
//! never followed.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{self, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{Builder, NamedTempFile, TempDir};

use super::same::is_file_of;
use crate::{Error, Result};

/// The name of what is not complete: these two with random letters between them.
const PREFIX: &str = ".xner-";
const SUFFIX: &str = ".part";
/// The file in a folder by which a process has it for itself.
pub const LOCK: &str = ".xner-lock";
/// So many random letters.
const LETTERS: usize = 8;
/// So often a name is tried that another process takes for a dead one's: it looks at it between two of our steps.
const ATTEMPTS: usize = 32;
/// So many bytes tell whether there is room at all.
const PROBE: usize = 1 << 12;

/// What would be left behind if this process ended now.
static LIVE: Mutex<Live> =
    Mutex::new(Live { files: BTreeSet::new(), trees: BTreeSet::new(), made: BTreeSet::new() });

pub(super) struct Live {
    /// Files that are gone with their writer.
    pub(super) files: BTreeSet<PathBuf>,
    /// Folders that are gone with all that is in them.
    trees: BTreeSet<PathBuf>,
    /// Folders that are gone if nothing is in them.
    pub(super) made: BTreeSet<PathBuf>,
}

pub(super) fn live() -> MutexGuard<'static, Live> {
    // What is in it is right at any moment.
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes what this process is writing: for a program that is about to end at once, on a signal perhaps. From then on
/// nothing more is begun or completed: a thread that tries waits for the end of the process.
pub fn abandon() {
    let live = live();
    // What cannot be removed stays for the next run: it is known by its lock.
    for file in &live.files {
        let _ = fs::remove_file(file);
    }
    for tree in &live.trees {
        let _ = fs::remove_dir_all(tree);
    }
    // A folder's name stands before those of the folders in it.
    for made in live.made.iter().rev() {
        let _ = fs::remove_dir(made);
    }
    std::mem::forget(live);
}

/// A path that means the same wherever the process goes.
pub(super) fn absolute(path: &Path) -> PathBuf {
    path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(LETTERS);
    builder
}

/// As every folder that is made, a temporary one is for whom the user's mask says.
fn folder_builder() -> Builder<'static, 'static> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = builder();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    builder
}

/// Locks what was just made. `false` if another process has removed it meanwhile, or is about to.
fn locked(file: &File, path: &Path) -> bool {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => false,
        // Where there are no locks, nobody removes it either.
        Ok(()) | Err(TryLockError::Error(_)) => is_file_of(path, file),
    }
}

fn no_name() -> io::Error {
    io::Error::new(ErrorKind::AlreadyExists, "no temporary file can be made: others remove it")
}

/// A file that is being written.
pub(super) struct Partial {
    file: Option<NamedTempFile>,
    path: PathBuf,
}

impl Partial {
    /// Makes one in a folder, where it has the mode of the file `like`, which it is to replace.
    pub(super) fn create(folder: &Path, like: Option<&Path>) -> io::Result<Self> {
        #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
        let mut builder = builder();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let like = like.and_then(|like| fs::metadata(like).ok());
            let mode = like.map_or(0o666, |like| like.permissions().mode() & 0o777);
            builder.permissions(fs::Permissions::from_mode(mode));
        }
        #[cfg(not(unix))]
        let _ = like;
        for _ in 0..ATTEMPTS {
            let mut live = live();
            let file = builder.tempfile_in(absolute(folder))?;
            let path = file.path().to_owned();
            live.files.insert(path.clone());
            drop(live);
            let locked = locked(file.as_file(), &path);
            let partial = Self { file: Some(file), path };
            if locked {
                return Ok(partial);
            }
        }
        Err(no_name())
    }

    /// Tells whether a folder takes files, and has room for one.
    pub(super) fn probe(folder: &Path) -> io::Result<()> {
        Self::create(folder, None)?.fill()
    }

    /// Writes so much that a full disk tells.
    pub(super) fn fill(&mut self) -> io::Result<()> {
        self.write_all(&[0; PROBE])?;
        self.flush()
    }

    /// Syncs the file and gives it its name.
    pub(super) fn persist(mut self, target: &Path) -> io::Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        file.as_file().sync_all()?;
        let _live = live();
        file.persist(target).map(drop).map_err(|error| error.error)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // First, for nobody else may remove it as long as it is known.
        drop(self.file.take());
        live().files.remove(&self.path);
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // By the file itself: a fault is not to name the temporary file, which nobody knows.
        self.file.as_mut().map_or(Ok(bytes.len()), |file| file.as_file_mut().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |file| file.as_file_mut().flush())
    }
}

/// A folder that is being written. Dropped, it is removed with all that is in it.
#[derive(Debug)]
pub struct PartialFolder {
    folder: Option<TempDir>,
    path: PathBuf,
    /// Held as long as the folder is being written; some systems cannot lock folders.
    _lock: Option<File>,
}

impl PartialFolder {
    /// Makes one in the folder `parent`.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be written to.
    pub fn create(parent: &Path) -> Result<Self> {
        let fault = |fault| Error::Io { path: parent.to_owned(), fault };
        for _ in 0..ATTEMPTS {
            let mut live = live();
            let folder = folder_builder().tempdir_in(absolute(parent)).map_err(fault)?;
            let path = folder.path().to_owned();
            live.trees.insert(path.clone());
            drop(live);
            let lock = File::open(&path).ok();
            let locked = lock.as_ref().is_none_or(|lock| locked(lock, &path));
            let partial = Self { folder: Some(folder), path, _lock: lock };
            if locked {
                return Ok(partial);
            }
        }
        Err(fault(no_name()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the folder its name, under which nothing may be.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be renamed. Then it is removed.
    pub fn persist(mut self, target: &Path) -> Result<()> {
        let _live = live();
        fs::rename(&self.path, target).map_err(|fault| Error::Io { path: target.to_owned(), fault })?;
        if let Some(folder) = self.folder.take() {
            // Under this name there is nothing any more.
            let _ = folder.keep();
        }
        Ok(())
    }
}

impl Drop for PartialFolder {
    fn drop(&mut self) {
        drop(self.folder.take());
        live().trees.remove(&self.path);
    }
}

/// Removes the temporary files and folders in a folder that killed processes left there, and the lock of one. What a
/// living process is writing stays, this one's too; and so does what is not named as they are, or is a link.
///
/// # Errors
/// [`Error::Io`] when the folder does not read, or a file cannot be removed.
pub fn remove_partial(folder: &Path) -> Result<()> {
    let in_folder = |fault| Error::Io { path: folder.to_owned(), fault };
    for entry in fs::read_dir(folder).map_err(in_folder)? {
        let entry = entry.map_err(in_folder)?;
        let ours = entry.file_name().to_str().is_some_and(|name| is_partial(name) || name == LOCK);
        let Ok(kind) = entry.file_type() else { continue };
        if !ours || !(kind.is_file() || kind.is_dir()) {
            continue;
        }
        let path = entry.path();
        // The lock is held until the file is gone.
        let Some(_lock) = dead(&path) else { continue };
        let removed = if kind.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(fault) if fault.kind() != ErrorKind::NotFound => return Err(Error::Io { path, fault }),
            _ => {}
        }
    }
    Ok(())
}

/// Whether a name is one that this module gives.
pub fn is_partial(name: &str) -> bool {
    let letters = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    letters.is_some_and(|letters| {
        letters.len() == LETTERS && letters.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// The lock of a file or folder whose process is dead.
fn dead(path: &Path) -> Option<File> {
    let file = File::open(path).ok()?;
    // Where there are no locks, nobody is known to be dead.
    file.try_lock().ok()?;
    is_file_of(path, &file).then_some(file)
}
