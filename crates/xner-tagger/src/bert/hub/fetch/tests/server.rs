//! A hub of one model, on loopback.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the server knows and how it behaves.
#[derive(Default)]
struct State {
    name: String,
    files: BTreeMap<String, String>,
    requests: Vec<String>,
    /// Answers everything with this status.
    status: Option<u16>,
    /// Bytes after which an answer breaks off.
    cut: Option<usize>,
}

pub(super) struct Server {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub(super) fn start(name: &str, files: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let state = Arc::new(Mutex::new(State { name: name.to_owned(), files, ..State::default() }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &shared);
            }
        });
        Self { port, state }
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The paths that were asked for.
    pub(super) fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }

    pub(super) fn refuse(&self, status: u16) {
        self.state.lock().unwrap().status = Some(status);
    }

    pub(super) fn cut(&self, bytes: usize) {
        self.state.lock().unwrap().cut = Some(bytes);
    }
}

/// An address at which nobody listens.
pub(super) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port())
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let Some(request) = lines.next() else { return };
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut state = state.lock().unwrap();
    state.requests.push(path.clone());
    let file = path
        .strip_prefix(&format!("/{}/resolve/", state.name))
        .and_then(|rest| rest.split_once('/'))
        .and_then(|(_, name)| state.files.get_key_value(name));
    let (status, head, body) = match (state.status, file) {
        (Some(status), _) => (status, String::new(), ""),
        (None, None) => (404, String::new(), ""),
        (None, Some((name, text))) => {
            // `Range: bytes=from-to`, where `to` may be missing.
            let range = headers.iter().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case("range")
                    .then_some(value)?
                    .trim()
                    .strip_prefix("bytes=")?
                    .split_once('-')
            });
            let (from, to) = range.unwrap_or(("0", ""));
            let from = from.parse::<usize>().unwrap().min(text.len());
            let to = to.parse::<usize>().map_or(text.len(), |to| (to + 1).min(text.len()));
            let mut head = String::new();
            write!(head, "x-repo-commit: 0123abcd\r\netag: \"tag-{name}\"\r\n").unwrap();
            write!(head, "content-range: bytes {from}-{to}/{}\r\n", text.len()).unwrap();
            (206, head, &text[from..to.max(from)])
        }
    };
    let start = format!(
        "HTTP/1.1 {status} Here\r\nconnection: close\r\ncontent-length: {}\r\n{head}\r\n",
        body.len()
    );
    let sent = state.cut.map_or(body.len(), |cut| cut.min(body.len()));
    // A client that has gone away is no fault of the server's.
    let _ = stream.write_all(start.as_bytes()).and_then(|()| stream.write_all(&body.as_bytes()[..sent]));
}
