//! Columns of text, and of entities.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, Float32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields, Schema};
use xner::{Limit, Ner, TextEntity};

use crate::{Error, Result};

/// The name of the column of entities.
pub const ENTITIES: &str = "entities";

/// The fields of an entity.
fn fields() -> Fields {
    let field = |name: &str, kind| Field::new(name, kind, false);
    Fields::from(vec![
        field("kind", DataType::Utf8),
        field("text", DataType::Utf8),
        field("start", DataType::Int64),
        field("end", DataType::Int64),
        field("start_byte", DataType::Int64),
        field("end_byte", DataType::Int64),
        field("probability", DataType::Float32),
    ])
}

/// `List<Struct<kind, text, start, end, start_byte, end_byte, probability>>`; `start` and `end` count characters, the
/// others bytes of UTF-8, and the ends are those behind the last one.
pub fn entities_type() -> DataType {
    DataType::List(Arc::new(item()))
}

fn item() -> Field {
    Field::new("item", DataType::Struct(fields()), false)
}

/// The texts of an array; none where it holds something else.
pub(crate) fn texts(array: &dyn Array) -> Option<Vec<Option<&str>>> {
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().collect(),
        DataType::Utf8View => array.as_string_view().iter().collect(),
        _ => return None,
    })
}

/// The entities of each text of an array, of the type [`entities_type`]; null where the text is. Short texts are tagged
/// together.
///
/// # Errors
/// [`Error::NoText`], with `column`, for an array of something else; [`Error::Ner`].
pub fn entities(ner: &Ner, array: &dyn Array, column: &str, limit: &Limit) -> Result<ListArray> {
    let Some(texts) = texts(array) else {
        return Err(Error::NoText { column: column.to_owned(), found: array.data_type().clone() });
    };
    let there: Vec<&str> = texts.iter().flatten().copied().collect();
    let mut found = ner.entities_of(&there, limit)?.into_iter();
    let rows: Vec<Vec<TextEntity>> =
        texts.iter().map(|text| text.and_then(|_| found.next()).unwrap_or_default()).collect();
    let offsets = OffsetBuffer::from_lengths(rows.iter().map(Vec::len));
    let nulls = NullBuffer::from(texts.iter().map(Option::is_some).collect::<Vec<bool>>());
    let all = || rows.iter().flatten();
    let numbers = |of: fn(&TextEntity) -> usize| -> ArrayRef {
        Arc::new(all().map(|entity| of(entity) as i64).collect::<Int64Array>())
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(all().map(|entity| Some(entity.kind.as_str())).collect::<StringArray>()),
        Arc::new(all().map(|entity| Some(entity.text.as_str())).collect::<StringArray>()),
        numbers(|entity| entity.characters.start),
        numbers(|entity| entity.characters.end),
        numbers(|entity| entity.bytes.start),
        numbers(|entity| entity.bytes.end),
        Arc::new(all().map(|entity| entity.probability).collect::<Float32Array>()),
    ];
    let entities = StructArray::try_new(fields(), columns, None)?;
    let nulls = Some(nulls).filter(|nulls| nulls.null_count() > 0);
    Ok(ListArray::try_new(Arc::new(item()), offsets, Arc::new(entities), nulls)?)
}

/// The schema with the column of entities behind the others.
pub(crate) fn with_entities(schema: &Schema, column: &str) -> Result<Schema> {
    let Ok(field) = schema.field_with_name(column) else {
        let known = schema.fields().iter().map(|field| format!("`{}`", field.name())).collect();
        return Err(Error::NoColumn { column: column.to_owned(), known });
    };
    if !matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) {
        return Err(Error::NoText { column: column.to_owned(), found: field.data_type().clone() });
    }
    if schema.field_with_name(ENTITIES).is_ok() {
        return Err(Error::Taken(ENTITIES.to_owned()));
    }
    let own = Arc::new(Field::new(ENTITIES, entities_type(), true));
    let fields: Vec<_> = schema.fields().iter().cloned().chain([own]).collect();
    Ok(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// The batch with a column [`ENTITIES`] behind the others, of the texts in `column`.
///
/// # Errors
/// [`Error::NoColumn`], [`Error::NoText`] and [`Error::Taken`] for a batch that does not fit; [`Error::Ner`].
pub fn tag_batch(ner: &Ner, batch: &RecordBatch, column: &str, limit: &Limit) -> Result<RecordBatch> {
    let schema = with_entities(batch.schema_ref(), column)?;
    let texts = batch.schema_ref().index_of(column)?;
    let found = entities(ner, batch.column(texts).as_ref(), column, limit)?;
    let columns = batch.columns().iter().cloned().chain([Arc::new(found) as ArrayRef]).collect();
    Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
}
