//! Writing word vectors as text.

use std::io::{BufWriter, Write};
use std::path::Path;

use xner_corpus::write::Output;

use crate::{Result, Vectors};

/// Writes vectors as word2vec text, `.gz` or `.xz` by the name, `-` to standard output: a line `count dim`, then
/// a row a word. Reading it back gives the same numbers to the bit.
///
/// # Errors
/// What the system says; the file is then not there at all.
pub fn write_vec(path: impl AsRef<Path>, vectors: &Vectors) -> Result<()> {
    let mut output = Output::create(path)?;
    let mut buffered = BufWriter::with_capacity(1 << 16, &mut output);
    let written = write_rows(&mut buffered, vectors);
    let written = written.and_then(|()| buffered.flush());
    drop(buffered);
    written.map_err(|error| output.error(error))?;
    Ok(output.finish()?)
}

fn write_rows(out: &mut impl Write, vectors: &Vectors) -> std::io::Result<()> {
    writeln!(out, "{} {}", vectors.len(), vectors.dim())?;
    for (rank, word) in vectors.words().enumerate() {
        out.write_all(word.as_bytes())?;
        for number in vectors.row(rank) {
            write!(out, " {number}")?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}
