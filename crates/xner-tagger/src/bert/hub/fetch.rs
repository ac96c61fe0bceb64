//! The hub over the network, through `hf-hub` and its cache.

use std::path::{Path, PathBuf};

use hf_hub::api::sync::{ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Cache, CacheRepo, Repo, RepoType};

use super::{Hub, Name};
use crate::bert::tokeniser::{TOKENISER_SETTINGS, TOKENISERS};
use crate::bert::weights::{Index, WEIGHTS};
use crate::{Error, Result};

const CONFIG: &str = "config.json";

/// Where a model's files come from.
struct Source<'a> {
    name: &'a Name<'a>,
    cached: CacheRepo,
    /// None offline.
    api: Option<ApiRepo>,
    endpoint: &'a str,
}

impl Hub {
    pub(super) fn named(&self, name: &Name<'_>) -> Result<PathBuf> {
        let cache = Cache::new(self.cache.clone());
        let repo = Repo::with_revision(name.id.to_owned(), RepoType::Model, name.revision.to_owned());
        let mut source =
            Source { name, cached: cache.repo(repo.clone()), api: None, endpoint: &self.endpoint };
        // A model that the cache has whole needs no network.
        if let Ok(folder) = source.model() {
            return Ok(folder);
        }
        if !self.offline {
            let api = ApiBuilder::from_cache(cache)
                .with_endpoint(self.endpoint.clone())
                .with_progress(false)
                .with_retries(3)
                .build()
                .map_err(|fault| source.fault(&fault.to_string()))?;
            source.api = Some(api.repo(repo));
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
        files.extend(self.get(TOKENISER_SETTINGS)?);
        let weights = self.one_of(&WEIGHTS)?;
        if weights.extension().is_some_and(|extension| extension == "json") {
            let index = Index::read(&weights)?;
            for shard in index.names(&weights)? {
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
        Err(self.fault(&match self.api {
            Some(_) => format!("has none of {names} at {}", self.endpoint),
            None => format!(
                "no such directory, HF_HUB_OFFLINE is set, and the cache {} has none of its {names}",
                self.cached.pointer_path("").display()
            ),
        }))
    }

    /// A file of the model; none when the model has no such file.
    fn get(&self, name: &str) -> Result<Option<PathBuf>> {
        if let Some(path) = self.cached.get(name) {
            return Ok(Some(path));
        }
        let Some(api) = &self.api else { return Ok(None) };
        match api.download(name) {
            Ok(path) => Ok(Some(path)),
            Err(ApiError::RequestError(fault)) if matches!(*fault, ureq::Error::StatusCode(404)) => Ok(None),
            Err(fault) => {
                Err(self.fault(&format!("`{name}` cannot be fetched from {}: {fault}", self.endpoint)))
            }
        }
    }

    fn fault(&self, message: &str) -> Error {
        Error::Hub { name: self.name.id.to_owned(), message: message.to_owned() }
    }
}

#[cfg(test)]
mod tests;
