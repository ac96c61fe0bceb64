//! The formats of word vectors, and how to tell them.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// What a native file calls itself, and the version that is written and read.
pub(crate) const NATIVE: (&str, &str) = ("xner-vectors", "1");
/// The number that a fastText model begins with, little-endian.
pub(crate) const FASTTEXT_MAGIC: i32 = 793_712_314;

/// A format of word vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A row a word: word2vec's and fastText's text (`.vec`), with a header, and GloVe's, without.
    Text,
    /// fastText's model (`.bin`), of which the vectors of its words are read.
    FastText,
    /// word2vec's binary (`.bin`).
    Word2Vec,
    /// Ours: safetensors with the vocabulary and its index (`.safetensors`), used where it lies.
    Native,
}

impl Format {
    /// The format of a file of this name whose first bytes (16, or all) are these.
    ///
    /// What begins as a fastText model or a safetensors file does is one, whatever its name. Of what does not,
    /// the name decides: `.safetensors` (then a damaged one), `.bin`, with or without `.gz` or `.xz` behind it,
    /// and all else is text.
    pub fn detect(path: &Path, head: &[u8]) -> Self {
        let header = head.first_chunk().map(|&len| u64::from_le_bytes(len));
        if head.starts_with(&FASTTEXT_MAGIC.to_le_bytes()) {
            return Self::FastText;
        }
        // Text has no zero bytes.
        if header.is_some_and(|len| len < 1 << 32) && head.get(8) == Some(&b'{') {
            return Self::Native;
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".xz")).unwrap_or(&name);
        match name.rsplit_once('.') {
            Some((_, "safetensors")) => Self::Native,
            Some((_, "bin")) => Self::Word2Vec,
            _ => Self::Text,
        }
    }
}

xner_core::named!(Format, "format", {
    Text = "text" | "vec" | "glove", FastText = "fasttext", Word2Vec = "word2vec", Native = "native" | "safetensors"
});
