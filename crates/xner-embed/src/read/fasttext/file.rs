//! The order of a model's file: arguments, dictionary, input matrix, output matrix.

use std::io::BufRead;

use rustc_hash::FxHashMap;

use super::FastText;
use super::ngrams::Ngrams;
use super::table::Table;
use crate::read::bytes::Bytes;
use crate::vectors::{FASTTEXT_MAGIC, VocabularyBuilder};
use crate::{Error, Result, Vocabulary};

/// The versions that there are; older files have no magic number.
const VERSIONS: std::ops::RangeInclusive<i32> = 11..=12;
/// Classifiers; the other models are continuous bags of words (1) and skip-grams (2).
const SUPERVISED: i32 = 3;
/// The longest n-gram that is believed.
const LONGEST: i32 = 1000;

pub(super) fn read(mut bytes: Bytes<impl BufRead>) -> Result<FastText> {
    let args = Args::read(&mut bytes)?;
    let Dictionary { words, kept } = Dictionary::read(&mut bytes)?;
    if words.is_empty() {
        return Err(Error::Empty { path: bytes.name().to_owned() });
    }
    let at = bytes.at();
    let quantised = bytes.flag(&"the flag for a quantised input matrix")?;
    if kept.is_some() && !quantised {
        // fastText refuses them too.
        return Err(bytes.fault(at, "a pruned model must be quantised, this one is not"));
    }
    let buckets = kept.as_ref().map_or(args.buckets, |kept| kept.len() as u64);
    let table = Table::read(&mut bytes, [words.len() as u64 + buckets, args.dim], quantised)?;
    let quantised_output = bytes.flag(&"the flag for a quantised output matrix")?;
    Table::skip(&mut bytes, quantised && quantised_output)?;
    bytes.end(false, &"the output matrix")?;
    let ngrams = Ngrams { min: args.min, max: args.max, buckets: args.buckets as u32, pruned: kept };
    Ok(FastText { words, ngrams, table })
}

/// The training's arguments that say how vectors are made.
struct Args {
    dim: u64,
    buckets: u64,
    min: usize,
    max: usize,
}

impl Args {
    fn read(bytes: &mut Bytes<impl BufRead>) -> Result<Self> {
        let magic = bytes.i32(&"the magic number")?;
        if magic != FASTTEXT_MAGIC {
            return Err(bytes
                .fault(0, format!("no fastText model: it begins with {magic}, expected {FASTTEXT_MAGIC}")));
        }
        let version = bytes.i32(&"the version")?;
        if !VERSIONS.contains(&version) {
            return Err(bytes.fault(4, format!("fastText version {version}, expected 11 or 12")));
        }
        let what = "the arguments";
        let at = bytes.at();
        let dim = bytes.count32(&"the dimension")?;
        if dim == 0 {
            return Err(bytes.fault(at, "the dimension is 0"));
        }
        // Window, epochs, least count, negatives, word n-grams, loss.
        bytes.skip(6 * 4, &what)?;
        let at = bytes.at();
        let kind = bytes.i32(&what)?;
        if !(1..=SUPERVISED).contains(&kind) {
            return Err(bytes.fault(at, format!("a model of kind {kind}, expected 1, 2 or 3")));
        }
        let buckets = bytes.count32(&"the number of buckets")?;
        let at = bytes.at();
        let (min, max) = (bytes.i32(&what)?, bytes.i32(&what)?);
        if max > LONGEST {
            return Err(
                bytes.fault(at + 4, format!("n-grams of {max} characters, expected at most {LONGEST}"))
            );
        }
        // Learning rate's update rate, and the sampling threshold.
        bytes.skip(4 + 8, &what)?;
        // Classifiers of version 11 were trained without character n-grams, whatever they say.
        let max = if version == 11 && kind == SUPERVISED { 0 } else { max.max(0) };
        Ok(Self { dim, buckets, min: min.max(0) as usize, max: max as usize })
    }
}

/// The words, and the buckets that a pruned model kept.
struct Dictionary {
    words: Vocabulary,
    kept: Option<FxHashMap<u32, u32>>,
}

impl Dictionary {
    fn read(bytes: &mut Bytes<impl BufRead>) -> Result<Self> {
        let at = bytes.at();
        let entries = bytes.count32(&"the number of dictionary entries")?;
        let words = bytes.count32(&"the number of words")?;
        let labels = bytes.count32(&"the number of labels")?;
        if entries != words + labels {
            return Err(bytes.fault(at, format!("{entries} entries, but {words} words and {labels} labels")));
        }
        bytes.skip(8, &"the number of tokens")?;
        let at = bytes.at();
        let pruned = bytes.i64(&"the number of kept n-grams")?;
        if pruned < -1 || pruned > i64::from(i32::MAX) {
            return Err(bytes.fault(at, format!("{pruned} kept n-grams")));
        }
        let mut found = VocabularyBuilder::default();
        for rank in 0..entries {
            let begin = bytes.at();
            let word = bytes.word(0, false, rank as usize)?;
            let what = format_args!("the entry of `{word}` (rank {rank})");
            bytes.skip(8, &what)?;
            let at = bytes.at();
            let is_label = bytes.flag(&format_args!("the kind of {what}"))?;
            if is_label != (rank >= words) {
                return Err(bytes.fault(at, format!("{what}: expected {words} words, then {labels} labels")));
            }
            if !is_label && !found.push(&word) {
                return Err(bytes.fault(begin, format!("{what}: the word has come before")));
            }
        }
        let kept = match u64::try_from(pruned) {
            Ok(pruned) => Some(Self::read_kept(bytes, pruned)?),
            Err(_) => None,
        };
        Ok(Self { words: found.finish(), kept })
    }

    /// The buckets with their rows, each row once.
    fn read_kept(bytes: &mut Bytes<impl BufRead>, count: u64) -> Result<FxHashMap<u32, u32>> {
        let mut kept = FxHashMap::default();
        kept.reserve(bytes.promised(count, 8));
        for _ in 0..count {
            let at = bytes.at();
            let bucket = bytes.count32(&"a kept n-gram's bucket")?;
            let row = bytes.count32(&"a kept n-gram's row")?;
            if row >= count || kept.insert(bucket as u32, row as u32).is_some() {
                let message = format!("bucket {bucket} has row {row} of {count}, or comes twice");
                return Err(bytes.fault(at, message));
            }
        }
        Ok(kept)
    }
}
