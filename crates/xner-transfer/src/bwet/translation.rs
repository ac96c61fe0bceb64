//! The labelled source in the target's words.

use std::path::Path;

use serde::Serialize;
use xner_corpus::Labelled;
use xner_corpus::write::{WriteOptions, write_corpus};
use xner_embed::dictionary::Dictionary;
use xner_embed::translate::{DictionaryTranslator, Tally, TranslateConfig, translate_corpus};
use xner_train::files::{create_folder, write_json};

use super::config::BwetConfig;
use super::data::BwetData;
use crate::{Error, Result};

/// Translated sentences, with the labels that they had.
#[derive(Debug, Clone, PartialEq)]
pub struct Translated {
    /// To train on.
    pub train: Vec<Labelled>,
    /// To choose weights by.
    pub dev: Vec<Labelled>,
    /// What became of the training sentences' words.
    pub train_tally: Tally,
    /// What became of the development sentences' words.
    pub dev_tally: Tally,
}

/// The dictionary in lower case on both sides. Where a word is listed in lower case, its other spellings give nothing.
///
/// # Errors
/// As [`Dictionary::from_scored`].
pub fn lowered(dictionary: &Dictionary) -> Result<Dictionary> {
    let is_lower = |word: &str| word.to_lowercase() == word;
    let own = dictionary.iter().filter(|(word, _)| is_lower(word));
    let others =
        dictionary.iter().filter(|(word, _)| !is_lower(word) && !dictionary.contains(&word.to_lowercase()));
    let pairs = own.chain(others);
    Ok(Dictionary::from_scored(
        pairs.map(|(word, to)| (word.to_lowercase(), to.word.to_lowercase(), to.score)),
    )?)
}

/// Translates the source word by word, as Xie et al.'s released code does: a word's lower-case form is looked up, its
/// translation gets the case of the word, and a word without one stays.
///
/// # Errors
/// [`Error::Data`] when the dictionary knows no word of the training sentences.
pub fn translated(config: &BwetConfig, data: &BwetData) -> Result<Translated> {
    let translator = DictionaryTranslator::new(lowered(&data.dictionary)?);
    let how = TranslateConfig {
        keep_types: config.translation.keep_types.clone(),
        seed: config.seed,
        ..TranslateConfig::default()
    };
    let (train, train_tally) = translate_corpus(&data.train, &translator, &how);
    let (dev, dev_tally) = translate_corpus(&data.dev, &translator, &how);
    if train_tally.translated == 0 {
        let message = format!(
            "the dictionary {} translates no word of the training sentences: is it of these languages, source first?",
            data.dictionary.name().display()
        );
        return Err(Error::Data { message });
    }
    Ok(Translated { train, dev, train_tally, dev_tally })
}

/// `translated/report.json`.
#[derive(Serialize)]
struct Report<'a> {
    /// Distinct word pairs.
    pairs: usize,
    train: Part<'a>,
    dev: Part<'a>,
}

#[derive(Serialize)]
struct Part<'a> {
    #[serde(flatten)]
    tally: &'a Tally,
    /// The share of words that were translated.
    share: f64,
}

impl Translated {
    /// Writes `train.conll`, `dev.conll` and `report.json`.
    pub(super) fn write(&self, folder: &Path, dictionary: &Dictionary) -> Result<()> {
        create_folder(folder)?;
        for (name, corpus) in [("train.conll", &self.train), ("dev.conll", &self.dev)] {
            write_corpus(folder.join(name), corpus, &WriteOptions::default())?;
        }
        let part = |tally| Part { tally, share: Tally::share(tally) };
        let (train, dev) = (part(&self.train_tally), part(&self.dev_tally));
        write_json(&folder.join("report.json"), &Report { pairs: dictionary.pairs(), train, dev })
    }
}
