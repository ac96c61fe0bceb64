//! What a hub's headers say, as far as it is believed.

use ureq::http::HeaderMap;

use super::address::shown;
use super::hash::Hash;

/// A commit of the hub: 40 hexadecimal digits, and so a safe name for a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Commit(String);

impl Commit {
    pub(super) fn parse(text: &str) -> Option<Self> {
        is_hex(text, 40).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is known of a file before its bytes come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) commit: Commit,
    pub(super) hash: Hash,
    pub(super) size: Option<u64>,
}

/// Facts as they are gathered over the answers of the hub itself: the first word on a commit and on a linked file
/// holds; a plain `ETag` is that of the last answer, since each earlier one is of a redirect.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    commit: Option<String>,
    linked: Option<String>,
    plain: Option<String>,
    size: Option<u64>,
}

impl Gathered {
    pub(super) fn add(&mut self, headers: &HeaderMap) -> Result<(), String> {
        let own = |name| Ok::<_, String>(single(headers, name)?.map(str::to_owned));
        if self.commit.is_none() {
            self.commit = own("x-repo-commit")?;
        }
        if self.linked.is_none() {
            self.linked = own("x-linked-etag")?;
        }
        if self.size.is_none() {
            self.size = number(headers, "x-linked-size")?;
        }
        self.plain = own("etag")?;
        Ok(())
    }

    pub(super) fn facts(self) -> Result<Facts, String> {
        let commit = self.commit.ok_or("names no commit (`X-Repo-Commit`)")?;
        let commit = Commit::parse(&commit)
            .ok_or_else(|| format!("names the commit {}, expected 40 hexadecimal digits", shown(&commit)))?;
        let tag = self.linked.or(self.plain).ok_or("names no hash (`ETag`)")?;
        let hash = Hash::parse(bare(&tag)).ok_or_else(|| {
            format!("gives the `ETag` {}, expected a hash of 40 or 64 hexadecimal digits", shown(&tag))
        })?;
        Ok(Facts { commit, hash, size: self.size })
    }
}

/// The place of a part and the size of the whole: `Content-Range: bytes from-to/size`.
pub(super) fn range(headers: &HeaderMap) -> Result<(u64, Option<u64>), String> {
    let text = single(headers, "content-range")?.ok_or("sends a part without `Content-Range`")?;
    let parsed = || {
        let (span, size) = text.strip_prefix("bytes ")?.split_once('/')?;
        let (from, to) = span.split_once('-')?;
        let (from, to) = (digits(from)?, digits(to)?);
        let size = if size == "*" { None } else { Some(digits(size)?) };
        (from <= to && size.is_none_or(|size| to < size)).then_some((from, size))
    };
    parsed().ok_or_else(|| format!("gives the `Content-Range` {}", shown(text)))
}

/// A header that is a number; none where it is absent.
pub(super) fn number(headers: &HeaderMap, name: &str) -> Result<Option<u64>, String> {
    let Some(text) = single(headers, name)? else { return Ok(None) };
    digits(text).map(Some).ok_or_else(|| format!("gives the `{name}` {}, expected a number", shown(text)))
}

/// The one value of a header; none where it is absent.
pub(super) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, String> {
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.any(|value| value != first) {
        return Err(format!("gives `{name}` several times"));
    }
    let text = first.to_str().map_err(|_| format!("gives a `{name}` that is not plain text"))?;
    Ok(Some(text.trim()))
}

/// An entity tag without the mark of a weak one and without quotes.
fn bare(tag: &str) -> &str {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag)
}

fn digits(text: &str) -> Option<u64> {
    // `parse` would take a sign.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

pub(super) fn is_hex(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
