//! The functions in queries.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, LargeStringArray, ListArray, RecordBatch, StringArray,
    StringViewArray,
};
use datafusion::arrow::datatypes::Int32Type;
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{SessionConfig, SessionContext};
use xner::corpus::{Entity, Scheme, Sentence, Tag, TagSet};
use xner::tagger::{ScoredEntity, Tagger, Tagging};
use xner::{Ner, Threads};
use xner_datafusion::{Models, register};

/// Takes each word with a capital for a person, and counts the words that it is asked.
struct Capitals(TagSet, Arc<AtomicUsize>);

impl Tagger for Capitals {
    fn tag(&self, sentences: &[Sentence]) -> xner::Result<Vec<Tagging>> {
        let tagging = |sentence: &Sentence| {
            self.1.fetch_add(sentence.len(), Ordering::Relaxed);
            let mut tagging = Tagging::default();
            for (at, token) in sentence.tokens().enumerate() {
                if token.chars().next().is_some_and(char::is_uppercase) {
                    let entity = Entity { tokens: at..at + 1, kind: "PER".into() };
                    tagging.entities.push(ScoredEntity { entity, probability: 0.5 });
                    tagging.tags.push("B-PER".parse().unwrap());
                } else {
                    tagging.tags.push(Tag::Outside);
                }
            }
            tagging
        };
        Ok(sentences.iter().map(tagging).collect())
    }

    fn tag_set(&self) -> &TagSet {
        &self.0
    }
}

fn session() -> (SessionContext, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let tagger: Arc<dyn Tagger> =
        Arc::new(Capitals(TagSet::new(Scheme::Iob2, ["PER".into()]), count.clone()));
    let ner = Ner::builder().threads(Threads::Caller).tagger(tagger).unwrap();
    let session =
        SessionContext::new_with_config(SessionConfig::new().with_target_partitions(2)).enable_url_table();
    register(&session, &Models::new("capitals").with("capitals", ner));
    (session, count)
}

async fn rows(session: &SessionContext, query: &str) -> datafusion::error::Result<String> {
    let batches = session.sql(query).await?.collect().await?;
    Ok(pretty_format_batches(&batches)?.to_string())
}

async fn fault(session: &SessionContext, query: &str) -> String {
    rows(session, query).await.unwrap_err().to_string()
}

#[tokio::test]
async fn entities_are_counted() {
    let (session, _) = session();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("news.parquet");
    let made = "select * from (values (1, 'so Ada met Zoë'), (2, null), (3, 'then Ada left'), (4, '')) as t(id, body)";
    let made = session.sql(made).await.unwrap();
    made.write_parquet(file.to_str().unwrap(), DataFrameWriteOptions::new(), None).await.unwrap();
    let query = format!(
        "select e.kind as kind, e.text as text, count(*) n from (select unnest(ner(body)) e from '{}/*.parquet') \
         group by 1, 2 order by 3 desc, 2 limit 20",
        folder.path().display()
    );
    let wanted = "\
+------+------+---+
| kind | text | n |
+------+------+---+
| PER  | Ada  | 2 |
| PER  | Zoë  | 1 |
+------+------+---+";
    assert_eq!(rows(&session, &query).await.unwrap(), wanted);
}

#[tokio::test]
async fn every_kind_of_text_is_read() {
    let texts = [Some("so Ada met Zoë"), None, Some("no one")];
    let dictionary: DictionaryArray<Int32Type> = texts.into_iter().collect();
    let arrays: [ArrayRef; 4] = [
        Arc::new(StringArray::from(texts.to_vec())),
        Arc::new(LargeStringArray::from(texts.to_vec())),
        Arc::new(StringViewArray::from(texts.to_vec())),
        Arc::new(dictionary),
    ];
    for array in arrays {
        let (session, _) = session();
        session.register_batch("t", RecordBatch::try_from_iter([("body", array)]).unwrap()).unwrap();
        let batches = session.sql("select ner(body) as found from t").await.unwrap().collect().await.unwrap();
        let lists: Vec<&ListArray> = batches.iter().map(|batch| batch.column(0).as_list()).collect();
        let lengths: Vec<_> =
            lists.iter().flat_map(|list| list.iter()).map(|row| row.map(|row| row.len())).collect();
        assert_eq!(lengths, [Some(2), None, Some(0)]);
    }
}

#[tokio::test]
async fn places_are_told() {
    let (session, _) = session();
    let query = "select e.text t, e.start a, e.end b, e.start_byte c, e.end_byte d, e.probability p \
                 from (select unnest(ner('so Zoë met Ada')) e)";
    let wanted = "\
+-----+----+----+----+----+-----+
| t   | a  | b  | c  | d  | p   |
+-----+----+----+----+----+-----+
| Zoë | 3  | 6  | 3  | 7  | 0.5 |
| Ada | 11 | 14 | 12 | 15 | 0.5 |
+-----+----+----+----+----+-----+";
    assert_eq!(rows(&session, query).await.unwrap(), wanted);
}

#[tokio::test]
async fn tokens_get_tags() {
    let (session, _) = session();
    let found =
        rows(&session, "select array_to_string(ner_tags(['now', 'Ada', 'left']), ' ') t").await.unwrap();
    assert!(found.contains("| O B-PER O |"), "{found}");
    let found = rows(&session, "select ner_tags(null) is null and ner(null) is null t").await.unwrap();
    assert!(found.contains("| true |"), "{found}");
}

#[tokio::test]
async fn a_query_that_names_it_twice_runs_it_once() {
    let (session, count) = session();
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["so Ada met Zoë"; 100]));
    session.register_batch("t", RecordBatch::try_from_iter([("body", texts)]).unwrap()).unwrap();
    let query =
        "select sum(n) from (select array_length(ner(body)) n from t where array_length(ner(body)) > 1)";
    let found = rows(&session, query).await.unwrap();
    assert!(found.contains("| 200"), "{found}");
    assert!(count.load(Ordering::Relaxed) <= 800, "{count:?} words");
    // A constant is tagged once, not once a row.
    count.store(0, Ordering::Relaxed);
    rows(&session, "select ner('Ada') from t").await.unwrap();
    assert!(count.load(Ordering::Relaxed) <= 4, "{count:?} words");
}

/// Under the endings that everyone else gives them; many files too.
#[tokio::test]
async fn json_lines_are_tables() {
    let (session, _) = session();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("a.jsonl", "so Ada left"), ("b.jsonl", "then Zoë"), ("c.ndjson", "Ada")] {
        std::fs::write(folder.path().join(name), format!("{{\"body\": \"{text}\"}}\n")).unwrap();
    }
    for (files, count) in [("*.jsonl", 2), ("c.ndjson", 1)] {
        let query =
            format!("select sum(array_length(ner(body))) n from '{}/{files}'", folder.path().display());
        let found = rows(&session, &query).await.unwrap();
        assert!(found.contains(&format!("| {count} |")), "{files}: {found}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_named() {
    let (session, _) = session();
    let cases = [
        ("select ner(1)", "the first argument is Int64, expected text"),
        ("select ner()", "one or two arguments"),
        ("select ner('a', 'b', 'c')", "one or two arguments, found 3"),
        ("select ner('a', 1)", "the model is Int64, expected its name"),
        ("select ner_tags('a')", "expected a list of text"),
        ("select ner_tags([1])", "expected a list of text"),
        ("select ner(b, b) from (values ('a'), ('b')) as t(b)", "must be one name for all rows"),
        ("select ner('a', '/no/such/model') from (values (1)) as t(b)", "/no/such/model"),
    ];
    for (query, wanted) in cases {
        let found = fault(&session, query).await;
        assert!(found.contains(wanted), "{query}: {found}");
    }
}

/// The model in the box, by its name and as the default; the same as without SQL.
#[cfg(feature = "built-in")]
#[tokio::test]
async fn the_model_in_the_box() {
    let session = SessionContext::new();
    register(&session, &Models::default());
    let text = "Ada Lovelace lived in London and wrote to Charles Babbage.";
    let wanted: Vec<String> =
        Ner::built_in().unwrap().entities(text).unwrap().into_iter().map(|one| one.text).collect();
    assert!(!wanted.is_empty());
    for call in [format!("ner('{text}')"), format!("ner('{text}', 'built-in')")] {
        let query = format!("select e.text from (select unnest({call}) e)");
        let batches = session.sql(&query).await.unwrap().collect().await.unwrap();
        let texts = batches.iter().flat_map(|batch| batch.column(0).as_string::<i32>().iter());
        assert!(texts.eq(wanted.iter().map(|text| Some(text.as_str()))), "{call}");
    }
}
