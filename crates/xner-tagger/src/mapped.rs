//! A model with the words of another language.

use std::path::Path;

use xner_embed::Vectors;
use xner_nn::NerBackend;
use xner_train::{Device, on_device};

use crate::augmented::AugmentedTagger;
use crate::bilstm::BiLstmTagger;
use crate::open::{Inner, boxed};
use crate::{Features, Result, Tagger};

/// Opens a model directory with other word vectors in the place of its own: those of another language, mapped into
/// the space of the vectors that the model was trained with.
///
/// The weights, the characters and the unknown word's vector stay as they are. For a model whose own vectors were
/// not trained.
///
/// # Errors
/// As [`crate::open`]; [`crate::Error::Data`] when the vectors have another dimension than the model's.
pub fn open_mapped(folder: &Path, vectors: &Vectors, device: &Device) -> Result<Box<dyn Tagger>> {
    Ok(on_device!(*device, A, card => boxed(mapped::<Inner<A>>(folder, vectors, card)))?)
}

/// As [`open_mapped`], and writes the model with its new words to the folder `out`.
///
/// # Errors
/// As [`open_mapped`]; [`crate::Error::Io`].
pub fn save_mapped(folder: &Path, vectors: &Vectors, out: &Path, device: &Device) -> Result<Box<dyn Tagger>> {
    Ok(on_device!(*device, A, card => boxed(mapped::<Inner<A>>(folder, vectors, card).and_then(|tagger| {
        tagger.save(out)?;
        Ok(tagger)
    })))?)
}

/// Opens the source model within a model of two encoders ([`crate::augmented`]), with the source language's vectors:
/// those of the space that it was trained in.
///
/// # Errors
/// As [`open_mapped`].
pub fn open_source(folder: &Path, vectors: &Vectors, device: &Device) -> Result<Box<dyn Features>> {
    on_device!(*device, A, card => {
        boxed(AugmentedTagger::<Inner<A>>::open(folder, card)?.source().with_vectors(vectors))
    })
}

/// Opens a model of two encoders ([`crate::augmented`]) with the target's encoder silenced: where it scores as well,
/// that encoder is idle.
///
/// # Errors
/// As [`crate::open`].
pub fn open_silenced(folder: &Path, device: &Device) -> Result<Box<dyn Tagger>> {
    Ok(on_device!(*device, A, card => {
        boxed(AugmentedTagger::<Inner<A>>::open(folder, card).map(AugmentedTagger::silenced))
    })?)
}

fn mapped<B: NerBackend>(folder: &Path, vectors: &Vectors, device: &B::Device) -> Result<BiLstmTagger<B>> {
    BiLstmTagger::<B>::open(folder, device)?.with_vectors(vectors)
}
