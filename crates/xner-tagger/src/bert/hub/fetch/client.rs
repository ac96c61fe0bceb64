//! One file asked of a hub: redirects followed by our own rules, the token kept at home.

use ureq::http::header::{ACCEPT_ENCODING, AUTHORIZATION, RANGE};
use ureq::http::{HeaderValue, Response, StatusCode};
use ureq::tls::TlsConfig;
use ureq::{Agent, Body};

use super::address::{Address, shown};
use super::headers::{Facts, Gathered, number, range, single};
use super::limits::Limits;
use super::token;
use crate::bert::hub::Hub;

/// Why a file did not come.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The model has no such file.
    Absent,
    /// Another try may help.
    Passing(String),
    /// No other try helps.
    Lasting(String),
}

/// Messages that say how a server misbehaves are for good.
impl From<String> for Trouble {
    fn from(message: String) -> Self {
        Self::Lasting(message)
    }
}

/// A hub and the way to it.
pub(super) struct Client {
    agent: Agent,
    endpoint: Address,
    token: Option<HeaderValue>,
    limits: Limits,
}

/// The start of an answer.
pub(super) struct Answer {
    pub(super) facts: Facts,
    /// Where in the file the body begins.
    pub(super) from: u64,
    /// The size of the whole file, if the body's own headers tell it.
    pub(super) size: Option<u64>,
    pub(super) body: Body,
}

impl Client {
    pub(super) fn new(hub: &Hub, limits: &Limits, tls: TlsConfig) -> Result<Self, String> {
        let endpoint = Address::endpoint(&hub.endpoint, hub.http).map_err(|message| {
            // What is before an `@` may be a password.
            let text = hub.endpoint.rsplit('@').next().unwrap_or_default();
            format!("the hub's address (HF_ENDPOINT) {}: {message}", shown(text))
        })?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // Each redirect is looked at here.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .https_only(!hub.http)
            // What a server sends behind the end of a body is not the start of an answer.
            .max_idle_connections(0)
            .timeout_resolve(Some(limits.head))
            .timeout_connect(Some(limits.head))
            .timeout_send_request(Some(limits.head))
            .timeout_recv_response(Some(limits.head))
            .timeout_per_read(Some(limits.silence))
            .timeout_recv_body(Some(limits.body))
            .user_agent(concat!("xner/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build()
            .new_agent();
        Ok(Self { agent, endpoint, token: token::read(&hub.token)?, limits: limits.clone() })
    }

    /// Asks for what is at this path, from byte `from` on.
    pub(super) fn get(&self, path: &str, from: u64) -> Result<Answer, Trouble> {
        let mut address = self.endpoint.below(path)?;
        let mut gathered = Gathered::default();
        // Once an answer has sent us elsewhere, nothing on that way is the hub's own word.
        let mut home = true;
        for _ in 0..=self.limits.redirects {
            home &= address.is_of(&self.endpoint);
            let response = self.ask(&address, from, home)?;
            let status = response.status();
            if status == StatusCode::NOT_FOUND && home {
                return Err(Trouble::Absent);
            }
            if !(status.is_success() || status.is_redirection()) {
                return Err(self.refusal(status));
            }
            if home {
                gathered.add(response.headers())?;
            }
            match status.as_u16() {
                200 | 206 => return answer(response, gathered.facts()?, from),
                301 | 302 | 303 | 307 | 308 => {
                    let location = single(response.headers(), "location")?
                        .ok_or_else(|| format!("answers with status {status} and no `Location`"))?;
                    address = address.redirect(location)?;
                }
                _ => return Err(Trouble::Lasting(format!("answers with status {status}"))),
            }
        }
        Err(Trouble::Lasting(format!("sends on more than {} times", self.limits.redirects)))
    }

    fn ask(&self, address: &Address, from: u64, home: bool) -> Result<Response<Body>, Trouble> {
        let mut request = self.agent.get(address.text()).header(ACCEPT_ENCODING, "identity");
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        if let (Some(token), true) = (&self.token, home && address.is_secure()) {
            request = request.header(AUTHORIZATION, token.clone());
        }
        request.call().map_err(|fault| match fault {
            ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed => {
                Trouble::Passing(fault.to_string())
            }
            fault => Trouble::Lasting(fault.to_string()),
        })
    }

    fn refusal(&self, status: StatusCode) -> Trouble {
        let message = format!("answers with status {status}");
        match status.as_u16() {
            408 | 429 | 500..=599 => Trouble::Passing(message),
            401 | 403 => Trouble::Lasting(match &self.token {
                None => format!("{message}: no such model, or one that needs a token (HF_TOKEN)"),
                Some(_) if self.endpoint.is_secure() => {
                    format!("{message}: no such model, or none that this token opens")
                }
                Some(_) => format!("{message}: a token is never sent over plain `http`"),
            }),
            _ => Trouble::Lasting(message),
        }
    }
}

fn answer(response: Response<Body>, facts: Facts, from: u64) -> Result<Answer, Trouble> {
    let headers = response.headers();
    if let Some(coding) = single(headers, "content-encoding")?.filter(|coding| *coding != "identity") {
        return Err(Trouble::Lasting(format!(
            "sends the file as {}, which was not asked for",
            shown(coding)
        )));
    }
    let (start, size) = if response.status() == StatusCode::PARTIAL_CONTENT {
        let (start, size) = range(headers)?;
        if from == 0 || start != from {
            return Err(Trouble::Lasting(format!(
                "sends the part from byte {start} on, where byte {from} was asked for"
            )));
        }
        (start, size)
    } else {
        (0, number(headers, "content-length")?)
    };
    if let (Some(linked), Some(size)) = (facts.size, size)
        && linked != size
    {
        return Err(Trouble::Lasting(format!("states {linked} bytes and {size} bytes for one file")));
    }
    Ok(Answer { facts, from: start, size, body: response.into_body() })
}
