//! The vectors of a corpus, by which similar sentences are found.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use xner_corpus::Sentence;
use xner_tagger::bert::hub::Hub;
use xner_tagger::is_model;
use xner_transfer::Result;
use xner_transfer::meta::index::{Origin, Represent, SentenceIndex};

use crate::progress::{Progress, note};

/// The index of a corpus, from the cache where it is there, else made before the user's eyes.
pub(super) fn source_index(
    cache: Option<&Path>,
    encoder: &dyn Represent,
    sentences: &[Sentence],
) -> Result<SentenceIndex> {
    let progress = Mutex::new(Progress::steps(sentences.len(), 0));
    let done = |count| progress.lock().unwrap_or_else(PoisonError::into_inner).add(count);
    let index = SentenceIndex::open_or_make_with(cache, encoder, sentences, &done)?;
    drop(progress);
    if let Origin::MadeAnew(fault) = index.vectors().origin() {
        note(&format!("note: {fault}; its vectors are made anew"));
    }
    Ok(index)
}

/// The directory of a model; what is none may be a name on the hub.
pub(super) fn model_folder(model: &str) -> anyhow::Result<PathBuf> {
    let path = Path::new(model);
    if path.exists() {
        is_model(path)?;
        return Ok(path.to_owned());
    }
    Ok(Hub::from_env()?.directory(model)?)
}
