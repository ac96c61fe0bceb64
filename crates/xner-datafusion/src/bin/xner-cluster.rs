//! Ballista with xner's functions: a scheduler, executors, and queries.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;
use xner_datafusion::print::{Result, To, ended, print};
use xner_datafusion::{BUILT_IN, Models, cluster};

/// Named entities in SQL on many machines
#[derive(Debug, Parser)]
#[command(name = "xner-cluster", version)]
struct Cli {
    /// The model where a query names none: a directory, a packed file, or a name on the Hugging Face hub
    #[arg(long, global = true, value_name = "DIR", default_value = BUILT_IN)]
    model: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a scheduler: Ballista's own, with Ballista's options
    Scheduler(Box<ballista_scheduler::config::Config>),
    /// Run an executor: Ballista's own, with Ballista's options
    Executor(Box<ballista_executor::config::Config>),
    /// Ask a scheduler
    Sql {
        /// The scheduler
        #[arg(long, default_value = "df://localhost:50050")]
        scheduler: String,
        /// The query. What `copy` wrote where an executor was lost may be there twice: let the rows come here
        query: String,
        /// What is printed
        #[arg(long, value_enum, default_value_t)]
        to: To,
    },
}

fn main() -> ExitCode {
    ended(start(Cli::parse()))
}

fn start(cli: Cli) -> Result<()> {
    let level = match &cli.command {
        Command::Scheduler(config) => &config.log_level_setting,
        Command::Executor(config) => &config.log_level_setting,
        Command::Sql { .. } => "warn",
    };
    let level = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt().with_ansi(false).with_writer(std::io::stderr).with_env_filter(level).init();
    // Plans are walked recursively.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(32 << 20).build()?;
    runtime.block_on(run(cli))
}

async fn run(cli: Cli) -> Result<()> {
    let models = Models::new(cli.model);
    match cli.command {
        Command::Scheduler(config) => cluster::scheduler((*config).try_into()?, &models).await?,
        Command::Executor(config) => cluster::executor((*config).try_into()?, &models).await?,
        Command::Sql { scheduler, query, to } => {
            let session = cluster::session(&scheduler, &models).await?;
            print(session.sql(&query).await?, to).await?;
        }
    }
    Ok(())
}
