//! Counting a corpus.

use std::collections::BTreeMap;
#[cfg(feature = "files")]
use std::path::Path;

use serde::Serialize;

#[cfg(feature = "files")]
use crate::read::{ReadOptions, stream};
use crate::{EntityType, Labelled, Scheme, SchemeTally, Tag};

/// What a corpus holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Stats {
    /// Sentences that have a token.
    pub sentences: usize,
    /// Tokens, document marks left out.
    pub tokens: usize,
    /// Entities as conlleval counts them.
    pub entities: usize,
    /// Entities of each type, sorted by name.
    pub types: BTreeMap<EntityType, usize>,
    /// `-DOCSTART-` marks.
    pub marks: usize,
    /// What the tags in the file say of its scheme.
    #[serde(skip)]
    pub schemes: SchemeTally,
}

impl Stats {
    /// Counts a file (`-` for standard input), a sentence at a time. An empty one gives zeros.
    ///
    /// # Errors
    /// The first fault in the file.
    #[cfg(feature = "files")]
    pub fn of_file(path: impl AsRef<Path>, options: &ReadOptions) -> crate::Result<Self> {
        let mut stats = Self::default();
        let mut sentences = stream(path, options)?;
        while let Some(labelled) = sentences.next() {
            stats.add(&labelled?, sentences.tags());
        }
        stats.marks = sentences.marks();
        Ok(stats)
    }

    /// Adds a sentence, with its tags as they stand in the file where there are any.
    pub fn add(&mut self, labelled: &Labelled, tags: &[Tag]) {
        self.sentences += 1;
        self.tokens += labelled.sentence.len();
        self.entities += labelled.entities.len();
        for entity in &labelled.entities {
            match self.types.get_mut(&entity.kind) {
                Some(count) => *count += 1,
                None => drop(self.types.insert(entity.kind.clone(), 1)),
            }
        }
        self.schemes.add(tags);
    }

    /// The scheme that the tags seem to be in, and the number of tags that break it.
    pub fn scheme(&self) -> Option<(Scheme, usize)> {
        self.schemes.best().map(|scheme| (scheme, self.schemes.violations(scheme)))
    }
}
