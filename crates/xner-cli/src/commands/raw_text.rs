//! Raw text of several files.

use std::path::PathBuf;

use anyhow::Result;
use xner_corpus::Sentence;
use xner_corpus::read::ReadOptions;
use xner_train::read_unlabelled;

use crate::args::unlike;
use crate::exit::not_empty;
use crate::progress::Progress;

/// All sentences of the files, each of which has some. A format that is not as it was said is told with `--format`.
pub(super) fn raw_text(corpora: &[PathBuf], read: &ReadOptions) -> Result<Vec<Sentence>> {
    let _spinner = Progress::spinner("reading");
    let mut sentences = Vec::new();
    for corpus in corpora {
        let found = read_unlabelled(corpus, read).map_err(|fault| unlike(fault.into(), "--format"))?;
        not_empty(!found.is_empty(), corpus)?;
        sentences.extend(found);
    }
    Ok(sentences)
}
