//! What a model's name leads to.

use super::*;

const INDEX: &str = r#"{"weight_map": {"x": "part-1.safetensors", "y": "part-2.safetensors"}}"#;
const PLAIN: [(&str, &str); 3] =
    [("config.json", "{}"), (WEIGHTS_FILE, "weights"), ("tokenizer.json", "{\"a\": 1}")];

#[test]
fn a_model_is_fetched_once_and_then_taken_from_the_cache() {
    let place = Place::honest(&PLAIN);
    let folder = place.gives("honest");
    assert_eq!(names(&folder), ["config.json", WEIGHTS_FILE, "tokenizer.json"]);
    // Where `huggingface_hub` keeps it.
    assert_eq!(folder, place.hub.cache.join("models--owner--name/snapshots").join(COMMIT));
    let main = place.hub.cache.join("models--owner--name/refs/main");
    assert_eq!(fs::read_to_string(main).unwrap(), COMMIT);
    let paths = place.server.paths();
    assert!(paths.iter().all(|path| path.starts_with("/owner/name/resolve/main/")), "{paths:?}");
    assert_eq!(place.hub.directory("owner/name").unwrap(), folder);
    let offline = Hub { offline: true, ..place.hub.clone() };
    assert_eq!(offline.directory("owner/name").unwrap(), folder);
    assert_eq!(place.server.paths().len(), paths.len());
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
                (WEIGHTS_FILE, ""),
            ],
            vec!["config.json", WEIGHTS_FILE, "tokenizer.json"],
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
        let place = Place::honest(&files);
        assert_eq!(names(&place.fetch("owner/name").unwrap()), expected);
        place.is_clean("honest");
    }
}

#[test]
fn a_revision_is_asked_for_by_its_name() {
    let place = Place::honest(&PLAIN);
    place.fetch("owner/name@refs/pr/1").unwrap();
    assert!(place.server.paths().iter().all(|path| path.starts_with("/owner/name/resolve/refs%2Fpr%2F1/")));
    place.is_clean("a revision");
    // A commit needs no reference, and a hub may give no other.
    let place = Place::honest(&PLAIN);
    let folder = place.fetch(&format!("owner/name@{COMMIT}")).unwrap();
    assert!(!place.hub.cache.join("models--owner--name/refs").exists());
    let offline = Hub { offline: true, ..place.hub.clone() };
    assert_eq!(offline.directory(&format!("owner/name@{COMMIT}")).unwrap(), folder);
    let other = COMMIT.replace('0', "1");
    let fault = place.fetch(&format!("owner/name@{other}")).unwrap_err().to_string();
    assert!(fault.contains(&format!("gives commit {COMMIT}, where {other} was asked for")), "{fault}");
    place.is_clean("another commit");
}

#[test]
fn a_directory_that_exists_never_touches_the_network() {
    let place = Place::honest(&PLAIN);
    let folder = place.home.path().join("model");
    fs::create_dir(&folder).unwrap();
    assert_eq!(place.hub.directory(folder.to_str().unwrap()).unwrap(), folder);
    for path in ["./no/such/directory", "/no/such/directory", "no/such/directory"] {
        let fault = place.hub.directory(path).unwrap_err().to_string();
        assert!(fault.contains(path) && fault.contains("no such directory"), "{fault}");
    }
    assert_eq!(place.server.paths(), [""; 0]);
}

#[test]
fn offline_means_the_cache_alone() {
    let place = Place::honest(&PLAIN);
    let hub = Hub { offline: true, ..place.hub.clone() };
    let fault = hub.directory("owner/name").unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::Hub);
    let fault = fault.to_string();
    for part in ["model `owner/name`", "HF_HUB_OFFLINE", "`config.json`", "models--owner--name"] {
        assert!(fault.contains(part), "{fault}");
    }
    assert_eq!(place.server.paths(), [""; 0]);
    assert!(!place.hub.cache.exists());
}

#[test]
fn what_the_hub_has_not_is_named() {
    let place = Place::honest(&[("config.json", ""), ("tokenizer.json", "")]);
    let fault = place.hub.directory("owner/other").unwrap_err().to_string();
    assert!(
        fault.contains("model `owner/other`: ") && fault.contains("has none of `config.json`"),
        "{fault}"
    );
    // A folder may have been meant.
    assert!(fault.contains("no such directory"), "{fault}");
    let fault = place.fetch("owner/name").unwrap_err().to_string();
    assert!(fault.contains("`model.safetensors`") && fault.contains(&place.server.address()), "{fault}");
    let place = Place::honest(&[
        ("config.json", ""),
        ("tokenizer.json", ""),
        ("model.safetensors.index.json", INDEX),
        ("part-1.safetensors", ""),
    ]);
    // What was fetched in part is no model.
    place.refuses("none of `part-2.safetensors`", "a part");
}

#[test]
fn what_an_index_names_is_a_file_of_weights() {
    for name in [
        "config.json",
        "a?b.bin",
        "a#b.bin",
        "%2e%2e.bin",
        ".bin",
        ".hidden.bin",
        "a b.bin",
        "é.bin",
        "a\nb.bin",
    ] {
        let index = serde_json::json!({"weight_map": {"x": name}}).to_string();
        let place = Place::honest(&[
            ("config.json", ""),
            ("tokenizer.json", ""),
            ("model.safetensors.index.json", &index),
        ]);
        place.refuses("which is no file of weights", name);
    }
    for name in ["../x.bin", "/tmp/x.bin", "..", "a/b.bin"] {
        let index = serde_json::json!({"weight_map": {"x": name}}).to_string();
        let place = Place::honest(&[
            ("config.json", ""),
            ("tokenizer.json", ""),
            ("model.safetensors.index.json", &index),
        ]);
        let fault = place.fetch("owner/name").unwrap_err().to_string();
        assert!(fault.contains("expected a file beside the index"), "{fault}");
        place.is_clean(name);
    }
    let many: serde_json::Map<_, _> =
        (0..2000).map(|at| (at.to_string(), format!("{at}.bin").into())).collect();
    let index = serde_json::json!({ "weight_map": many }).to_string();
    let place = Place::honest(&[
        ("config.json", ""),
        ("tokenizer.json", ""),
        ("model.safetensors.index.json", &index),
    ]);
    place.refuses("at most 1000 are taken", "many");
}

#[test]
fn no_network_is_named() {
    let place = Place::honest(&PLAIN);
    let hub = Hub { endpoint: server::nobody(), ..place.hub.clone() };
    let place = Place { hub, ..place };
    place.refuses("`config.json` cannot be fetched from http://127.0.0.1:", "nobody");
}

#[test]
fn plain_http_is_asked_for_or_refused() {
    let place = Place::honest(&PLAIN);
    let hub = Hub { http: false, ..place.hub.clone() };
    let place = Place { hub, ..place };
    place.refuses("XNER_HUB_HTTP=1", "plain http");
    assert_eq!(place.server.paths(), [""; 0]);
    for endpoint in ["ftp://127.0.0.1", "file:///etc", "127.0.0.1", "https://me:secret@127.0.0.1"] {
        let hub = Hub { endpoint: endpoint.to_owned(), ..place.hub.clone() };
        let fault = hub.directory("owner/name").unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::Hub, "{fault}");
        assert!(!fault.to_string().contains("secret"), "{fault}");
    }
}
