//! Telling the dress of a column file by its first lines.

use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};

use super::numbered::is_numbered;
use super::{Column, ConllOptions};

/// So much of a file is looked at, at most.
const HEAD: usize = 1 << 16;

/// The options for a file, by its first lines, and a reader of all of it. Columns that were asked for stay.
pub(in crate::read) fn detect(
    mut reader: Box<dyn BufRead + Send>,
    options: ConllOptions,
) -> (Box<dyn BufRead + Send>, ConllOptions) {
    if asked(&options) || options.conllu || options.language_prefix {
        return (reader, options);
    }
    let (mut head, mut fault) = (Vec::new(), None);
    let conllu = loop {
        let found = match reader.fill_buf() {
            Ok(buffer) => {
                head.extend_from_slice(buffer);
                buffer.len()
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                fault = Some(error);
                0
            }
        };
        reader.consume(found);
        let valid = std::str::from_utf8(&head).map_or_else(|error| error.valid_up_to(), str::len);
        let text = std::str::from_utf8(&head[..valid]).unwrap_or_default();
        match is_numbered(text, found == 0) {
            None if found > 0 && head.len() < HEAD => {}
            told => break told == Some(true),
        }
    };
    let head = Cursor::new(head);
    let reader: Box<dyn BufRead + Send> = match fault {
        Some(fault) => Box::new(head.chain(BufReader::new(Failed(Some(fault))))),
        None => Box::new(head.chain(reader)),
    };
    (reader, ConllOptions { conllu, ..options })
}

/// Whether columns other than the usual ones were asked for.
pub(in crate::read) fn asked(options: &ConllOptions) -> bool {
    options.token != Column::FIRST || !matches!(options.tag, None | Some(Column::LAST))
}

/// A reader of which nothing is left but its fault.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
