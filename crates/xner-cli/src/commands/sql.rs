//! `xner sql`: a program of its own, since what it needs is many times what the rest does.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result};

use crate::exit::bad_input;

/// The program.
const PROGRAM: &str = if cfg!(windows) { "xner-sql.exe" } else { "xner-sql" };

/// Ask for entities in SQL, of Parquet, CSV and JSON files
///
/// The dialect is Apache DataFusion's. `ner(text [, model])` gives a list of entities, `ner_tags(tokens [, model])` a
/// tag for each token. A table is the name of a file, or of many with a star in it. The work is done by the program
/// `xner-sql`, which is installed for itself: `cargo install xner-datafusion --features program`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The query
    query: OsString,
    /// The model where QUERY names none: a directory, a packed file or a name on the hub; by default the model in the
    /// box
    #[arg(long, value_name = "DIR")]
    model: Option<OsString>,
    /// What is printed; by default a table
    #[arg(long, value_enum)]
    to: Option<To>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum To {
    /// A table, when all of it is there
    Table,
    /// A JSON object a line, as rows come
    Jsonl,
    /// CSV with a line of names, as rows come; lists cannot be written so
    Csv,
}

impl To {
    fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

pub(crate) fn run(args: &Args, threads: Option<u16>) -> Result<()> {
    // Beside this program first: what was installed together belongs together.
    let beside = std::env::current_exe().ok().map(|own| own.with_file_name(PROGRAM));
    let program = beside.filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from(PROGRAM));
    let mut command = Command::new(&program);
    if let Some(model) = &args.model {
        command.arg("--model").arg(model);
    }
    if let Some(to) = args.to {
        command.args(["--to", to.name()]);
    }
    if let Some(threads) = threads {
        command.arg("--threads").arg(threads.to_string());
    }
    command.arg("--").arg(&args.query);
    let status = match command.status() {
        Err(fault) if fault.kind() == ErrorKind::NotFound => {
            let message = "the program xner-sql is neither beside xner nor on the path; `cargo install xner-datafusion \
                           --features program` installs it";
            return Err(bad_input(message));
        }
        other => other.with_context(|| program.display().to_string())?,
    };
    if status.success() { Ok(()) } else { std::process::exit(code(status)) }
}

/// The code of a program that has told its fault itself.
fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(1)
}
