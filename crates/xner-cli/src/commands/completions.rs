//! `xner completions SHELL`.

use anyhow::Result;
use clap::Command;
use clap_complete::Shell;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args, program: &mut Command) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, program, "xner", &mut script);
    super::print(&String::from_utf8_lossy(&script))
}
