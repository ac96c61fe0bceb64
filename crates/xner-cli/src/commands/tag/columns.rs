//! Columns: every line as it was, and the tag behind it; or their sentences in another format.

use anyhow::Result;
use xner_corpus::Sentence;
use xner_corpus::read::conll::{Block, Blocks, ConllOptions};
use xner_corpus::read::{Format, Input};

use super::feed::Feed;
use super::sheet::Unit;
use super::{Args, Job, TOKENS};
use crate::exit::not_empty;

pub(super) fn run(job: &mut Job<'_>, input: Input, args: &Args, format: Format) -> Result<()> {
    let options = ConllOptions { tag: None, ..args.layout.columns.conll() };
    let (input, options) = input.columns(format, options);
    let name = input.name.clone();
    let mut blocks = Feed::new(input, job.live, |input| Blocks::new(input.reader, input.name, options))?;
    let mut sentences = 0;
    loop {
        let batch = blocks.batch(job.chunk, TOKENS, |block: &Block| block.sentence().len())?;
        if batch.is_empty() {
            return not_empty(sentences > 0, &name);
        }
        sentences += write(job, &batch)?;
        job.sheet.flush()?;
    }
}

/// Tags the blocks and writes them; gives the number of sentences.
fn write(job: &mut Job<'_>, blocks: &[Block]) -> Result<usize> {
    let sentences: Vec<Sentence> = blocks.iter().map(|block| block.sentence().clone()).collect();
    if job.sheet.is_columns() {
        let tagged = job.tagger.best(&sentences)?;
        blocks.iter().zip(tagged).try_for_each(|(block, tags)| job.sheet.block(block, &tags))?;
    } else {
        let tagged = job.tagger.tag(&sentences)?;
        let full = sentences.iter().zip(&tagged).filter(|(sentence, _)| !sentence.is_empty());
        for (sentence, tagging) in full {
            job.sheet.unit(&Unit::sentence(sentence, None, std::slice::from_ref(tagging)))?;
        }
    }
    let count = sentences.iter().filter(|sentence| !sentence.is_empty()).count();
    job.progress.add(count);
    Ok(count)
}
