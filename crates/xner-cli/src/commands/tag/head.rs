//! Whether an input whose name decides nothing is text, by its first lines.

use std::io::{Cursor, Read};

use anyhow::Result;
use xner_corpus::read::Input;
use xner_corpus::read::conll::DOCUMENT_MARK;
use xner_corpus::{Error, Tag};

use crate::exit::bad_input;

/// So many bytes are looked at.
const HEAD: u64 = 1 << 14;

/// The fewest rows that make columns where nothing but their equal width says so.
const ROWS: usize = 4;

/// The input, unless it begins as a column file does: read as prose, its rows would give nonsense in silence. `option`
/// is the one that says the format.
pub(in crate::commands) fn prose(input: Input, option: &str) -> Result<Input> {
    let Input { mut reader, name } = input;
    let mut head = Vec::new();
    let read = (&mut reader).take(HEAD).read_to_end(&mut head);
    read.map_err(|fault| Error::Io { path: name.clone(), fault })?;
    if columns(&head) {
        let name = name.display();
        return Err(bad_input(format!("{name}: looks like columns; give {option} conll or {option} text")));
    }
    Ok(Input { reader: Box::new(Cursor::new(head).chain(reader)), name })
}

/// Whether all rows have the same number of fields, at least two, and further there is a mark, or each row ends in
/// a tag, or an empty line among [`ROWS`] rows or more.
fn columns(head: &[u8]) -> bool {
    // The head may end within a line, and within a character.
    let head = match head.iter().rposition(|&byte| byte == b'\n') {
        Some(end) => &head[..end],
        None => head,
    };
    let text = String::from_utf8_lossy(head);
    let (mut width, mut rows, mut tagged, mut mark, mut gap) = (None, 0, 0, false, false);
    for line in text.trim_start_matches('\u{feff}').lines() {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let Some(last) = fields.last() else {
            gap |= rows > 0;
            continue;
        };
        if fields[0] == DOCUMENT_MARK {
            mark = true;
            continue;
        }
        if fields.len() < 2 || *width.get_or_insert(fields.len()) != fields.len() {
            return false;
        }
        rows += 1;
        tagged += usize::from(last.parse::<Tag>().is_ok());
    }
    rows > 0 && (mark || rows > 1 && tagged == rows || gap && rows >= ROWS)
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn columns_are_told_from_prose() {
        for (head, want) in [
            ("Ada NNP\nran VBD\n\nBob NNP\nsat VBD\n", true),
            ("\u{feff}Ada\tB-PER\r\nran\tO\r\n", true),
            ("-DOCSTART-\n\nAda NNP\n", true),
            ("-DOCSTART- -X- O\n\nAda NNP O\nran V", true),
            ("", false),
            ("\n\n", false),
            ("Plan B-side", false),
            ("Good morning\n\nGood evening\n", false),
            ("One two\nthree four\nfive six\nseven eight\n", false),
            ("Ada ran.\n\nShe did not come back.\n", false),
            ("Ada\nran\n\nBob\nsat\n", false),
        ] {
            assert_eq!(columns(head.as_bytes()), want, "{head:?}");
        }
    }
}
