//! A model with the words of another language.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_embed::Vectors;
use xner_nn::NerBackend;

use crate::bilstm::{BiLstmTagger, Words};
use crate::device::Device;
use crate::device::dispatch;
use crate::open::Task;
use crate::{Error, Result, Tagger};

/// Opens a model directory with other word vectors in the place of its own: those of another language, mapped into
/// the space of the vectors that the model was trained with.
///
/// The weights, the characters and the unknown word's vector stay as they are. For a model whose own vectors were
/// not trained.
///
/// # Errors
/// As [`crate::open`]; [`Error::Data`] when the vectors have another dimension than the model's.
pub fn open_mapped(folder: &Path, vectors: &Vectors, device: &Device) -> Result<Box<dyn Tagger>> {
    dispatch(*device, OpenMapped { folder, vectors })
}

struct OpenMapped<'a> {
    folder: &'a Path,
    vectors: &'a Vectors,
}

impl Task for OpenMapped<'_> {
    type Answer = Box<dyn Tagger>;

    fn run<A>(self, device: &A::Device) -> Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let mut tagger = BiLstmTagger::<A::InnerBackend>::open(self.folder, device)?;
        let lexicon = &mut tagger.lexicon;
        if self.vectors.dim() != lexicon.dim {
            let (found, expected) = (self.vectors.dim(), lexicon.dim);
            let message = format!("the word vectors have {found} numbers each, the model's have {expected}");
            return Err(Error::Data { message });
        }
        let mut words = Words::new();
        lexicon.vectors.truncate(lexicon.dim);
        for (rank, word) in self.vectors.words().enumerate() {
            let before = words.len();
            words.add(word);
            if words.len() > before {
                lexicon.vectors.extend_from_slice(self.vectors.row(rank));
            }
        }
        lexicon.words = words;
        lexicon.head = 1;
        Ok(Box::new(tagger))
    }
}
