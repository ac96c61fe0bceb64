//! The server.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use xner::{Error, MicroBatches, Result};

use crate::api::{self, Fault};
use crate::metrics::Metrics;
use crate::models::Served;

/// What bounds requests.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How long a request may take once its body is there; then it is 504. Default 10 s.
    pub deadline: Duration,
    /// How long a client may take to send its headers, and its body; then it is 408, or the connection ends. Default
    /// 10 s.
    pub patience: Duration,
    /// Bytes of a body; more are 413. Default 4 MiB.
    pub body: usize,
    /// Bytes of text that may wait; more are 429. Default 64 MiB.
    pub queue: usize,
    /// Connections at a time; others wait to be taken. Default 1024.
    pub connections: usize,
    /// Threads that tag; 0, the default, for as many as the machine has.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        let seconds = Duration::from_secs(10);
        Self {
            deadline: seconds,
            patience: seconds,
            body: 4 << 20,
            queue: 64 << 20,
            connections: 1024,
            threads: 0,
        }
    }
}

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) models: Vec<Served>,
    pub(crate) options: Options,
    pub(crate) metrics: Metrics,
}

impl Shared {
    /// The model of this name; the first where none is named.
    pub(crate) fn model(&self, name: Option<&str>) -> std::result::Result<&Served, Fault> {
        let found = match name {
            None => self.models.first(),
            Some(name) => self.models.iter().find(|model| model.name() == name),
        };
        found.ok_or_else(|| {
            let known: Vec<_> = self.models.iter().map(|model| format!("`{}`", model.name())).collect();
            let name = name.unwrap_or_default();
            let message = format!("no model is named `{name}`, expected one of {}", known.join(", "));
            Fault::new(StatusCode::NOT_FOUND, message)
        })
    }
}

/// Models, ready to be asked.
#[derive(Debug)]
pub struct Server(Arc<Shared>);

impl Server {
    /// Of these models, the first being the one that answers where none is named. Each is made ready.
    ///
    /// # Errors
    /// [`Error::Setting`] where there is none, or two have one name; [`Error::Other`] when the system gives no threads.
    pub fn new(models: Vec<Served>, options: Options) -> Result<Self> {
        if models.is_empty() {
            return Err(Error::setting("model", "is missing, expected at least one"));
        }
        for (at, model) in models.iter().enumerate() {
            if models[..at].iter().any(|other| other.name() == model.name()) {
                let message = format!("has the name `{}` twice", model.name());
                return Err(Error::setting("model", message));
            }
        }
        let batches = MicroBatches::default().with_threads(options.threads).with_waiting(options.queue);
        let models: Vec<Served> = models.into_iter().map(|model| model.batched(batches.clone())).collect();
        for model in &models {
            model.ner(None)?;
        }
        Ok(Self(Arc::new(Shared { models, options, metrics: Metrics::default() })))
    }

    /// What answers requests.
    fn routes(&self) -> Router {
        Router::new()
            .route("/", get(api::page))
            .route("/v1/entities", post(api::entities))
            .route("/v1/models", get(api::models))
            .route("/healthz", get(api::health))
            .route("/metrics", get(api::metrics))
            .route("/openapi.json", get(api::openapi))
            .fallback(api::unknown)
            .method_not_allowed_fallback(wrong_method)
            .layer(DefaultBodyLimit::max(self.0.options.body))
            .layer(from_fn_with_state(Arc::clone(&self.0), counted))
            .with_state(Arc::clone(&self.0))
    }

    /// Answers at an address from this thread, and others of its own, until `stop` says so, which is asked ten times a
    /// second. `told` is told of the address once it is there: its port is one that is free where 0 was asked for.
    ///
    /// # Errors
    /// [`Error::Other`] when the system gives no threads, or the address is not to be had.
    pub fn run(
        &self,
        address: SocketAddr,
        told: impl FnOnce(SocketAddr),
        stop: impl Fn() -> bool,
    ) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.map_err(Error::other)?.block_on(async {
            let listener = TcpListener::bind(address).await.map_err(Error::other)?;
            told(listener.local_addr().map_err(Error::other)?);
            let stopped = async {
                while !stop() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            };
            self.serve(listener, stopped).await.map_err(Error::other)
        })
    }

    /// Answers until `stop` is there. Then no connection is taken any more, and those that are there have as long as a
    /// request may take to end.
    ///
    /// # Errors
    /// None at present: a connection that cannot be taken is left.
    pub async fn serve(&self, listener: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
        let (routes, options) = (self.routes(), &self.0.options);
        let room = Arc::new(Semaphore::new(options.connections));
        let graceful = GracefulShutdown::new();
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(options.patience);
        let mut stop = pin!(stop);
        loop {
            let accepted = async {
                let place = Arc::clone(&room).acquire_owned().await;
                (place, listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                accepted = accepted => accepted,
                () = &mut stop => break,
            };
            let Ok((stream, _)) = accepted else {
                // Of too many open files there will be fewer soon.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let _ = stream.set_nodelay(true);
            let service = TowerToHyperService::new(routes.clone());
            let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service));
            tokio::spawn(async move {
                // What goes wrong on a connection is its client's alone.
                let _ = connection.await;
                drop(place);
            });
        }
        drop(listener);
        let _ = tokio::time::timeout(options.deadline + options.patience, graceful.shutdown()).await;
        Ok(())
    }
}

/// Counts a request while it is there: it may be given up at any point.
struct UnderWay(Arc<Shared>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.metrics.end();
    }
}

async fn counted(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    shared.metrics.begin();
    let guard = UnderWay(shared);
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    let route = route.as_deref().unwrap_or("other");
    guard.0.metrics.answered(route, response.status().as_u16());
    response
}

async fn wrong_method() -> Response {
    Fault::new(StatusCode::METHOD_NOT_ALLOWED, "this path is not asked so; see /openapi.json").into_response()
}
