//! What tagged text is written as.

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;
use xner_corpus::read::Format;

use crate::exit::bad_input;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Target {
    /// Columns: a token and its tag a row; columns that were read get the tag as one more
    Conll,
    /// The same with a tab between token and tag
    Tsv,
    /// JSON lines
    Jsonl,
    /// Text with its entities in brackets, a sentence a line
    Text,
    /// A page for browsers with the entities marked
    Html,
}

impl Target {
    /// What a file's name promises, `.gz` and the like aside; nothing for a name that promises nothing.
    pub(super) fn of_name(path: &Path) -> Result<Option<Self>> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let packed = [".gz", ".xz", ".bz2", ".zst"];
        let name = packed.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
        let ending = Path::new(name).extension().unwrap_or_default().to_string_lossy();
        Ok(match (ending.as_ref(), Format::guess(path)) {
            ("html" | "htm", _) => Some(Self::Html),
            ("txt", _) | (_, Some(Format::Text)) => Some(Self::Text),
            (_, Some(Format::Conll)) => Some(Self::Conll),
            (_, Some(Format::Tsv)) => Some(Self::Tsv),
            (_, Some(Format::Jsonl)) => Some(Self::Jsonl),
            (_, Some(Format::Conllu | Format::Brat)) => {
                let path = path.display();
                return Err(bad_input(format!(
                    "{path}: no .{ending} is written; --to conll writes columns under this name"
                )));
            }
            (_, None) => None,
        })
    }

    /// Whether it is of columns.
    pub(super) fn is_columns(self) -> bool {
        matches!(self, Self::Conll | Self::Tsv)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_promise_formats() {
        for (name, want) in [
            ("a.conll", Some(Target::Conll)),
            ("a.IOB2.gz", Some(Target::Conll)),
            ("a.tsv", Some(Target::Tsv)),
            ("a.jsonl.zst", Some(Target::Jsonl)),
            ("a.json", Some(Target::Jsonl)),
            ("a.txt", Some(Target::Text)),
            ("a.md.xz", Some(Target::Text)),
            ("a.HTM", Some(Target::Html)),
            ("-", None),
            ("a", None),
            ("a.gz", None),
            ("a.out", None),
        ] {
            assert_eq!(Target::of_name(Path::new(name)).unwrap(), want, "{name}");
        }
        assert!(Target::of_name(Path::new("a.conllu")).is_err());
    }
}
