//! What a tagger is trained on.

use xner_corpus::{Labelled, Scheme, TagSet};
use xner_embed::{ReadOptions, Vectors, read};
use xner_train::{at_most, read_labelled};

use crate::config::DataConfig;
#[cfg(doc)]
use crate::decode::MOST_TAGS;
use crate::decode::check_tags;
use crate::{Error, Result, TrainConfig};

/// Labelled sentences and word vectors.
#[derive(Debug, Default)]
pub struct TrainData {
    /// Training sentences.
    pub train: Vec<Labelled>,
    /// Development sentences, on which the best weights are chosen; may be empty.
    pub dev: Vec<Labelled>,
    /// Word vectors; without them random ones are trained.
    pub vectors: Option<Vectors>,
    /// Words whose vectors the model is to keep where it does not keep all (`vectors.keep = "corpora"`):
    /// those of texts to be tagged.
    pub extra_words: Vec<String>,
}

impl TrainData {
    /// Reads the files that a config names.
    ///
    /// # Errors
    /// [`Error::Setting`] when it names no training file; faults of the files, with their lines.
    pub fn read(config: &TrainConfig) -> Result<Self> {
        let limit = ReadOptions { limit: config.vectors.limit, ..ReadOptions::default() };
        let read = |path| read::open(path, &limit)?.with_mean_length(config.vectors.length);
        let vectors = config.vectors.file.as_ref().map(read).transpose()?;
        Ok(Self { vectors, ..Self::labelled(&config.data)? })
    }

    /// Reads the labelled files that a config names, and no vectors.
    ///
    /// # Errors
    /// As [`TrainData::read`].
    pub fn labelled(config: &DataConfig) -> Result<Self> {
        let Some(train) = &config.train else {
            return Err(Error::setting("data.train", "is missing, expected the path of labelled sentences"));
        };
        let options = &config.read;
        let dev = config.dev.as_ref().map(|path| read_labelled("data.dev", path, options)).transpose()?;
        let train = read_labelled("data.train", train, options)?;
        let some = |all, count| at_most(all, count, |labelled: &Labelled| &labelled.sentence);
        let dev = some(dev.unwrap_or_default(), config.dev_sentences);
        Ok(Self { train: some(train, config.sentences), dev, ..Self::default() })
    }
}

/// The tags of a corpus that is to be learnt.
///
/// # Errors
/// [`Error::Data`] for one without entities, and for one of so many types that there are more than [`MOST_TAGS`] tags.
pub fn tags_of(scheme: Scheme, train: &[Labelled]) -> Result<TagSet> {
    let tags = TagSet::of_corpus(scheme, train);
    if tags.types().is_empty() {
        return Err(Error::data("the training sentences hold no entity: is the tag column right?"));
    }
    check_tags(&tags).map_err(|message| Error::data(format!("the training sentences' {message}")))?;
    Ok(tags)
}
