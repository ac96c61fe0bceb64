//! Which format a file is read in, where it is told by its first lines.

use std::io::{BufRead, Cursor, ErrorKind, Read};
use std::path::Path;

use super::{Format, Input, Looks, ReadOptions, conll};
use crate::{Error, Result};

/// So much is looked at, at most.
const HEAD: usize = 1 << 14;

impl Input {
    /// The format in which the input is to be read: the one `asked` for, the one that its name promises, or by its
    /// first lines JSON lines or else `otherwise`. A text with annotations of brat beside it is [`Format::Brat`] where
    /// labels may be wanted, which is where `otherwise` is no text.
    ///
    /// Of a pipe no more is waited for than a first line. What is there is looked at.
    ///
    /// # Errors
    /// [`Error::Looks`] where the first lines look like something else than `otherwise`: running text where columns
    /// would be read, columns where text would be, word vectors anywhere; [`Error::Io`].
    pub fn settle(self, asked: Option<Format>, otherwise: Format) -> Result<(Self, Format)> {
        if let Some(known) = asked.or_else(|| Format::guess(&self.name)) {
            return Ok((self, known));
        }
        let name = &self.name;
        if otherwise != Format::Text && name.extension().is_some() && name.with_extension("ann").is_file() {
            return Ok((self, Format::Brat));
        }
        let (input, looks) = self.looks()?;
        match (looks, otherwise) {
            (Looks::Json, _) => Ok((input, Format::Jsonl)),
            (Looks::Vectors, _)
            | (Looks::Columns, Format::Text)
            | (Looks::Prose, Format::Conll | Format::Tsv) => Err(input.unlike(looks, otherwise)),
            _ => Ok((input, otherwise)),
        }
    }

    /// What the input looks like, and the whole of it again.
    ///
    /// # Errors
    /// [`Error::Io`] when the first bytes cannot be read.
    pub fn looks(mut self) -> Result<(Self, Looks)> {
        let (mut head, mut ended) = (Vec::new(), false);
        // A line that is not empty is the least that tells something.
        while !ended && head.len() < HEAD && !has_line(&head) {
            match self.reader.fill_buf() {
                Ok(buffer) => {
                    let len = buffer.len();
                    head.extend_from_slice(buffer);
                    self.reader.consume(len);
                    ended = len == 0;
                }
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                // The first line is told of with its faults by whoever reads on; without it there is nothing to read.
                Err(fault) => return Err(Error::Io { path: self.name, fault }),
            }
        }
        let looks = Looks::of(&head[..head.len().min(HEAD)], ended && head.len() <= HEAD);
        let reader = Box::new(Cursor::new(head).chain(self.reader));
        Ok((Self { reader, name: self.name }, looks))
    }

    fn unlike(&self, looks: Looks, otherwise: Format) -> Error {
        Error::Looks { path: self.name.clone(), looks, otherwise }
    }
}

/// Whether there is a line with something in it.
fn has_line(head: &[u8]) -> bool {
    let begin = head.iter().position(|byte| !byte.is_ascii_whitespace());
    begin.is_some_and(|begin| memchr::memchr(b'\n', &head[begin..]).is_some())
}

impl ReadOptions {
    /// The format in which these options read an open input: see [`Input::settle`]. Where the options name columns it
    /// is one of columns.
    ///
    /// # Errors
    /// As [`Input::settle`].
    pub fn settle(&self, input: Input) -> Result<(Input, Format)> {
        let options = &self.conll;
        let columns = conll::asked(options) || options.conllu || options.language_prefix;
        let named = self.format.or_else(|| Format::guess(&input.name));
        input.settle(named.or(columns.then_some(Format::Conll)), Format::Conll)
    }
}

/// The name of an input in messages.
pub(super) fn said(path: &Path) -> &Path {
    if path == Path::new("-") { Path::new("<stdin>") } else { path }
}
