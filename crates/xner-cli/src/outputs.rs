//! Whose an output is: no command writes over what it reads, nor into a folder that is somebody else's.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xner_corpus::write::{LOCK, check_output, foreign, is_standard};
use xner_embed::map::MAPPING_FILES;
use xner_train::{Error, Settings};

use crate::progress::note;

/// The files of a model directory that [`train`](crate::commands::train) writes.
pub(crate) const MODEL_FILES: [&str; 9] = [
    "checkpoint/state.safetensors",
    "characters.txt",
    "config.json",
    "model.safetensors",
    "run.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "train-report.json",
    "words.txt",
];

/// Further files of a run of transfer.
const RUN_FILES: [&str; 5] =
    ["adaptation.json", "adapting.json", "results.json", "rounds.json", "transfer-report.json"];

/// The folders in that of a run of transfer.
const RUN_FOLDERS: [&str; 7] =
    ["by-source", "by-target", "mapping", "phases", "source", "source-by-target", "translated"];

/// The files of `xner transadv-data`.
pub(crate) const SETS: [&str; 5] =
    ["source-shu.conll", "source-swi.conll", "target-shu.conll", "target-swi.conll", "target.conll"];

/// What a command reads.
#[derive(Debug, Default)]
pub(crate) struct Inputs(Vec<PathBuf>);

impl Inputs {
    /// These files, and more to come.
    pub(crate) fn of<'a, P: AsRef<Path> + ?Sized + 'a>(files: impl IntoIterator<Item = &'a P>) -> Self {
        Self(files.into_iter().map(|file| file.as_ref().to_owned()).collect())
    }

    /// And these files.
    pub(crate) fn and<'a>(mut self, files: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        self.0.extend(files.into_iter().cloned());
        self
    }

    /// And these files of a folder.
    pub(crate) fn in_folder(mut self, folder: &Path, names: &[&str]) -> Self {
        self.0.extend(names.iter().map(|name| folder.join(name)));
        self
    }

    /// And a folder that `xner map` wrote.
    pub(crate) fn mapping(self, folder: &Path) -> Self {
        self.in_folder(folder, &MAPPING_FILES)
    }

    /// And a model directory, ours or another of Hugging Face's layout.
    pub(crate) fn model(self, folder: &Path) -> Self {
        let others = ["added_tokens.json", "generation_config.json", "merges.txt", "special_tokens_map.json"];
        let mut inputs = self
            .in_folder(folder, &MODEL_FILES)
            .in_folder(folder, &RUN_FILES)
            .in_folder(folder, &others)
            .in_folder(folder, &["vocab.json", "vocab.txt"]);
        let weights = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            [".bin", ".index.json", ".model", ".safetensors"].iter().any(|ending| name.ends_with(ending))
        };
        inputs.0.extend(files(folder).filter(weights));
        inputs
    }

    /// And what a config names; of folders the files in them.
    pub(crate) fn settings<C: Settings>(mut self, config: &C) -> Self {
        let mut config = config.clone();
        let encoder = config.encoder().and_then(Option::take);
        for path in config.paths().into_iter().filter_map(Option::take).chain(encoder) {
            self.0.extend(files(&path));
            self.0.push(path);
        }
        self
    }

    /// Refuses an output that is among them.
    pub(crate) fn spare(&self, output: &Path) -> Result<()> {
        Ok(check_output(output, self.0.iter().map(PathBuf::as_path))?)
    }

    /// Refuses a folder in which these files, which are to be written, are among them.
    pub(crate) fn spare_in(&self, out: &Path, written: &[&str]) -> Result<()> {
        written.iter().try_for_each(|name| self.spare(&out.join(name)))
    }

    /// Refuses a run's folder in which they lie where the run writes.
    pub(crate) fn spare_run(&self, out: &Path) -> Result<()> {
        self.spare_in(out, &MODEL_FILES)?;
        self.spare_in(out, &RUN_FILES)?;
        let Ok(whole) = out.canonicalize() else { return Ok(()) };
        for input in self.0.iter().filter(|input| input.is_file()) {
            let Ok(path) = input.canonicalize() else { continue };
            let Ok(inside) = path.strip_prefix(&whole) else { continue };
            if RUN_FOLDERS.iter().any(|folder| inside.starts_with(folder)) {
                let (output, input) = (out.join(inside), input.clone());
                return Err(xner_corpus::Error::OutputIsInput { output, input }.into());
            }
        }
        Ok(())
    }
}

/// The files in a folder; none where there is no such folder.
fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file())
}

/// Leave to write into a folder of somebody else's.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Force {
    /// Write into DIR though it holds what is not xner's; of that, files of the names to be written are overwritten
    #[arg(long)]
    force: bool,
}

/// What a folder is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A model directory of `xner train`.
    Model,
    /// A run of `xner transfer`.
    Run,
    /// A folder of several, `seed-1` and so on.
    Runs,
    /// The scores of `xner low-resource`.
    Scores,
    /// A folder of `xner map`.
    Mapping,
    /// The files of `xner transadv-data`.
    Sets,
}

const CHECKPOINT: &str = "checkpoint/state.safetensors";

impl Kind {
    /// Refuses a folder that holds something and is not of this kind, unless that is wanted.
    pub(crate) fn claim(self, out: &Path, force: Force) -> Result<()> {
        let Some(other) = self.stranger(out).filter(|_| !force.force) else { return Ok(()) };
        let message = format!(
            "is no folder of xner's, for it holds `{}`; name a new or empty folder, or give --force to write into \
             this one",
            other.escape_debug()
        );
        Err(Error::folder(out, message).into())
    }

    /// What shows that a folder is not xner's; none for one that is, is empty or is not there.
    fn stranger(self, out: &Path) -> Option<String> {
        // What is no folder is refused where it is to be made.
        let names = foreign(out).ok()?;
        if self.is_own(out) {
            return None;
        }
        // The log of this very call, and what a killed one leaves that had not begun.
        let harmless = |name: &String| {
            is_standard(&out.join(name))
                || name == "checkpoint" && foreign(&out.join(name)).is_ok_and(|all| all.is_empty())
        };
        names.into_iter().find(|name| !harmless(name))
    }

    /// Whether it is of this kind, begun or finished.
    fn is_own(self, out: &Path) -> bool {
        let any = |names: &[&str]| names.iter().any(|name| out.join(name).is_file());
        let inside = |own: &dyn Fn(&Path) -> bool| folders(out).any(|folder| own(&folder));
        let own = match self {
            // A model without a checkpoint is refused by training itself, with more to say.
            Self::Model => any(&[CHECKPOINT, "checkpoint/lock", "config.json"]),
            Self::Mapping => any(&[CHECKPOINT, "mapping.safetensors"]),
            // What phases left has no mark of the run's, where it failed before it had a model.
            Self::Run => {
                let phase = |folder: &Path| {
                    Self::Model.is_own(folder) || folder.join("trained.safetensors").is_file()
                };
                let vectors = |path: &PathBuf| {
                    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("sentences-"))
                };
                let phases = out.join("phases");
                any(&["run.json", "transfer-report.json", "config.json", "low-resource.json"])
                    || Self::Mapping.is_own(&out.join("mapping"))
                    || folders(&phases).any(|folder| phase(&folder))
                    || files(&phases).any(|file| vectors(&file))
            }
            Self::Runs => inside(&|folder| Self::Run.is_own(folder)),
            Self::Scores => {
                let scores = |folder: &Path| {
                    [CHECKPOINT, "scores.json"].iter().any(|name| folder.join(name).is_file())
                };
                any(&["low-resource.json", "run.json", "transfer-report.json"]) || inside(&scores)
            }
            Self::Sets => SETS.iter().all(|name| out.join(name).is_file()),
        };
        own || any(&[LOCK])
    }
}

/// The folders in a folder.
fn folders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir())
}

/// Tells of what lies in the folders of checkpoints of a run that is over, which is none of xner's and was left.
pub(crate) fn tell_left(out: &Path) {
    for folder in std::iter::once(out.to_owned()).chain(folders(out)) {
        let checkpoint = folder.join("checkpoint");
        let left = foreign(&checkpoint).unwrap_or_default();
        if !left.is_empty() && !checkpoint.join("state.safetensors").exists() {
            let names: Vec<String> = left.iter().map(|name| format!("`{}`", name.escape_debug())).collect();
            let (checkpoint, names) = (checkpoint.display(), names.join(", "));
            note(&format!("note: {checkpoint} is left, for it holds what is not xner's: {names}"));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_names_of_the_sets_are_those_that_are_written() {
        let made = xner_transfer::transadv::data::TransAdvData {
            target: Vec::new(),
            source_swi: Vec::new(),
            target_swi: Vec::new(),
            source_shu: Vec::new(),
            target_shu: Vec::new(),
            switched: Vec::new(),
            coverage: xner_transfer::transadv::data::Coverage::default(),
        };
        let mut names = made.files().map(|(name, _)| name);
        names.sort_unstable();
        assert_eq!(names, SETS);
    }

    #[test]
    fn a_folder_is_xners_by_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let (no, yes) = (Force { force: false }, Force { force: true });
        let kinds = [Kind::Model, Kind::Run, Kind::Runs, Kind::Scores, Kind::Mapping, Kind::Sets];
        for kind in kinds {
            kind.claim(folder.path(), no).unwrap();
            kind.claim(&folder.path().join("new"), no).unwrap();
        }
        let put = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        };
        put("letter.txt");
        for kind in kinds {
            let fault = kind.claim(folder.path(), no).unwrap_err().to_string();
            assert!(fault.contains("no folder of xner's, for it holds `letter.txt`"), "{fault}");
            kind.claim(folder.path(), yes).unwrap();
        }
        for (kind, mark) in [
            (Kind::Model, "config.json"),
            (Kind::Model, CHECKPOINT),
            (Kind::Run, "run.json"),
            (Kind::Run, "phases/source-01/trained.safetensors"),
            (Kind::Run, "phases/sentences-0.safetensors"),
            (Kind::Run, "mapping/checkpoint/state.safetensors"),
            (Kind::Runs, "seed-1/run.json"),
            (Kind::Scores, "some-1/scores.json"),
            (Kind::Mapping, "mapping.safetensors"),
            (Kind::Mapping, CHECKPOINT),
            (Kind::Sets, LOCK),
        ] {
            put(mark);
            kind.claim(folder.path(), no).unwrap();
            std::fs::remove_file(folder.path().join(mark)).unwrap();
            assert!(kind.claim(folder.path(), no).is_err(), "{mark}");
        }
    }
}
