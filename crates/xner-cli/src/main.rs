//! The program `xner`.

mod args;
mod cli;
mod columns;
mod commands;
mod ending;
mod exit;
mod help;
mod interrupt;
mod outputs;
mod paint;
mod picture;
mod progress;
mod reading;
mod watch;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match cli::Cli::from_arguments() {
        Ok(cli) => cli,
        Err(fault) => return exit::usage(&fault),
    };
    match interrupt::install().and_then(|()| cli.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::report(&error),
    }
}
