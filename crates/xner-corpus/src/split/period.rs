//! Whether a period belongs to the word before it.

use super::lexicon::{Kind, Lexicon};

/// Abbreviations in small letters with a vowel that often stand before a capital.
const SMALL: [&str; 12] =
    ["al", "approx", "ca", "cf", "eds", "etc", "evtl", "ibid", "resp", "usw", "vid", "vs"];

/// Whether a period directly behind `word` is part of it, as in an abbreviation, an initial or an ordinal.
///
/// `rest` is what follows the period before the next white space, `behind` what follows that. The sentence
/// has been found already, so a period with words behind it seldom ends one: only inside quotation marks.
pub(super) fn takes_period(word: &str, rest: &str, behind: &str, lexicon: &Lexicon) -> bool {
    if word.contains('.') {
        return word.chars().all(|c| c == '.' || c.is_alphabetic());
    }
    if !rest.is_empty() || !word.chars().all(char::is_alphanumeric) {
        return false;
    }
    let Some(next) = behind.trim_start().chars().next() else { return false };
    if !behind.contains(char::is_alphanumeric) {
        return false;
    }
    let letters = word.chars().count();
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return letters <= 2 && next.is_alphanumeric();
    }
    let kind = lexicon.kind(word);
    if kind.is(Kind::TITLE)
        || kind.is(Kind::SHORT)
        || letters == 1
        || next.is_lowercase()
        || next.is_ascii_digit()
    {
        return true;
    }
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    let vowels = "aeiouyáéíóúäöüàèìòùâêîôûåæø";
    next.is_uppercase()
        && if capital {
            letters <= 5
        } else {
            letters <= 2 || SMALL.contains(&word) || !word.chars().any(|c| vowels.contains(c))
        }
}
