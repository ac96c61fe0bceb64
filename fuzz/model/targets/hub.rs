//! A hub's answers, as bytes over a loopback connection: the first request gets the first part of the input, the next
//! the next, and what comes behind the last part gets that again. Whatever a server says, nothing is written outside
//! of the cache, and what is in the cache has names that are ours.
#![no_main]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Mutex, OnceLock};

use libfuzzer_sys::fuzz_target;
use xner_fuzz_model::{parts, scratch};
use xner_tagger::bert::hub::{Hub, Token};

/// The answers, the next one last.
static ANSWERS: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

fuzz_target!(|bytes: &[u8]| {
    let mut answers: Vec<Vec<u8>> = parts(bytes).into_iter().map(<[u8]>::to_vec).collect();
    answers.reverse();
    *ANSWERS.lock().expect("no thread panics") = answers;
    let outer = scratch("hub");
    let hub = Hub {
        endpoint: format!("http://127.0.0.1:{}", port()),
        http: true,
        token: Token::new("secret"),
        cache: outer.join("cache"),
        offline: false,
    };
    if let Ok(folder) = hub.directory("owner/model") {
        let (folder, cache) = (folder.canonicalize().expect("it is there"), hub.cache.canonicalize());
        assert!(cache.is_ok_and(|cache| folder.starts_with(cache)), "{}", folder.display());
        assert!(folder.join("config.json").is_file());
        assert!(Hub { offline: true, ..hub.clone() }.directory("owner/model").is_ok(), "it is in the cache");
    }
    let model = hub.cache.join("models--owner--model");
    let known = |folder: &Path, known: &[&str]| {
        for name in names(folder) {
            assert!(known.contains(&name.as_str()), "{} holds {name}", folder.display());
        }
    };
    known(&outer, &["cache"]);
    known(&hub.cache, &[".locks", "models--owner--model"]);
    known(&model, &["blobs", "refs", "snapshots"]);
    known(&model.join("refs"), &["main"]);
    let hashes = |folder: &Path, lengths: &[usize]| {
        for name in names(folder) {
            let hash = lengths.contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(hash, "{} holds {name}", folder.display());
        }
    };
    hashes(&model.join("blobs"), &[40, 64]);
    hashes(&model.join("snapshots"), &[40]);
    let asked = [
        "config.json",
        "tokenizer.json",
        "vocab.txt",
        "vocab.json",
        "merges.txt",
        "tokenizer_config.json",
        "model.safetensors",
        "model.safetensors.index.json",
        "pytorch_model.bin",
        "pytorch_model.bin.index.json",
    ];
    for commit in names(&model.join("snapshots")) {
        let snapshot = model.join("snapshots").join(commit);
        for name in names(&snapshot) {
            let shard = [".safetensors", ".bin"].iter().any(|end| name.ends_with(end));
            assert!(shard || asked.contains(&name.as_str()), "{} holds {name}", snapshot.display());
            let file = snapshot.join(&name).canonicalize().expect("a link leads somewhere");
            assert!(model.canonicalize().is_ok_and(|model| file.starts_with(model)), "{}", file.display());
        }
    }
});

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The port of the server, which is started by the first input.
fn port() -> u16 {
    static PORT: OnceLock<u16> = OnceLock::new();
    *PORT.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
        port
    })
}

/// Reads a request and sends the next answer; then the connection is over.
fn answer(mut stream: TcpStream) {
    let mut reader = BufReader::new(&stream);
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        line.clear();
    }
    let answer = {
        let mut answers = ANSWERS.lock().expect("no thread panics");
        if answers.len() > 1 { answers.pop() } else { answers.last().cloned() }
    };
    // The client may be gone.
    let _ = stream.write_all(&answer.unwrap_or_default());
}
