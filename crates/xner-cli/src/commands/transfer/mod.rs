//! `xner transfer`: a tagger for a language without labels.

mod bwet;
mod bwet_settings;
mod figures;
mod runs;
mod settings;
mod table;
mod watch;
mod zero_resource;

use anyhow::Result;

/// Train a tagger for a language without labels, from another's labels and its own raw text
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    method: Method,
}

#[derive(Debug, clap::Subcommand)]
enum Method {
    ZeroResource(zero_resource::Args),
    Bwet(bwet::Args),
    Table(table::Args),
    Figures(figures::Args),
}

pub(crate) fn run(args: Args) -> Result<()> {
    match args.method {
        Method::ZeroResource(args) => zero_resource::run(&args),
        Method::Bwet(args) => bwet::run(&args),
        Method::Table(args) => table::run(&args),
        Method::Figures(args) => figures::run(&args),
    }
}
