//! JSON lines: a text a line, its entities as character spans.
//!
//! ```json
//! {"text": "Ada lived in London.", "entities": [{"start": 0, "end": 3, "label": "PER"}, [13, 19, "LOC"]]}
//! ```
//!
//! - `start` and `end` count characters (Unicode scalar values, as Python does), `end` exclusive. An entity may
//!   also be written `[0, 3, "PER"]`, its label also under the key `type`; order does not matter.
//! - `entities` may be missing: then the text is unlabelled.
//! - `tokens` is optional: character spans (`[[0, 3], [4, 12]]`) or the words themselves
//!   (`["Ada", "Lovelace"]`), which must stand in the text in this order. With words, `text` may be missing: it
//!   is then the words with spaces between. The line is then one sentence. Without `tokens` the text is split
//!   into sentences and words as [`crate::split`] does, never inside an entity's sentence.
//! - Other keys are kept in [`Record::rest`].

mod align;
mod record;

use std::io::BufRead;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::interner::Interner;
use super::lines::Lines;
use crate::split::TextOptions;
use crate::{Labelled, Result};

/// What to do with an entity that begins or ends inside a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// The file is refused.
    #[default]
    Refuse,
    /// The entity has the whole token.
    Widen,
}

/// JSON lines: documents with entities by their characters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct JsonlOptions {
    /// What becomes of an entity that begins or ends inside a token.
    pub align: Align,
    /// Texts without `tokens`.
    pub split: TextOptions,
}

/// One line: a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The whole text.
    pub text: String,
    /// Its sentences; each one's offset is the byte of [`Record::text`] at which it begins.
    pub sentences: Vec<Labelled>,
    /// The keys that the reader does not know.
    pub rest: Map<String, Value>,
}

/// Reads JSON lines, a record at a time; empty lines are passed over. After an error it ends.
///
/// ```
/// use xner_corpus::read::jsonl::{JsonlOptions, Records};
///
/// let line = r#"{"id": 7, "text": "Köln liegt am Rhein.", "entities": [{"start": 14, "end": 19, "label": "LOC"}]}"#;
/// let record = Records::new(line.as_bytes(), "memory", JsonlOptions::default()).next().unwrap()?;
/// let first = &record.sentences[0];
/// assert_eq!(first.sentence.slice(first.entities[0].tokens.clone()), "Rhein");
/// assert_eq!(record.rest["id"], 7);
/// # Ok::<(), xner_corpus::Error>(())
/// ```
pub struct Records<R> {
    lines: Lines<R>,
    options: JsonlOptions,
    interner: Interner,
    ended: bool,
}

impl<R: BufRead> Records<R> {
    /// A reader of `reader`, which errors call `name`.
    pub fn new(reader: R, name: impl Into<PathBuf>, options: JsonlOptions) -> Self {
        Self { lines: Lines::new(reader, name), options, interner: Interner::default(), ended: false }
    }

    fn read(&mut self) -> Result<Option<Record>> {
        while let Some(line) = self.lines.next()? {
            if !line.text.trim().is_empty() {
                let record = record::parse(line.text, line.place.line, &self.options, &mut self.interner);
                return record.map(Some).map_err(|message| line.place.malformed(message));
            }
        }
        Ok(None)
    }
}

until_a_fault!(Records => Record);

/// The sentences of all records, one at a time.
pub struct Reader<R> {
    records: Records<R>,
    ready: std::vec::IntoIter<Labelled>,
}

impl<R: BufRead> Reader<R> {
    /// A reader of `reader`, which errors call `name`.
    pub fn new(reader: R, name: impl Into<PathBuf>, options: JsonlOptions) -> Self {
        Self { records: Records::new(reader, name, options), ready: Vec::new().into_iter() }
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Labelled>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(labelled) = self.ready.next() {
                return Some(Ok(labelled));
            }
            match self.records.next()? {
                Ok(record) => self.ready = record.sentences.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
