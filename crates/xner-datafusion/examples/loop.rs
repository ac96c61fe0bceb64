//! The tagger called in a loop over the batches of a Parquet file, on one thread: what `ner()` in a query is measured
//! against by `tools/bench/sql.py`.
//!
//!     cargo run --release --features program --example loop -- FILE.parquet COLUMN MODEL

use std::error::Error;
use std::fs::File;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use xner::Limit;
use xner_datafusion::Models;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, column, model] = &arguments[..] else { return Err("expected FILE COLUMN MODEL".into()) };
    let ner = Models::default().get(Some(model))?;
    let batches =
        ParquetRecordBatchReaderBuilder::try_new(File::open(file)?)?.with_batch_size(1024).build()?;
    let (mut rows, mut entities) = (0, 0);
    for batch in batches {
        let tagged = xner_arrow::tag_batch(&ner, &batch?, column, &Limit::none())?;
        let found = tagged.column_by_name("entities").ok_or("no column of entities")?;
        rows += tagged.num_rows();
        entities += found.as_list::<i32>().values().len();
    }
    println!("{rows},{entities}");
    Ok(())
}
