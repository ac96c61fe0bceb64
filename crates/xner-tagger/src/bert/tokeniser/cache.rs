//! Words whose subwords are known already.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::Result;

/// Words that are kept at most; a text's frequent words come first, so they are among them.
const LARGEST: usize = 1 << 17;
/// The longest word that is kept, in bytes.
const LONGEST: usize = 64;

/// From words to subwords; behind a lock, so that threads share it.
#[derive(Debug, Default)]
pub(super) struct Cache {
    words: RwLock<HashMap<Box<str>, Box<[u32]>>>,
}

impl Cache {
    /// Adds the subwords of `word` to `ids`; makes them where they are not known.
    pub(super) fn extend(
        &self,
        word: &str,
        ids: &mut Vec<u32>,
        make: impl FnOnce() -> Result<Vec<u32>>,
    ) -> Result<()> {
        // A thread that panics leaves a map that is whole: it only ever inserts.
        if let Some(known) = self.words.read().unwrap_or_else(PoisonError::into_inner).get(word) {
            ids.extend_from_slice(known);
            return Ok(());
        }
        let made = make()?;
        ids.extend_from_slice(&made);
        if word.len() <= LONGEST {
            let mut words = self.words.write().unwrap_or_else(PoisonError::into_inner);
            if words.len() < LARGEST {
                words.insert(word.into(), made.into());
            }
        }
        Ok(())
    }
}
