//! A model with the words of another language.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_embed::Vectors;
use xner_nn::NerBackend;

use crate::augmented::AugmentedTagger;
use crate::bilstm::BiLstmTagger;
use crate::device::{Device, Task, dispatch};
use crate::{Result, Tagger};

/// Opens a model directory with other word vectors in the place of its own: those of another language, mapped into
/// the space of the vectors that the model was trained with.
///
/// The weights, the characters and the unknown word's vector stay as they are. For a model whose own vectors were
/// not trained.
///
/// # Errors
/// As [`crate::open`]; [`crate::Error::Data`] when the vectors have another dimension than the model's.
pub fn open_mapped(folder: &Path, vectors: &Vectors, device: &Device) -> Result<Box<dyn Tagger>> {
    dispatch(*device, OpenMapped { folder, vectors, out: None })
}

/// As [`open_mapped`], and writes the model with its new words to the folder `out`.
///
/// # Errors
/// As [`open_mapped`]; [`crate::Error::Io`].
pub fn save_mapped(folder: &Path, vectors: &Vectors, out: &Path, device: &Device) -> Result<Box<dyn Tagger>> {
    dispatch(*device, OpenMapped { folder, vectors, out: Some(out) })
}

/// Opens the source model within a model of two encoders ([`crate::augmented`]), with the source language's vectors: those
/// of the space that it was trained in.
///
/// # Errors
/// As [`open_mapped`].
pub fn open_source(folder: &Path, vectors: &Vectors, device: &Device) -> Result<Box<dyn Tagger>> {
    dispatch(*device, OpenSource { folder, vectors })
}

struct OpenSource<'a> {
    folder: &'a Path,
    vectors: &'a Vectors,
}

impl Task for OpenSource<'_> {
    type Answer = Box<dyn Tagger>;

    fn run<A>(self, device: &A::Device) -> Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let tagger = AugmentedTagger::<A::InnerBackend>::open(self.folder, device)?;
        Ok(Box::new(tagger.source(self.vectors)?))
    }
}

struct OpenMapped<'a> {
    folder: &'a Path,
    vectors: &'a Vectors,
    out: Option<&'a Path>,
}

impl Task for OpenMapped<'_> {
    type Answer = Box<dyn Tagger>;

    fn run<A>(self, device: &A::Device) -> Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let mut tagger = BiLstmTagger::<A::InnerBackend>::open(self.folder, device)?;
        tagger.lexicon = tagger.lexicon.with_vectors(self.vectors)?;
        if let Some(out) = self.out {
            tagger.save(out)?;
        }
        Ok(Box::new(tagger))
    }
}
