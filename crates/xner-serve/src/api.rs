//! Questions and answers.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use xner::{Error, ErrorKind, Language, Limit};

use crate::models::Served;
use crate::offsets::{Found, Offsets};
use crate::server::Shared;

/// `POST /v1/entities`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    text: Option<String>,
    texts: Option<Vec<String>>,
    model: Option<String>,
    language: Option<String>,
    #[serde(default)]
    offsets: Offsets,
    #[serde(default)]
    threshold: f32,
}

/// What it is answered with.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    model: &'a str,
    offsets: Offsets,
    entities: Entities,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Entities {
    One(Vec<Found>),
    Many(Vec<Vec<Found>>),
}

/// A question that cannot be answered: the status, and what is wrong.
#[derive(Debug)]
pub(crate) struct Fault(StatusCode, String);

impl Fault {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self(status, message.into())
    }

    fn wrong(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into())
    }
}

impl From<Error> for Fault {
    fn from(fault: Error) -> Self {
        let status = match fault.kind() {
            // The client asks again later.
            ErrorKind::Busy => StatusCode::TOO_MANY_REQUESTS,
            kind => StatusCode::from_u16(kind.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        };
        Self(status, fault.to_string())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = (self.0, Json(json!({ "error": self.1 }))).into_response();
        if self.0 == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// The entities of one text or of many.
pub(crate) async fn entities(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, Fault> {
    let begun = Instant::now();
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        let message = "expected the header `content-type: application/json`";
        return Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let body = tokio::time::timeout(shared.options.patience, Bytes::from_request(request, &()));
    let body =
        body.await.map_err(|_| Fault::new(StatusCode::REQUEST_TIMEOUT, "the body took too long to come"))?;
    let body = body.map_err(|fault| {
        let status = fault.status();
        let message = if status == StatusCode::PAYLOAD_TOO_LARGE {
            format!("the body is longer than the {} bytes that are taken", shared.options.body)
        } else {
            fault.body_text()
        };
        Fault::new(status, message)
    })?;
    let question: Question =
        serde_json::from_slice(&body).map_err(|fault| Fault::wrong(format!("the body: {fault}")))?;
    drop(body);
    let Question { text, texts, model, language, offsets, threshold } = question;
    let (texts, one) = match (text, texts) {
        (Some(text), None) => (vec![text], true),
        (None, Some(texts)) => (texts, false),
        _ => return Err(Fault::wrong("expected either `text` or `texts`")),
    };
    if !(0.0..=1.0).contains(&threshold) {
        return Err(Fault::wrong(format!("`threshold` is {threshold}, expected a number from 0 to 1")));
    }
    let model = shared.model(model.as_deref())?;
    let language = language.map(|code| code.parse::<Language>()).transpose();
    let language = language.map_err(|fault| Fault::wrong(format!("`language`: {fault}")))?;
    let deadline = begun + shared.options.deadline;
    let found = found(&shared, model, language, texts, offsets, threshold, begun);
    // A request that is late is given up: its texts are not tagged any further.
    let late = |_| Fault::new(StatusCode::GATEWAY_TIMEOUT, "the deadline is over");
    let mut found = tokio::time::timeout_at(deadline.into(), found).await.map_err(late)??;
    let entities = if one { Entities::One(found.pop().unwrap_or_default()) } else { Entities::Many(found) };
    Ok(Json(Answer { model: model.name(), offsets, entities }).into_response())
}

/// A client that goes away drops this future, and with it what is pending.
async fn found(
    shared: &Shared,
    model: &Served,
    language: Option<Language>,
    texts: Vec<String>,
    offsets: Offsets,
    threshold: f32,
    begun: Instant,
) -> Result<Vec<Vec<Found>>, Fault> {
    let (ner, limit) = (model.ner(language)?, Limit::until(begun + shared.options.deadline));
    let submit = |text: &String| ner.submit(text.clone(), &limit);
    let pending = texts.iter().map(submit).collect::<Result<Vec<_>, _>>()?;
    let mut all = Vec::with_capacity(pending.len());
    for (text, one) in texts.iter().zip(pending) {
        let mut entities = one.await?;
        entities.retain(|entity| entity.probability >= threshold);
        all.push(offsets.of(text, entities));
    }
    let bytes = texts.iter().map(String::len).sum();
    shared.metrics.tagged(texts.len(), bytes, all.iter().map(Vec::len).sum(), begun.elapsed());
    Ok(all)
}

/// What is served.
pub(crate) async fn models(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let about = |(at, model): (usize, &Served)| {
        let languages: Vec<&str> = model.languages().iter().map(|language| language.code()).collect();
        json!({ "name": model.name(), "default": at == 0, "types": model.types(), "languages": languages })
    };
    let models: Vec<Value> = shared.models.iter().enumerate().map(about).collect();
    let languages: Vec<Value> = Language::all()
        .filter(|language| !language.is_many())
        .map(|language| json!({ "code": language.code(), "name": language.name() }))
        .collect();
    Json(json!({ "models": models, "languages": languages }))
}

pub(crate) async fn health() -> &'static str {
    "ok\n"
}

pub(crate) async fn metrics(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], shared.metrics.text())
}

pub(crate) async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], include_str!("openapi.json"))
}

pub(crate) async fn page() -> impl IntoResponse {
    // Nothing of the page comes from elsewhere, and nothing goes elsewhere.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                  img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    ([("content-security-policy", policy)], Html(include_str!("page.html")))
}

pub(crate) async fn unknown() -> Fault {
    Fault::new(StatusCode::NOT_FOUND, "no such path; /openapi.json tells those that there are")
}
