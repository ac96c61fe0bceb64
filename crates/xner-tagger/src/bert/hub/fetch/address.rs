//! Addresses that may be asked, and which of them are the hub's own.

use ureq::http::Uri;

/// An address of the web, without a user's name or password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    text: String,
    /// The length of scheme, host and port in `text`.
    origin: usize,
    secure: bool,
}

impl Address {
    /// The address of the hub. Plain `http` counts only where it was asked for.
    pub(super) fn endpoint(text: &str, http: bool) -> Result<Self, String> {
        let address = Self::absolute(text)?;
        if text.contains(['?', '#']) {
            return Err("expected an address without `?` or `#`".to_owned());
        }
        if address.secure || http {
            return Ok(address);
        }
        Err("plain `http` can be read and changed on its way, expected `https` (XNER_HUB_HTTP=1 allows it)"
            .to_owned())
    }

    /// Where an answer from here sends us. From TLS nothing leads to plain `http`.
    pub(super) fn redirect(&self, location: &str) -> Result<Self, String> {
        let next = if location.starts_with('/') && !location.starts_with("//") {
            Self::absolute(&format!("{}{location}", self.origin()))
        } else {
            Self::absolute(location)
        };
        match next {
            Ok(next) if self.secure && !next.secure => {
                Err(format!("sends on from `https` to {}, which is plain `http`", shown(location)))
            }
            Ok(next) => Ok(next),
            Err(_) => Err(format!("sends on to {}, which is no `https` address", shown(location))),
        }
    }

    /// The address of something below this one; `path` begins with a slash.
    pub(super) fn below(&self, path: &str) -> Result<Self, String> {
        Self::absolute(&format!("{}{path}", self.text.trim_end_matches('/')))
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the way there is TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether scheme, host and port are the same.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        self.origin() == other.origin()
    }

    fn origin(&self) -> &str {
        &self.text[..self.origin]
    }

    fn absolute(text: &str) -> Result<Self, String> {
        let uri: Uri = text.parse().map_err(|_| "is no address".to_owned())?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("expected an address that begins with `https://`".to_owned()),
        };
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let (Some(host), false) = (uri.host().filter(|host| !host.is_empty()), authority.contains('@'))
        else {
            return Err("expected an address with a host, and without a user's name".to_owned());
        };
        let (scheme, usual) = if secure { ("https", 443) } else { ("http", 80) };
        let port = match (authority.len() > host.len(), uri.port_u16()) {
            (false, _) => usual,
            (true, Some(port)) if port > 0 => port,
            (true, _) => return Err("expected a port from 1 to 65535".to_owned()),
        };
        let origin = format!("{scheme}://{}:{port}", host.to_ascii_lowercase());
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let text = if path.starts_with('/') {
            format!("{origin}{path}")
        } else {
            // A query right behind the host.
            format!("{origin}/{path}")
        };
        Ok(Self { origin: origin.len(), text, secure })
    }
}

/// A server's words as they may be printed: no control characters, no end of them.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 80;
    let short: String = text.chars().take(MOST).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("`{}{dots}`", short.escape_debug())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn plain_http_counts_only_where_it_was_asked_for() {
        assert!(Address::endpoint("https://hub.example", false).unwrap().is_secure());
        assert!(Address::endpoint("http://127.0.0.1:8", false).unwrap_err().contains("XNER_HUB_HTTP=1"));
        assert!(!Address::endpoint("http://127.0.0.1:8", true).unwrap().is_secure());
        for bad in [
            "",
            "hub.example",
            "/here",
            "file:///etc/passwd",
            "ftp://hub.example",
            "https://",
            "https://a@hub.example",
            "https://a:b@hub.example",
            "https://a:b@hub.example:443",
            "https://hub.example?a",
            "https://hub.example:0",
            "https://hub.example:99999",
            "https://hub .example",
        ] {
            assert!(Address::endpoint(bad, true).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_redirect_is_read_against_the_address_that_gave_it() {
        let hub = Address::endpoint("https://hub.example/mirror", false).unwrap();
        let file = hub.below("/owner/name").unwrap();
        assert_eq!(file.text(), "https://hub.example:443/mirror/owner/name");
        let home = |location: &str| file.redirect(location).map(|next| next.is_of(&hub));
        assert_eq!(home("/api/file?a=b"), Ok(true));
        assert_eq!(home("https://HUB.example:443/x"), Ok(true));
        for other in [
            "https://hub.example:444/x",
            "https://hub.example.evil/x",
            "https://evil/hub.example",
            "https://[::1]/x",
        ] {
            assert_eq!(home(other), Ok(false), "{other}");
        }
        for bad in [
            "http://hub.example/x",
            "file:///etc/passwd",
            "//evil/x",
            "x",
            "",
            "https:/x",
            "https://hub.example@evil/x",
            "https://hub.example:443@evil:443/x",
            "javascript:x",
        ] {
            assert!(home(bad).is_err(), "{bad}");
        }
    }
}
