//! The program's commands and what they share.

use anyhow::{Context, Result};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{
    completions, convert, demo, dictionary, eval, low_resource, map, map_eval, map_plot, pack, quantise,
    serve, similar, sql, stats, tag, teach_mask, train, transadv_data, transfer, translate, vectors,
};
use crate::{help, progress};

/// Named entity recognition for languages without labelled data.
#[derive(Debug, Parser)]
#[command(name = "xner", version, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 done; 2 bad input (corpus, vectors, config, arguments, model directory); \
                        130 stopped by Ctrl-C; 1 any other failure."
)]
pub(crate) struct Cli {
    /// Threads to work with, 1 to 1024; by default as many as the machine has
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// No progress on standard error
    #[arg(long, short, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Train(train::Args),
    Transfer(transfer::Args),
    LowResource(low_resource::Args),
    Tag(tag::Args),
    Serve(serve::Args),
    Sql(sql::Args),
    Quantise(quantise::Args),
    TeachMask(teach_mask::Args),
    Pack(pack::Args),
    Eval(eval::Args),
    Convert(convert::Args),
    Stats(stats::Args),
    Vectors(vectors::Args),
    Map(map::Args),
    MapEval(map_eval::Args),
    MapPlot(map_plot::Args),
    Dictionary(dictionary::Args),
    Translate(translate::Args),
    Similar(similar::Args),
    TransadvData(transadv_data::Args),
    Completions(completions::Args),
}

impl Cli {
    /// What the arguments of the process say; help and faults of them end it.
    pub(crate) fn from_arguments() -> Result<Self, clap::Error> {
        Self::from_arg_matches(&help::shaped(Self::command()).try_get_matches()?)
    }

    pub(crate) fn run(self) -> Result<()> {
        if let Some(threads) = self.threads {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.into());
            pool.build_global().context("the threads cannot be started")?;
        }
        progress::set_quiet(self.quiet);
        match self.command {
            Command::Demo(args) => demo::run(&args),
            Command::Train(args) => train::run(args),
            Command::Transfer(args) => transfer::run(args),
            Command::LowResource(args) => low_resource::run(&args),
            Command::Tag(args) => tag::run(&args),
            Command::Serve(args) => serve::run(&args),
            Command::Sql(args) => sql::run(&args, self.threads),
            Command::Quantise(args) => quantise::run(&args),
            Command::TeachMask(args) => teach_mask::run(&args),
            Command::Pack(args) => pack::run(&args),
            Command::Eval(args) => eval::run(&args),
            Command::Convert(args) => convert::run(&args),
            Command::Stats(args) => stats::run(&args),
            Command::Vectors(args) => vectors::run(&args),
            Command::Map(args) => map::run(&args),
            Command::MapEval(args) => map_eval::run(&args),
            Command::Dictionary(args) => dictionary::run(&args),
            Command::Translate(args) => translate::run(&args),
            Command::Similar(args) => similar::run(&args),
            Command::TransadvData(args) => transadv_data::run(&args),
            Command::MapPlot(args) => map_plot::run(&args),
            Command::Completions(args) => completions::run(&args, &mut Self::command()),
        }
    }
}
