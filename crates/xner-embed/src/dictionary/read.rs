//! Reading dictionaries.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use xner_corpus::read::Input;

use super::lines::{Lines, columns};
use super::{Builder, Dictionary, check_pair};
use crate::Result;

impl Dictionary {
    /// Reads a dictionary or phrase table, plain, `.gz` or `.xz`; `-` is standard input.
    ///
    /// A line is a source word, a translation and, if it likes, a score: in columns with tabs between, whose cells
    /// may hold phrases of several words, or, on a line without a tab, with blanks between (MUSE's files have
    /// either). Empty lines are skipped. A pair that comes twice stays where it came first, with its first score.
    ///
    /// # Errors
    /// [`crate::Error::Corpus`] with the line for another number of columns, an empty cell, a score that is none or
    /// not finite, invalid UTF-8; [`crate::Error::Pairs`] for a file without a pair; what opening the file says.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let Input { reader, name } = Input::open(path)?;
        Self::read_from(reader, name)
    }

    /// The same from any reader; `name` stands in errors.
    ///
    /// # Errors
    /// As [`Dictionary::read`].
    pub fn read_from(reader: impl BufRead, name: impl Into<PathBuf>) -> Result<Self> {
        let mut lines = Lines::new(reader, name.into());
        let mut builder = Builder::default();
        let mut line = String::new();
        let mut pairs = 0_usize;
        while lines.next(&mut line)? {
            let (source, target, score) = pair(&line).map_err(|message| lines.malformed(message))?;
            builder.push(source, target, score);
            pairs += 1;
        }
        if pairs == 0 {
            return Err(lines.empty());
        }
        Ok(builder.finish(lines.name))
    }
}

fn pair(line: &str) -> Result<(&str, &str, Option<f32>), String> {
    let columns = columns(line);
    if let Some(empty) = columns.iter().position(|cell| cell.is_empty()) {
        return Err(format!("column {} is empty", empty + 1));
    }
    let (source, target, score) = match columns[..] {
        [source, target] => (source, target, None),
        [source, target, score] => match score.parse::<f32>() {
            Ok(number) if number.is_finite() => (source, target, Some(number)),
            Ok(_) => return Err(format!("the score `{score}` is not finite")),
            Err(_) if line.contains('\t') => {
                return Err(format!("column 3 should be a score, `{score}` is no number"));
            }
            Err(_) => {
                return Err(format!(
                    "column 3 should be a score, `{score}` is no number; between phrases of several words there \
                     must be a tab"
                ));
            }
        },
        ref other if line.contains('\t') => {
            let found = other.len();
            return Err(format!("expected 2 columns, or 3 with a score, with tabs between, found {found}"));
        }
        ref other => {
            let found = other.len();
            return Err(format!(
                "expected 2 columns, or 3 with a score, found {found}; between phrases of several words there must \
                 be a tab"
            ));
        }
    };
    check_pair(source, target, score)?;
    Ok((source, target, score))
}
