//! Columns: every line as it was, and the tag behind it.

use anyhow::Result;
use xner_corpus::read::conll::{Block, Blocks, ConllOptions, TagPlace};
use xner_corpus::read::{Format, Input};
use xner_corpus::{Scheme, Sentence, entities};

use super::{Args, Job};
use crate::exit::not_empty;

pub(super) fn run(job: &mut Job<'_>, input: Input, args: &Args, format: Format) -> Result<()> {
    let options = ConllOptions { tag: None, ..args.layout.columns.conll().of_format(format) };
    let name = input.name.clone();
    let mut blocks = Blocks::new(input.reader, input.name, options);
    let mut sentences = 0;
    loop {
        let chunk = blocks.by_ref().take(job.chunk).collect::<Result<Vec<_>, _>>()?;
        if chunk.is_empty() {
            break;
        }
        sentences += write(job, &chunk, args.scheme)?;
    }
    not_empty(sentences > 0, &name)
}

/// Tags the blocks and writes them; gives the number of sentences.
fn write(job: &mut Job<'_>, blocks: &[Block], scheme: Scheme) -> Result<usize> {
    let sentences: Vec<Sentence> = blocks.iter().map(|block| block.sentence().clone()).collect();
    let tagged = job.tagger.best(&sentences)?;
    for (block, tags) in blocks.iter().zip(tagged) {
        let tags = scheme.tags(&entities(&tags), tags.len());
        block.write(&tags, TagPlace::Append, &mut job.output).map_err(|fault| job.output.error(fault))?;
    }
    let count = sentences.iter().filter(|sentence| !sentence.is_empty()).count();
    job.progress.add(count);
    Ok(count)
}
