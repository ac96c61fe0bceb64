//! Binary files, read with the place in mind.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{BufRead, ErrorKind, Read};
use std::path::{Path, PathBuf};

use xner_corpus::read::Input;

use crate::vectors::word_fault;
use crate::{Error, Result};

/// So many bytes are read at a time: what a header promises is allocated as it comes.
const CHUNK: usize = 1 << 18;
/// The longest word.
const WORD: usize = 1 << 16;
/// The first bytes of compressed files.
const COMPRESSED: [&[u8]; 4] =
    [&[0x1f, 0x8b], &[0xfd, b'7', b'z', b'X', b'Z', 0x00], b"BZh", &[0x28, 0xb5, 0x2f, 0xfd]];

/// Bytes with their offset, and their number where it is known.
pub(super) struct Bytes<R> {
    reader: R,
    name: PathBuf,
    at: u64,
    len: Option<u64>,
    word: Vec<u8>,
    chunk: Vec<u8>,
}

impl Bytes<Box<dyn BufRead + Send>> {
    /// Opens a file, compressed or not, or standard input for `-`.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let len = plain_len(path);
        let Input { reader, name } = Input::open(path)?;
        Ok(Self::new(reader, name, len))
    }
}

/// The length of a regular file that is not compressed.
pub(super) fn plain_len(path: &Path) -> Option<u64> {
    let len = fs::metadata(path).ok().filter(fs::Metadata::is_file)?.len();
    let mut head = Vec::new();
    File::open(path).ok()?.take(6).read_to_end(&mut head).ok()?;
    (!is_compressed(&head)).then_some(len)
}

/// Whether a file that begins so is a compressed one.
pub(super) fn is_compressed(head: &[u8]) -> bool {
    COMPRESSED.iter().any(|magic| head.starts_with(magic))
}

impl<R: BufRead> Bytes<R> {
    /// Bytes of a reader; `len` is their number where it is known.
    pub(super) fn new(reader: R, name: PathBuf, len: Option<u64>) -> Self {
        Self { reader, name, at: 0, len, word: Vec::new(), chunk: Vec::new() }
    }

    /// The offset of the next byte.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The file's name.
    pub(super) fn name(&self) -> &Path {
        &self.name
    }

    /// A fault at a byte.
    pub(super) fn fault(&self, offset: u64, message: impl Into<String>) -> Error {
        Error::Binary { path: self.name.clone(), offset, message: message.into() }
    }

    /// How many of `count` things of `size` bytes each may be allocated before they are there: all where the
    /// file is long enough, otherwise few.
    pub(super) fn promised(&self, count: u64, size: u64) -> usize {
        let bytes = self.len.map_or(0, |len| len.saturating_sub(self.at)).max(CHUNK as u64);
        count.min(bytes / size.max(1)) as usize
    }

    /// Refuses what is longer than the rest of the file, where that is known.
    fn expect(&self, bytes: u64, what: &dyn Display) -> Result<()> {
        match self.len {
            Some(len) if bytes > len.saturating_sub(self.at) => {
                let left = len.saturating_sub(self.at);
                Err(self
                    .fault(self.at, format!("{what} should take {bytes} bytes, the file has {left} more")))
            }
            _ => Ok(()),
        }
    }

    fn fill(&mut self, bytes: &mut [u8], what: &dyn Display) -> Result<()> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => return Err(self.fault(self.at, format!("the file ends within {what}"))),
                Ok(read) => {
                    filled += read;
                    self.at += read as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(fault) => return Err(Error::Io { path: self.name.clone(), fault }),
            }
        }
        Ok(())
    }

    pub(super) fn array<const N: usize>(&mut self, what: &dyn Display) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes, what)?;
        Ok(bytes)
    }

    pub(super) fn i32(&mut self, what: &dyn Display) -> Result<i32> {
        self.array(what).map(i32::from_le_bytes)
    }

    pub(super) fn i64(&mut self, what: &dyn Display) -> Result<i64> {
        self.array(what).map(i64::from_le_bytes)
    }

    /// A count: an `i32` that may not be negative.
    pub(super) fn count32(&mut self, what: &dyn Display) -> Result<u64> {
        let (at, number) = (self.at, self.i32(what)?);
        u64::try_from(number).map_err(|_| self.fault(at, format!("{what} is {number}")))
    }

    /// A count: an `i64` that may not be negative.
    pub(super) fn count64(&mut self, what: &dyn Display) -> Result<u64> {
        let (at, number) = (self.at, self.i64(what)?);
        u64::try_from(number).map_err(|_| self.fault(at, format!("{what} is {number}")))
    }

    /// A byte that is 0 or 1.
    pub(super) fn flag(&mut self, what: &dyn Display) -> Result<bool> {
        let at = self.at;
        match self.array(what)? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(self.fault(at, format!("{what} is {other}, expected 0 or 1"))),
        }
    }

    /// Runs `take` over `count` bytes, a chunk at a time, of a multiple of 4 bytes but for the last.
    fn chunks(
        &mut self,
        count: u64,
        what: &dyn Display,
        mut take: impl FnMut(&Self, &[u8]) -> Result<()>,
    ) -> Result<()> {
        self.expect(count, what)?;
        let mut chunk = std::mem::take(&mut self.chunk);
        let mut left = count;
        while left > 0 {
            let now = left.min(CHUNK as u64) as usize;
            if chunk.len() < now {
                chunk.resize(now, 0);
            }
            self.fill(&mut chunk[..now], what)?;
            take(self, &chunk[..now])?;
            left -= now as u64;
        }
        self.chunk = chunk;
        Ok(())
    }

    /// Adds `count` bytes to `into`.
    pub(super) fn raw(&mut self, count: u64, what: &dyn Display, into: &mut Vec<u8>) -> Result<()> {
        self.chunks(count, what, |_, bytes| {
            into.extend_from_slice(bytes);
            Ok(())
        })
    }

    /// Adds `count` finite numbers to `into`.
    pub(super) fn floats(&mut self, count: u64, what: &dyn Display, into: &mut Vec<f32>) -> Result<()> {
        let Some(bytes) = count.checked_mul(4) else {
            return Err(self.fault(self.at, format!("{what} should have {count} numbers")));
        };
        self.chunks(bytes, what, |this, bytes| {
            let before = into.len();
            into.extend(bytes.as_chunks().0.iter().map(|&number| f32::from_le_bytes(number)));
            match into[before..].iter().position(|number| !number.is_finite()) {
                Some(place) => {
                    let offset = this.at - (bytes.len() - 4 * place) as u64;
                    Err(this.fault(offset, format!("{} in {what} is not finite", into[before + place])))
                }
                None => Ok(()),
            }
        })
    }

    /// Leaves out `count` bytes; a plain file that ends with them is not read any further.
    pub(super) fn skip(&mut self, count: u64, what: &dyn Display) -> Result<()> {
        if self.len.is_some() && self.len == self.at.checked_add(count) {
            self.at += count;
            return Ok(());
        }
        self.chunks(count, what, |_, _| Ok(()))
    }

    /// A line of at most 64 bytes, without its end.
    pub(super) fn line(&mut self, what: &dyn Display) -> Result<String> {
        let at = self.at;
        self.until(b'\n', 64, what)?;
        let line = std::str::from_utf8(&self.word).map(|line| line.trim_end_matches('\r').to_owned());
        line.map_err(|_| self.fault(at, format!("{what} is not UTF-8")))
    }

    /// The word of this rank, up to `end`; `newline` says whether one before it is left out.
    pub(super) fn word(&mut self, end: u8, newline: bool, rank: usize) -> Result<Box<str>> {
        self.checked_word(end, newline, rank)?
    }

    /// The same; a word that has been read and cannot be one is the inner fault.
    pub(super) fn checked_word(&mut self, end: u8, newline: bool, rank: usize) -> Result<Result<Box<str>>> {
        let mut at = self.at;
        self.until(end, WORD, &format_args!("the word of rank {rank}"))?;
        let mut bytes = self.word.as_slice();
        if let Some(rest) = bytes.strip_prefix(b"\n").filter(|_| newline) {
            (bytes, at) = (rest, at + 1);
        }
        let fault = |place: usize, message: &str| {
            self.fault(
                at + place as u64,
                format!("the word of rank {rank}, `{}`, {message}", bytes.escape_ascii()),
            )
        };
        let word = match std::str::from_utf8(bytes) {
            Ok(word) => word,
            Err(error) => return Ok(Err(fault(error.valid_up_to(), "is not UTF-8 here"))),
        };
        Ok(match word_fault(bytes) {
            Some(message) => {
                let place = bytes.iter().position(|byte| word_fault(&[*byte]).is_some());
                Err(fault(place.unwrap_or(0), &format!("cannot stand here: {message}")))
            }
            None => Ok(word.into()),
        })
    }

    /// Reads to `end` into `self.word`, without it.
    fn until(&mut self, end: u8, most: usize, what: &dyn Display) -> Result<()> {
        let at = self.at;
        self.word.clear();
        let read = (&mut self.reader).take(most as u64 + 1).read_until(end, &mut self.word);
        self.at += read.map_err(|fault| Error::Io { path: self.name.clone(), fault })? as u64;
        if self.word.last() == Some(&end) {
            self.word.pop();
            return Ok(());
        }
        Err(if self.word.len() > most {
            self.fault(at, format!("{what} has more than {most} bytes"))
        } else {
            self.fault(self.at, format!("the file ends within {what}"))
        })
    }

    /// Refuses bytes behind the end, all but a newline where `newline` says so.
    pub(super) fn end(mut self, newline: bool, what: &dyn Display) -> Result<()> {
        if self.len == Some(self.at) {
            return Ok(());
        }
        let mut rest = Vec::new();
        let read = (&mut self.reader).take(2).read_to_end(&mut rest);
        read.map_err(|fault| Error::Io { path: self.name.clone(), fault })?;
        match rest.as_slice() {
            [] => Ok(()),
            b"\n" if newline => Ok(()),
            _ => Err(self.fault(self.at, format!("the file goes on behind {what}"))),
        }
    }
}
