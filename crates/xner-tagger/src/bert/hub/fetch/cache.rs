//! The cache of `huggingface_hub`: files by their hash in `blobs`, links to them in `snapshots/COMMIT`, commits by
//! their branch in `refs`.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::hash::Hash;
use super::headers::{Commit, is_hex};
use crate::bert::hub::Name;
use crate::{Error, Result};

/// The end of a file's name while it is fetched.
const PART: &str = ".incomplete";

/// The part of a cache that belongs to one model and revision.
pub(super) struct Cache {
    folder: PathBuf,
    locks: PathBuf,
    revision: String,
}

/// A file while it is fetched; it is removed unless it becomes a blob.
pub(super) struct Part {
    path: PathBuf,
    file: File,
    written: u64,
    kept: bool,
}

impl Cache {
    pub(super) fn new(cache: &Path, name: &Name<'_>) -> Self {
        let own = format!("models--{}", name.id.replace('/', "--"));
        Self {
            folder: cache.join(&own),
            locks: cache.join(".locks").join(own),
            revision: name.revision.to_owned(),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file of the model at its revision, if it is there.
    pub(super) fn find(&self, file: &str) -> Option<PathBuf> {
        let path = self.snapshot(&self.commit()?).join(file);
        path.is_file().then_some(path)
    }

    /// The file of this hash, if it is there and whole.
    pub(super) fn whole(&self, hash: &Hash) -> Result<bool> {
        let path = self.blob(hash);
        if !path.is_file() {
            return Ok(false);
        }
        let read = || {
            let mut file = File::open(&path)?;
            let len = file.metadata()?.len();
            hash.is_of(&mut file, len)
        };
        read().map_err(Error::io(&path))
    }

    /// Waits until no other program fetches the file of this hash, and keeps others waiting while the lock lives. None
    /// where the file system has no locks: names are random, so that two programs only do the same work twice.
    pub(super) fn lock(&self, hash: &Hash, wait: Duration) -> Result<Option<File>> {
        let path = self.locks.join(format!("{}.lock", hash.as_str()));
        fs::create_dir_all(&self.locks).map_err(Error::io(&self.locks))?;
        // A lock that someone made a link would make a file elsewhere.
        if path.is_symlink() {
            return Err(Error::io(&path)(io::Error::other("is a link, expected a lock")));
        }
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(Error::io(&path))?;
        let start = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if start.elapsed() < wait => {
                    thread::sleep(Duration::from_millis(50).min(wait));
                }
                Err(TryLockError::WouldBlock) => {
                    let message = "another program has held this lock for too long; end it and try again";
                    return Err(Error::io(&path)(io::Error::new(ErrorKind::TimedOut, message)));
                }
                Err(TryLockError::Error(_)) => return Ok(None),
            }
        }
        self.clean(hash);
        Ok(Some(lock))
    }

    /// A new file beside the one of this hash, of a name that nobody can foresee.
    pub(super) fn part(&self, hash: &Hash) -> Result<Part> {
        let folder = self.folder.join("blobs");
        fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        let path = folder.join(format!("{}.{}{PART}", hash.as_str(), random()));
        // Of what is there already nothing is opened, a link neither.
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(Error::io(&path))?;
        Ok(Part { path, file, written: 0, kept: false })
    }

    /// Makes a part, whose hash was checked, the file of this hash.
    pub(super) fn keep(&self, mut part: Part, hash: &Hash) -> Result<()> {
        part.file.sync_all().map_err(Error::io(&part.path))?;
        fs::rename(&part.path, self.blob(hash)).map_err(Error::io(&part.path))?;
        part.kept = true;
        Ok(())
    }

    /// Puts the file of this hash into the snapshot of a commit, and notes the commit as that of the revision.
    pub(super) fn enter(&self, commit: &Commit, file: &str, hash: &Hash) -> Result<PathBuf> {
        let snapshot = self.snapshot(commit);
        fs::create_dir_all(&snapshot).map_err(Error::io(&snapshot))?;
        let path = snapshot.join(file);
        let blob = self.blob(hash);
        let made = self.folder.join("blobs").join(format!("{}{PART}", random()));
        link(&Path::new("../../blobs").join(hash.as_str()), &blob, &made)
            .and_then(|()| {
                fs::rename(&made, &path).inspect_err(|_| {
                    let _ = fs::remove_file(&made);
                })
            })
            .map_err(Error::io(&path))?;
        self.note(commit)?;
        Ok(path)
    }

    fn blob(&self, hash: &Hash) -> PathBuf {
        self.folder.join("blobs").join(hash.as_str())
    }

    fn snapshot(&self, commit: &Commit) -> PathBuf {
        self.folder.join("snapshots").join(commit.as_str())
    }

    fn reference(&self) -> PathBuf {
        self.folder.join("refs").join(&self.revision)
    }

    /// The commit of the revision, as far as the cache knows.
    fn commit(&self) -> Option<Commit> {
        if let Some(commit) = Commit::parse(&self.revision) {
            return Some(commit);
        }
        let path = self.reference();
        let mut text = String::new();
        // A pipe would wait for ever.
        if !path.is_file() {
            return None;
        }
        File::open(path).ok()?.take(1024).read_to_string(&mut text).ok()?;
        Commit::parse(text.trim())
    }

    fn note(&self, commit: &Commit) -> Result<()> {
        if self.commit().as_ref() == Some(commit) {
            return Ok(());
        }
        let path = self.reference();
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let made = self.folder.join("blobs").join(format!("{}{PART}", random()));
        let write = || {
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&made)?
                .write_all(commit.as_str().as_bytes())?;
            fs::rename(&made, &path)
        };
        write()
            .inspect_err(|_| {
                let _ = fs::remove_file(&made);
            })
            .map_err(Error::io(&path))
    }

    /// Removes what programs left that were killed; who calls holds the lock.
    fn clean(&self, hash: &Hash) {
        let Ok(entries) = fs::read_dir(self.folder.join("blobs")) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let ours = name
                .to_str()
                .and_then(|name| name.strip_prefix(hash.as_str())?.strip_prefix('.')?.strip_suffix(PART))
                .is_some_and(|random| is_hex(random, 16));
            if ours {
                // What cannot be removed is in nobody's way.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Part {
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(Error::io(&self.path))?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Empties the file.
    pub(super) fn restart(&mut self) -> Result<()> {
        self.file.set_len(0).and_then(|()| self.file.rewind()).map_err(Error::io(&self.path))?;
        self.written = 0;
        Ok(())
    }

    pub(super) fn is_of(&mut self, hash: &Hash) -> Result<bool> {
        hash.is_of(&mut self.file, self.written).map_err(Error::io(&self.path))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Sixteen hexadecimal digits, from the random numbers of the system.
fn random() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

#[cfg(unix)]
fn link(target: &Path, _blob: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

/// Where links are not allowed, the file itself is put there.
#[cfg(windows)]
fn link(target: &Path, blob: &Path, at: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(target, at).or_else(|_| fs::copy(blob, at).map(|_| ()))
}
