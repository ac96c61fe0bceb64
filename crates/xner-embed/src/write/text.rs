//! Writing word vectors as text.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;
use xner_corpus::write::Output;

use crate::{Result, Vectors};

/// A thread's share of numbers.
const SHARE: usize = 1 << 14;
/// So many shares are turned into text while those before are written.
const SHARES: usize = 16;

/// Writes vectors as word2vec text, `.gz` or `.xz` by the name, `-` to standard output: a line `count dim`, then
/// a row a word. Each number is the shortest that reads back as the same to the bit. All of rayon's threads write.
///
/// # Errors
/// What the system says; the file is then not there at all.
pub fn write_vec(path: impl AsRef<Path>, vectors: &Vectors) -> Result<()> {
    let mut output = Output::create(path)?;
    write_rows(&mut output, vectors).map_err(|error| output.error(error))?;
    Ok(output.finish()?)
}

fn write_rows(out: &mut (impl Write + Send), vectors: &Vectors) -> io::Result<()> {
    writeln!(out, "{} {}", vectors.len(), vectors.dim())?;
    let share = (SHARE / vectors.dim()).max(1);
    let mut begin = 0;
    let (mut ready, mut next) = (vec![Vec::new(); SHARES], vec![Vec::new(); SHARES]);
    while begin < vectors.len() {
        let (written, ()) = rayon::join(
            || ready.iter().try_for_each(|text: &Vec<u8>| out.write_all(text)),
            || {
                next.par_iter_mut().enumerate().for_each(|(at, text)| {
                    let end = |at: usize| (begin + at * share).min(vectors.len());
                    text.clear();
                    format_rows(text, vectors, end(at)..end(at + 1));
                });
            },
        );
        written?;
        std::mem::swap(&mut ready, &mut next);
        begin += SHARES * share;
    }
    ready.iter().try_for_each(|text| out.write_all(text))
}

fn format_rows(text: &mut Vec<u8>, vectors: &Vectors, ranks: Range<usize>) {
    let mut buffer = zmij::Buffer::new();
    for rank in ranks {
        text.extend_from_slice(vectors.word(rank).as_bytes());
        for &number in vectors.row(rank) {
            let digits = buffer.format(number);
            text.push(b' ');
            text.extend_from_slice(digits.strip_suffix(".0").unwrap_or(digits).as_bytes());
        }
        text.push(b'\n');
    }
}
