//! The formats, and which one a file name promises.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// A format of labelled or plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Columns, a token a row.
    Conll,
    /// Columns with tabs between, as in `WikiAnn`.
    Tsv,
    /// JSON lines with character spans.
    Jsonl,
    /// Plain text, which has no labels.
    Text,
    /// `CoNLL-U`, and the columns of Universal NER. It is read, not written.
    Conllu,
    /// brat: a text, and its entities in a file `.ann` beside it. It is read, not written.
    Brat,
}

impl Format {
    /// The format that a name's ending promises, `.gz`, `.xz`, `.bz2` and `.zst` aside.
    ///
    /// `None` for `.txt` too: both columns and plain text go by that name.
    pub fn guess(path: &Path) -> Option<Self> {
        // A name that is not UTF-8 has an ending all the same.
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let packed = [".gz", ".xz", ".bz2", ".zst"];
        let name = packed.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
        match Path::new(name).extension()?.to_str()? {
            "conll" | "conll2002" | "conll2003" | "col" | "bio" | "iob" | "iob1" | "iob2" | "iobes"
            | "bioes" => Some(Self::Conll),
            "conllu" => Some(Self::Conllu),
            "tsv" => Some(Self::Tsv),
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "text" | "md" => Some(Self::Text),
            _ => None,
        }
    }
}

xner_core::named!(Format, "format", {
    Conll = "conll", Tsv = "tsv" | "wikiann", Jsonl = "jsonl", Text = "text", Conllu = "conllu" | "uner", Brat = "brat"
});
