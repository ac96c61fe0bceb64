//! Files of rows: Parquet, Arrow, CSV and JSON lines.

mod csv;
mod ipc;
mod json_lines;
mod parquet;

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xner::corpus::write::{FolderLock, Output};
use xner::{Ner, TextEntity};

use crate::{Error, Result};

/// Rows that are tagged at a time.
const ROWS: usize = 1024;

/// Rows of a unit, where a file does not say what a unit is.
const UNIT: usize = 1 << 16;

/// A unit that is there: of Parquet a row group; of Arrow so many batches that they have 65,536 rows; of the others
/// 65,536 rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tagged {
    /// The units done.
    pub units: usize,
    /// The rows done.
    pub rows: usize,
    /// All rows of the file, where it says so at its beginning, as Parquet does.
    pub all: Option<usize>,
    /// Whether it was there before this call.
    pub found: bool,
}

/// A file of rows, which is read unit by unit.
trait Table {
    /// How names of its kind end.
    fn ending(&self) -> &'static str;

    /// All rows, where the file says so.
    fn all(&self) -> Option<usize> {
        None
    }

    /// Whether all units were read. A file without rows has one unit.
    fn is_over(&self) -> bool;

    /// Tags the next unit into a file that is named `path` in faults, and gives its rows.
    fn tag(&mut self, ner: &Ner, out: &mut (dyn Write + Send), path: &Path) -> Result<usize>;

    /// Passes over the next unit, which was written to `path` before, and gives its rows.
    ///
    /// # Errors
    /// [`Error::Stale`] where that file is of other rows, or of another column.
    fn pass(&mut self, path: &Path) -> Result<usize>;
}

/// Tags a file of rows: for each of its units `N` ([`Tagged`]) a file `NAME-N` of the same kind in the folder `out`,
/// with a column `entities` more and the others as they are. What reads folders of such files reads them as one table.
///
/// | kind | told by | the column `entities` |
/// |---|---|---|
/// | Parquet | its first bytes | [`entities_type`](crate::entities_type) |
/// | Arrow's file or stream, written as a file | its first bytes | the same |
/// | CSV with a line of names | `.csv`; `.tsv` with tabs | JSON text |
/// | JSON lines | `.jsonl`, `.ndjson`, `.json` | a list of objects with the same keys |
///
/// The last two may be compressed by gzip, xz, bzip2 or zstd; what is written is not. An empty field of CSV is an empty
/// text, whose entities are `[]`; lines end with a line feed, and empty lines are passed over. Memory is that of 1,024
/// rows, or of two batches of Arrow. A stream of Arrow whose dictionaries are replaced on the way cannot be written as
/// a file, and is refused.
///
/// A unit is written whole or not at all. A call that ends early, by a kill or since `told` says `false`, is gone on
/// from by the same call: units that are there are not tagged again. Their rows and column must be the same; of Parquet
/// the name, the size and the row groups are compared. That the model is the same is not checked. Gives the files in
/// order.
///
/// # Errors
/// [`Error::NoColumn`], [`Error::NoText`] and [`Error::Taken`] for a file that does not fit; [`Error::Row`] for a row
/// that does not; [`Error::Kind`] for a file of another kind; [`Error::Stale`] where a file of another input is in the
/// place; [`Error::Stopped`]; [`Error::Parquet`], [`Error::File`], [`Error::Io`]; [`Error::Ner`], also where another
/// process writes into the folder.
pub fn tag_file(
    ner: &Ner,
    input: &Path,
    column: &str,
    out: &Path,
    told: &mut dyn FnMut(Tagged) -> bool,
) -> Result<Vec<PathBuf>> {
    let mut table = open(input, column)?;
    let _lock = FolderLock::take(out).map_err(xner::Error::from)?;
    let (stem, ending) = (stem(input), table.ending());
    let unit = |number: usize| out.join(format!("{stem}-{number:05}.{ending}"));
    let (mut paths, mut rows, mut wanted) = (Vec::new(), 0, true);
    while !table.is_over() {
        if !wanted {
            return Err(Error::Stopped);
        }
        let path = unit(paths.len());
        let found = path.exists();
        rows += if found { table.pass(&path)? } else { written(table.as_mut(), ner, &path)? };
        paths.push(path);
        wanted = told(Tagged { units: paths.len(), rows, all: table.all(), found });
    }
    // A unit of a longer input would be rows that are not in this one.
    let behind = unit(paths.len());
    if behind.exists() { Err(Error::Stale { path: behind }) } else { Ok(paths) }
}

/// What the names of a file's units begin with: its own name without its endings.
pub fn stem(input: &Path) -> String {
    name(input).0
}

/// Writes the next unit, whole or not at all.
fn written(table: &mut dyn Table, ner: &Ner, path: &Path) -> Result<usize> {
    let mut out = Output::create(path).map_err(xner::Error::from)?;
    let rows = table.tag(ner, &mut out, path)?;
    out.finish().map_err(xner::Error::from)?;
    Ok(rows)
}

/// Opens a file by its first bytes and its name.
fn open(input: &Path, column: &str) -> Result<Box<dyn Table>> {
    let fault = |fault| io(input, fault);
    let mut head = Vec::new();
    File::open(input).map_err(fault)?.take(8).read_to_end(&mut head).map_err(fault)?;
    if head.starts_with(b"PAR1\x15") {
        return Ok(Box::new(parquet::Groups::open(input, column)?));
    }
    if head == b"ARROW1\0\0" || head.starts_with(&[0xff; 4]) {
        return Ok(Box::new(ipc::Batches::open(input, column)?));
    }
    match name(input).1.as_str() {
        "csv" => Ok(Box::new(csv::Csv::open(input, column, b',')?)),
        "tsv" => Ok(Box::new(csv::Csv::open(input, column, b'\t')?)),
        "jsonl" | "ndjson" | "json" => Ok(Box::new(json_lines::JsonLines::open(input, column)?)),
        _ => Err(Error::Kind { path: input.to_owned() }),
    }
}

/// A file's name without its endings, and the ending that is no compression's, in lower case.
fn name(path: &Path) -> (String, String) {
    let mut stem = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    loop {
        let Some((before, ending)) = stem.rsplit_once('.').filter(|(before, _)| !before.is_empty()) else {
            return (stem, String::new());
        };
        let (before, ending) = (before.to_owned(), ending.to_lowercase());
        stem = before;
        if !["gz", "xz", "bz2", "zst"].contains(&ending.as_str()) {
            return (stem, ending);
        }
    }
}

/// An entity as the formats without types have it, by the names of [`entities_type`](crate::entities_type).
#[derive(Serialize, Deserialize)]
struct Found<'a> {
    kind: Cow<'a, str>,
    text: Cow<'a, str>,
    start: usize,
    end: usize,
    start_byte: usize,
    end_byte: usize,
    probability: f32,
}

impl<'a> From<&'a TextEntity> for Found<'a> {
    fn from(entity: &'a TextEntity) -> Self {
        let TextEntity { kind, text, bytes, characters, probability, .. } = entity;
        Self {
            kind: kind.as_str().into(),
            text: text.into(),
            start: characters.start,
            end: characters.end,
            start_byte: bytes.start,
            end_byte: bytes.end,
            probability: *probability,
        }
    }
}

/// The entities of a text as JSON; `null` where there is no text.
fn json(found: Option<&[TextEntity]>) -> String {
    let found: Option<Vec<Found<'_>>> = found.map(|found| found.iter().map(Found::from).collect());
    // Numbers and texts can always be written.
    serde_json::to_string(&found).unwrap_or_default()
}

/// Whether entities that were written are of this text: those of another column would be elsewhere.
fn are_of(entities: &str, text: Option<&str>) -> bool {
    let Ok(found) = serde_json::from_str::<Option<Vec<Found<'_>>>>(entities) else { return false };
    match (found, text) {
        (None, None) => true,
        (Some(found), Some(text)) => {
            found.iter().all(|one| text.get(one.start_byte..one.end_byte) == Some(&*one.text))
        }
        _ => false,
    }
}

fn io(path: &Path, fault: std::io::Error) -> Error {
    Error::Io { path: path.to_owned(), fault }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_endings() {
        let cases = [
            ("a/news.parquet", "news", "parquet"),
            ("news.CSV.gz", "news", "csv"),
            ("news.2026.jsonl", "news.2026", "jsonl"),
            ("news", "news", ""),
            (".csv", ".csv", ""),
            ("news.gz", "news", ""),
        ];
        for (path, stem, ending) in cases {
            assert_eq!(name(Path::new(path)), (stem.to_owned(), ending.to_owned()), "{path}");
        }
    }
}
