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
}

impl Format {
    /// The format that a name's ending promises, `.gz` and `.xz` aside.
    ///
    /// `None` for `.txt` too: both columns and plain text go by that name.
    pub fn guess(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".xz")).unwrap_or(&name);
        match Path::new(name).extension()?.to_str()? {
            "conll" | "conll2002" | "conll2003" | "col" | "bio" | "iob" | "iob1" | "iob2" | "iobes"
            | "bioes" => Some(Self::Conll),
            "tsv" => Some(Self::Tsv),
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "text" | "md" => Some(Self::Text),
            _ => None,
        }
    }
}

xner_core::named!(Format, "format", {
    Conll = "conll", Tsv = "tsv" | "wikiann", Jsonl = "jsonl", Text = "text"
});
