//! Vectors that may have some for unseen words.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Result;
use xner_embed::read::Format;
use xner_embed::{FastText, Vectors};

use crate::reading::Reading;

/// A file's vectors, and the model behind them where it is fastText's.
pub(super) struct Space {
    vectors: Vectors,
    model: Option<FastText>,
}

impl Space {
    pub(super) fn open(path: &Path, reading: &Reading) -> Result<Self> {
        let options = reading.options()?;
        if options.format.unwrap_or_else(|| format(path)) != Format::FastText || options.lowercase {
            return Ok(Self { vectors: reading.open(path)?, model: None });
        }
        let model = FastText::open(path)?;
        Ok(Self { vectors: model.vectors(options.limit), model: Some(model) })
    }

    pub(super) fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// Whether there is a vector for the word.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.vectors.rank(word).is_some() || self.model.as_ref().is_some_and(|model| model.knows(word))
    }

    /// The word's vector, of its subwords where it is unseen; none that is [known](Self::knows) is empty.
    pub(super) fn vector(&self, word: &str) -> Cow<'_, [f32]> {
        match (self.vectors.get(word), &self.model) {
            (Some(vector), _) => Cow::Borrowed(vector),
            (None, Some(model)) => Cow::Owned(model.vector(word)),
            (None, None) => Cow::Borrowed(&[]),
        }
    }
}

/// The format that a file has by its first bytes and its name; what cannot be opened is told by the reader.
fn format(path: &Path) -> Format {
    let mut head = Vec::new();
    if let Ok(file) = File::open(path) {
        // A fault here is one of the reader's too.
        let _ = file.take(16).read_to_end(&mut head);
    }
    Format::detect(path, &head)
}
