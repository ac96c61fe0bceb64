//! Raw text of several files, and the encoder that reads it.

use std::path::PathBuf;

use anyhow::Result;
use xner_corpus::Sentence;
use xner_corpus::read::Format;
use xner_train::{Device, read_unlabelled};

use crate::args::{self, Layout, unlike};
use crate::exit::not_empty;
use crate::progress::Progress;

/// What commands that run an encoder over raw text share.
#[derive(Debug, clap::Args)]
pub(crate) struct RawText {
    /// Text, columns or JSON lines, whose labels are not looked at; plain, .gz, .xz, .bz2 or .zst
    #[arg(required = true, value_name = "CORPUS")]
    pub(crate) corpora: Vec<PathBuf>,
    /// Format of CORPUS; by default what its name promises, else JSON lines or columns by the first lines
    #[arg(long, value_parser = args::named::<Format>(Format::NAMES))]
    format: Option<Format>,
    /// Where to compute: cpu, cuda:0 or wgpu:0
    #[arg(long, default_value = "cpu")]
    pub(crate) device: Device,
    #[command(flatten)]
    layout: Layout,
}

impl RawText {
    /// All sentences of the files, each of which has some. A format that is not as it was said is told with `--format`.
    pub(super) fn read(&self) -> Result<Vec<Sentence>> {
        let read = self.layout.read(self.format);
        let _spinner = Progress::spinner("reading");
        let mut sentences = Vec::new();
        for corpus in &self.corpora {
            let found = read_unlabelled(corpus, &read).map_err(|fault| unlike(fault.into(), "--format"))?;
            not_empty(!found.is_empty(), corpus)?;
            sentences.extend(found);
        }
        Ok(sentences)
    }
}
