//! Entities over HTTP: `xner-service MODEL [ADDRESS]`.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use xner::{Error, Limit, MicroBatches, Ner};

/// How long a client waits at most.
const DEADLINE: Duration = Duration::from_secs(2);

/// `{"text": "…"}`, or `{"texts": ["…", "…"]}`.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Question {
    One { text: String },
    Many { texts: Vec<String> },
}

/// A fault of xner's as an answer: its kind is the status.
struct Fault(Error);

impl From<Error> for Fault {
    fn from(fault: Error) -> Self {
        Self(fault)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.kind().http_status());
        let body = Json(json!({ "error": self.0.to_string() }));
        (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body).into_response()
    }
}

async fn entities(State(ner): State<Ner>, Json(question): Json<Question>) -> Result<Response, Fault> {
    // A client that goes away drops this future, and with it what is pending.
    let limit = Limit::within(DEADLINE);
    Ok(match question {
        Question::One { text } => Json(ner.submit(text, &limit)?.await?).into_response(),
        Question::Many { texts } => {
            let submit = |text| ner.submit(text, &limit);
            let pending = texts.into_iter().map(submit).collect::<Result<Vec<_>, _>>()?;
            let mut all = Vec::with_capacity(pending.len());
            for one in pending {
                all.push(one.await?);
            }
            Json(all).into_response()
        }
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let model = args.next().ok_or("usage: xner-service MODEL [ADDRESS]")?;
    let address = args.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let ner = Ner::builder().micro_batches(MicroBatches::default()).open(&model)?;
    let routes = Router::new()
        .route("/entities", post(entities))
        .route("/healthz", get(|| async { "ok" }))
        .with_state(ner);
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("listening on {}", listener.local_addr()?);
    let ended = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    Ok(axum::serve(listener, routes).with_graceful_shutdown(ended).await?)
}
