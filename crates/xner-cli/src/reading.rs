//! Word vectors from files and from mappings' folders.

use std::path::Path;

use anyhow::Result;
use clap::{Args, ValueEnum};
use xner_embed::map::{self, checkpoint_folder};
use xner_embed::read::{self, Format, ReadOptions, Skipped};
use xner_embed::write::{write_native, write_vec};
use xner_embed::{Error, Vectors};

use crate::args::named;
use crate::ending;
use crate::exit::{at_least_one, bad_input};
use crate::progress::warn;

/// How files of word vectors are read.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Reading {
    /// Vectors: read only so many words, from the top of each file
    #[arg(long, value_name = "N", help_heading = "Reading of vectors")]
    limit: Option<usize>,
    /// Vectors: make words lower case; of words that then are equal the first stays
    #[arg(long, help_heading = "Reading of vectors")]
    lowercase: bool,
    /// Vectors: leave out rows that cannot be read, such as those of words that are empty or not UTF-8, and say how
    /// many
    #[arg(long, help_heading = "Reading of vectors")]
    skip_bad: bool,
    /// Vectors: their format; by default it is found by the first bytes and the name
    #[arg(long, value_name = "FORMAT", help_heading = "Reading of vectors")]
    #[arg(value_parser = named::<Format>(Format::NAMES))]
    vectors_format: Option<Format>,
}

impl Reading {
    /// What the library's readers take.
    pub(crate) fn options(&self) -> Result<ReadOptions> {
        at_least_one("--limit", self.limit.unwrap_or(1))?;
        let Self { limit, lowercase, skip_bad, vectors_format: format } = *self;
        Ok(ReadOptions { limit, lowercase, skip_bad, format })
    }

    /// A file's vectors. What was left out is told.
    pub(crate) fn open(&self, path: &Path) -> Result<Vectors> {
        let (vectors, skipped) = read::open_counted(path, &self.options()?).map_err(|fault| match fault {
            // The counts of a header are no row.
            Error::Corpus(xner_corpus::Error::Malformed { line: 2.., .. }) => {
                bad_input(format!("{fault} (--skip-bad leaves such rows out, and says how many)"))
            }
            fault => fault.into(),
        })?;
        if let Some(Skipped { count, first }) = skipped {
            warn(&format!("note: {count} rows are left out, the first of them: {first}"));
        }
        Ok(vectors)
    }
}

/// The vectors of both languages in a folder that `xner map` wrote.
pub(crate) fn mapped(folder: &Path) -> Result<(Vectors, Vectors)> {
    let side = |name: &str| -> Result<Vectors> {
        for ending in ["safetensors", "vec"] {
            let file = folder.join(format!("{name}.{ending}"));
            if file.is_file() {
                return Ok(read::open(file, &ReadOptions::default())?);
            }
        }
        if checkpoint_folder(folder).exists() {
            let message = "an unfinished mapping: give the command that began it again, and it goes on";
            return Err(bad_input(format!("{}: {message}", folder.display())));
        }
        let folder = folder.display();
        Err(bad_input(format!(
            "{folder}: no {name}.vec and no {name}.safetensors; `xner map` writes such folders"
        )))
    };
    let both = (side("source")?, side("target")?);
    // What made them says whether they stand in one space; vectors of elsewhere say nothing.
    if let Some(chance) = map::open(folder).ok().and_then(|folder| folder.report.chance)
        && chance.failed
    {
        warn(&format!("{}: {}", folder.display(), chance.told()));
    }
    Ok(both)
}

/// A format in which vectors are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VectorsFormat {
    /// Text that every program reads
    Vec,
    /// Our own, which opens in milliseconds
    Safetensors,
}

impl VectorsFormat {
    /// The format that a file's name promises, else text. A name that promises one which is not written is refused;
    /// `option` is what would have named the format.
    pub(crate) fn of_name(path: &Path, option: &str) -> Result<Self> {
        ending::check(path, Some(option))?;
        let packed = matches!(ending::of(path).as_str(), "gz" | "xz" | "bz2" | "zst");
        let inner = if packed { path.with_extension("") } else { path.to_owned() };
        match ending::of(&inner).as_str() {
            "safetensors" => Ok(Self::Safetensors),
            ending @ ("bin" | "ftz") => Err(bad_input(format!(
                "{}: no .{ending} is written, only .vec and .safetensors; with {option} vec or {option} safetensors \
                 it is written so under this name",
                path.display()
            ))),
            _ => Ok(Self::Vec),
        }
    }
}

/// Writes vectors in a format.
pub(crate) fn write(path: &Path, vectors: &Vectors, format: VectorsFormat) -> Result<()> {
    match format {
        VectorsFormat::Vec => write_vec(path, vectors)?,
        VectorsFormat::Safetensors => write_native(path, vectors)?,
    }
    Ok(())
}
