//! Whole corpora in memory.

use xner_corpus::Labelled;

use super::{Tally, TranslateConfig, WordTranslator, translate};

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
