//! The hub over the network, into the cache that `huggingface_hub` shares. Nothing that a server says is believed:
//! names are hashes, sizes and hashes are checked, and a file is in the cache whole or not at all.

use std::path::{Path, PathBuf};

use ureq::tls::TlsConfig;

use self::cache::Cache;
use self::client::Client;
use self::download::Download;
use self::headers::Commit;
use self::limits::Limits;
use super::{Hub, Name};
use crate::bert::tokeniser::{MERGES, TOKENISER_SETTINGS, TOKENISERS, needs_merges};
use crate::bert::weights::{Index, WEIGHTS};
use crate::{Error, Result};

mod address;
mod cache;
mod client;
mod download;
mod hash;
mod headers;
mod limits;
mod token;

const CONFIG: &str = "config.json";

/// Where a model's files come from.
struct Source<'a> {
    name: &'a Name<'a>,
    cache: Cache,
    /// None offline.
    client: Option<Client>,
    endpoint: &'a str,
    limits: Limits,
}

impl Hub {
    pub(super) fn named(&self, name: &Name<'_>) -> Result<PathBuf> {
        self.named_within(name, Limits::default(), TlsConfig::default())
    }

    /// The same with other limits and certificates.
    fn named_within(&self, name: &Name<'_>, limits: Limits, tls: TlsConfig) -> Result<PathBuf> {
        let cache = Cache::new(&self.cache, name);
        let mut source = Source { name, cache, client: None, endpoint: &self.endpoint, limits };
        // A model that the cache has whole needs no network.
        if let Ok(folder) = source.model() {
            return Ok(folder);
        }
        if !self.offline {
            let client = Client::new(self, &source.limits, tls).map_err(|message| source.fault(&message))?;
            source.client = Some(client);
        }
        source.model()
    }
}

impl Source<'_> {
    /// The folder with all of the model's files.
    fn model(&self) -> Result<PathBuf> {
        let config = self.one_of(&[CONFIG])?;
        let folder = config.parent().unwrap_or(Path::new("")).to_owned();
        let mut files = vec![self.one_of(&TOKENISERS)?];
        if needs_merges(&files[0]) {
            files.push(self.one_of(&[MERGES])?);
        }
        files.extend(self.get(TOKENISER_SETTINGS)?);
        let weights = self.one_of(&WEIGHTS)?;
        if weights.extension().is_some_and(|extension| extension == "json") {
            let index = Index::read(&weights)?;
            let shards = index.names(&weights)?;
            // The index is the hub's word too.
            if shards.len() > self.limits.shards {
                let (count, most) = (shards.len(), self.limits.shards);
                return Err(self.fault(&format!("has {count} files of weights, at most {most} are taken")));
            }
            if let Some(shard) = shards.iter().find(|shard| !is_shard(shard)) {
                let shard = address::shown(shard);
                return Err(self.fault(&format!("its index names {shard}, which is no file of weights")));
            }
            for shard in shards {
                files.push(self.one_of(&[shard])?);
            }
        }
        files.push(weights);
        if files.iter().any(|file| file.parent() != Some(&folder)) {
            return Err(self.fault("changed on the hub while it was fetched; try again"));
        }
        Ok(folder)
    }

    /// The first of these files that the model has.
    fn one_of(&self, names: &[&str]) -> Result<PathBuf> {
        for name in names {
            if let Some(path) = self.get(name)? {
                return Ok(path);
            }
        }
        let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        Err(self.fault(&match self.client {
            Some(_) => format!("has none of {names} at {}", self.endpoint),
            None => format!(
                "no such directory, HF_HUB_OFFLINE is set, and the cache {} has none of its {names}",
                self.cache.folder().display()
            ),
        }))
    }

    /// A file of the model; none when the model has no such file. `name` is one of ours or was checked.
    fn get(&self, name: &str) -> Result<Option<PathBuf>> {
        if let Some(path) = self.cache.find(name) {
            return Ok(Some(path));
        }
        let Some(client) = &self.client else { return Ok(None) };
        let path = format!("/{}/resolve/{}/{name}", self.name.id, self.name.revision.replace('/', "%2F"));
        let weights = is_shard(name);
        let download = Download {
            client,
            cache: &self.cache,
            limits: &self.limits,
            wanted: Commit::parse(self.name.revision),
            path: &path,
            file: name,
            most: if weights { self.limits.large } else { self.limits.small },
        };
        download.run()?.map_err(|message| {
            self.fault(&format!("`{name}` cannot be fetched from {}: {message}", self.endpoint))
        })
    }

    fn fault(&self, message: &str) -> Error {
        Error::Hub { name: self.name.id.to_owned(), message: message.to_owned() }
    }
}

/// Whether this is the plain name of a file of weights: nothing in it has a meaning in a path or address.
fn is_shard(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    name.len() <= 128
        && name.bytes().all(plain)
        && !name.starts_with('.')
        && [".safetensors", ".bin"].iter().any(|end| name.len() > end.len() && name.ends_with(end))
}

#[cfg(test)]
mod tests;
