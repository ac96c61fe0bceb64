//! Which rows a word's character n-grams have.

use rustc_hash::FxHashMap;

/// The end of a sentence: a word without n-grams.
const END_OF_SENTENCE: &str = "</s>";

/// Character n-grams hashed into buckets.
#[derive(Debug)]
pub(super) struct Ngrams {
    /// The shortest, in characters.
    pub(super) min: usize,
    /// The longest; 0 for none at all.
    pub(super) max: usize,
    pub(super) buckets: u32,
    /// The buckets that a pruned model kept, with their rows.
    pub(super) pruned: Option<FxHashMap<u32, u32>>,
}

impl Ngrams {
    /// Visits the rows of the n-grams of `<word>`, in fastText's order; rows count from 0 behind the words'.
    ///
    /// A character is a byte with the continuation bytes behind it. The lone `<` and `>` are no n-grams.
    pub(super) fn rows(&self, word: &str, mut visit: impl FnMut(usize)) {
        if self.max == 0 || self.buckets == 0 || word == END_OF_SENTENCE {
            return;
        }
        let bytes: Vec<u8> = [b"<", word.as_bytes(), b">"].concat();
        let goes_on = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
        for start in (0..bytes.len()).filter(|&start| !goes_on(start)) {
            let mut hash = Fnv::default();
            let mut end = start;
            for length in 1..=self.max {
                if end == bytes.len() {
                    break;
                }
                hash.add(bytes[end]);
                end += 1;
                while goes_on(end) {
                    hash.add(bytes[end]);
                    end += 1;
                }
                let lone_mark = length == 1 && (start == 0 || end == bytes.len());
                if length >= self.min && !lone_mark {
                    let bucket = hash.0 % self.buckets;
                    match &self.pruned {
                        None => visit(bucket as usize),
                        Some(kept) => kept.get(&bucket).into_iter().for_each(|&row| visit(row as usize)),
                    }
                }
            }
        }
    }
}

/// FNV-1a in 32 bits, but for bytes from 128 on, which fastText extends with their sign.
struct Fnv(u32);

impl Default for Fnv {
    fn default() -> Self {
        Self(0x811C_9DC5)
    }
}

impl Fnv {
    fn add(&mut self, byte: u8) {
        self.0 = (self.0 ^ i32::from(byte as i8) as u32).wrapping_mul(0x0100_0193);
    }
}

#[cfg(test)]
mod tests {
    use super::{Fnv, Ngrams};

    fn hash(text: &str) -> u32 {
        let mut hash = Fnv::default();
        text.bytes().for_each(|byte| hash.add(byte));
        hash.0
    }

    fn rows(ngrams: &Ngrams, word: &str) -> Vec<usize> {
        let mut found = Vec::new();
        ngrams.rows(word, |row| found.push(row));
        found
    }

    #[test]
    fn hashes() {
        // The published values of FNV-1a; ASCII is not extended.
        assert_eq!((hash(""), hash("a"), hash("foobar")), (0x811c_9dc5, 0xe40c_292c, 0xbf9c_f968));
        // By hand: (offset ^ 0xffffffc3) * prime, then the same with 0xffffffa9.
        let first = (0x811c_9dc5_u32 ^ 0xffff_ffc3).wrapping_mul(16_777_619);
        assert_eq!(hash("é"), (first ^ 0xffff_ffa9).wrapping_mul(16_777_619));
    }

    #[test]
    fn which_ngrams() {
        let ngrams = Ngrams { min: 1, max: 2, buckets: u32::MAX, pruned: None };
        let want: Vec<usize> = ["<é", "é", "éa", "a", "a>"].map(|ngram| hash(ngram) as usize).into();
        assert_eq!(rows(&ngrams, "éa"), want);
        assert_eq!(rows(&ngrams, "</s>"), [0_usize; 0]);
        assert_eq!(rows(&ngrams, ""), [hash("<>") as usize]);
        assert_eq!(rows(&Ngrams { min: 3, max: 6, ..ngrams }, "a"), [hash("<a>") as usize]);
        assert_eq!(rows(&Ngrams { min: 0, max: 0, buckets: 7, pruned: None }, "abc"), [0_usize; 0]);
    }
}
