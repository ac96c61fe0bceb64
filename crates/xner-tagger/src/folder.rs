//! What a folder is that is no model.

use std::path::Path;

use crate::{Error, Result};

/// Makes sure that a folder holds a finished model: it has a `config.json`.
///
/// # Errors
/// [`Error::Model`] says what the folder is instead, and what to do: an unfinished run and how it goes on, the folder
/// of several runs, a mapping of word vectors, a file, or nothing of the kind.
pub fn is_model(folder: &Path) -> Result<()> {
    if folder.join("config.json").exists() && !folder.join(MAPPING).exists() {
        return Ok(());
    }
    Err(Error::model(folder, instead(folder)))
}

/// The file that a mapping of word vectors has, beside a `config.json` of its own.
const MAPPING: &str = "mapping.safetensors";

fn instead(folder: &Path) -> String {
    let has = |name: &str| folder.join(name).exists();
    let within = folder.display();
    if !folder.exists() {
        return "is not there, expected a model directory".to_owned();
    }
    if !folder.is_dir() {
        return "is a file, expected a model directory".to_owned();
    }
    if has(MAPPING) {
        return "is a mapping of word vectors, which `xner map` wrote, expected a model directory".to_owned();
    }
    if has("run.json") && !has("transfer-report.json") {
        return "is an unfinished run of `xner transfer`: give the command that began it again, with `--out` the same, \
                and it goes on from where it was"
            .to_owned();
    }
    if has("checkpoint/state.safetensors") {
        return format!(
            "is an unfinished run: give the command that began it again (`xner train --config … --out {within}`), and \
             it goes on from its checkpoint"
        );
    }
    if let Some(seed) = inner(folder, |name| name.starts_with("seed-")) {
        return format!("holds runs of several seeds, expected one of them, such as {within}/{seed}");
    }
    if let Some(model) = inner(folder, |name| folder.join(name).join("config.json").exists()) {
        return format!("is no model, for it has no config.json; {within}/{model} has one");
    }
    "is no model, for it has no config.json: expected what `xner train` or `xner transfer` wrote, or a token \
     classifier of Hugging Face's layout"
        .to_owned()
}

/// The first folder in it, by name, that pleases.
fn inner(folder: &Path, pleases: impl Fn(&str) -> bool) -> Option<String> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    folders.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| pleases(name)).min()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_that_is_no_model_is_called_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let told = |files: &[&str]| {
            let path = folder
                .path()
                .join(files.len().to_string() + files.first().unwrap_or(&"").get(..3).unwrap_or(""));
            std::fs::create_dir_all(&path).unwrap();
            for file in files {
                let file = path.join(file);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, "{}").unwrap();
            }
            is_model(&path).err().map_or_else(String::new, |fault| fault.to_string())
        };
        assert_eq!(told(&["config.json"]), "");
        for (files, part) in [
            (&[][..], "is no model, for it has no config.json: expected"),
            (&["config.json", "mapping.safetensors"], "is a mapping of word vectors"),
            (&["run.json", "a", "b"], "is an unfinished run of `xner transfer`"),
            (&["checkpoint/state.safetensors"], "goes on from its checkpoint"),
            (&["seed-1/config.json", "seed-2/config.json"], "/seed-1"),
            (&["words/config.json"], "words has one"),
        ] {
            let told = told(files);
            assert!(told.contains(part), "{files:?}: {told}");
        }
        let nowhere = is_model(&folder.path().join("nowhere")).unwrap_err().to_string();
        assert!(nowhere.contains("nowhere: is not there"), "{nowhere}");
    }
}
