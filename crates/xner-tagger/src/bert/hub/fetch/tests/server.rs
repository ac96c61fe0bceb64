//! A hub on loopback that answers as it is told to.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

/// The commit that an honest hub names.
pub(super) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What was asked.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) path: String,
    headers: Vec<String>,
}

/// An answer, in pieces that a test can spoil.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    headers: Vec<(&'static str, Vec<u8>)>,
    pub(super) body: Vec<u8>,
    /// A pause after each byte from this one on, counted from the start of the head.
    pub(super) drip: Option<(usize, Duration)>,
    /// Whether the connection stays open when all is sent.
    pub(super) hang: bool,
}

pub(super) struct Server {
    port: u16,
    scheme: &'static str,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// What makes a connection out of a stream: nothing, or TLS.
type Wrap = dyn Fn(TcpStream) -> Box<dyn ReadWrite> + Send + Sync;

pub(super) trait ReadWrite: Read + Write + Send {}
impl<T: Read + Write + Send> ReadWrite for T {}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The first byte that is asked for.
    fn from(&self) -> usize {
        let range = self.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
        range.map_or(0, |from| from.parse().unwrap())
    }

    /// The last part of the path.
    pub(super) fn file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl Reply {
    /// Only a status.
    pub(super) fn bare(status: u16) -> Self {
        Self {
            status,
            headers: vec![("content-length", b"0".to_vec())],
            body: vec![],
            drip: None,
            hang: false,
        }
    }

    /// A file as an honest hub sends it, or the rest of it: weights by SHA-256, others as git names them.
    pub(super) fn file(request: &Request, text: &[u8]) -> Self {
        let from = request.from();
        if from > 0 && from >= text.len() {
            return Self::bare(416);
        }
        let body = text[from..].to_vec();
        let large = request.file().contains("safetensors") && !request.file().contains("json");
        let hash = if large { sha256(text) } else { git(text) };
        let mut reply = Self { status: 200, body, ..Self::bare(200) };
        reply.set("content-length", (text.len() - from).to_string());
        reply.set("etag", format!("\"{hash}\""));
        reply.set("x-repo-commit", COMMIT);
        if from > 0 {
            reply.status = 206;
            reply.set("content-range", format!("bytes {from}-{}/{}", text.len() - 1, text.len()));
        }
        reply
    }

    pub(super) fn redirect(location: impl AsRef<[u8]>) -> Self {
        let mut reply = Self::bare(302);
        reply.set("location", location);
        reply
    }

    pub(super) fn set(&mut self, name: &'static str, value: impl AsRef<[u8]>) -> &mut Self {
        self.unset(name);
        self.add(name, value)
    }

    pub(super) fn add(&mut self, name: &'static str, value: impl AsRef<[u8]>) -> &mut Self {
        self.headers.push((name, value.as_ref().to_vec()));
        self
    }

    pub(super) fn unset(&mut self, name: &str) -> &mut Self {
        self.headers.retain(|(key, _)| *key != name);
        self
    }

    /// The body in three or more chunks; the last, empty one only if `end`.
    pub(super) fn chunk(&mut self, end: bool) -> &mut Self {
        let mut body = Vec::new();
        for piece in self.body.chunks(self.body.len().div_ceil(3)) {
            body.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            body.extend_from_slice(piece);
            body.extend_from_slice(b"\r\n");
        }
        if end {
            body.extend_from_slice(b"0\r\n\r\n");
        }
        self.body = body;
        self.unset("content-length").set("transfer-encoding", "chunked")
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("HTTP/1.1 {} Here\r\nconnection: close\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

impl Server {
    pub(super) fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::with("http", Arc::new(|stream| Box::new(stream)), answer)
    }

    pub(super) fn with(
        scheme: &'static str,
        wrap: Arc<Wrap>,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer, wrap) = (Arc::clone(&log), Arc::clone(&answer), Arc::clone(&wrap));
                thread::spawn(move || serve(wrap(stream), &log, &*answer));
            }
        });
        Self { port, scheme, requests }
    }

    pub(super) fn address(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The paths that were asked for.
    pub(super) fn paths(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.path).collect()
    }
}

/// An address at which nobody listens.
pub(super) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port())
}

pub(super) fn git(text: &[u8]) -> String {
    let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    context.update(format!("blob {}\0", text.len()).as_bytes());
    context.update(text);
    hex(context.finish().as_ref())
}

pub(super) fn sha256(text: &[u8]) -> String {
    hex(digest(&SHA256, text).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// One answer. A client that has gone away is no fault of the server's.
fn serve(mut stream: Box<dyn ReadWrite>, log: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request) -> Reply) {
    let mut reader = BufReader::new(&mut stream);
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let request = Request { path, headers: lines.take_while(|line| !line.is_empty()).collect() };
    log.lock().unwrap().push(request.clone());
    let reply = answer(&request);
    let bytes = reply.bytes();
    let fast = reply.drip.map_or(bytes.len(), |(from, _)| from.min(bytes.len()));
    let mut sent = stream.write_all(&bytes[..fast]).and_then(|()| stream.flush());
    for byte in &bytes[fast..] {
        if sent.is_err() {
            return;
        }
        thread::sleep(reply.drip.map_or(Duration::ZERO, |(_, pause)| pause));
        sent = stream.write_all(&[*byte]).and_then(|()| stream.flush());
    }
    if reply.hang {
        // Until the client has had enough.
        let _ = stream.read(&mut [0; 16]);
    }
}
