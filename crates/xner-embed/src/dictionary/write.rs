//! Writing dictionaries.

use std::io::Write;
use std::path::Path;

use xner_corpus::write::Output;

use super::{Dictionary, check_pair};
use crate::{Error, Result};

/// Writes a dictionary a pair at a time, in memory that does not grow.
///
/// The file appears when it is complete: see [`DictionaryWriter::finish`].
pub struct DictionaryWriter {
    output: Output,
    line: String,
    row: usize,
}

impl DictionaryWriter {
    /// Begins the file `path`, `.gz` or `.xz` by the name, `-` for standard output.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { output: Output::create(path)?, line: String::new(), row: 0 })
    }

    /// Adds a line: source, target and, where there is one, the score, with tabs between.
    ///
    /// # Errors
    /// [`Error::Pair`] for what would not be read back, and what the system says.
    pub fn write(&mut self, source: &str, target: &str, score: Option<f32>) -> Result<()> {
        check_pair(source, target, score).map_err(|message| Error::Pair { row: self.row, message })?;
        // Readers take one byte order mark from a file's head: give them one where the first word has its own.
        let mark = if self.row == 0 && source.starts_with('\u{feff}') { "\u{feff}" } else { "" };
        self.row += 1;
        let score = score.map(|score| format!("\t{score}")).unwrap_or_default();
        self.line.clear();
        self.line.extend([mark, source, "\t", target, &score, "\n"]);
        self.output.write_all(self.line.as_bytes()).map_err(|fault| self.output.error(fault).into())
    }

    /// Completes the file and gives it its name.
    ///
    /// # Errors
    /// What the system says; the file is then as it was before.
    pub fn finish(self) -> Result<()> {
        Ok(self.output.finish()?)
    }
}

impl Dictionary {
    /// Writes the dictionary as [`Dictionary::read`] reads it; see [`DictionaryWriter`].
    ///
    /// # Errors
    /// What the system says; the file is then as it was before.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut writer = DictionaryWriter::create(path)?;
        for (source, translation) in self.iter() {
            writer.write(source, translation.word, translation.score)?;
        }
        writer.finish()
    }
}
