//! The token of a user of the hub.

use std::fmt;
use std::path::PathBuf;

/// What opens private models: sent over TLS alone, and to the hub's own address alone. It is never printed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Token(pub(super) Place);

/// Where a token is.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) enum Place {
    /// There is none.
    #[default]
    Nowhere,
    /// The token itself.
    Text(String),
    /// The file of `hf auth login`; it need not exist, and is read only before the network is used.
    File(PathBuf),
}

impl Token {
    /// A token as it stands.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Place::Text(text.into()))
    }

    /// A file that may hold a token.
    pub fn in_file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Nowhere => out.write_str("no token"),
            Place::Text(_) => out.write_str("a token"),
            Place::File(path) => write!(out, "a token in {}", path.display()),
        }
    }
}
