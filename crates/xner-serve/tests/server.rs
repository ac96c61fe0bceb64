//! The server as clients see it, over loopback.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use xner::corpus::{Entity, EntityType, Scheme, Sentence, Tag, TagSet};
use xner::tagger::{ScoredEntity, Tagger, Tagging};
use xner_serve::{Options, Served, Server};

/// Takes each word with a capital for a person, the surer the longer it is; `SLOW` takes its time.
#[derive(Debug)]
struct Capitals(TagSet);

impl Capitals {
    fn new() -> Self {
        Self(TagSet::new(Scheme::Iob2, ["PER".into()]))
    }
}

impl Tagger for Capitals {
    fn tag(&self, sentences: &[Sentence]) -> xner::Result<Vec<Tagging>> {
        let tagging = |sentence: &Sentence| {
            if sentence.text().contains("SLOW") {
                std::thread::sleep(Duration::from_millis(400));
            }
            let mut tagging = Tagging { tags: vec![Tag::Outside; sentence.len()], ..Tagging::default() };
            for (at, token) in sentence.tokens().enumerate() {
                if token.chars().next().is_some_and(char::is_uppercase) {
                    let kind: EntityType = "PER".into();
                    let probability = (token.chars().count() as f32 / 10.0).min(1.0);
                    tagging
                        .entities
                        .push(ScoredEntity { entity: Entity { tokens: at..at + 1, kind }, probability });
                }
            }
            tagging
        };
        Ok(sentences.iter().map(tagging).collect())
    }

    fn tag_set(&self) -> &TagSet {
        &self.0
    }
}

struct Running {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn new(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::default();
        options.threads = 1;
        change(&mut options);
        let models = ["first", "second"].map(|name| {
            Served::new(name, Arc::new(Capitals::new()) as Arc<dyn Tagger>, vec!["en".parse().unwrap()])
        });
        let server = Server::new(models.into(), options).unwrap();
        let (stop, (sender, receiver)) = (Arc::new(AtomicBool::new(false)), mpsc::channel());
        let asked = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let told = move |address| sender.send(address).unwrap();
            server.run(([127, 0, 0, 1], 0).into(), told, || asked.load(Ordering::SeqCst)).unwrap();
        });
        let address = receiver.recv_timeout(Duration::from_mins(1)).unwrap();
        Self { address, stop, thread: Some(thread) }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Sends bytes, and gives the status and the body of the answer.
    fn raw(&self, request: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        answer(&mut stream)
    }

    fn get(&self, path: &str) -> (u16, String) {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let (status, body) = self.raw(request.as_bytes());
        (status, String::from_utf8(body).unwrap())
    }

    fn post(&self, body: &[u8]) -> (u16, Value) {
        let (status, body) = self.raw(&question(body));
        (status, serde_json::from_slice(&body).unwrap())
    }

    fn ask(&self, question: &Value) -> (u16, Value) {
        self.post(question.to_string().as_bytes())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking());
    }
}

fn question(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /v1/entities HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn answer(stream: &mut TcpStream) -> (u16, Vec<u8>) {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let end = all.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, all[end + 4..].to_vec())
}

#[test]
fn one_text_and_many() {
    let server = Running::new(|_| {});
    let (status, found) = server.ask(&json!({"text": "\u{1f600} now Zoë ran. Then Otto sat."}));
    assert_eq!(status, 200, "{found}");
    assert_eq!((&found["model"], &found["offsets"]), (&json!("first"), &json!("characters")));
    let places = |found: &Value| -> Vec<(String, u64, u64)> {
        let all = found.as_array().unwrap().iter();
        all.map(|one| {
            let number = |key: &str| one[key].as_u64().unwrap();
            (one["text"].as_str().unwrap().to_owned(), number("start"), number("end"))
        })
        .collect()
    };
    assert_eq!(places(&found["entities"])[..1], [("Zoë".to_owned(), 6, 9)]);
    for (offsets, start, end) in [("utf16", 7, 10), ("bytes", 9, 13)] {
        let (_, found) = server.ask(&json!({"text": "\u{1f600} now Zoë ran.", "offsets": offsets}));
        assert_eq!(places(&found["entities"]), [("Zoë".to_owned(), start, end)], "{offsets}");
    }
    let many = json!({"texts": ["a", "an Ada", ""], "model": "second", "language": "de"});
    let (status, found) = server.ask(&many);
    assert_eq!((status, &found["model"]), (200, &json!("second")), "{found}");
    let found: Vec<_> = found["entities"].as_array().unwrap().iter().map(places).collect();
    assert_eq!(found, [vec![], vec![("Ada".to_owned(), 3, 6)], vec![]]);
    let (_, sure) = server.ask(&json!({"text": "an Ada met Alexandra", "threshold": 0.5}));
    assert_eq!(places(&sure["entities"]), [("Alexandra".to_owned(), 11, 20)]);
    assert_eq!(sure["entities"][0]["probability"].to_string(), "0.9");
}

#[test]
fn what_is_wrong_is_said_with_its_status() {
    let server = Running::new(|options| options.body = 1000);
    for (question, status, words) in [
        (json!({}), 400, "either `text` or `texts`"),
        (json!({"text": "a", "texts": []}), 400, "either"),
        (json!({"text": 3}), 400, "expected a string"),
        (json!({"text": "a", "txet": "b"}), 400, "unknown field `txet`"),
        (json!({"text": "a", "model": "third"}), 404, "`first`, `second`"),
        (json!({"text": "a", "language": "klingon"}), 400, "`language`"),
        (json!({"text": "a", "offsets": "words"}), 400, "utf16"),
        (json!({"text": "a", "threshold": 2}), 400, "from 0 to 1"),
        (json!({"text": "a".repeat(2000)}), 413, "1000 bytes"),
    ] {
        let (found, said) = server.ask(&question);
        assert_eq!(found, status, "{question}: {said}");
        assert!(said["error"].as_str().unwrap().contains(words), "{said}");
    }
    for body in [&b"{\"text\": \"\xff\"}"[..], b"{\"text\": \"a", b"[]", b"", b"\x00"] {
        assert_eq!(server.post(body).0, 400, "{body:?}");
    }
    let plain = b"POST /v1/entities HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(server.raw(plain).0, 415);
    assert_eq!(server.get("/v1/entities").0, 405);
    assert_eq!(server.get("/nowhere").0, 404);
    assert_eq!(server.raw(b"nonsense\r\n\r\n").0, 400);
}

#[test]
fn a_full_queue_and_a_late_answer_have_their_status() {
    let server = Running::new(|options| {
        options.deadline = Duration::from_millis(150);
        options.queue = 40;
    });
    let (status, said) = server.ask(&json!({"text": "SLOW Ada ran."}));
    assert_eq!(status, 504, "{said}");
    let texts =
        json!({"texts": ["SLOW Ada ran far away.", "SLOW Otto ran far away.", "SLOW Ada ran far away."]});
    let (status, said) = server.ask(&texts);
    assert_eq!(status, 429, "{said}");
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(server.ask(&json!({"text": "Ada ran."})).0, 200);
}

/// A client that goes away, a body that is cut, and one that comes drop by drop harm nobody else.
#[test]
fn bad_clients_harm_no_other() {
    let server = Running::new(|options| options.patience = Duration::from_millis(300));
    // Half a body, and gone.
    for _ in 0..5 {
        let whole = question(b"{\"text\": \"Ada ran.\"}");
        server.connect().write_all(&whole[..whole.len() - 5]).unwrap();
    }
    // Half a head, and silence.
    let silent: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(b"POST /v1/ent").unwrap();
            stream
        })
        .collect();
    // Half a body, and silence: told so.
    let whole = question(b"{\"text\": \"Ada ran.\"}");
    let mut slow = server.connect();
    slow.write_all(&whole[..whole.len() - 5]).unwrap();
    assert_eq!(server.ask(&json!({"text": "Ada ran."})).0, 200);
    assert_eq!(answer(&mut slow).0, 408);
    assert_eq!(server.ask(&json!({"text": "Ada ran."})).0, 200);
    for mut stream in silent {
        // The connection ends, with an answer or without.
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    let figures = server.get("/metrics").1;
    let line = |start: &str| figures.lines().any(|line| line.starts_with(start));
    assert!(line("xner_requests_total{route=\"/v1/entities\",status=\"408\"} "), "{figures}");
    assert!(line("xner_requests_under_way 1"), "{figures}");
}

#[test]
fn what_else_there_is_to_ask() {
    let server = Running::new(|_| {});
    assert_eq!(server.get("/healthz"), (200, "ok\n".to_owned()));
    let models: Value = serde_json::from_str(&server.get("/v1/models").1).unwrap();
    assert_eq!(
        models["models"][1],
        json!({"name": "second", "default": false, "types": ["PER"], "languages": ["en"]})
    );
    assert!(models["languages"].as_array().unwrap().contains(&json!({"code": "de", "name": "German"})));
    let (status, page) = server.get("/");
    assert!(status == 200 && page.contains("</html>"));
    // Nothing is fetched from elsewhere.
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("src="), "{page}");
    // Each path of the document is there, and each that is there is in it.
    let document: Value = serde_json::from_str(&server.get("/openapi.json").1).unwrap();
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/", "/healthz", "/metrics", "/openapi.json", "/v1/entities", "/v1/models"]);
    for path in paths {
        assert_ne!(server.get(path).0, 404, "{path}");
    }
}

/// What was asked before the server is told to stop is answered.
#[test]
fn a_stop_lets_requests_end() {
    let server = Running::new(|_| {});
    let mut stream = server.connect();
    stream.write_all(&question(b"{\"text\": \"SLOW Ada ran.\"}")).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    server.stop.store(true, Ordering::SeqCst);
    assert_eq!(answer(&mut stream).0, 200);
}

#[test]
fn no_model_and_two_of_one_name_are_refused() {
    let named = |name| Served::new(name, Arc::new(Capitals::new()) as Arc<dyn Tagger>, Vec::new());
    assert!(Server::new(Vec::new(), Options::default()).is_err());
    let fault = Server::new(vec![named("a"), named("a")], Options::default()).unwrap_err().to_string();
    assert!(fault.contains("`a` twice"), "{fault}");
}
