//! The labelled sentences of a column file.

use std::io::BufRead;
use std::path::PathBuf;

use super::ConllOptions;
use super::rows::{LACKS_TAGS, RowKind, Rows};
use crate::read::interner::Interner;
use crate::read::limits;
use crate::{Error, Labelled, Result, Sentence, Tag, entities};

/// Reads a column file, a sentence at a time; see [`crate::read::conll`].
///
/// After an error it ends.
///
/// ```
/// use xner_corpus::read::conll::{ConllOptions, Reader};
///
/// let file = "Ada NNP B-PER\nLovelace NNP I-PER\ncalculates VBZ O\n";
/// let sentences: Vec<_> = Reader::new(file.as_bytes(), "memory", ConllOptions::default()).collect::<Result<_, _>>()?;
/// assert_eq!(sentences[0].sentence.text(), "Ada Lovelace calculates");
/// assert_eq!(sentences[0].entities[0].tokens, 0..2);
/// # Ok::<(), xner_corpus::Error>(())
/// ```
pub struct Reader<R> {
    rows: Rows<R>,
    draft: Sentence,
    interner: Interner,
    tags: Vec<Tag>,
    /// The line of each token.
    lines: Vec<usize>,
    marks: usize,
    ended: bool,
}

impl<R: BufRead> Reader<R> {
    /// A reader of `reader`, which errors call `name`.
    pub fn new(reader: R, name: impl Into<PathBuf>, options: ConllOptions) -> Self {
        Self {
            rows: Rows::new(reader, name, options),
            draft: Sentence::default(),
            interner: Interner::default(),
            tags: Vec::new(),
            lines: Vec::new(),
            marks: 0,
            ended: false,
        }
    }

    /// The tags of the sentence yielded last, as they stand in the file; empty where it has no tag column.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// How many `-DOCSTART-` rows have been read.
    pub fn marks(&self) -> usize {
        self.marks
    }

    fn read(&mut self) -> Result<Option<Labelled>> {
        self.draft.clear();
        self.tags.clear();
        self.lines.clear();
        let labelled = self.rows.options().tag.is_some();
        let spelling = self.rows.options().tags;
        while let Some(row) = self.rows.next()? {
            match row.kind {
                RowKind::Token => {
                    let added = limits::push(&mut self.draft, row.token);
                    added.map_err(|message| row.place.malformed(message))?;
                    if labelled {
                        let tag = self.interner.tag_as(row.tag, spelling);
                        self.tags.push(tag.map_err(|error| row.place.tag(error))?);
                        self.lines.push(row.place.line);
                    }
                }
                RowKind::Comment => {}
                RowKind::Mark | RowKind::Blank => {
                    self.marks += usize::from(row.kind == RowKind::Mark);
                    if !self.draft.is_empty() {
                        break;
                    }
                }
            }
        }
        if self.draft.is_empty() {
            if self.rows.lacks_tags() {
                return Err(self.rows.place().malformed(LACKS_TAGS));
            }
            return Ok(None);
        }
        if let Some(Err(fault)) = self.rows.options().scheme.map(|scheme| scheme.validate(&self.tags)) {
            let path = self.rows.place().path.clone();
            return Err(Error::Scheme { path, line: self.lines[fault.at], fault });
        }
        Ok(Some(Labelled { sentence: self.draft.clone(), entities: entities(&self.tags) }))
    }
}

until_a_fault!(Reader => Labelled);
