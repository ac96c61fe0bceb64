//! A picture's two files.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use xner_corpus::write::Output;

use crate::outputs::Inputs;

/// The files of a picture.
#[derive(Debug, Serialize)]
pub(crate) struct Picture {
    svg: PathBuf,
    png: PathBuf,
}

impl Picture {
    /// Refuses a picture one of whose files is an input, or cannot be written: before it is worked for.
    pub(crate) fn probe(figure: &Path, inputs: &Inputs) -> Result<()> {
        for path in [with_ending(figure, "svg"), with_ending(figure, "png")] {
            inputs.spare(&path)?;
            Output::probe(path)?;
        }
        Ok(())
    }

    /// Writes `FIG.svg` and `FIG.png`, or neither.
    pub(crate) fn write(figure: &Path, svg: &str, png: &[u8]) -> Result<Self> {
        let new = Self { svg: with_ending(figure, "svg"), png: with_ending(figure, "png") };
        let mut files = Vec::new();
        for (path, bytes) in [(&new.svg, svg.as_bytes()), (&new.png, png)] {
            let mut file = Output::create(path)?;
            file.write_all(bytes).map_err(|fault| file.error(fault))?;
            files.push(file);
        }
        files.into_iter().try_for_each(Output::finish)?;
        Ok(new)
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {}", self.svg.display(), self.png.display())
    }
}

/// `FIG.svg` of `FIG`, `FIG.svg` or `FIG.png`; other dots belong to the name.
fn with_ending(figure: &Path, ending: &str) -> PathBuf {
    let known = figure.extension().is_some_and(|e| e == "svg" || e == "png");
    let stem = if known { figure.with_extension("") } else { figure.to_owned() };
    let mut name = stem.into_os_string();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_that_are_none_stay() {
        for (out, want) in [("a", "a.svg"), ("a.png", "a.svg"), ("a.svg", "a.svg"), ("en.es", "en.es.svg")] {
            assert_eq!(with_ending(Path::new(out), "svg"), Path::new(want), "{out}");
        }
    }
}
