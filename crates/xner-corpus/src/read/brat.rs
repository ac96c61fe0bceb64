//! brat: a text, and its entities in a file `.ann` beside it.
//!
//! Of `NAME.ann` the lines of entities are read, `T1`, a tab, `PER 0 3`, a tab, and the text from character 0 to 3 of
//! `NAME.txt`. That text is checked. An entity of several pieces (`PER 0 3;9 12`) is refused with its line; relations,
//! events, attributes and notes are passed over. The text is split into sentences and words as [`crate::split`] does,
//! never inside an entity.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::limits::{LONGEST_LINE, mebibytes};
use super::lines::{Lines, Place};
use super::{Input, JsonlOptions, jsonl};
use crate::{CharOffsets, Labelled, Result};

/// Reads a document of brat. It is in memory as a whole.
pub struct Reader {
    input: Option<Input>,
    options: JsonlOptions,
    ready: std::vec::IntoIter<Labelled>,
}

/// An entity of an `.ann` file.
struct Mark {
    line: usize,
    start: usize,
    end: usize,
    kind: String,
}

impl Reader {
    /// A reader of a text, which its name shows the annotations of: `.ann` in the place of `.txt` or another ending.
    /// [`JsonlOptions::align`] and [`JsonlOptions::split`] count.
    pub fn new(input: Input, options: JsonlOptions) -> Self {
        Self { input: Some(input), options, ready: Vec::new().into_iter() }
    }

    fn read(&self, input: Input) -> Result<Vec<Labelled>> {
        let place = Place { path: input.name.clone(), line: 1 };
        let mut bytes = Vec::new();
        let most = LONGEST_LINE as u64 + 1;
        input.reader.take(most).read_to_end(&mut bytes).map_err(|fault| place.io(fault))?;
        if bytes.len() > LONGEST_LINE {
            let most = mebibytes(LONGEST_LINE);
            return Err(place.malformed(format!("the document is longer than {most}, the most that is read")));
        }
        let text = String::from_utf8(bytes).map_err(|fault| {
            let (valid, bytes) = (fault.utf8_error().valid_up_to(), fault.as_bytes());
            let line = 1 + memchr::memchr_iter(b'\n', &bytes[..valid]).count();
            let begin = memchr::memrchr(b'\n', &bytes[..valid]).map_or(0, |end| end + 1);
            Place { line, ..place.clone() }.encoding(&bytes[begin..], valid - begin)
        })?;
        let path = annotations(&input.name);
        if !path.is_file() {
            let message =
                format!("brat has the entities of a text in {}, which is not there", path.display());
            return Err(place.malformed(message));
        }
        let marks = marks(&path, &text)?;
        let spans = marks.iter().map(|mark| (mark.start, mark.end, mark.kind.clone())).collect();
        jsonl::document(&text, spans, &self.options).map_err(|message| {
            let is_of =
                |mark: &&Mark| message.contains(&format!("{}..{} `{}`", mark.start, mark.end, mark.kind));
            let line = marks.iter().filter(is_of).map(|mark| mark.line).max().unwrap_or(1);
            Place { path, line }.malformed(message)
        })
    }
}

impl Iterator for Reader {
    type Item = Result<Labelled>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(input) = self.input.take() {
            match self.read(input) {
                Ok(found) => self.ready = found.into_iter(),
                Err(fault) => return Some(Err(fault)),
            }
        }
        self.ready.next().map(Ok)
    }
}

/// The file of the entities of a text.
fn annotations(text: &Path) -> PathBuf {
    let packed =
        text.extension().is_some_and(|ending| ["gz", "xz", "bz2", "zst"].iter().any(|&e| ending == e));
    let plain = if packed { text.with_extension("") } else { text.to_owned() };
    plain.with_extension("ann")
}

fn marks(path: &Path, text: &str) -> Result<Vec<Mark>> {
    let Input { reader, name } = Input::open(path)?;
    let (mut lines, offsets, mut marks) = (Lines::new(reader, name), CharOffsets::new(text), Vec::new());
    while let Some(line) = lines.next()? {
        if line.text.starts_with('T') {
            let mark = mark(line.text, text, &offsets).map_err(|message| line.place.malformed(message))?;
            marks.push(Mark { line: line.place.line, ..mark });
        }
    }
    Ok(marks)
}

fn mark(line: &str, text: &str, offsets: &CharOffsets) -> std::result::Result<Mark, String> {
    let mut columns = line.splitn(3, '\t');
    let (id, place, said) = (columns.next().unwrap_or_default(), columns.next(), columns.next());
    if place.is_some_and(|place| place.contains(';')) {
        return Err(format!("entity {id} has several pieces: only entities of one piece are read"));
    }
    let fields: Vec<&str> = place.unwrap_or_default().split(' ').collect();
    let &[kind, start, end] = fields.as_slice() else {
        return Err(format!("entity {id} has no place: expected a type and two numbers, as in `PER 0 3`"));
    };
    let number = |text: &str| text.parse().map_err(|_| format!("entity {id}: `{text}` is no number"));
    let (start, end): (usize, usize) = (number(start)?, number(end)?);
    let bytes = offsets.bytes(start..end);
    let found = bytes
        .and_then(|bytes| text.get(bytes))
        .ok_or_else(|| format!("entity {id} lies outside the text"))?;
    let is_said = |said: &str| {
        let spaced = |text: &str| text.replace(['\n', '\r'], " ");
        spaced(found) == spaced(said)
    };
    match said {
        Some(said) if !is_said(said) => Err(format!(
            "entity {id} is said to be `{said}`, and the text has `{}` there",
            found.escape_debug()
        )),
        _ => Ok(Mark { line: 0, start, end, kind: kind.to_owned() }),
    }
}
