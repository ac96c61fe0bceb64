//! Plain text and JSON lines.

use std::io::Write;

use anyhow::Result;
use xner_corpus::Sentence;
use xner_corpus::read::jsonl::Records;
use xner_corpus::read::{Input, JsonlOptions, text};
use xner_corpus::split::TextOptions;
use xner_tagger::Tagging;

use super::Job;
use super::record::{Offset, Record};
use crate::exit::not_empty;
use crate::paint;

/// So many tokens are tagged at a time, however few sentences they make: what bounds the memory of a text without
/// sentence ends.
const TOKENS: usize = 1 << 16;

/// How tagged text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Json,
    Painted,
}

/// Tags plain text, a line for each sentence.
pub(super) fn text(job: &mut Job<'_>, input: Input, options: TextOptions, look: Look) -> Result<()> {
    let Input { reader, name } = input;
    let mut reader = text::Reader::new(reader, name, options);
    let write = |job: &mut Job<'_>, sentence: &Sentence, char, tagging: &[Tagging]| match look {
        Look::Json => {
            let offset = Offset { byte: sentence.offset(), char };
            let sentences = std::slice::from_ref(sentence);
            line(job, &Record::of_text(sentence.text(), offset, sentences, tagging))
        }
        Look::Painted => {
            let entities = tagging.first().map(|tagging| tagging.entities.as_slice()).unwrap_or_default();
            let painted = paint::sentence(sentence, entities, true);
            Ok(writeln!(anstream::stdout(), "{painted}")?)
        }
    };
    loop {
        let (mut chunk, mut starts, mut tokens) = (Vec::new(), Vec::new(), 0);
        while chunk.len() < job.chunk && tokens < TOKENS {
            let Some(sentence) = reader.next().transpose()? else { break };
            starts.push(reader.character());
            tokens += sentence.len();
            chunk.push(sentence);
        }
        // A text without words has no sentences, and that is the answer.
        if chunk.is_empty() {
            return Ok(());
        }
        let tagged = job.tagger.tag(&chunk)?;
        for ((sentence, char), tagging) in chunk.iter().zip(starts).zip(&tagged) {
            write(job, sentence, char, std::slice::from_ref(tagging))?;
        }
        job.progress.add(chunk.len());
    }
}

/// Tags JSON lines, a line for each line.
pub(super) fn jsonl(job: &mut Job<'_>, input: Input, options: JsonlOptions) -> Result<()> {
    let Input { reader, name } = input;
    let mut records = Records::new(reader, name.clone(), options);
    let mut any = false;
    loop {
        let (mut chunk, mut sentences, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        let mut tokens = 0;
        while sentences.len() < job.chunk && chunk.len() < job.chunk && tokens < TOKENS {
            let Some(mut record) = records.next().transpose()? else { break };
            counts.push(record.sentences.len());
            tokens += record.sentences.iter().map(|labelled| labelled.sentence.len()).sum::<usize>();
            sentences.extend(record.sentences.drain(..).map(|labelled| labelled.sentence));
            chunk.push(record);
        }
        if chunk.is_empty() {
            return not_empty(any, &name);
        }
        any = true;
        let tagged = job.tagger.tag(&sentences)?;
        let (mut sentences, mut tagged) = (sentences.as_slice(), tagged.as_slice());
        for (record, count) in chunk.iter().zip(counts) {
            let (mine, others) = sentences.split_at(count);
            let (my_tags, other_tags) = tagged.split_at(count);
            line(job, &Record::of_document(&record.text, mine, my_tags, &record.rest))?;
            (sentences, tagged) = (others, other_tags);
            job.progress.add(count);
        }
    }
}

fn line(job: &mut Job<'_>, record: &Record<'_>) -> Result<()> {
    let written = serde_json::to_writer(&mut job.output, record).map_err(std::io::Error::from);
    let written = written.and_then(|()| job.output.write_all(b"\n"));
    Ok(written.map_err(|fault| job.output.error(fault))?)
}
