//! Tagged text on its way out, in any format.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use xner_corpus::read::conll::{Block, TagPlace};
use xner_corpus::read::jsonl::Rest;
use xner_corpus::split::Language;
use xner_corpus::write::{Output, check_conll, check_type, write_conll};
use xner_corpus::{EntityType, Labelled, Scheme, Sentence, Tag, TagSet, entities};
use xner_tagger::Tagging;

use super::page;
use super::record::{Offset, Record};
use super::target::Target;
use crate::paint;

/// What is written as one: a sentence, or a document of JSON lines.
pub(super) struct Unit<'a> {
    pub(super) text: &'a str,
    pub(super) sentences: &'a [Sentence],
    pub(super) tagged: &'a [Tagging],
    /// Where in the input a sentence begins.
    offset: Option<Offset>,
    /// The keys of a document that we do not know.
    rest: Option<&'a Rest>,
}

impl<'a> Unit<'a> {
    /// A sentence of a text or of columns.
    pub(super) fn sentence(sentence: &'a Sentence, offset: Option<Offset>, tagged: &'a [Tagging]) -> Self {
        Self { text: sentence.text(), sentences: std::slice::from_ref(sentence), tagged, offset, rest: None }
    }

    /// A document, whose sentences begin at their offsets.
    pub(super) fn document(
        text: &'a str,
        sentences: &'a [Sentence],
        tagged: &'a [Tagging],
        rest: &'a Rest,
    ) -> Self {
        Self { text, sentences, tagged, offset: None, rest: Some(rest) }
    }

    /// Where in the text a sentence begins.
    pub(super) fn base(&self, sentence: &Sentence) -> usize {
        if self.rest.is_some() { sentence.offset() } else { 0 }
    }

    fn record(&self) -> Record<'a> {
        match (self.rest, self.offset) {
            (Some(rest), _) => Record::of_document(self.text, self.sentences, self.tagged, rest),
            (None, Some(offset)) => Record::of_text(self.text, offset, self.sentences, self.tagged),
            (None, None) => Record::of_rows(self.text, self.sentences, self.tagged),
        }
    }
}

/// An output and what is written to it.
pub(super) struct Sheet {
    output: Output,
    target: Target,
    scheme: Scheme,
    types: Vec<EntityType>,
    /// Whether text is shown on a terminal instead.
    painted: bool,
    /// Whether whoever reads the output sees it before it is complete.
    seen: bool,
}

impl Sheet {
    /// Begins an output. Types that its format cannot hold are refused before anything is written.
    pub(super) fn create(
        path: &Path,
        target: Target,
        scheme: Scheme,
        tags: &TagSet,
        painted: bool,
        (title, language): (&Path, Language),
    ) -> Result<Self> {
        let types = tags.types().to_vec();
        if target.is_columns() {
            let fits = types.iter().try_for_each(check_type);
            fits.context("the model's labels cannot stand in columns; --to jsonl writes them")?;
        }
        let seen = path == Path::new("-") || std::fs::metadata(path).is_ok_and(|file| !file.is_file());
        let output = Output::create(path)?;
        let mut sheet = Self { output, target, scheme, types, painted, seen };
        if target == Target::Html {
            let title = title.file_name().unwrap_or_default().to_string_lossy();
            let head = page::head(&title, language, &sheet.types);
            sheet.put(|output| output.write_all(head.as_bytes()))?;
        }
        Ok(sheet)
    }

    /// Whether columns that are read come out with one more.
    pub(super) fn is_columns(&self) -> bool {
        self.target.is_columns()
    }

    /// Writes the lines of columns with one more column.
    pub(super) fn block(&mut self, block: &Block, tags: &[Tag]) -> Result<()> {
        let tags = self.scheme.tags(&entities(tags), tags.len());
        self.put(|output| block.write(&tags, TagPlace::Append, output))
    }

    /// Writes a tagged text.
    pub(super) fn unit(&mut self, unit: &Unit<'_>) -> Result<()> {
        match self.target {
            Target::Conll | Target::Tsv => {
                let (scheme, separator) = (self.scheme, if self.target == Target::Tsv { '\t' } else { ' ' });
                for (sentence, tagging) in unit.sentences.iter().zip(unit.tagged) {
                    let labelled = Labelled::from_tags(sentence.clone(), &tagging.tags);
                    check_conll(&labelled, separator)?;
                    self.put(|output| write_conll(&labelled, scheme, separator, output))?;
                }
                Ok(())
            }
            Target::Jsonl => self.put(|output| {
                serde_json::to_writer(&mut *output, &unit.record()).map_err(io::Error::from)?;
                output.write_all(b"\n")
            }),
            Target::Text => {
                for (sentence, tagging) in unit.sentences.iter().zip(unit.tagged) {
                    let painted = paint::sentence(sentence, &tagging.entities, self.painted);
                    if self.painted {
                        writeln!(anstream::stdout(), "{painted}")?;
                    } else {
                        let plain = anstream::adapter::strip_str(&painted).to_string();
                        self.put(|output| writeln!(output, "{plain}"))?;
                    }
                }
                Ok(())
            }
            Target::Html => {
                let paragraph = page::paragraph(unit, &self.types);
                self.put(|output| output.write_all(paragraph.as_bytes()))
            }
        }
    }

    /// Sends what has been written to whoever waits for it.
    pub(super) fn flush(&mut self) -> Result<()> {
        if self.seen { self.put(Write::flush) } else { Ok(()) }
    }

    /// Completes the output.
    pub(super) fn finish(mut self) -> Result<()> {
        if self.target == Target::Html {
            self.put(|output| output.write_all(page::FOOT.as_bytes()))?;
        }
        Ok(self.output.finish()?)
    }

    fn put(&mut self, write: impl FnOnce(&mut Output) -> io::Result<()>) -> Result<()> {
        let written = write(&mut self.output);
        Ok(written.map_err(|fault| self.output.error(fault))?)
    }
}
