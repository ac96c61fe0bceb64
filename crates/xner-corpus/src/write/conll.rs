//! Column files.

use std::io::{self, Write};

use crate::read::conll::DOCUMENT_MARK;
use crate::{EntityType, Error, Labelled, Result, Scheme};

/// Whether a sentence can be written as columns with `separator` between.
///
/// # Errors
/// [`Error::Unwritable`] for what would not be read back: a token that is empty, holds the separator or a line
/// break, or is itself `-DOCSTART-`; an entity type that is empty or holds white space.
pub fn check_conll(labelled: &Labelled, separator: char) -> Result<()> {
    let fail = |what, text: &str, reason| {
        let what = format!("{what} `{}`", text.escape_debug());
        Err(Error::Unwritable { what, format: "columns", reason })
    };
    for token in labelled.sentence.tokens() {
        if token.bytes().all(|byte| byte == b' ' || byte == b'\t') {
            return fail("token", token, "it is empty");
        } else if token.contains(['\n', '\r']) {
            return fail("token", token, "it holds a line break");
        } else if token.contains('\t') || separator != '\t' && token.contains(' ') {
            return fail("token", token, "it holds what separates columns");
        } else if token == DOCUMENT_MARK {
            return fail("token", token, "it is the mark of a document");
        }
    }
    labelled.entities.iter().try_for_each(|entity| check_type(&entity.kind))
}

/// Whether a type can stand in columns: for the labels of a model, before a row is written.
///
/// # Errors
/// [`Error::Unwritable`] for a type that is empty or holds white space.
pub fn check_type(kind: &EntityType) -> Result<()> {
    let name = kind.as_str();
    if name.is_empty() || name.contains([' ', '\t', '\n', '\r']) {
        let what = format!("entity type `{}`", name.escape_debug());
        return Err(Error::Unwritable {
            what,
            format: "columns",
            reason: "it is empty or holds white space",
        });
    }
    Ok(())
}

/// Writes a sentence as rows of token and tag with `separator` between, and an empty line behind. A sentence that
/// [`check_conll`] refuses would not be read back.
///
/// # Errors
/// Those of `out`.
pub fn write_conll(
    labelled: &Labelled,
    scheme: Scheme,
    separator: char,
    out: &mut impl Write,
) -> io::Result<()> {
    for (token, tag) in labelled.sentence.tokens().zip(labelled.tags(scheme)) {
        writeln!(out, "{token}{separator}{tag}")?;
    }
    writeln!(out)
}
