//! What the student learns: the teacher's soft labels, kept in a file, for they take long.

use std::path::Path;

use xner_corpus::{Labelled, Sentence, TagSet};
use xner_tagger::{Tagger, Tagging};
use xner_train::Tensors;

use crate::{Error, Result};

/// Sentences that are tagged at a time: the observer is asked between.
pub(super) const AT_ONCE: usize = 2048;

const LABELS: &str = "labels";

/// The labels of so many sentences, `[words, tags]` each, from a file that [`write`] wrote.
pub(super) fn read(path: &Path, sentences: &[&Sentence], tags: usize) -> Result<Vec<Vec<f32>>> {
    let (mut tensors, _) = Tensors::read(path)?;
    let words: usize = sentences.iter().map(|sentence| sentence.len()).sum();
    let all = tensors.take(LABELS, &[words, tags], path)?;
    let mut rest = all.as_slice();
    Ok(sentences
        .iter()
        .map(|sentence| {
            let (own, others) = rest.split_at(sentence.len() * tags);
            rest = others;
            own.to_vec()
        })
        .collect())
}

/// Writes labels, whole or not at all.
pub(super) fn write(path: &Path, labels: &[Vec<f32>], tags: usize) -> Result<()> {
    let all: Vec<f32> = labels.iter().flatten().copied().collect();
    let mut tensors = Tensors::default();
    tensors.insert(LABELS, &[all.len() / tags.max(1), tags], all);
    tensors.write(path, "")
}

/// The probabilities that a tagger gives some sentences.
pub(super) fn labels(tagger: &dyn Tagger, sentences: &[&Sentence]) -> Result<Vec<Vec<f32>>> {
    let owned: Vec<Sentence> = sentences.iter().map(|&sentence| sentence.clone()).collect();
    let tagged: Vec<Tagging> = tagger.tag(&owned)?;
    Ok(tagged.into_iter().map(|tagging| tagging.probabilities).collect())
}

/// `(1 - gold) p + gold y`: a teacher's probabilities of a sentence, `[words, tags]`, mixed with the labels that it
/// has.
///
/// # Errors
/// [`Error::Data`] for an entity whose type the tags do not have.
pub fn mixed(mut labels: Vec<f32>, labelled: &Labelled, tags: &TagSet, gold: f32) -> Result<Vec<f32>> {
    let own = tags.encode(labelled);
    let own = own.map_err(|fault| Error::data(format!("the teacher has not the labels: {fault}")))?;
    for (row, tag) in labels.chunks_exact_mut(tags.len()).zip(own) {
        for p in row.iter_mut() {
            *p *= 1.0 - gold;
        }
        row[usize::from(tag)] += gold;
    }
    Ok(labels)
}
