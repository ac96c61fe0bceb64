//! Which language a text is in.

use super::{Language, TextOptions};

/// Bytes of a text that are looked at.
pub(crate) const HEAD: usize = 4096;

impl Language {
    /// The language that a text is in, guessed by its letters and trigrams; none where that cannot be told, as for a
    /// few words, or without the feature `languages`. What stands behind the first 4 KiB is not looked at.
    ///
    /// ```
    /// use xner_corpus::split::Language;
    ///
    /// let text = "Während der Sitzung sprach niemand über die Kosten der neuen Brücke.";
    /// assert_eq!(Language::guess(text).map(Language::code), Some("de"));
    /// assert_eq!(Language::guess("42"), None);
    /// ```
    pub fn guess(text: &str) -> Option<Self> {
        guessed(text, RELIABLE)
    }

    /// The one language that there is, or several.
    pub fn one_of(languages: &[Self]) -> Self {
        if let [only] = languages { *only } else { Self::MANY }
    }

    /// Whether texts of several languages are meant, each of which is guessed.
    pub fn is_many(self) -> bool {
        self == Self::MANY
    }

    /// Itself, or where texts of several languages are meant, the text's, which is guessed: English where that cannot
    /// be told.
    #[must_use]
    pub fn of(self, text: &str) -> Self {
        if self.is_many() { guessed(text, LIKELY).unwrap_or_default() } else { self }
    }
}

/// How sure the guesser is of a language that may be told to people, from 0 to 1.
const RELIABLE: f64 = 0.9;
/// The same of one whose rules a text is split by: a wrong one does little harm.
const LIKELY: f64 = 0.2;

/// The language of a text, by its first 4 KiB, if the guesser is so sure.
#[cfg(feature = "languages")]
fn guessed(text: &str, least: f64) -> Option<Language> {
    let found = whatlang::detect(&text[..text.floor_char_boundary(HEAD)])?;
    if found.confidence() < least { None } else { of(found.lang()) }
}

/// None: this program is built without the feature `languages`.
#[cfg(not(feature = "languages"))]
fn guessed(_: &str, _: f64) -> Option<Language> {
    None
}

impl TextOptions {
    /// The same with the text's own language, where that is to be guessed: see [`Language::of`].
    #[must_use]
    pub fn of(&self, text: &str) -> Self {
        Self { language: self.language.of(text), ..*self }
    }
}

/// The splitter's language for the guesser's.
#[cfg(feature = "languages")]
fn of(found: whatlang::Lang) -> Option<Language> {
    use whatlang::Lang;
    match found {
        Lang::Cmn => "zh",
        Lang::Nob => "nb",
        Lang::Pes => "fa",
        Lang::Ori => "or",
        Lang::Sin => "si",
        other => other.eng_name(),
    }
    .parse()
    .ok()
}

#[cfg(all(test, feature = "languages"))]
mod tests {
    use super::*;

    #[test]
    fn every_language_is_known_by_its_name() {
        let unknown: Vec<&str> = whatlang::Lang::all()
            .iter()
            .filter(|&&lang| of(lang).is_none())
            .map(whatlang::Lang::code)
            .collect();
        assert_eq!(unknown, ["tuk", "aka"]);
    }

    #[test]
    fn several_languages_are_told_apart() {
        for (code, text) in [
            ("es", "La reunión empezó tarde porque el presidente no había llegado todavía a la ciudad."),
            ("nl", "Het schip voer gisteren langs de kust en kwam 's avonds in de haven van de stad aan."),
            ("zh", "昨天下午他们在城里的图书馆见面。"),
            ("hi", "कल शाम को हम सब नदी के किनारे मिले थे।"),
            ("fi", "Kokous alkoi myöhässä, koska puheenjohtaja ei ollut vielä saapunut kaupunkiin."),
            ("th", "เมื่อวานนี้เราไปตลาดด้วยกัน"),
        ] {
            assert_eq!(Language::MANY.of(text).code(), code, "{text}");
            assert_eq!(Language::ENGLISH.of(text), Language::ENGLISH);
        }
        assert_eq!(Language::MANY.of("?!"), Language::ENGLISH);
        // Of so few words nothing is told, and little harm is done.
        assert_eq!(Language::guess("Zoë lives in Köln."), None);
    }
}
