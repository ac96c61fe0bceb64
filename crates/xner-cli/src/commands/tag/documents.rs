//! Plain text and JSON lines.

use anyhow::Result;
use xner_corpus::Sentence;
use xner_corpus::read::jsonl::{Record, Records};
use xner_corpus::read::{Input, JsonlOptions, text};
use xner_corpus::split::TextOptions;

use super::feed::Feed;
use super::record::Offset;
use super::sheet::Unit;
use super::{Job, TOKENS};
use crate::exit::not_empty;

/// Tags plain text, sentence by sentence.
pub(super) fn text(job: &mut Job<'_>, input: Input, options: TextOptions) -> Result<()> {
    let mut feed = Feed::of_text(input, job.live, |input| {
        let mut reader = text::Reader::new(input.reader, input.name, options);
        std::iter::from_fn(move || {
            let next = reader.next()?;
            Some(next.map(|sentence| (sentence, reader.character())))
        })
    })?;
    loop {
        let batch = feed.batch(job.chunk, TOKENS, |(sentence, _)| sentence.len())?;
        // A text without words has no sentences, and that is the answer.
        if batch.is_empty() {
            return Ok(());
        }
        let (sentences, starts): (Vec<Sentence>, Vec<usize>) = batch.into_iter().unzip();
        let tagged = job.tagger.tag(&sentences)?;
        for ((sentence, char), tagging) in sentences.iter().zip(starts).zip(&tagged) {
            let offset = Offset { byte: sentence.offset(), char };
            job.sheet.unit(&Unit::sentence(sentence, Some(offset), std::slice::from_ref(tagging)))?;
        }
        job.progress.add(sentences.len());
        job.sheet.flush()?;
    }
}

/// Tags JSON lines, document by document.
pub(super) fn jsonl(job: &mut Job<'_>, input: Input, options: JsonlOptions) -> Result<()> {
    let name = input.name.clone();
    let mut feed = Feed::new(input, job.live, |input| Records::new(input.reader, input.name, options))?;
    let (mut any, chunk) = (false, job.chunk);
    // A record without words is read all the same.
    let tokens = |record: &Record| {
        record.sentences.iter().map(|labelled| labelled.sentence.len()).sum::<usize>().max(TOKENS / chunk)
    };
    loop {
        let mut batch = feed.batch(chunk, TOKENS, tokens)?;
        if batch.is_empty() {
            return not_empty(any, &name);
        }
        any = true;
        let (mut sentences, mut counts) = (Vec::new(), Vec::new());
        for record in &mut batch {
            counts.push(record.sentences.len());
            sentences.extend(record.sentences.drain(..).map(|labelled| labelled.sentence));
        }
        let tagged = job.tagger.tag(&sentences)?;
        let (mut sentences, mut tagged) = (sentences.as_slice(), tagged.as_slice());
        for (record, count) in batch.iter().zip(counts) {
            let (mine, others) = sentences.split_at(count);
            let (my_tags, other_tags) = tagged.split_at(count);
            job.sheet.unit(&Unit::document(&record.text, mine, my_tags, &record.rest))?;
            (sentences, tagged) = (others, other_tags);
            job.progress.add(count);
        }
        job.sheet.flush()?;
    }
}
