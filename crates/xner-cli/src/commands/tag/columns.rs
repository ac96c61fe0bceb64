//! Columns: every line as it was, and the tag behind it.

use anyhow::Result;
use xner_corpus::read::conll::{Block, Blocks, Separator, TagPlace};
use xner_corpus::read::{Format, Input};
use xner_corpus::{Error, Scheme, Sentence, entities};

use super::{Args, Job};

pub(super) fn run(job: &mut Job<'_>, input: Input, args: &Args, format: Format) -> Result<()> {
    let mut options = args.layout.conll();
    options.tag = None;
    if format == Format::Tsv {
        options.separator = Separator::Tab;
    }
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
    if sentences == 0 {
        return Err(Error::Empty { path: name }.into());
    }
    Ok(())
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
