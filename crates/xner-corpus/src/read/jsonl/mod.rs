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
//!
//! Labels in other dresses are read too. Where there is no `entities`:
//!
//! | dress | labels |
//! |---|---|
//! | doccano | `label` or `labels`: `[[0, 3, "PER"]]`; `entities` with `start_offset` and `end_offset` |
//! | Prodigy | `spans`; a record whose `answer` is not `accept` is no sentence of a corpus |
//! | spaCy | a line `["Ada lived.", {"entities": [[0, 3, "PER"]]}]`; `ents` |
//! | Hugging Face | `tokens` (or `words`), and `ner_tags`, `tags` or `labels`: a tag or its number for each |
//! | Label Studio | `data`, and `annotations` with `result`, of which what has `labels` is read |
//!
//! Offsets of Label Studio count characters or units of UTF-16: the text of the entity, which stands beside them,
//! tells. Under other keys that look like labels (`ner`, `named_entities`, ...) a list or an object is an error. A file
//! may also be one list of such records.

mod align;
mod dress;
mod elements;
mod names;
mod record;
mod rest;

use std::io::BufRead;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use self::names::label_names;
pub(super) use self::record::document;
pub use self::rest::Rest;
use super::interner::Interner;
use super::lines::{Lines, Place};
use crate::split::TextOptions;
use crate::{Labelled, Result, Spelling};
use elements::Elements;

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

/// Whether a record needs labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Labels {
    /// A record without labels is text without entities.
    #[default]
    Optional,
    /// A record without labels is refused.
    Required,
    /// Labels are not looked at: each record is text. All keys of labels but `entities` are kept.
    Ignored,
}

/// What a record has of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabelsFound {
    /// There are labels, perhaps none but said to be none.
    Given,
    /// No key holds labels.
    Missing,
    /// There are labels that the annotator did not accept: they are left out.
    Rejected,
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
    /// Whether each record must have labels. Where labels are needed, as in training, it must in any case, and where
    /// raw text is read they are ignored.
    pub labels: Labels,
    /// The names of tags that a file gives as numbers: the first is that of 0.
    pub label_names: Vec<String>,
    /// How tags of tokens are spelt.
    pub tags: Spelling,
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
    /// Whether the line has labels.
    pub labels: LabelsFound,
    /// The keys that the reader does not know, as they stand in the file.
    pub rest: Rest,
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
/// assert_eq!(record.rest.get("id"), Some("7"));
/// # Ok::<(), xner_corpus::Error>(())
/// ```
pub struct Records<R> {
    lines: Lines<R>,
    options: JsonlOptions,
    interner: Interner,
    /// The elements of the list that the file is, if it is one.
    list: Option<Elements>,
    /// Whether a line of text has been read.
    begun: bool,
    ended: bool,
}

impl<R: BufRead> Records<R> {
    /// A reader of `reader`, which errors call `name`.
    pub fn new(reader: R, name: impl Into<PathBuf>, options: JsonlOptions) -> Self {
        let (lines, interner) = (Lines::new(reader, name), Interner::default());
        Self { lines, options, interner, list: None, begun: false, ended: false }
    }

    fn read(&mut self) -> Result<Option<Record>> {
        loop {
            if let Some((text, line)) = self.list.as_mut().and_then(|list| list.ready.pop()) {
                let record = record::parse(&text, line, &self.options, &mut self.interner);
                let place = Place { line, ..self.lines.place().clone() };
                return record.map(Some).map_err(|message| place.malformed(message));
            }
            let Some(line) = self.lines.next()? else { break };
            if line.text.trim().is_empty() && self.list.is_none() {
                continue;
            }
            if !self.begun && elements::is_list(line.text) {
                self.list = Some(Elements::default());
            }
            self.begun = true;
            if let Some(list) = &mut self.list {
                let added = list.add(line.text, line.place.line);
                added.map_err(|message| line.place.malformed(message))?;
            } else {
                let number = line.place.line;
                let record = record::parse(line.text, number, &self.options, &mut self.interner);
                return record.map(Some).map_err(|message| line.place.malformed(message));
            }
        }
        match &self.list {
            Some(list) if !list.complete() => {
                Err(self.lines.place().malformed("the list of records has no end"))
            }
            _ => Ok(None),
        }
    }
}

until_a_fault!(Records => Record);

/// The sentences of all records, one at a time. Records whose labels the annotator did not accept are passed over.
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
                Ok(record) if record.labels == LabelsFound::Rejected => {}
                Ok(record) => self.ready = record.sentences.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
