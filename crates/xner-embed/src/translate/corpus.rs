//! Whole corpora, in memory or as a stream.

use xner_corpus::Labelled;

use super::{Tally, TranslateConfig, WordTranslator, translate};
use crate::Result;

/// Translates all sentences; see [`translate`].
pub fn translate_corpus<'a, T: WordTranslator + ?Sized>(
    sentences: impl IntoIterator<Item = &'a Labelled>,
    translator: &T,
    config: &TranslateConfig,
) -> (Vec<Labelled>, Tally) {
    let mut tally = Tally::default();
    let sentences = sentences.into_iter();
    let translated = sentences.map(|labelled| translate(labelled, translator, config, &mut tally)).collect();
    (translated, tally)
}

/// Translates sentences as a reader gives them, one at a time; see [`Translating`].
///
/// ```
/// use xner_corpus::read::{ReadOptions, stream};
/// use xner_corpus::write::{WriteOptions, Writer};
/// use xner_embed::dictionary::Dictionary;
/// use xner_embed::translate::{DictionaryTranslator, TranslateConfig, translating};
///
/// let folder = std::env::temp_dir();
/// let (from, to) = (folder.join("xner-translate-from.conll"), folder.join("xner-translate-to.conll"));
/// std::fs::write(&from, "in O\nLondon B-LOC\n\nrain O\n\n").unwrap();
/// let dictionary = Dictionary::from_pairs([("in", "en"), ("london", "londres")])?;
///
/// let (translator, config) = (DictionaryTranslator::new(dictionary), TranslateConfig::default());
/// let mut translated = translating(stream(&from, &ReadOptions::default())?, &translator, &config);
/// let mut writer = Writer::create(&to, &WriteOptions::default())?;
/// for labelled in &mut translated {
///     writer.write(&labelled?)?;
/// }
/// writer.finish()?;
/// assert_eq!(std::fs::read_to_string(&to).unwrap(), "en O\nLondres B-LOC\n\nrain O\n\n");
/// assert_eq!(translated.tally().translated, 2);
/// # Ok::<(), xner_embed::Error>(())
/// ```
pub fn translating<'a, I, T>(
    sentences: I,
    translator: &'a T,
    config: &'a TranslateConfig,
) -> Translating<'a, I::IntoIter, T>
where
    I: IntoIterator<Item = xner_corpus::Result<Labelled>>,
    T: WordTranslator + ?Sized,
{
    Translating { sentences: sentences.into_iter(), translator, config, tally: Tally::default() }
}

/// Translated sentences, each made when it is asked for; faults of the source pass through.
pub struct Translating<'a, I, T: ?Sized> {
    sentences: I,
    translator: &'a T,
    config: &'a TranslateConfig,
    tally: Tally,
}

impl<I, T: ?Sized> Translating<'_, I, T> {
    /// Counts over what was translated so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }
}

impl<I, T> Iterator for Translating<'_, I, T>
where
    I: Iterator<Item = xner_corpus::Result<Labelled>>,
    T: WordTranslator + ?Sized,
{
    type Item = Result<Labelled>;

    fn next(&mut self) -> Option<Self::Item> {
        let labelled = match self.sentences.next()? {
            Ok(labelled) => labelled,
            Err(error) => return Some(Err(error.into())),
        };
        Some(Ok(translate(&labelled, self.translator, self.config, &mut self.tally)))
    }
}
