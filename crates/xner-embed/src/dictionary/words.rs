//! Distinct words, numbered as they come.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Words by number, and numbers by word; each word is stored once.
#[derive(Clone, Default)]
pub(crate) struct Words {
    words: Vec<Box<str>>,
    table: HashTable<u32>,
}

impl Words {
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    pub(crate) fn word(&self, at: usize) -> &str {
        &self.words[at]
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.words.iter().map(|word| &**word)
    }

    pub(crate) fn find(&self, word: &str) -> Option<usize> {
        let same = |&at: &u32| &*self.words[at as usize] == word;
        self.table.find(xxh3_64(word.as_bytes()), same).map(|&at| at as usize)
    }

    /// The word's number, a new one if it is new.
    pub(crate) fn insert(&mut self, word: &str) -> u32 {
        let Self { words, table } = self;
        let hash = |at: &u32| xxh3_64(words[*at as usize].as_bytes());
        let same = |at: &u32| &*words[*at as usize] == word;
        match table.entry(xxh3_64(word.as_bytes()), same, hash) {
            hashbrown::hash_table::Entry::Occupied(known) => *known.get(),
            hashbrown::hash_table::Entry::Vacant(place) => {
                let at = words.len() as u32;
                place.insert(at);
                words.push(word.into());
                at
            }
        }
    }
}
