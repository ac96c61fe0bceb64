//! What a query gives, printed.

use std::error::Error;
use std::io::{self, BufWriter, Write};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::csv::WriterBuilder;
use datafusion::arrow::json::LineDelimitedWriter;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::prelude::DataFrame;
use futures_util::StreamExt;

/// A fault of a query or of its output.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How rows are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum To {
    /// A table, when all of it is there
    #[default]
    Table,
    /// A JSON object a line, as rows come
    Jsonl,
    /// CSV with a line of names, as rows come; lists cannot be written so
    Csv,
}

/// Prints what a query gives on standard output.
///
/// # Errors
/// Those of the query, and of standard output.
pub async fn print(found: DataFrame, to: To) -> Result<()> {
    let out = BufWriter::new(io::stdout().lock());
    match to {
        To::Table => table(out, found).await,
        To::Jsonl => jsonl(out, found.execute_stream().await?).await,
        To::Csv => csv(out, found.execute_stream().await?).await,
    }
}

/// Whether a fault is that who read has gone away, which is none.
pub fn is_over(fault: &(dyn Error + 'static)) -> bool {
    fault.downcast_ref::<io::Error>().is_some_and(|fault| fault.kind() == io::ErrorKind::BrokenPipe)
}

async fn table(mut out: impl Write, found: DataFrame) -> Result<()> {
    writeln!(out, "{}", found.to_string().await?)?;
    Ok(out.flush()?)
}

async fn jsonl(mut out: impl Write, mut rows: SendableRecordBatchStream) -> Result<()> {
    while let Some(batch) = rows.next().await {
        // The writer keeps the fault of a closed pipe as text: what it writes is sent by ourselves.
        let mut lines = Vec::new();
        let mut writer = LineDelimitedWriter::new(&mut lines);
        writer.write(&batch?)?;
        writer.finish()?;
        out.write_all(&lines)?;
    }
    Ok(out.flush()?)
}

async fn csv(mut out: impl Write, mut rows: SendableRecordBatchStream) -> Result<()> {
    let mut send = |batch: &RecordBatch, names: bool| -> Result<()> {
        let mut lines = Vec::new();
        let mut writer = WriterBuilder::new().with_header(names).build(&mut lines);
        writer.write(batch)?;
        drop(writer);
        Ok(out.write_all(&lines)?)
    };
    send(&RecordBatch::new_empty(rows.schema()), true)?;
    while let Some(batch) = rows.next().await {
        send(&batch?, false)?;
    }
    Ok(out.flush()?)
}
