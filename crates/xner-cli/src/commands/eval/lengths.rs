//! Scores by sentence length, as a table and as a picture.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xner_eval::{LengthTable, Lengths};
use xner_figures::length_lines;

use crate::exit::at_least_one;
use crate::outputs::Inputs;
use crate::picture::Picture;

/// What is asked for by sentence length.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct LengthArgs {
    /// Add correctly tagged words and entity F1 by sentence length, in bins of WIDTH lengths (by default 10).
    /// A `-DOCSTART-` row is no word here
    #[arg(long, value_name = "WIDTH", num_args = 0..=1, default_missing_value = "10")]
    #[arg(conflicts_with = "conlleval", help_heading = "By sentence length")]
    by_length: Option<usize>,
    /// How many bins there are at most; the last holds all longer sentences too
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "By sentence length")]
    length_bins: usize,
    /// Draw them: FIG.svg and FIG.png are written; with --against both systems
    #[arg(long, value_name = "FIG", conflicts_with = "conlleval", help_heading = "By sentence length")]
    length_plot: Option<PathBuf>,
}

impl LengthArgs {
    /// The bins, where any are asked for.
    pub(super) fn lengths(&self) -> Result<Option<Lengths>> {
        let Self { by_length, length_bins: bins, length_plot } = self;
        at_least_one("--by-length", by_length.unwrap_or(1))?;
        at_least_one("--length-bins", *bins)?;
        let asked = by_length.is_some() || length_plot.is_some();
        Ok(asked.then(|| Lengths { width: by_length.unwrap_or(Lengths::default().width), bins: *bins }))
    }

    /// Refuses a picture that cannot be written, or is one of the files that are read.
    pub(super) fn probe<'a>(&self, files: impl IntoIterator<Item = &'a PathBuf>) -> Result<()> {
        self.length_plot.as_ref().map_or(Ok(()), |figure| Picture::probe(figure, &Inputs::of(files)))
    }

    /// A table that is to be printed, and not only drawn.
    pub(super) fn printed(&self, table: Option<&LengthTable>) -> Option<LengthTable> {
        self.by_length.and_then(|_| table.cloned())
    }

    /// Draws the systems' tables, where that is asked for.
    pub(super) fn draw(&self, systems: &[(&Path, Option<&LengthTable>)]) -> Result<Option<Picture>> {
        let Some(figure) = &self.length_plot else { return Ok(None) };
        let named: Vec<(String, &LengthTable)> = systems
            .iter()
            .filter_map(|(file, table)| Some((file.display().to_string(), (*table)?)))
            .collect();
        let tables: Vec<_> = named.iter().map(|(name, table)| (name.as_str(), *table)).collect();
        let lines = length_lines("Correctly tagged words by sentence length", &tables)?;
        Picture::write(figure, &lines.to_svg()?, &lines.to_png()?).map(Some)
    }
}
