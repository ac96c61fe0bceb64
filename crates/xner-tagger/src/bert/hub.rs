//! From a model's name to a directory that holds it.

use std::path::{Path, PathBuf};

use crate::{Error, Result};

#[cfg(feature = "hub")]
mod fetch;
mod token;

pub use self::token::Token;

/// Where models come from that are named and not there: the Hugging Face hub and its cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// The address of the hub; `HF_ENDPOINT`.
    pub endpoint: String,
    /// Whether that address may be plain `http`, which anyone on the way can read and change; `XNER_HUB_HTTP`. A token
    /// is sent over TLS even so, or not at all.
    pub http: bool,
    /// What opens private models; `HF_TOKEN`, or the file that `HF_TOKEN_PATH` names, or `token` in `HF_HOME`; none
    /// with `HF_HUB_DISABLE_IMPLICIT_TOKEN`.
    pub token: Token,
    /// The folder of the cache, which `huggingface_hub` shares; `HF_HUB_CACHE`, or `hub` in `HF_HOME`.
    pub cache: PathBuf,
    /// Whether the network may not be touched; `HF_HUB_OFFLINE`.
    pub offline: bool,
}

/// A model's name on the hub: `name` or `owner/name`, and after an `@` its revision (a branch, tag or commit).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name<'a> {
    id: &'a str,
    revision: &'a str,
}

impl Hub {
    /// As the environment says.
    ///
    /// # Errors
    /// As [`Hub::from_lookup`].
    pub fn from_env() -> Result<Self> {
        Self::from_lookup(|key| std::env::var(key).ok())
    }

    /// As the variables that `lookup` knows say; an empty one counts as none.
    ///
    /// # Errors
    /// [`Error::Setting`] when neither a cache nor a home folder is known.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let get = |key: &str| lookup(key).filter(|value| !value.is_empty());
        let is_on = |key: &str| {
            get(key).is_some_and(|value| {
                ["1", "on", "yes", "true"].contains(&value.to_ascii_lowercase().as_str())
            })
        };
        let shared = || get("XDG_CACHE_HOME").map(|folder| Path::new(&folder).join("huggingface"));
        let user = || std::env::home_dir().map(|folder| folder.join(".cache/huggingface"));
        let home = get("HF_HOME").map(PathBuf::from).or_else(shared).or_else(user);
        let below = |name: &str| home.as_ref().map(|folder| folder.join(name));
        let cache = get("HF_HUB_CACHE")
            .map(PathBuf::from)
            .or_else(|| below("hub"))
            .ok_or_else(|| Error::setting("HF_HOME", "is not set, and there is no home folder"))?;
        let file = || get("HF_TOKEN_PATH").map(PathBuf::from).or_else(|| below("token"));
        let token = if is_on("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
            Token::default()
        } else if let Some(text) = get("HF_TOKEN").or_else(|| get("HUGGING_FACE_HUB_TOKEN")) {
            Token::new(text)
        } else {
            file().map(Token::in_file).unwrap_or_default()
        };
        let endpoint = get("HF_ENDPOINT").unwrap_or_else(|| "https://huggingface.co".to_owned());
        Ok(Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            http: is_on("XNER_HUB_HTTP"),
            token,
            cache,
            offline: is_on("HF_HUB_OFFLINE"),
        })
    }

    /// The directory of a model: `name` itself where there is such a directory, and then nothing else is looked at; or
    /// else that of the cache, fetched into it where it is not there yet.
    ///
    /// `name@revision` chooses a branch, tag or commit instead of `main`. What is in the cache is not looked for again.
    ///
    /// # Errors
    /// [`Error::Hub`] names the model and the file: no such model, no network, offline and not in the cache, or the
    /// program is built without the feature `hub`; [`Error::Io`].
    pub fn directory(&self, name: &str) -> Result<PathBuf> {
        let path = Path::new(name);
        if path.is_dir() {
            return Ok(path.to_owned());
        }
        let fault = |message: &str| Error::Hub { name: name.to_owned(), message: message.to_owned() };
        if path.exists() {
            return Err(fault("is a file, expected a model directory"));
        }
        let Some(parsed) = Name::parse(name) else {
            return Err(fault("no such directory, and not the name of a model on the Hugging Face hub"));
        };
        self.named(&parsed).map_err(|fault| match fault {
            // A folder may have been meant.
            Error::Hub { name, message } if !message.starts_with("no such directory") => {
                Error::Hub { message: format!("no such directory; as a name on the hub: {message}"), name }
            }
            fault => fault,
        })
    }

    #[cfg(not(feature = "hub"))]
    fn named(&self, name: &Name<'_>) -> Result<PathBuf> {
        let message = format!(
            "no such directory, and this program is built without the feature `hub`, which would ask {} for a model \
             of that name",
            self.endpoint
        );
        Err(Error::Hub { name: name.id.to_owned(), message })
    }
}

impl<'a> Name<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (id, revision) = text.split_once('@').unwrap_or((text, "main"));
        let allowed = |part: &str, more: &[char]| {
            let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c) || more.contains(&c);
            (1..=96).contains(&part.len())
                && part.chars().all(good)
                && !part.contains("..")
                && !part.contains("--")
                && !part.starts_with(['-', '.', '/'])
                && !part.ends_with(['-', '.', '/'])
        };
        let mut parts = id.split('/');
        let owner_and_name = parts.by_ref().take(2).all(|part| allowed(part, &[])) && parts.next().is_none();
        (owner_and_name && allowed(revision, &['/'])).then_some(Self { id, revision })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn hub(variables: &[(&str, &str)]) -> Hub {
        Hub::from_lookup(|key| {
            variables.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        })
        .unwrap()
    }

    #[test]
    fn the_environment_is_read_as_huggingface_hub_reads_it() {
        let plain = hub(&[]);
        assert_eq!((plain.endpoint.as_str(), plain.offline), ("https://huggingface.co", false));
        assert!(plain.cache.ends_with(".cache/huggingface/hub"));
        assert_eq!(hub(&[("HF_HOME", "/a")]).cache, Path::new("/a/hub"));
        assert_eq!(hub(&[("XDG_CACHE_HOME", "/x")]).cache, Path::new("/x/huggingface/hub"));
        assert_eq!(hub(&[("HF_HOME", "/a"), ("HF_HUB_CACHE", "/b")]).cache, Path::new("/b"));
        assert_eq!(hub(&[("HF_ENDPOINT", "http://localhost:8/")]).endpoint, "http://localhost:8");
        for (value, offline) in
            [("1", true), ("YES", true), ("True", true), ("on", true), ("0", false), ("", false)]
        {
            assert_eq!(hub(&[("HF_HUB_OFFLINE", value)]).offline, offline, "{value}");
            assert_eq!(hub(&[("XNER_HUB_HTTP", value)]).http, offline, "{value}");
        }
        assert_eq!(hub(&[("HF_HOME", "/a")]).token, Token::in_file("/a/token"));
        assert_eq!(hub(&[("HF_HOME", "/a"), ("HF_TOKEN_PATH", "/b")]).token, Token::in_file("/b"));
        assert_eq!(hub(&[("HF_HOME", "/a"), ("HF_TOKEN", "c")]).token, Token::new("c"));
        let disabled = [("HF_TOKEN", "c"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")];
        assert_eq!(hub(&disabled).token, Token::default());
    }

    #[test]
    fn names_are_those_that_the_hub_allows() {
        let name = |id, revision| Some(Name { id, revision });
        assert_eq!(Name::parse("bert-base-cased"), name("bert-base-cased", "main"));
        assert_eq!(Name::parse("owner/name@v1.0"), name("owner/name", "v1.0"));
        assert_eq!(Name::parse("owner/name@refs/pr/1"), name("owner/name", "refs/pr/1"));
        for bad in
            ["", "a/b/c", "/a", "../a", "a/..", "a b", "~/a", "a@", "a@../..", "a\\b", "./a", "a/", "é"]
        {
            assert_eq!(Name::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_directory_that_exists_is_taken_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = Hub {
            endpoint: "http://127.0.0.1:1".into(),
            http: true,
            token: Token::default(),
            cache: "/nowhere".into(),
            offline: false,
        };
        assert_eq!(nowhere.directory(folder.path().to_str().unwrap()).unwrap(), folder.path());
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let fault = nowhere.directory(file.to_str().unwrap()).unwrap_err().to_string();
        assert!(fault.contains("is a file"), "{fault}");
        let fault = nowhere.directory("./missing/model/here").unwrap_err().to_string();
        assert!(fault.contains("./missing/model/here") && fault.contains("no such directory"), "{fault}");
    }

    #[cfg(not(feature = "hub"))]
    #[test]
    fn without_the_feature_a_name_is_a_fault_that_says_so() {
        let fault = hub(&[]).directory("owner/name").unwrap_err().to_string();
        assert!(fault.contains("owner/name") && fault.contains("feature `hub`"), "{fault}");
    }
}
