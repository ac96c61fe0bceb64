//! What the splitter knows of each language: short lists of abbreviations, and of words that begin sentences.
//!
//! A list is a string of words in small letters without their last period. One with a capital is met as it is written
//! alone: `Sat` is a day, `sat` a word. The words of [`COMMON`] count in every language.

mod germanic;
mod other;
mod romance;
mod slavic;

pub(super) use germanic::{AFRIKAANS, DANISH, DUTCH, ENGLISH, GERMAN, ICELANDIC, NORWEGIAN, SWEDISH};
pub(super) use other::{
    ARABIC, ESTONIAN, FINNISH, GREEK, HUNGARIAN, INDIC, LATVIAN, LITHUANIAN, ORDINALS, TURKISH,
};
pub(super) use romance::{CATALAN, FRENCH, GALICIAN, ITALIAN, PORTUGUESE, ROMANIAN, SPANISH};
pub(super) use slavic::{
    BELARUSIAN, BULGARIAN, CZECH, MACEDONIAN, POLISH, RUSSIAN, SERBO_CROATIAN, SLOVAK, SLOVENE, UKRAINIAN,
};

/// What is known of a language.
#[derive(Debug)]
pub(super) struct Rules {
    /// Abbreviations that never end a sentence, such as titles.
    pub(super) titles: &'static str,
    /// Abbreviations that end one only where a word of `starters` follows.
    pub(super) abbreviations: &'static str,
    /// Words whose period does not end a sentence before a number (`No. 5`, `Jan. 3`).
    pub(super) before_numbers: &'static str,
    /// Words with which sentences often begin and names seldom do.
    pub(super) starters: &'static str,
    /// Whether a period makes a number an ordinal.
    pub(super) ordinals: bool,
    /// Whether words may lack vowels, so that the lack does not tell an abbreviation.
    pub(super) vowelless: bool,
    /// Whether a period behind a few letters of a script without case is an initial's: sentences end otherwise.
    pub(super) danda: bool,
}

/// For every language.
pub(super) const COMMON: Rules = Rules {
    titles: "dr prof",
    abbreviations: "etc vs cf ca al op ed eds",
    before_numbers: "no nr n° nº p pp vol art fig",
    starters: "",
    ordinals: false,
    vowelless: false,
    danda: false,
};

/// A language of which nothing is known.
pub(super) const GENERAL: Rules = Rules { titles: "", abbreviations: "", before_numbers: "", ..COMMON };
