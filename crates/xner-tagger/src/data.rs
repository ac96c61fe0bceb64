//! What a tagger is trained on.

use std::path::Path;

use xner_corpus::read::{
    Align, ConllOptions, Format, JsonlOptions, ReadOptions as CorpusOptions, read_corpus,
};
use xner_corpus::{Labelled, Sentence};
use xner_embed::{ReadOptions, Vectors, read};

use crate::config::DataConfig;
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
        Ok(Self { train, dev: dev.unwrap_or_default(), ..Self::default() })
    }
}

/// The sentences of a file whose labels are wanted, which the setting `key` names.
///
/// # Errors
/// [`Error::Setting`] when the file is read as plain text, which has none; faults of the file, with their lines.
pub fn read_labelled(key: &str, path: &Path, options: &CorpusOptions) -> Result<Vec<Labelled>> {
    if options.format.or_else(|| Format::guess(path)) == Some(Format::Text) {
        let message = format!(
            "{} would be read as plain text, which has no labels: expected columns or JSON lines (leave the key \
             `format` out where files of one language differ)",
            path.display()
        );
        return Err(Error::setting(key, message));
    }
    Ok(read_corpus(path, options)?)
}

/// The sentences of a file whose labels, if it has any, are not looked at: of columns the tag's need not be there, nor hold tags.
///
/// # Errors
/// Faults of the file, with their lines.
pub fn read_unlabelled(path: &Path, options: &CorpusOptions) -> Result<Vec<Sentence>> {
    let options = CorpusOptions {
        conll: ConllOptions { tag: None, scheme: None, ..options.conll.clone() },
        jsonl: JsonlOptions { align: Align::Widen, ..options.jsonl.clone() },
        ..options.clone()
    };
    Ok(read_corpus(path, &options)?.into_iter().map(|labelled| labelled.sentence).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    /// Whatever stands in the place of tags.
    #[test]
    fn labels_that_nobody_reads_may_be_missing_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str, text: &str, options: &CorpusOptions| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            let words = |sentence: &Sentence| sentence.tokens().map(str::to_owned).collect::<Vec<_>>();
            read_unlabelled(&path, options).unwrap().iter().map(words).collect::<Vec<_>>()
        };
        let mut options = CorpusOptions::default();
        let want = vec![vec!["La".to_owned(), "lluvia".to_owned()], vec!["Oslo".to_owned()]];
        for strict in [false, true] {
            options.conll.scheme = strict.then_some(xner_corpus::Scheme::Iob2);
            assert_eq!(read("words.conll", "La\nlluvia\n\nOslo\n", &options), want);
            assert_eq!(read("parts.conll", "La DA\nlluvia NC\n\nOslo NP\n", &options), want);
            assert_eq!(read("tags.conll", "La O\nlluvia I-MISC\n\nOslo B-LOC\n", &options), want);
        }
        let cut = r#"{"text": "La lluvia", "entities": [{"start": 1, "end": 4, "label": "LOC"}]}"#;
        assert_eq!(read("cut.jsonl", cut, &options), want[..1]);
    }
}
