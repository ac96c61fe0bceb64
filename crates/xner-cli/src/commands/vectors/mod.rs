//! `xner vectors COMMAND`.

mod analogy;
mod convert;
mod distil;
mod info;
mod neighbours;
mod space;

use std::path::Path;

use anyhow::Result;
use clap::Subcommand;
use xner_embed::Error;

use crate::exit::bad_input;

/// Look at word vectors, make them of an encoder, convert them, search them
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Info(info::Args),
    Convert(convert::Args),
    Distil(distil::Args),
    Neighbours(neighbours::Args),
    Analogy(analogy::Args),
}

pub(crate) fn run(args: &Args) -> Result<()> {
    match &args.command {
        Command::Info(args) => info::run(args),
        Command::Convert(args) => convert::run(args),
        Command::Distil(args) => distil::run(args),
        Command::Neighbours(args) => neighbours::run(args),
        Command::Analogy(args) => analogy::run(args),
    }
}

/// A fault with the file's name where it is one of words that the file does not have.
fn in_file(fault: Error, file: &Path) -> anyhow::Error {
    match fault {
        Error::UnknownWords { .. } => bad_input(format!("{}: {fault}", file.display())),
        fault => fault.into(),
    }
}
