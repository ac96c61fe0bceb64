//! What a query gives, printed.

use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

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

/// The code that a program ends with, its fault told on standard error. That who read has gone away is no fault.
pub fn ended(result: Result<()>) -> ExitCode {
    let Err(fault) = result else { return ExitCode::SUCCESS };
    let pipe = |fault: &io::Error| fault.kind() == io::ErrorKind::BrokenPipe;
    if fault.downcast_ref().is_some_and(pipe) {
        return ExitCode::SUCCESS;
    }
    // If standard error is closed there is no one to tell.
    let _ = writeln!(io::stderr(), "error: {fault}");
    ExitCode::from(2)
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
