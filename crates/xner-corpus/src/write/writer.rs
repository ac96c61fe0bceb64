//! Any format behind one writer.

use std::io::{self, Write};
use std::path::Path;

use super::{Output, check_conll, write_conll, write_jsonl};
use crate::read::Format;
use crate::{Error, Labelled, Result, Scheme};

/// How to write a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteOptions {
    /// The format. `None` takes the one that the file's name promises, or else columns.
    pub format: Option<Format>,
    /// The scheme of the tags in columns.
    pub scheme: Scheme,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { format: None, scheme: Scheme::Iob2 }
    }
}

/// Writes a file of any format, a sentence at a time.
///
/// Columns are token and tag with a space between, or with a tab for [`Format::Tsv`]. Plain text is a sentence a line,
/// and line breaks in a sentence become spaces.
pub struct Writer {
    output: Output,
    format: Format,
    scheme: Scheme,
    started: bool,
}

impl Writer {
    /// Begins the file `path` (`-` for standard output); see [`Output::create`].
    ///
    /// # Errors
    /// As [`Output::create`]; [`Error::Unwritable`] for a format that is only read.
    pub fn create(path: impl AsRef<Path>, options: &WriteOptions) -> Result<Self> {
        let path = path.as_ref();
        let format = options.format.or_else(|| Format::guess(path)).unwrap_or(Format::Conll);
        if matches!(format, Format::Conllu | Format::Brat) {
            let (what, reason) = ("labelled text".to_owned(), "this format is only read");
            return Err(Error::Unwritable {
                what,
                format: if format == Format::Brat { "brat" } else { "conllu" },
                reason,
            });
        }
        Ok(Self { output: Output::create(path)?, format, scheme: options.scheme, started: false })
    }

    /// Adds a sentence.
    ///
    /// # Errors
    /// [`Error::Unwritable`] when the format cannot hold it, [`Error::Io`] from the system.
    pub fn write(&mut self, labelled: &Labelled) -> Result<()> {
        let columns = matches!(self.format, Format::Conll | Format::Tsv);
        let separator = if self.format == Format::Tsv { '\t' } else { ' ' };
        if columns {
            check_conll(labelled, separator)?;
        }
        let written = self.put(labelled, separator);
        self.started = true;
        written.map_err(|error| self.output.error(error))
    }

    fn put(&mut self, labelled: &Labelled, separator: char) -> io::Result<()> {
        // Readers remove one byte order mark at the head of a file. A text that begins with its own gets another one.
        let marked = labelled.sentence.text().starts_with('\u{feff}');
        if marked && !self.started && self.format != Format::Jsonl {
            write!(self.output, "\u{feff}")?;
        }
        match self.format {
            Format::Conll | Format::Tsv => write_conll(labelled, self.scheme, separator, &mut self.output),
            Format::Jsonl => write_jsonl(labelled, &mut self.output),
            Format::Text | Format::Conllu | Format::Brat => {
                let text = labelled.sentence.text().lines().collect::<Vec<_>>().join(" ");
                writeln!(self.output, "{text}")
            }
        }
    }

    /// Completes the file; see [`Output::finish`].
    ///
    /// # Errors
    /// As [`Output::finish`].
    pub fn finish(self) -> Result<()> {
        self.output.finish()
    }
}

/// Writes a whole corpus.
///
/// # Errors
/// As [`Writer::write`]. Then the file is not written at all.
pub fn write_corpus<'a>(
    path: impl AsRef<Path>,
    corpus: impl IntoIterator<Item = &'a Labelled>,
    options: &WriteOptions,
) -> Result<()> {
    let mut writer = Writer::create(path, options)?;
    for labelled in corpus {
        writer.write(labelled)?;
    }
    writer.finish()
}
