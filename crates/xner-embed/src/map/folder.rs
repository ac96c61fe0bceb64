//! The folder of a mapping: the mapped vectors, the mapping, its config and its report.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xner_corpus::read::{check_regular, regular_text};
use xner_corpus::write::remove_partial;

use super::checkpoint::remove_checkpoint;
use super::config::MapConfig;
use super::exact;
use super::mapping::Mapping;
use super::report::Report;
use super::run::Mapped;
use super::spelling;
use super::stored::{Opened, Stored, write_bytes};
use crate::normalise::Fitted;
use crate::{Error, ReadOptions, Result, Vectors, read, write};

const MAPPING: &str = "mapping.safetensors";
const CONFIG: &str = "config.json";
const REPORT: &str = "report.json";
const CHECKPOINT: &str = "checkpoint";

/// The names of all files that a mapping's folder may have of [`save`].
pub const MAPPING_FILES: [&str; 7] =
    [CONFIG, MAPPING, REPORT, "source.safetensors", "source.vec", "target.safetensors", "target.vec"];

/// How a mapping's folder holds the mapped vectors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VectorFiles {
    /// As word2vec text, `source.vec` and `target.vec`.
    #[default]
    Text,
    /// In the native format, `source.safetensors` and `target.safetensors`.
    Native,
}

impl VectorFiles {
    fn ending(self) -> &'static str {
        match self {
            Self::Text => "vec",
            Self::Native => "safetensors",
        }
    }
}

/// The part of a mapping that is no matrix.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Note {
    format: String,
    source: Fitted,
    target: Fitted,
}

/// What the note of a mapping says that it is.
const FORMAT: &str = "xner-mapping 1";

/// The folder of the checkpoint inside a mapping's folder: where [`super::Resources::checkpoint`] belongs.
pub fn checkpoint_folder(dir: impl AsRef<Path>) -> PathBuf {
    dir.as_ref().join(CHECKPOINT)
}

/// Writes a mapping's folder: `source.vec` and `target.vec`, all words of `source` and `target` mapped;
/// `mapping.safetensors`, the matrices and the normalisation; `config.json`; `report.json`, which comes last, so that a
/// folder with a report is whole. Each file is written under a temporary name and renamed. The checkpoint inside the
/// folder, where there is one, is removed. One process at a time may do so: see [`xner_corpus::write::FolderLock`].
///
/// # Errors
/// What the system says; [`Error::Incompatible`] for vectors of another dimension.
pub fn save(
    dir: impl AsRef<Path>,
    mapped: &Mapped,
    config: &MapConfig,
    source: &Vectors,
    target: &Vectors,
    files: VectorFiles,
) -> Result<()> {
    let dir = dir.as_ref();
    fs::create_dir_all(dir).map_err(|fault| Error::Io { path: dir.to_owned(), fault })?;
    remove_partial(dir)?;
    // Without its report the folder counts as incomplete until all files belong together.
    remove(&dir.join(REPORT))?;
    let Mapped { mapping, report } = mapped;
    write::save(dir.join("source").with_extension(files.ending()), &mapping.apply_source(source)?)?;
    write::save(dir.join("target").with_extension(files.ending()), &mapping.apply_target(target)?)?;
    let other = if files == VectorFiles::Text { VectorFiles::Native } else { VectorFiles::Text };
    for side in ["source", "target"] {
        remove(&dir.join(side).with_extension(other.ending()))?;
    }
    write_mapping(&dir.join(MAPPING), mapping)?;
    write_json(&dir.join(CONFIG), config)?;
    write_json(&dir.join(REPORT), report)?;
    remove_checkpoint(&checkpoint_folder(dir))
}

fn write_mapping(path: &Path, mapping: &Mapping) -> Result<()> {
    let mut tensors = Stored::default();
    tensors.matrix("source", &mapping.source);
    tensors.matrix("target", &mapping.target);
    let note = Note {
        format: FORMAT.to_owned(),
        source: mapping.source_steps.clone(),
        target: mapping.target_steps.clone(),
    };
    tensors.write(path, &note)
}

fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::Folder { path: path.to_owned(), message: error.to_string() })?;
    text.push('\n');
    write_bytes(path, text.as_bytes())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => Err(Error::Io { path: path.to_owned(), fault }),
        _ => Ok(()),
    }
}

/// A mapping's folder, opened. The vectors are read when asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct MappingFolder {
    /// The mapping.
    pub mapping: Mapping,
    /// The config that made it.
    pub config: MapConfig,
    /// The report of the run.
    pub report: Report,
    dir: PathBuf,
}

/// Opens a folder that [`save`] wrote.
///
/// # Errors
/// [`Error::Folder`] for a folder without a report or with files that do not fit together, naming file and tensor or
/// key; [`Error::Corpus`] for text that is not UTF-8; [`Error::Io`] for a missing file.
pub fn open(dir: impl AsRef<Path>) -> Result<MappingFolder> {
    let dir = dir.as_ref();
    if !dir.is_dir() {
        let message = "is no folder; a mapping is a folder with mapped vectors and a report".to_owned();
        return Err(Error::Folder { path: dir.to_owned(), message });
    }
    if !dir.join(REPORT).exists() {
        let message = if checkpoint_folder(dir).exists() {
            "holds a checkpoint of a run that has not ended: let it go on"
        } else {
            "has no report.json: it is no mapping's folder, or was not written to the end"
        };
        return Err(Error::Folder { path: dir.to_owned(), message: message.to_owned() });
    }
    let config = read_text(&dir.join(CONFIG), spelling::read)?;
    let report = read_text(&dir.join(REPORT), |text| serde_json::from_str(text))?;
    let mapping = read_mapping(&dir.join(MAPPING))?;
    Ok(MappingFolder { mapping, config, report, dir: dir.to_owned() })
}

fn read_mapping(path: &Path) -> Result<Mapping> {
    let file = Opened::read(path)?;
    let note: Note = exact::read(&file.note).map_err(|error| file.fault(error.to_string()))?;
    if note.format != FORMAT {
        return Err(file.fault(format!("is `{}`, expected `{FORMAT}`", note.format)));
    }
    let source = file.square("source", None)?;
    let target = file.square("target", Some(source.rows()))?;
    for (side, steps) in [("source", &note.source), ("target", &note.target)] {
        if steps.dim() != source.rows() || !steps.is_whole() {
            let (dim, rows) = (steps.dim(), source.rows());
            return Err(file.fault(format!(
                "the {side}'s normalisation is for {dim} dimensions, its matrix for {rows}"
            )));
        }
    }
    Ok(Mapping { source, target, source_steps: note.source, target_steps: note.target })
}

fn read_text<T>(path: &Path, parse: impl Fn(&str) -> serde_json::Result<T>) -> Result<T> {
    let text = regular_text(path)?;
    parse(&text).map_err(|error| Error::Folder { path: path.to_owned(), message: error.to_string() })
}

impl MappingFolder {
    /// The mapped source vectors.
    ///
    /// # Errors
    /// [`Error::Folder`] when there are none, or of another dimension than the mapping; as [`read::open`].
    pub fn source(&self, options: &ReadOptions) -> Result<Vectors> {
        self.vectors("source", options)
    }

    /// The mapped target vectors.
    ///
    /// # Errors
    /// As [`MappingFolder::source`].
    pub fn target(&self, options: &ReadOptions) -> Result<Vectors> {
        self.vectors("target", options)
    }

    fn vectors(&self, side: &str, options: &ReadOptions) -> Result<Vectors> {
        let paths = [VectorFiles::Native, VectorFiles::Text]
            .map(|files| self.dir.join(side).with_extension(files.ending()));
        let fault = |path: &Path, message: String| Err(Error::Folder { path: path.to_owned(), message });
        let Some(path) = paths.iter().find(|path| path.exists()) else {
            return fault(&self.dir, format!("has neither {side}.vec nor {side}.safetensors"));
        };
        check_regular(path)?;
        let vectors = read::open(path, options)?;
        if vectors.dim() != self.mapping.dim() {
            let message =
                format!("has {} dimensions, the mapping beside it {}", vectors.dim(), self.mapping.dim());
            return fault(path, message);
        }
        Ok(vectors)
    }
}
