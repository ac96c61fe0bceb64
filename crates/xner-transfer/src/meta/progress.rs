//! What adaptation has tagged so far, on disk, so that a run that was stopped there does not begin anew.

use std::path::Path;

use serde::{Deserialize, Serialize};
use xner_corpus::Tag;
use xner_train::files::{read_json, remove, write_json};

use crate::{Error, Result};

/// `adapting.json`, while sentences are adapted to.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Progress {
    /// The run's.
    fingerprint: String,
    /// The tags of each sentence done.
    tags: Vec<Vec<String>>,
}

const FILE: &str = "adapting.json";

impl Progress {
    /// That of a run in its folder; none, where it is another's or has not begun.
    pub(super) fn of(folder: &Path, fingerprint: &str) -> Result<Self> {
        let path = folder.join(FILE);
        let there = if path.exists() { Some(read_json::<Self>(&path)?) } else { None };
        let own = there.filter(|there| there.fingerprint == fingerprint);
        Ok(own.unwrap_or_else(|| Self { fingerprint: fingerprint.to_owned(), tags: Vec::new() }))
    }

    /// The tags so far.
    pub(super) fn tags(&self) -> Result<Vec<Vec<Tag>>> {
        let fault = |fault: xner_corpus::ParseTagError| Error::Data { message: format!("{FILE}: {fault}") };
        let tags = self.tags.iter().map(|tags| tags.iter().map(|tag| tag.parse()).collect());
        tags.collect::<std::result::Result<_, _>>().map_err(fault)
    }

    /// Adds those of further sentences, and writes them.
    pub(super) fn add(&mut self, folder: &Path, tags: &[Vec<Tag>]) -> Result<()> {
        let text = |tags: &Vec<Tag>| tags.iter().map(Tag::to_string).collect();
        self.tags.extend(tags.iter().map(text));
        write_json(&folder.join(FILE), self)
    }

    /// Removes it: the run is over.
    pub(super) fn remove(folder: &Path) -> Result<()> {
        remove(&folder.join(FILE))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_tagged_is_there_again_for_the_same_run() {
        let folder = tempfile::tempdir().unwrap();
        let tags = |text: &str| -> Vec<Tag> { text.split(' ').map(|tag| tag.parse().unwrap()).collect() };
        let mut own = Progress::of(folder.path(), "one").unwrap();
        assert!(own.tags().unwrap().is_empty());
        own.add(folder.path(), &[tags("B-PER O"), Vec::new()]).unwrap();
        own.add(folder.path(), &[tags("O")]).unwrap();
        let again = Progress::of(folder.path(), "one").unwrap();
        assert_eq!(again.tags().unwrap(), [tags("B-PER O"), Vec::new(), tags("O")]);
        assert!(Progress::of(folder.path(), "two").unwrap().tags().unwrap().is_empty());
        Progress::remove(folder.path()).unwrap();
        Progress::remove(folder.path()).unwrap();
        assert!(Progress::of(folder.path(), "one").unwrap().tags().unwrap().is_empty());
    }
}
