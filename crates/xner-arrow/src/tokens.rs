//! Columns of tokens, and of tags.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray};
use arrow_schema::{DataType, Field};
use xner::corpus::Sentence;
use xner::{Limit, Ner};

use crate::batch::texts;
use crate::{Error, Result};

/// `List<Utf8>`: a tag for each token.
pub fn tags_type() -> DataType {
    DataType::List(Arc::new(tag()))
}

fn tag() -> Field {
    Field::new("item", DataType::Utf8, true)
}

/// The lists of an array; none where it holds something else.
fn lists(array: &dyn Array) -> Option<Vec<Option<ArrayRef>>> {
    Some(match array.data_type() {
        DataType::List(_) => array.as_list::<i32>().iter().collect(),
        DataType::LargeList(_) => array.as_list::<i64>().iter().collect(),
        DataType::FixedSizeList(..) => array.as_fixed_size_list().iter().collect(),
        _ => return None,
    })
}

/// The tags of each list of tokens of an array, such as `B-PER`, of the type [`tags_type`]. A list that is null has
/// none; a token that is null has a null for its tag, and is not read.
///
/// # Errors
/// [`Error::NoTokens`], with `column`, for an array of something else; [`Error::Ner`].
pub fn tags(ner: &Ner, array: &dyn Array, column: &str, limit: &Limit) -> Result<ListArray> {
    let fault = || Error::NoTokens { column: column.to_owned(), found: array.data_type().clone() };
    let lists = lists(array).ok_or_else(fault)?;
    let mut rows = Vec::with_capacity(lists.len());
    for list in &lists {
        rows.push(list.as_ref().map(|list| texts(list.as_ref()).ok_or_else(fault)).transpose()?);
    }
    let sentence = |row: &Vec<Option<&str>>| Sentence::from_tokens(row.iter().flatten());
    let sentences: Vec<Sentence> = rows.iter().flatten().map(sentence).collect();
    let mut found = ner.tags_of(&sentences, limit)?.into_iter();
    let mut built = ListBuilder::new(StringBuilder::new()).with_field(tag());
    for row in &rows {
        let own = row.as_ref().and_then(|_| found.next()).unwrap_or_default();
        let mut own = own.iter().map(ToString::to_string);
        for token in row.iter().flatten() {
            built.values().append_option(token.and_then(|_| own.next()));
        }
        built.append(row.is_some());
    }
    Ok(built.finish())
}
