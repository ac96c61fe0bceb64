//! Where the token goes: to the hub itself over TLS, and nowhere else.

use std::io;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use ureq::tls::{Certificate, RootCerts};

use super::*;

const AUTHORITY: &[u8] = include_bytes!("../../../../../tests/golden/tls/authority.pem");
const CHAIN: &[u8] = include_bytes!("../../../../../tests/golden/tls/server.pem");
const KEY: &[u8] = include_bytes!("../../../../../tests/golden/tls/key.pem");
const TOKEN: &str = "hf_secret";

fn tls(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(CHAIN).unwrap()],
            PrivateKeyDer::from_pem_slice(KEY).unwrap(),
        )
        .unwrap();
    let config = Arc::new(config);
    let wrap = move |stream| -> Box<dyn server::ReadWrite> {
        Box::new(Polite(StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream)))
    };
    Server::with("https", Arc::new(wrap), answer)
}

/// A connection that says when it ends.
struct Polite(StreamOwned<ServerConnection, std::net::TcpStream>);

impl io::Read for Polite {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl io::Write for Polite {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Drop for Polite {
    fn drop(&mut self) {
        self.0.conn.send_close_notify();
        let _ = io::Write::flush(&mut self.0);
    }
}

/// Fetches with a token and the authority of the tests.
fn fetch(server: &Server, http: bool) -> (Result<PathBuf>, TempDir) {
    let home = tempfile::tempdir().unwrap();
    let hub = Hub {
        endpoint: server.address(),
        http,
        token: Token::new(TOKEN),
        cache: home.path().join("hub"),
        offline: false,
    };
    let roots = [Certificate::from_pem(AUTHORITY).unwrap()];
    let config = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&roots)).build();
    (hub.named_within(&Name::parse("owner/name").unwrap(), hasty(), config), home)
}

/// The token of each request.
fn tokens(server: &Server) -> Vec<Option<String>> {
    server.requests().iter().map(|request| request.header("authorization").map(str::to_owned)).collect()
}

/// A hub whose weights are somewhere else.
fn sends_on(request: &Request, location: &str) -> Reply {
    let mut reply = Files::plain().reply(request);
    if request.file() == WEIGHTS_FILE && !request.path.starts_with("/back/") {
        reply = Reply::redirect(location);
        reply.set("x-linked-etag", sha256(b"weights")).set("x-repo-commit", COMMIT);
    }
    reply
}

#[test]
fn the_token_is_for_the_hub_itself() {
    let store = tls(|request| Reply::file(request, b"weights"));
    let location = format!("{}/store/model.safetensors", store.address());
    let hub = tls(move |request| sends_on(request, &location));
    let (folder, _home) = fetch(&hub, false);
    assert_eq!(fs::read(folder.unwrap().join(WEIGHTS_FILE)).unwrap(), b"weights");
    assert!(tokens(&hub).iter().all(|token| token.as_deref() == Some("Bearer hf_secret")));
    assert_eq!(tokens(&store), [None]);
}

#[test]
fn the_token_goes_along_within_the_hub_and_not_back_to_it_from_elsewhere() {
    let hub = tls(|request| {
        if request.path.starts_with("/back/") {
            return Reply::file(request, b"weights");
        }
        sends_on(request, "/back/model.safetensors")
    });
    let (folder, _home) = fetch(&hub, false);
    folder.unwrap();
    assert!(tokens(&hub).iter().all(Option::is_some));

    let home = Arc::new(std::sync::Mutex::new(String::new()));
    let back = Arc::clone(&home);
    let store = tls(move |_| Reply::redirect(format!("{}/back/model.safetensors", back.lock().unwrap())));
    let location = format!("{}/store/model.safetensors", store.address());
    let hub = tls(move |request| {
        if request.path.starts_with("/back/") {
            return Reply::file(request, b"weights");
        }
        sends_on(request, &location)
    });
    *home.lock().unwrap() = hub.address();
    let (folder, _home) = fetch(&hub, false);
    folder.unwrap();
    let back: Vec<_> =
        hub.requests().into_iter().filter(|request| request.path.starts_with("/back/")).collect();
    assert_eq!(back.len(), 1);
    assert_eq!(back[0].header("authorization"), None);
    assert_eq!(tokens(&store), [None]);
}

#[test]
fn the_token_never_goes_over_plain_http() {
    let hub = Server::start(|request| Files::plain().reply(request));
    let (folder, _home) = fetch(&hub, true);
    folder.unwrap();
    assert!(tokens(&hub).len() >= 3 && tokens(&hub).iter().all(Option::is_none));
}

#[test]
fn from_tls_nothing_leads_to_plain_http() {
    for http in [false, true] {
        let store = Server::start(|request| Reply::file(request, b"weights"));
        let location = format!("{}/store/model.safetensors", store.address());
        let hub = tls(move |request| sends_on(request, &location));
        let (folder, _home) = fetch(&hub, http);
        let fault = folder.unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::Hub);
        assert!(fault.to_string().contains("sends on from `https`"), "{fault}");
        assert!(store.requests().is_empty());
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let server = tls(|request| Files::plain().reply(request));
    let place = Place::new(server);
    let hub = Hub { token: Token::new(TOKEN), http: false, ..place.hub.clone() };
    let place = Place { hub, ..place };
    place.refuses("cannot be fetched", "an unknown authority");
    assert!(place.server.requests().is_empty());
}
