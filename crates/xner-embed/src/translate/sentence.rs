//! One labelled sentence.

use std::borrow::Cow;
use std::ops::Range;

use xner_corpus::{Entity, Labelled, Sentence};

use super::{Draw, Strategy, Tally, TranslateConfig, WordTranslator};

/// Translates a sentence and keeps its entities: they are as many, in the same order and of the same types, over
/// the translations of their tokens. Counts go to `tally`.
///
/// A token without a translation stays. A token gives one or more tokens: a translation with white space in it
/// becomes several, all inside the entity if the token was. A phrase of several tokens may give fewer, but at least
/// one. The target's tokens stand with single blanks between.
///
/// A corpus need not be in memory:
///
/// ```
/// use xner_corpus::read::{ReadOptions, stream};
/// use xner_corpus::write::{WriteOptions, Writer};
/// use xner_embed::dictionary::Dictionary;
/// use xner_embed::translate::{DictionaryTranslator, Tally, TranslateConfig, translate};
///
/// let folder = std::env::temp_dir();
/// let (from, to) = (folder.join("xner-translate-from.conll"), folder.join("xner-translate-to.conll"));
/// std::fs::write(&from, "in O\nLondon B-LOC\n\nrain O\n\n").unwrap();
/// let dictionary = Dictionary::from_pairs([("in", "en"), ("london", "londres")])?;
///
/// let (translator, config) = (DictionaryTranslator::new(dictionary), TranslateConfig::default());
/// let (mut writer, mut tally) = (Writer::create(&to, &WriteOptions::default())?, Tally::default());
/// for labelled in stream(&from, &ReadOptions::default())? {
///     writer.write(&translate(&labelled?, &translator, &config, &mut tally))?;
/// }
/// writer.finish()?;
/// assert_eq!(std::fs::read_to_string(&to).unwrap(), "en O\nLondres B-LOC\n\nrain O\n\n");
/// assert_eq!(tally.translated, 2);
/// # Ok::<(), xner_embed::Error>(())
/// ```
pub fn translate<T: WordTranslator + ?Sized>(
    labelled: &Labelled,
    translator: &T,
    config: &TranslateConfig,
    tally: &mut Tally,
) -> Labelled {
    let source = &labelled.sentence;
    let len = source.len();
    let clamped = |entity: &Entity| entity.tokens.start.min(len)..entity.tokens.end.min(len);
    // No phrase reaches over an entity's border.
    let mut borders = vec![false; len + 1];
    borders[len] = true;
    let (mut inside, mut kept) = (vec![false; len], vec![false; len]);
    for entity in &labelled.entities {
        let keeps = config.keep_types.contains(&entity.kind);
        let tokens = clamped(entity);
        borders[tokens.start] = true;
        borders[tokens.end] = true;
        for token in tokens {
            inside[token] = true;
            kept[token] |= keeps;
        }
    }

    let mut draw = Draw::for_sentence(config.seed, source);
    let mut target = Sentence::default();
    // The target token that each source token begins with.
    let mut begins = vec![0; len + 1];
    let mut start = 0;
    for end in (1..=len).filter(|&end| borders[end]) {
        let part = start..end;
        start = end;
        if kept[part.start] {
            tally.kept += part.len();
            for token in part {
                begins[token] = target.len();
                target.push(source.token(token));
            }
            continue;
        }
        let longest = match config.strategy {
            Strategy::Phrase => part.len(),
            Strategy::WordAndPhrase if inside[part.start] => part.len(),
            Strategy::Word | Strategy::WordAndPhrase => 1,
        };
        let known = known(source, part.clone(), longest, translator, &mut draw);
        let mut at = part.start;
        while at < part.end {
            begins[at] = target.len();
            if let Some((tokens, translation)) = &known[at - part.start] {
                begins[at..at + tokens].fill(target.len());
                translation.split_whitespace().for_each(|token| target.push(token));
                tally.translated += tokens;
                tally.phrases += usize::from(*tokens > 1);
                at += tokens;
            } else {
                let token = source.token(at);
                target.push(token);
                tally.unknown += 1;
                tally.marks += usize::from(!token.contains(char::is_alphabetic));
                at += 1;
            }
        }
    }
    begins[len] = target.len();

    let over = |entity: &Entity| {
        let tokens = clamped(entity);
        Entity { tokens: begins[tokens.start]..begins[tokens.end], kind: entity.kind.clone() }
    };
    let entities: Vec<Entity> = labelled.entities.iter().map(over).collect();
    tally.sentences += 1;
    tally.entities += entities.len();
    tally.tokens += len;
    tally.target_tokens += target.len();
    Labelled { sentence: target, entities }
}

/// For each token of `part` the phrase that begins there, as its number of tokens and its translation; the longest
/// known phrases, of at most `longest` tokens, take their tokens first.
fn known<'t, T: WordTranslator + ?Sized>(
    source: &Sentence,
    part: Range<usize>,
    longest: usize,
    translator: &'t T,
    draw: &mut Draw,
) -> Vec<Option<(usize, Cow<'t, str>)>> {
    let mut found: Vec<Option<(usize, Cow<'t, str>)>> = vec![None; part.len()];
    let mut taken = vec![false; part.len()];
    let mut words = String::new();
    for &length in translator.lengths().iter().filter(|&&length| (1..=longest).contains(&length)) {
        for at in 0..=part.len() - length {
            if taken[at..at + length].contains(&true) {
                continue;
            }
            words.clear();
            for token in at..at + length {
                if token > at {
                    words.push(' ');
                }
                words.push_str(source.token(part.start + token));
            }
            let translation = translator.translate(&words, draw);
            // What has no word in it is no translation: an entity would vanish.
            if let Some(translation) = translation.filter(|text| text.split_whitespace().next().is_some()) {
                taken[at..at + length].fill(true);
                found[at] = Some((length, translation));
            }
        }
    }
    found
}
