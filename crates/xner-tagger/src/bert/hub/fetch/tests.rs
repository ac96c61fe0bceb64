#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod server;

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use xner_train::ErrorKind;

use self::server::Server;
use super::*;

const INDEX: &str = r#"{"weight_map": {"x": "part-1.safetensors", "y": "part-2.safetensors"}}"#;

/// A server with one model of these files, and a hub that knows no other.
fn serve(name: &str, files: &[(&str, &str)]) -> (Server, Hub, TempDir) {
    let server = Server::start(name, files);
    let home = tempfile::tempdir().unwrap();
    let hub = Hub { endpoint: server.address(), cache: home.path().join("hub"), offline: false };
    (server, hub, home)
}

fn plain() -> Vec<(&'static str, &'static str)> {
    vec![("config.json", "{}"), ("model.safetensors", "weights"), ("tokenizer.json", "{\"a\": 1}")]
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_model_is_fetched_once_and_then_taken_from_the_cache() {
    let (server, hub, _home) = serve("owner/name", &plain());
    let folder = hub.directory("owner/name").unwrap();
    assert_eq!(names(&folder), ["config.json", "model.safetensors", "tokenizer.json"]);
    assert_eq!(fs::read_to_string(folder.join("model.safetensors")).unwrap(), "weights");
    // Where `huggingface_hub` keeps it.
    assert!(folder.starts_with(hub.cache.join("models--owner--name/snapshots")));
    let requests = server.requests();
    assert!(requests.iter().all(|path| path.starts_with("/owner/name/resolve/main/")), "{requests:?}");
    assert_eq!(hub.directory("owner/name").unwrap(), folder);
    assert_eq!(server.requests().len(), requests.len());
    let offline = Hub { offline: true, ..hub };
    assert_eq!(offline.directory("owner/name").unwrap(), folder);
    assert_eq!(server.requests().len(), requests.len());
}

#[test]
fn only_what_is_needed_is_fetched() {
    for (files, expected) in [
        (
            vec![
                ("config.json", ""),
                ("vocab.txt", ""),
                ("tokenizer_config.json", ""),
                ("pytorch_model.bin", ""),
                ("README.md", ""),
                ("flax_model.msgpack", ""),
            ],
            vec!["config.json", "pytorch_model.bin", "tokenizer_config.json", "vocab.txt"],
        ),
        (
            vec![
                ("config.json", ""),
                ("vocab.txt", ""),
                ("tokenizer.json", ""),
                ("pytorch_model.bin", ""),
                ("model.safetensors", ""),
            ],
            vec!["config.json", "model.safetensors", "tokenizer.json"],
        ),
        (
            vec![
                ("config.json", ""),
                ("tokenizer.json", ""),
                ("model.safetensors.index.json", INDEX),
                ("part-1.safetensors", "1"),
                ("part-2.safetensors", "2"),
            ],
            vec![
                "config.json",
                "model.safetensors.index.json",
                "part-1.safetensors",
                "part-2.safetensors",
                "tokenizer.json",
            ],
        ),
    ] {
        let (_server, hub, _home) = serve("bert", &files);
        assert_eq!(names(&hub.directory("bert").unwrap()), expected);
    }
}

#[test]
fn a_revision_is_asked_for_by_its_name() {
    let (server, hub, _home) = serve("owner/name", &plain());
    hub.directory("owner/name@refs/pr/1").unwrap();
    assert!(server.requests().iter().all(|path| path.starts_with("/owner/name/resolve/refs%2Fpr%2F1/")));
}

#[test]
fn a_directory_that_exists_never_touches_the_network() {
    let (server, hub, home) = serve("owner/name", &plain());
    let folder = home.path().join("model");
    fs::create_dir(&folder).unwrap();
    assert_eq!(hub.directory(folder.to_str().unwrap()).unwrap(), folder);
    for path in ["./no/such/directory", "/no/such/directory", "no/such/directory"] {
        let fault = hub.directory(path).unwrap_err().to_string();
        assert!(fault.contains(path) && fault.contains("no such directory"), "{fault}");
    }
    assert_eq!(server.requests(), [""; 0]);
}

#[test]
fn offline_means_the_cache_alone() {
    let (server, hub, _home) = serve("owner/name", &plain());
    let hub = Hub { offline: true, ..hub };
    let fault = hub.directory("owner/name").unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::Hub);
    let fault = fault.to_string();
    for part in ["model `owner/name`", "HF_HUB_OFFLINE", "`config.json`", "models--owner--name"] {
        assert!(fault.contains(part), "{fault}");
    }
    assert_eq!(server.requests(), [""; 0]);
}

#[test]
fn what_the_hub_has_not_is_named() {
    let (server, hub, _home) = serve("owner/name", &[("config.json", ""), ("tokenizer.json", "")]);
    let fault = hub.directory("owner/other").unwrap_err().to_string();
    assert!(
        fault.contains("model `owner/other`: ") && fault.contains("has none of `config.json`"),
        "{fault}"
    );
    // A folder may have been meant.
    assert!(fault.contains("no such directory"), "{fault}");
    let fault = hub.directory("owner/name").unwrap_err().to_string();
    assert!(fault.contains("`model.safetensors`") && fault.contains(&server.address()), "{fault}");
    let files = [
        ("config.json", ""),
        ("tokenizer.json", ""),
        ("model.safetensors.index.json", INDEX),
        ("part-1.safetensors", ""),
    ];
    let (_server, hub, _home) = serve("owner/name", &files);
    let fault = hub.directory("owner/name").unwrap_err().to_string();
    assert!(fault.contains("none of `part-2.safetensors`"), "{fault}");
    // What was fetched in part is no model.
    let offline = Hub { offline: true, ..hub };
    assert!(offline.directory("owner/name").unwrap_err().to_string().contains("`part-2.safetensors`"));
}

#[test]
fn no_network_and_a_hub_that_is_ill_are_named() {
    let home = tempfile::tempdir().unwrap();
    let hub = Hub { endpoint: server::nobody(), cache: home.path().join("hub"), offline: false };
    let fault = hub.directory("owner/name").unwrap_err().to_string();
    assert!(fault.contains("`config.json` cannot be fetched from http://127.0.0.1:"), "{fault}");
    let (server, hub, _home) = serve("owner/name", &plain());
    server.refuse(503);
    let fault = hub.directory("owner/name").unwrap_err().to_string();
    assert!(fault.contains("cannot be fetched") && fault.contains("503"), "{fault}");
}

#[test]
fn a_download_that_breaks_off_is_taken_up_again() {
    let (server, hub, _home) = serve("owner/name", &plain());
    // Each answer ends early, but for the one byte that tells a file's size; what has come is kept.
    server.cut(3);
    let folder = hub.directory("owner/name").unwrap();
    assert_eq!(fs::read_to_string(folder.join("model.safetensors")).unwrap(), "weights");
    assert_eq!(fs::read_to_string(folder.join("tokenizer.json")).unwrap(), "{\"a\": 1}");
}
