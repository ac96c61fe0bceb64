//! From words to subwords, by the tokeniser that stands beside the weights.

mod cache;
mod check;
mod cut;
mod describe;
mod guard;
mod pairs;
mod precompiled;
mod special;
mod vocabulary;

use std::path::{Path, PathBuf};

use tokenizers::{EncodeInput, InputSequence, Tokenizer};
use xner_corpus::read::regular_text;
use xner_train::files;

use self::cache::Cache;
pub use self::cut::Uses;
use self::guard::guarded;
use self::special::Specials;
use super::config::BertConfig;
use crate::{Error, Result};

/// The file of a tokeniser that is complete in itself.
pub(crate) const TOKENISER: &str = "tokenizer.json";
const SETTINGS: &str = "tokenizer_config.json";
const VOCABULARY: &str = "vocab.txt";
const PAIRS: &str = "vocab.json";
/// Characters of a word that a fault shows.
const SHOWN: usize = 100;
/// What belongs to [`PAIRS`].
pub(crate) const MERGES: &str = "merges.txt";

/// The files that a tokeniser may be in, besides its settings; the first one found counts.
pub(crate) const TOKENISERS: [&str; 3] = [TOKENISER, VOCABULARY, PAIRS];
/// The file of a tokeniser's settings, which may be missing.
pub(crate) const TOKENISER_SETTINGS: &str = SETTINGS;

/// Whether a tokeniser's file is only a half of it, whose other half is [`MERGES`].
pub(crate) fn needs_merges(path: &Path) -> bool {
    path.ends_with(PAIRS)
}

/// The files of a directory's tokeniser that there are.
pub(super) fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let vocabulary = TOKENISERS.into_iter().map(|name| folder.join(name)).find(|path| path.exists());
    let merges = vocabulary.as_deref().filter(|path| needs_merges(path)).map(|_| folder.join(MERGES));
    let others = merges.into_iter().chain([folder.join(SETTINGS)]).filter(|path| path.exists());
    vocabulary.into_iter().chain(others)
}

/// The subwords of a sentence's words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subwords {
    /// The subwords, without special ones.
    pub ids: Vec<u32>,
    /// For each word, where in `ids` it begins; none for a word that has no subwords, such as a control character.
    pub first: Vec<Option<usize>>,
}

impl Subwords {
    /// For each subword, the word that it is of.
    pub fn words(&self) -> Vec<usize> {
        let mut words = Vec::with_capacity(self.ids.len());
        let begins: Vec<_> =
            self.first.iter().enumerate().filter_map(|(word, &first)| Some((word, first?))).collect();
        for (at, &(word, _)) in begins.iter().enumerate() {
            words.resize(begins.get(at + 1).map_or(self.ids.len(), |&(_, end)| end), word);
        }
        words
    }
}

/// A tokeniser of pre-split words; it is read only, and may be shared by threads.
#[derive(Debug)]
pub struct Tokeniser {
    /// The file that it is of.
    path: PathBuf,
    inner: Tokenizer,
    /// How many times as long its normalisers make a word at worst.
    growth: f64,
    specials: Specials,
    cache: Cache,
    /// `tokenizer.json`, as it is written back.
    text: String,
    /// `tokenizer_config.json`, as it is written back.
    settings: String,
}

impl Tokeniser {
    /// Opens the tokeniser of a model directory: `tokenizer.json`, or where that is all there is `vocab.txt`
    /// (WordPiece), or `vocab.json` with `merges.txt` (byte pairs), with the settings of `tokenizer_config.json`.
    ///
    /// A byte-level tokeniser sees a space before each word, whatever its files say; what is written back says so.
    ///
    /// A `vocab.txt` beside no settings is taken as cased when one of its words has a capital letter.
    ///
    /// What a file asks for has limits: subwords of 1024 bytes, as many as the encoder has rows, words of 4096
    /// characters where they are cut into pieces of a list. Byte pairs are never left out by chance (`dropout`).
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Model`] when there is none, it is damaged, lacks its special subwords, or knows a
    /// subword that the encoder has no row for.
    pub fn open(folder: &Path, config: &BertConfig) -> Result<Self> {
        let Some(name) = TOKENISERS.into_iter().find(|name| folder.join(name).exists()) else {
            let names = TOKENISERS.map(|name| format!("`{name}`")).join(", ");
            return Err(Error::model(folder, format!("has no tokeniser: none of {names}")));
        };
        let path = folder.join(name);
        let settings = describe::Settings::read(&folder.join(SETTINGS))?;
        let text = match name {
            VOCABULARY => vocabulary::describe(&path, &settings, config)?,
            PAIRS => pairs::describe(&path, &folder.join(MERGES), &settings)?,
            _ => regular_text(&path)?,
        };
        let describe::Parsed { inner, byte_level, passed, text } =
            describe::parse(text, config.vocab_size).map_err(|message| Error::model(&path, message))?;
        let found = check_rows(&inner, config.vocab_size)
            .and_then(|()| check::post_processor(&passed.post_processor, &inner))
            .and_then(|()| Specials::find(&inner, &settings, config.family));
        let specials = found.map_err(|message| Error::model(&path, message))?;
        let settings = settings.to_text(&inner, config, name != TOKENISER, byte_level);
        Ok(Self { path, inner, growth: passed.growth, specials, cache: Cache::default(), text, settings })
    }

    /// Writes `tokenizer.json` and `tokenizer_config.json` as they were read, but for a byte-level tokeniser's space;
    /// those that there were not, so that `transformers` opens the directory.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, folder: &Path) -> Result<()> {
        files::write(&folder.join(TOKENISER), |file| file.write_all(self.text.as_bytes()))?;
        files::write(&folder.join(SETTINGS), |file| file.write_all(self.settings.as_bytes()))
    }

    /// The subwords of words that belong together.
    ///
    /// # Errors
    /// [`Error::Data`], naming the word, when the tokeniser fails on it: it has no subword for the unknown.
    /// [`Error::Model`], when its file is such that it falls over the word.
    pub fn encode<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Result<Subwords> {
        let mut subwords = Subwords::default();
        for word in words {
            let start = subwords.ids.len();
            self.cache.extend(word, &mut subwords.ids, || self.word(word))?;
            subwords.first.push((subwords.ids.len() > start).then_some(start));
        }
        Ok(subwords)
    }

    /// The special subwords before a window.
    pub fn before(&self) -> &[u32] {
        &self.specials.before
    }

    /// The special subwords behind a window.
    pub fn behind(&self) -> &[u32] {
        &self.specials.behind
    }

    /// The subword that stands in the place of one that is not to be seen: `[MASK]`, `<mask>`, or what the settings
    /// name; none where the tokeniser has none.
    pub fn mask(&self) -> Option<u32> {
        self.specials.mask
    }

    /// The number of special subwords of a window.
    pub fn specials(&self) -> usize {
        self.specials.before.len() + self.specials.behind.len()
    }

    /// A subword's text.
    pub fn subword(&self, id: u32) -> Option<String> {
        self.inner.id_to_token(id)
    }

    fn word(&self, word: &str) -> Result<Vec<u32>> {
        // As one pre-split word, so that a space in it, or a mark of the tokeniser's own, means what it means to
        // `transformers`.
        let alone = [word];
        let input: EncodeInput<'_> = InputSequence::from(alone.as_slice()).into();
        check::word(word, self.growth).map_err(Error::data)?;
        let shown = || word.chars().take(SHOWN).collect::<String>();
        // Between two words nothing is kept but what a word gave.
        let encoding = guarded(|| self.inner.encode_fast(input, false)).map_err(|said| {
            let message = format!("is damaged: the tokeniser falls over the word `{}` ({said})", shown());
            Error::model(&self.path, message)
        })?;
        let encoding = encoding.map_err(|fault| Error::Data {
            message: format!("word `{}` has no subwords: {fault}", shown()),
        })?;
        Ok(encoding.get_ids().to_vec())
    }
}

/// Says that each subword has a row in the table of embeddings; those of the model were looked at before.
fn check_rows(tokenizer: &Tokenizer, rows: usize) -> Result<(), String> {
    if tokenizer.get_vocab_size(true) == 0 {
        return Err("has no subwords".to_owned());
    }
    let added = tokenizer.get_added_tokens_decoder().into_iter().map(|(id, token)| (id, token.content)).max();
    match added {
        Some((id, subword)) if id as usize >= rows => Err(check::beyond(&subword, id, rows)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
