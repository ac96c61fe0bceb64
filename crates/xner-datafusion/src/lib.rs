#![doc = include_str!("../README.md")]

mod function;
mod json_lines;
mod models;

#[cfg(feature = "ballista")]
pub mod cluster;
#[cfg(feature = "program")]
pub mod print;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::SessionContext;

pub use models::{BUILT_IN, Models};

/// The functions `ner` and `ner_tags`, which share their models.
pub fn functions(models: &Models) -> Vec<Arc<ScalarUDF>> {
    function::Kind::ALL
        .map(|kind| Arc::new(ScalarUDF::from(function::Function::new(kind, models.clone()))))
        .into()
}

/// Makes `ner` and `ner_tags` known to a session, and files that end in `.jsonl` and `.ndjson` tables as those that
/// end in `.json` are.
pub fn register(session: &SessionContext, models: &Models) {
    for function in functions(models) {
        session.register_udf(function.as_ref().clone());
    }
    json_lines::register(session);
}
