//! The names of labels that stand as numbers in a file.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::read::lines::Place;
use crate::read::whole_text;
use crate::{Result, Spelling};

/// The names of tags by their numbers, from a list `O,B-PER,I-PER` or from a file: a name a line, a JSON list, or a
/// JSON object with the list or the table of Hugging Face's files under `names`, `label_names`, `id2label` or
/// `label2id`.
///
/// ```
/// use xner_corpus::Spelling;
/// use xner_corpus::read::jsonl::label_names;
///
/// assert_eq!(label_names("O,B-PER,I-PER", Spelling::Auto)?, ["O", "B-PER", "I-PER"]);
/// # Ok::<(), xner_corpus::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`](crate::Error::Malformed) with the line for a name that is no tag as `tags` spells them, or a
/// file in another shape; [`Error::Io`](crate::Error::Io).
pub fn label_names(given: &str, tags: Spelling) -> Result<Vec<String>> {
    let path = Path::new(given);
    let names: Vec<(String, usize)> = if path.is_file() {
        of_file(path)?
    } else if given.contains(',') {
        given.split(',').map(|name| (name.trim().to_owned(), 1)).collect()
    } else {
        let fault = std::io::Error::new(
            std::io::ErrorKind::NotFound,
            "there is no such file, and it is no list of labels such as O,B-PER,I-PER",
        );
        return Err(crate::Error::Io { path: path.to_owned(), fault });
    };
    for (at, (name, line)) in names.iter().enumerate() {
        if let Err(fault) = tags.parse(name) {
            let place = Place { path: path.to_owned(), line: *line };
            return Err(place.malformed(format!("label {at}: {fault}")));
        }
    }
    Ok(names.into_iter().map(|(name, _)| name).collect())
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Shape {
    List(Vec<String>),
    /// Numbers to names, or names to numbers.
    Table(Map<String, Value>),
}

fn of_file(path: &Path) -> Result<Vec<(String, usize)>> {
    let text = whole_text(path)?;
    if !text.trim_start().starts_with(['[', '{']) {
        let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
        let filled = lines.map(|(at, name)| (name.trim().to_owned(), at + 1));
        return Ok(filled.filter(|(name, _)| !name.is_empty()).collect());
    }
    let malformed = |line: usize, message: String| Place { path: path.to_owned(), line }.malformed(message);
    let value: Value =
        serde_json::from_str(&text).map_err(|fault| malformed(fault.line(), format!("no JSON: {fault}")))?;
    let expected = "expected a list of labels, or `names`, `label_names`, `id2label` or `label2id` with one";
    let names = named(value).ok_or_else(|| malformed(1, expected.to_owned()))?;
    Ok(names.into_iter().map(|name| (name, 1)).collect())
}

/// The names in a JSON value, in the order of their numbers.
fn named(value: Value) -> Option<Vec<String>> {
    match serde_json::from_value(value).ok()? {
        Shape::List(names) => Some(names),
        Shape::Table(mut table) => {
            for key in ["names", "label_names", "id2label", "label2id"] {
                if let Some(inner) = table.remove(key) {
                    return named(inner);
                }
            }
            let mut numbered: Vec<(u64, String)> = table
                .into_iter()
                .map(|(key, value)| match value {
                    Value::String(name) => Some((key.parse().ok()?, name)),
                    value => Some((value.as_u64()?, key)),
                })
                .collect::<Option<_>>()?;
            numbered.sort();
            let whole = numbered.iter().enumerate().all(|(at, (number, _))| at as u64 == *number);
            (whole && !numbered.is_empty()).then(|| numbered.into_iter().map(|(_, name)| name).collect())
        }
    }
}
