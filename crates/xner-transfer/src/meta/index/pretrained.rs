//! Vectors of sentences by a pretrained encoder.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use burn::tensor::backend::AutodiffBackend;
use serde::{Deserialize, Serialize};
use xner_corpus::Sentence;
use xner_nn::NerBackend;
use xner_tagger::bert::{Pooling, SentenceEncoder, fingerprint};
use xner_train::{Device, Fingerprint, on_device};

use super::vectors::{Represent, Vectors};
use crate::Result;

/// What of an encoder a sentence's vector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Representation {
    /// The state of the first, special, subword (the paper's), or the mean over all subwords.
    pub pooling: Pooling,
    /// Subwords of a sentence that are read, special ones included; what comes behind does not count.
    pub length: usize,
}

impl Default for Representation {
    fn default() -> Self {
        Self { pooling: Pooling::Cls, length: 128 }
    }
}

/// The encoder of a directory of Hugging Face's layout. It is opened when the first sentence is to be read, so where
/// all vectors are in a cache, it never is.
pub struct Pretrained {
    folder: PathBuf,
    representation: Representation,
    device: Device,
    files: String,
    identity: String,
    opened: OnceLock<Box<dyn Encode>>,
}

impl std::fmt::Debug for Pretrained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { folder, representation, device, files: _, identity, opened: _ } = self;
        let mut shown = f.debug_struct("Pretrained");
        shown.field("folder", folder).field("representation", representation);
        shown.field("device", device).field("identity", identity).finish_non_exhaustive()
    }
}

impl Pretrained {
    /// The encoder of a directory, whose files are read for its identity: `config.json`, weights, tokeniser.
    ///
    /// # Errors
    /// A fault when one of the files is missing.
    pub fn new(folder: &Path, representation: Representation, device: Device) -> Result<Self> {
        let Representation { pooling, length } = representation;
        let pooling = match pooling {
            Pooling::Cls => "cls",
            Pooling::Mean => "mean",
        };
        let files = fingerprint(folder)?;
        let identity = Fingerprint::new()
            .bytes(files.as_bytes())
            .bytes(pooling.as_bytes())
            .bytes(&(length as u64).to_le_bytes())
            .bytes(device.to_string().as_bytes())
            .digest();
        let (folder, opened) = (folder.to_owned(), OnceLock::new());
        Ok(Self { folder, representation, device, files, identity, opened })
    }

    /// A hash of the encoder's files, the same on every device and for every representation.
    pub fn files(&self) -> &str {
        &self.files
    }

    /// Whether the encoder has been opened.
    pub fn is_open(&self) -> bool {
        self.opened.get().is_some()
    }

    fn encoder(&self) -> Result<&dyn Encode> {
        if let Some(opened) = self.opened.get() {
            return Ok(opened.as_ref());
        }
        let Representation { pooling, length } = self.representation;
        let opened = on_device!(self.device, A, card => {
            let folder = &self.folder;
            let encoder = SentenceEncoder::<<A as AutodiffBackend>::InnerBackend>::open(folder, pooling, length, card);
            encoder.map(|encoder| Box::new(encoder) as Box<dyn Encode>)
        })?;
        // Where another thread was faster, its encoder is the same.
        Ok(self.opened.get_or_init(|| opened).as_ref())
    }
}

impl Represent for Pretrained {
    fn identity(&self) -> &str {
        &self.identity
    }

    fn represent(&self, sentences: &[Sentence], done: &(dyn Fn(usize) + Sync)) -> Result<Vectors> {
        self.encoder()?.encode(sentences, done)
    }
}

/// An encoder on whatever backend.
trait Encode: Send + Sync {
    fn encode(&self, sentences: &[Sentence], done: &(dyn Fn(usize) + Sync)) -> Result<Vectors>;
}

impl<B: NerBackend> Encode for SentenceEncoder<B> {
    fn encode(&self, sentences: &[Sentence], done: &(dyn Fn(usize) + Sync)) -> Result<Vectors> {
        Ok(Vectors { width: self.width(), rows: self.vectors(sentences, done)? })
    }
}
