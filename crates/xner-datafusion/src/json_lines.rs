//! JSON lines under their own endings: DataFusion knows them as `.json`.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::catalog::Session;
use datafusion::common::{GetExt, Result};
use datafusion::datasource::file_format::json::JsonFormatFactory;
use datafusion::datasource::file_format::{FileFormat, FileFormatFactory};
use datafusion::prelude::SessionContext;

/// `JsonFormatFactory`, by another ending.
#[derive(Debug)]
struct JsonLines {
    json: JsonFormatFactory,
    ending: &'static str,
}

impl GetExt for JsonLines {
    fn get_ext(&self) -> String {
        self.ending.to_owned()
    }
}

impl FileFormatFactory for JsonLines {
    fn create(&self, state: &dyn Session, options: &HashMap<String, String>) -> Result<Arc<dyn FileFormat>> {
        self.json.create(state, options)
    }

    fn default(&self) -> Arc<dyn FileFormat> {
        FileFormatFactory::default(&self.json)
    }
}

/// A format that someone registered under these endings stays.
pub(crate) fn register(session: &SessionContext) {
    let state = session.state_ref();
    for ending in ["jsonl", "ndjson"] {
        let format = JsonLines { json: JsonFormatFactory::new(), ending };
        // The only fault is that the ending is taken.
        let _ = state.write().register_file_format(Arc::new(format), false);
    }
}
