//! `xner pack MODEL`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use xner_corpus::write::Output;
use xner_tagger::{Model, OpenOptions};
use xner_train::Device;

use crate::outputs::Inputs;
use crate::progress::note;

/// Write a model directory as one file, to be built into a program
///
/// `xner tag --model FILE` opens it, and in Rust `xner::Ner::from_bytes(include_bytes!("FILE"))`. It has the files of
/// the folder, and a hash by which damage is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The model directory
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// The file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    Inputs::default().model(&args.model).spare(&args.out)?;
    Output::probe(&args.out)?;
    let model = Model::read(&args.model)?;
    // What cannot be opened is not packed.
    model.open(&OpenOptions::default(), &Device::Cpu)?;
    let bytes = model.to_bytes();
    let mut output = Output::create(&args.out)?;
    let written = output.write_all(&bytes);
    written.map_err(|fault| output.error(fault))?;
    output.finish()?;
    note(&format!("{:.1} MB", bytes.len() as f64 / 1e6));
    Ok(())
}
