//! `xner vectors COMMAND`.

mod analogy;
mod convert;
mod info;
mod neighbours;
mod space;

use anyhow::Result;
use clap::Subcommand;

/// Look at word vectors, convert them, search them
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Info(info::Args),
    Convert(convert::Args),
    Neighbours(neighbours::Args),
    Analogy(analogy::Args),
}

pub(crate) fn run(args: &Args) -> Result<()> {
    match &args.command {
        Command::Info(args) => info::run(args),
        Command::Convert(args) => convert::run(args),
        Command::Neighbours(args) => neighbours::run(args),
        Command::Analogy(args) => analogy::run(args),
    }
}
