//! Names of outputs that promise what is not written.

use std::path::Path;

use anyhow::Result;

use crate::exit::bad_input;

/// Compressed files that are not written; of short endings only those that are no language's code.
const COMPRESSED: [&str; 7] = ["7z", "lz4", "lzma", "rar", "tgz", "zip", "zstd"];

/// Refuses a name that promises a compression which is not there: the file would be plain, and other programs would not
/// open it. `option` is what names the format, and so allows any name.
pub(crate) fn check(path: &Path, option: Option<&str>) -> Result<()> {
    let ending = of(path);
    if !COMPRESSED.contains(&ending.as_str()) {
        return Ok(());
    }
    let path = path.display();
    let anyway = option.map(|option| format!("; with a format by {option} it is plain under this name"));
    let anyway = anyway.unwrap_or_default();
    Err(bad_input(format!(
        "{path}: no .{ending} is written, only plain files, .gz, .xz, .bz2 and .zst{anyway}"
    )))
}

/// A name's ending in lower case; nothing where it has none.
pub(crate) fn of(path: &Path) -> String {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_written_is_refused() {
        for name in ["-", "a", "a.conll", "a.conll.gz", "a.JSONL.XZ", "bz2", "a.conll.bz2", "a.Zst", "a.br"] {
            assert!(check(Path::new(name), None).is_ok(), "{name}");
        }
        for name in ["a.conll.lzma", "a.lz4", "b/a.zip"] {
            assert!(check(Path::new(name), None).is_err(), "{name}");
        }
        let fault = check(Path::new("a.zip"), Some("--to")).unwrap_err().to_string();
        let want = "a.zip: no .zip is written, only plain files, .gz, .xz, .bz2 and .zst; with a format by --to \
                    it is plain under this name";
        assert_eq!(fault, want);
    }
}
