#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod bodies;
mod kept;
mod model;
mod names;
mod secrets;
mod server;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use xner_train::ErrorKind;

use self::server::{COMMIT, Reply, Request, Server, git, sha256};
use super::super::Token;
use super::*;

const WEIGHTS_FILE: &str = "model.safetensors";

/// Limits for servers that lie on purpose.
fn hasty() -> Limits {
    Limits {
        pause: Duration::from_millis(1),
        head: Duration::from_secs(20),
        silence: Duration::from_secs(20),
        window: Duration::from_secs(20),
        progress: 1 << 20,
        small: 1 << 20,
        large: 2 << 20,
        lock: Duration::from_mins(1),
        ..Limits::default()
    }
}

/// A model's files.
#[derive(Clone)]
struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect())
    }

    fn plain() -> Self {
        Self::new(&[("config.json", "{}"), (WEIGHTS_FILE, "weights"), ("tokenizer.json", "{\"a\": 1}")])
    }

    /// What an honest hub that knows only `owner/name` answers.
    fn reply(&self, request: &Request) -> Reply {
        let file = request
            .path
            .strip_prefix("/owner/name/resolve/")
            .and_then(|rest| rest.split_once('/'))
            .and_then(|(_, name)| self.0.get(name));
        file.map_or_else(|| Reply::bare(404), |text| Reply::file(request, text))
    }
}

/// A hub at a server, and a home with nothing but its cache.
struct Place {
    server: Server,
    hub: Hub,
    home: TempDir,
    limits: Limits,
}

impl Place {
    fn new(server: Server) -> Self {
        let home = tempfile::tempdir().unwrap();
        let hub = Hub {
            endpoint: server.address(),
            http: true,
            token: Token::default(),
            cache: home.path().join("hub"),
            offline: false,
        };
        Self { server, hub, home, limits: hasty() }
    }

    fn honest(files: &[(&str, &str)]) -> Self {
        let files = Files::new(files);
        Self::new(Server::start(move |request| files.reply(request)))
    }

    /// An honest hub but for the weights, whose answers are spoilt.
    fn spoilt(lie: impl Fn(&Request, &mut Reply) + Send + Sync + 'static) -> Self {
        Self::new(Server::start(move |request| {
            let mut reply = Files::plain().reply(request);
            if request.file() == WEIGHTS_FILE {
                lie(request, &mut reply);
            }
            reply
        }))
    }

    fn fetch(&self, name: &str) -> Result<PathBuf> {
        self.hub.named_within(&Name::parse(name).unwrap(), self.limits.clone(), TlsConfig::default())
    }

    /// The model is refused in these words, with nothing left behind.
    fn refuses(&self, words: &str, what: &str) {
        let fault = self.fetch("owner/name").expect_err(what);
        assert_eq!(fault.kind(), ErrorKind::Hub, "{what}: {fault}");
        let text = fault.to_string();
        assert!(text.contains(words) && text.contains("owner/name"), "{what}: {text}");
        assert!(!text.contains(|c: char| c.is_control()), "{what}: {text:?}");
        self.is_clean(what);
        let offline = Hub { offline: true, ..self.hub.clone() };
        assert!(offline.directory("owner/name").is_err(), "{what}: open offline");
    }

    /// The model comes as it is.
    fn gives(&self, what: &str) -> PathBuf {
        let folder = self.fetch("owner/name").unwrap_or_else(|fault| panic!("{what}: {fault}"));
        assert_eq!(fs::read(folder.join(WEIGHTS_FILE)).unwrap(), b"weights", "{what}");
        self.is_clean(what);
        folder
    }

    /// The home has what belongs into a cache, whole, and nothing else.
    fn is_clean(&self, what: &str) {
        let home = self.home.path();
        for path in walk(home) {
            let local = path.strip_prefix(home).unwrap().to_str().unwrap();
            let parts: Vec<_> = local.split('/').collect();
            let good = match parts[..] {
                ["hub", ".locks", _, lock] => lock.strip_suffix(".lock").is_some_and(is_name),
                ["hub", "models--owner--name", "blobs", name] => {
                    let text = fs::read(&path).unwrap();
                    !path.is_symlink() && (git(&text) == name || sha256(&text) == name)
                }
                ["hub", "models--owner--name", "refs", ..] => {
                    headers::is_hex(&fs::read_to_string(&path).unwrap(), 40)
                }
                ["hub", "models--owner--name", "snapshots", commit, _] => {
                    headers::is_hex(commit, 40)
                        && fs::read_link(&path).unwrap().strip_prefix("../../blobs").is_ok()
                        && path.is_file()
                }
                _ => false,
            };
            assert!(good, "{what}: {local}");
        }
    }
}

fn is_name(name: &str) -> bool {
    headers::is_hex(name, 40) || headers::is_hex(name, 64)
}

/// All files and links below a folder.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(walk(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
