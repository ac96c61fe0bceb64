//! Any format behind one iterator.

use std::io::BufRead;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::settle::said;
use super::{ConllOptions, Format, Input, JsonlOptions, brat, conll, jsonl, text};
use crate::split::TextOptions;
use crate::{Error, Labelled, Result, Tag};

/// How a corpus is read: its format, and its columns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// The format of the files; by default what a file's name promises, else JSON lines or columns by the first lines.
    /// What then looks like running text is refused.
    pub format: Option<Format>,
    /// Columns, with tabs or not.
    pub conll: ConllOptions,
    /// JSON lines.
    pub jsonl: JsonlOptions,
    /// Plain text.
    pub text: TextOptions,
}

impl ReadOptions {
    /// The same options, for files of this format.
    #[must_use]
    pub fn with_format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }
}

type Source = Box<dyn BufRead + Send>;

/// The sentences of a file of any format, one at a time.
pub struct Stream(Kind);

enum Kind {
    Conll(conll::Reader<Source>),
    Jsonl(jsonl::Reader<Source>),
    Text(text::Reader<Source>),
    Brat(brat::Reader),
}

impl Stream {
    /// The sentences of an open input. The first lines of columns tell `CoNLL-U` and the files of Universal NER, unless
    /// the options name columns.
    pub fn new(input: Input, format: Format, options: &ReadOptions) -> Self {
        if format == Format::Brat {
            return Self(Kind::Brat(brat::Reader::new(input, options.jsonl.clone())));
        }
        if matches!(format, Format::Conll | Format::Tsv | Format::Conllu) {
            let (Input { reader, name }, options) = input.columns(format, options.conll.clone());
            return Self(Kind::Conll(conll::Reader::new(reader, name, options)));
        }
        let Input { reader, name } = input;
        Self(match format {
            Format::Jsonl => Kind::Jsonl(jsonl::Reader::new(reader, name, options.jsonl.clone())),
            _ => Kind::Text(text::Reader::new(reader, name, options.text.clone())),
        })
    }

    /// The tags of the sentence yielded last, as they stand in the file. Empty where the format has no tags.
    pub fn tags(&self) -> &[Tag] {
        match &self.0 {
            Kind::Conll(reader) => reader.tags(),
            Kind::Jsonl(_) | Kind::Text(_) | Kind::Brat(_) => &[],
        }
    }

    /// How many document marks have been read.
    pub fn marks(&self) -> usize {
        match &self.0 {
            Kind::Conll(reader) => reader.marks(),
            Kind::Jsonl(_) | Kind::Text(_) | Kind::Brat(_) => 0,
        }
    }
}

impl Iterator for Stream {
    type Item = Result<Labelled>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Kind::Conll(reader) => reader.next(),
            Kind::Jsonl(reader) => reader.next(),
            Kind::Brat(reader) => reader.next(),
            Kind::Text(reader) => {
                reader.next().map(|next| next.map(|sentence| Labelled { sentence, entities: Vec::new() }))
            }
        }
    }
}

/// The sentences of a file (`-` for standard input), one at a time.
///
/// # Errors
/// [`Error::Io`] when the file cannot be opened; [`Error::Looks`] where nothing says what it is and it looks like
/// running text. The iterator gives the faults inside the file.
pub fn stream(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Stream> {
    let (input, format) = options.settle(Input::open(path)?)?;
    Ok(Stream::new(input, format, options))
}

/// All sentences of a file (`-` for standard input).
///
/// # Errors
/// The first fault in the file, with its line; [`Error::Empty`] when there is no sentence in it.
pub fn read_corpus(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Vec<Labelled>> {
    let path = path.as_ref();
    let corpus = stream(path, options)?.collect::<Result<Vec<_>>>()?;
    if corpus.is_empty() {
        return Err(Error::Empty { path: said(path).to_owned() });
    }
    Ok(corpus)
}
