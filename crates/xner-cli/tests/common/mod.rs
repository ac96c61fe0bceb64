//! A folder of files, the program run in it, and a tiny model.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Stdio};
use std::sync::OnceLock;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A folder that is gone with the value.
pub struct Folder(TempDir);

/// What the program said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Folder {
    /// A folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of all that is in the folder, sorted; hidden files too.
    pub fn names(&self) -> Vec<String> {
        self.files("")
    }

    /// The names of all that is in a folder of it, sorted.
    pub fn files(&self, name: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(name)).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The bytes of all files below a folder of it; empty folders have none.
    pub fn tree(&self, name: &str) -> BTreeMap<String, Option<Vec<u8>>> {
        let mut found = BTreeMap::new();
        for file in self.files(name) {
            let path = format!("{name}/{file}");
            if self.path(&path).is_dir() {
                found.extend(
                    self.tree(&path).into_iter().map(|(below, bytes)| (format!("{file}/{below}"), bytes)),
                );
                found.insert(file, None);
            } else {
                found.insert(file, Some(fs::read(self.path(&path)).unwrap()));
            }
        }
        found
    }

    /// Starts `xner` with arguments split at spaces, in the folder.
    pub fn start(&self, arguments: &str) -> Child {
        let mut command = process::Command::new(xner().get_program());
        command.current_dir(self.path("")).args(arguments.split(' '));
        command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    }

    /// Runs `xner` with arguments split at spaces, in the folder.
    pub fn xner(&self, arguments: &str) -> Said {
        self.xner_with(arguments, "")
    }

    /// The same, with standard input.
    pub fn xner_with(&self, arguments: &str, input: &str) -> Said {
        let output =
            xner().current_dir(self.0.path()).args(arguments.split(' ')).write_stdin(input).output().unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs what is refused as bad input: exit code 2, nothing on standard output, no new file, and a message that
    /// has these parts.
    pub fn refused(&self, arguments: &str, parts: &[&str]) {
        let before = self.names();
        let said = self.xner(arguments);
        assert_eq!(said.code, 2, "{arguments}: {}", said.err);
        assert_eq!(said.out, "", "{arguments}");
        assert!(said.err.starts_with("error: "), "{arguments}: {}", said.err);
        for part in parts {
            assert!(said.err.contains(part), "{arguments}: no `{part}` in: {}", said.err);
        }
        assert_eq!(self.names(), before, "{arguments}");
    }
}

impl Said {
    /// Standard output of a run that went well.
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
    }

    pub fn json(self) -> Value {
        serde_json::from_str(&self.ok()).unwrap()
    }
}

pub fn xner() -> Command {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("xner");
    // No test asks a hub.
    command.env("NO_COLOR", "1").env("RUST_BACKTRACE", "0").env("HF_HUB_OFFLINE", "1");
    command
}

/// Asks a process to stop, as Ctrl-C does.
pub fn interrupt(child: &Child) {
    process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
}

/// Sends a process a signal: `INT`, `KILL` and so on.
pub fn signal(child: &Child, name: &str) {
    let sent = process::Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.unwrap().success(), "{name}");
}

/// Sentences that a tiny model learns by heart.
pub const CORPUS: &str = "\
Mira B-PER\nSol I-PER\nmet O\nOtto B-PER\nin O\nLund B-LOC\n\n\
the O\nriver O\nEms B-LOC\nflows O\npast O\nRheine B-LOC\n\n\
Acme B-ORG\nCorp I-ORG\nhired O\nIda B-PER\n\n\
he O\nsleeps O\n\n\
rain O\nfell O\non O\nLund B-LOC\nand O\non O\nOslo B-LOC\n\n\
Mira B-PER\nworks O\nfor O\nAcme B-ORG\nCorp I-ORG\n\n";

/// Settings with which a model learns [`CORPUS`] in a second or two.
pub const CONFIG: &str = r#"
seed = 3
[data]
train = "train.conll"
dev = "train.conll"
test = "train.conll"
[vectors]
random = 16
unknown = 0.1
[model]
hidden = 16
dense = 16
dropout = 0.1
[model.characters]
embedding = 8
hidden = 8
[training]
epochs = 40
batch = 3
evaluate_every = 20
optimiser = { kind = "adam", rate = 0.01 }
"#;

/// The folder of a model that was trained on [`CORPUS`], once for all tests of a file.
pub fn model() -> &'static Path {
    static MODEL: OnceLock<(Folder, PathBuf)> = OnceLock::new();
    let (_, path) = MODEL.get_or_init(|| {
        let folder = Folder::with(&[("train.conll", CORPUS), ("tagger.toml", CONFIG)]);
        folder.xner("train --config tagger.toml --out model").ok();
        let path = folder.path("model");
        (folder, path)
    });
    path
}

/// A copy of the model in `folder/model`.
pub fn copy_model(folder: &Folder) {
    for entry in fs::read_dir(model()).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        folder.write(&format!("model/{name}"), &fs::read(entry.path()).unwrap());
    }
}
