//! `xner sql`: named entities in queries over files.

use std::process::ExitCode;

use clap::Parser;
use datafusion::prelude::{SessionConfig, SessionContext};
use xner_datafusion::print::{Result, To, ended, print};
use xner_datafusion::{BUILT_IN, Models, register};

/// Ask for entities in SQL, of Parquet, CSV and JSON files
///
/// The dialect is Apache DataFusion's. `ner(text [, model])` gives a list of entities, `ner_tags(tokens [, model])` a
/// tag for each token. A table is the name of a file, or of many with a star in it.
#[derive(Debug, Parser)]
#[command(name = "xner-sql", bin_name = "xner sql", version, max_term_width = 100)]
#[command(
    after_help = "Example:\n  xner sql \"select e.kind, e.text, count(*) from (select unnest(ner(body)) e from \
                        'news/*.parquet') group by 1, 2 order by 3 desc limit 20\"\n  xner sql \"copy (select *, \
                        ner(body) entities from 'news/*.parquet') to 'tagged/' stored as parquet\""
)]
struct Cli {
    /// The query
    query: String,
    /// The model where the query names none: a directory, a packed file, a name on the Hugging Face hub, or the model
    /// in the box
    #[arg(long, value_name = "DIR", default_value = BUILT_IN)]
    model: String,
    /// Threads to work with, 1 to 1024; by default as many as the machine has
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// What is printed
    #[arg(long, value_enum, default_value_t)]
    to: To,
}

fn main() -> ExitCode {
    ended(start(Cli::parse()))
}

fn start(cli: Cli) -> Result<()> {
    let threads = match cli.threads {
        Some(threads) => threads.into(),
        None => std::thread::available_parallelism()?.get(),
    };
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    // Plans are walked recursively.
    let runtime = runtime.worker_threads(threads).thread_stack_size(32 << 20).enable_all().build()?;
    runtime.block_on(run(cli, threads))
}

async fn run(cli: Cli, threads: usize) -> Result<()> {
    // A partition is so many row groups, and where one has more of them than another a thread waits: with more of them
    // than threads all end together. Long texts are many bytes: few rows at a time keep memory flat.
    let partitions = if threads == 1 { 1 } else { 4 * threads };
    let config = SessionConfig::new().with_target_partitions(partitions).with_batch_size(1024);
    let session = SessionContext::new_with_config(config).enable_url_table();
    register(&session, &Models::new(cli.model));
    print(session.sql(&cli.query).await?, cli.to).await
}
