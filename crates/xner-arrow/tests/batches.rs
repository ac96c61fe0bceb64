//! Record batches.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use arrow_array::builder::{LargeListBuilder, ListBuilder, StringBuilder, StringViewBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int32Array, LargeStringArray, RecordBatch, StringArray, StringViewArray};
use common::ner;
use xner::Limit;
use xner_arrow::{ENTITIES, entities_type, tag_batch, tags, tags_type};

const TEXTS: [Option<&str>; 5] =
    [Some("\u{1f600} now Zoë saw Åbo."), None, Some(""), Some("nobody"), Some("Ada met Otto. Then Eve ran.")];

fn batch(texts: ArrayRef) -> RecordBatch {
    let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1, 2, 3, 4, 5]));
    RecordBatch::try_from_iter([("number", numbers), ("body", texts)]).unwrap()
}

#[test]
fn every_kind_of_text_gets_its_entities() {
    let arrays: [ArrayRef; 3] = [
        Arc::new(StringArray::from(TEXTS.to_vec())),
        Arc::new(LargeStringArray::from(TEXTS.to_vec())),
        Arc::new(StringViewArray::from(TEXTS.to_vec())),
    ];
    for array in arrays {
        let before = batch(array);
        let after = tag_batch(&ner(), &before, "body", &Limit::none()).unwrap();
        assert_eq!(after.schema().field_with_name(ENTITIES).unwrap().data_type(), &entities_type());
        assert_eq!(after.columns()[..2], before.columns()[..]);
        let lists = after.column_by_name(ENTITIES).unwrap().as_list::<i32>();
        for (row, text) in TEXTS.iter().enumerate() {
            assert_eq!(lists.is_null(row), text.is_none());
            let Some(text) = text else { continue };
            let found = lists.value(row);
            let found = found.as_struct();
            let wanted = ner().entities(text).unwrap();
            assert_eq!(found.len(), wanted.len(), "{text}");
            let numbers = |name: &str| {
                found.column_by_name(name).unwrap().as_primitive::<Int64Type>().values().to_vec()
            };
            let words = found.column_by_name("text").unwrap().as_string::<i32>().clone();
            for (at, entity) in wanted.iter().enumerate() {
                let bytes = numbers("start_byte")[at] as usize..numbers("end_byte")[at] as usize;
                assert_eq!((bytes.clone(), words.value(at)), (entity.bytes.clone(), &text[bytes]));
                let characters = numbers("start")[at] as usize..numbers("end")[at] as usize;
                let own: String = text.chars().skip(characters.start).take(characters.len()).collect();
                assert_eq!(own, words.value(at));
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let texts: ArrayRef = Arc::new(StringArray::from(TEXTS.to_vec()));
    let fault = |batch: &RecordBatch, column: &str| {
        tag_batch(&ner(), batch, column, &Limit::none()).unwrap_err().to_string()
    };
    let whole = batch(texts.clone());
    assert_eq!(fault(&whole, "text"), "there is no column `text`, expected one of `number`, `body`");
    assert!(fault(&whole, "number").contains("holds Int32, expected Utf8"));
    let taken = RecordBatch::try_from_iter([("body", texts.clone()), (ENTITIES, texts)]).unwrap();
    assert!(fault(&taken, "body").contains("`entities` already"));
    // No row is no fault.
    let none = tag_batch(&ner(), &whole.slice(0, 0), "body", &Limit::none()).unwrap();
    assert_eq!((none.num_rows(), none.num_columns()), (0, 3));
}

/// Tokens, their tags.
type Row = Option<Vec<(Option<&'static str>, Option<&'static str>)>>;

fn rows() -> Vec<Row> {
    vec![
        Some(vec![
            (Some("now"), Some("O")),
            (Some("Ada"), Some("B-PER")),
            (None, None),
            (Some("Eve"), Some("B-PER")),
        ]),
        None,
        Some(vec![]),
        Some(vec![(Some("nobody"), Some("O"))]),
    ]
}

#[test]
fn tokens_get_their_tags() {
    let mut lists = ListBuilder::new(StringBuilder::new());
    let mut large = LargeListBuilder::new(StringViewBuilder::new());
    for row in rows() {
        for (token, _) in row.iter().flatten() {
            lists.values().append_option(*token);
            large.values().append_option(*token);
        }
        lists.append(row.is_some());
        large.append(row.is_some());
    }
    let arrays: [ArrayRef; 2] = [Arc::new(lists.finish()), Arc::new(large.finish())];
    for array in arrays {
        let found = tags(&ner(), array.as_ref(), "tokens", &Limit::none()).unwrap();
        assert_eq!(found.data_type(), &tags_type());
        let read = found.iter().map(|row| {
            let own = |row: ArrayRef| {
                row.as_string::<i32>().iter().map(|tag| tag.map(str::to_owned)).collect::<Vec<_>>()
            };
            row.map(own)
        });
        let wanted = rows().into_iter().map(|row| {
            row.map(|row| row.into_iter().map(|(_, tag)| tag.map(str::to_owned)).collect::<Vec<_>>())
        });
        assert!(read.eq(wanted));
    }
    let texts: ArrayRef = Arc::new(StringArray::from(TEXTS.to_vec()));
    let fault = tags(&ner(), texts.as_ref(), "tokens", &Limit::none()).unwrap_err().to_string();
    assert!(fault.contains("`tokens` holds Utf8, expected a list"), "{fault}");
}
