//! One row of text: a word and its numbers.

use memchr::memchr3;

use super::lines::end_of_line;
use super::number::{long, short};

/// Reads the row at the head of `bytes`, which hold a line break, and fills `vector`. Gives the word and how many
/// bytes the row takes with its line break.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read_row<'a>(bytes: &'a [u8], vector: &mut [f32]) -> Result<(&'a str, usize), String> {
    if let Some((end, len)) = quick(bytes, vector)
        && let Ok(word) = std::str::from_utf8(&bytes[..end])
    {
        return Ok((word, len));
    }
    let line = &bytes[..end_of_line(bytes)];
    let row = text_of(line)?;
    let (word, columns) = spaced(row, vector.len()).map_or_else(|| split(row, vector.len()), Ok)?;
    let mut vector = vector.iter_mut();
    for_each(word, columns, vector.len(), |number| {
        if let Some(place) = vector.next() {
            *place = number;
        }
    })?;
    Ok((word, line.len()))
}

/// What is wrong with a row, of which `dim` numbers are expected.
pub(super) fn fault_of(line: &[u8], dim: usize) -> Option<String> {
    let check = || {
        let row = text_of(line)?;
        let (word, columns) = spaced(row, dim).map_or_else(|| split(row, dim), Ok)?;
        for_each(word, columns, dim, |_| ())
    };
    check().err()
}

/// The row, if all is as it usually is: where its word ends, and its length.
fn quick(bytes: &[u8], vector: &mut [f32]) -> Option<(usize, usize)> {
    let end = memchr3(b' ', b'\t', b'\n', bytes).filter(|&end| end > 0 && !bytes[..end].contains(&b'\r'))?;
    let mut at = end;
    for place in vector {
        if !is_blank(bytes[at]) {
            return None;
        }
        let rest = &bytes[at + 1..];
        let (mut value, mut len) = short(rest);
        if len == 0 || rest[len] > b' ' {
            (value, len) = any_number(rest)?;
        }
        *place = value;
        at += 1 + len;
    }
    while is_blank(bytes[at]) {
        at += 1;
    }
    while bytes[at] == b'\r' {
        at += 1;
    }
    (bytes[at] == b'\n').then_some((end, at + 1))
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// A number of any kind with blanks before it or none.
fn any_number(bytes: &[u8]) -> Option<(f32, usize)> {
    let begin = bytes.iter().position(|&byte| !is_blank(byte))?;
    let bytes = &bytes[begin..];
    let is_end = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    if let Some((value, len)) = long(bytes)
        && bytes.get(len).is_some_and(is_end)
    {
        return Some((value, begin + len));
    }
    let len = bytes.iter().position(is_end)?;
    let value: f32 = std::str::from_utf8(&bytes[..len]).ok()?.parse().ok()?;
    value.is_finite().then_some((value, begin + len))
}

fn text_of(line: &[u8]) -> Result<&str, String> {
    let row = std::str::from_utf8(line).map_err(|_| "invalid UTF-8".to_owned())?;
    Ok(row.trim_end_matches(['\r', '\n']))
}

/// The columns of a row.
pub(super) fn columns(row: &str) -> impl Iterator<Item = &str> {
    row.split([' ', '\t']).filter(|column| !column.is_empty())
}

/// The word and the numbers of a row whose word has blanks, as some of GloVe's have: the last `dim` columns are
/// numbers, and what stands before them is none.
fn spaced(row: &str, dim: usize) -> Option<(&str, &str)> {
    let row = row.trim_end_matches([' ', '\t']);
    let mut before = row.rsplit([' ', '\t']).filter(|column| !column.is_empty());
    let number = |column: &str| column.parse::<f32>().is_ok();
    let mut found = 0;
    let numbers = before.by_ref().take(dim).inspect(|column| found += usize::from(number(column))).last()?;
    if found < dim {
        return None;
    }
    let last = before.next().filter(|last| !number(last) && !row.contains('\r'))?;
    // Both are parts of the row.
    let begin = numbers.as_ptr() as usize - row.as_ptr() as usize;
    let end = last.as_ptr() as usize - row.as_ptr() as usize + last.len();
    let (word, columns) = (&row[..end], &row[begin..]);
    (word.contains([' ', '\t']) && !word.starts_with([' ', '\t'])).then_some((word, columns))
}

fn split(row: &str, dim: usize) -> Result<(&str, &str), String> {
    let (word, numbers) = row.split_once([' ', '\t']).unwrap_or((row, ""));
    if word.is_empty() {
        return Err(format!("expected a word and {dim} numbers, the line begins with a blank or is empty"));
    }
    if word.contains('\r') {
        return Err(format!("the word `{}` holds a line break", word.escape_debug()));
    }
    Ok((word, numbers))
}

/// Calls `each` with all numbers, of which there must be `dim`.
fn for_each(word: &str, numbers: &str, dim: usize, mut each: impl FnMut(f32)) -> Result<(), String> {
    let mut found = 0;
    for column in columns(numbers) {
        let number: f32 =
            column.parse().map_err(|_| format!("`{column}` in the vector of `{word}` is no number"))?;
        if !number.is_finite() {
            return Err(format!("`{column}` in the vector of `{word}` is not finite"));
        }
        each(number);
        found += 1;
    }
    if found == dim { Ok(()) } else { Err(format!("expected {dim} numbers behind `{word}`, found {found}")) }
}
