//! Articles, adjective endings, contractions and numbers.

use crate::lexicon::Gender::{self, Feminine, Masculine, Neuter};
use crate::meaning::Number;
use crate::pattern::{Case, View};
use crate::{Language, inflect};

/// The definite article.
pub(crate) fn definite(language: Language, gender: Gender, plural: bool, case: Case) -> &'static str {
    match language {
        Language::English => "the",
        Language::Spanish => match (gender, plural) {
            (Feminine, false) => "la",
            (Feminine, true) => "las",
            (_, false) => "el",
            (_, true) => "los",
        },
        Language::German => match (case, gender, plural) {
            (Case::Nominative | Case::Accusative, _, true)
            | (Case::Nominative | Case::Accusative, Feminine, false) => "die",
            (Case::Dative, _, true) | (Case::Accusative, Masculine, false) => "den",
            (Case::Genitive, _, true)
            | (Case::Dative | Case::Genitive, Feminine, false)
            | (Case::Nominative, Masculine, false) => "der",
            (Case::Nominative | Case::Accusative, Neuter, false) => "das",
            (Case::Dative, _, false) => "dem",
            (Case::Genitive, _, false) => "des",
        },
    }
}

/// The indefinite article before a singular; `next` is the word behind it.
pub(crate) fn indefinite(language: Language, gender: Gender, case: Case, next: &str) -> &'static str {
    match language {
        Language::English => inflect::english_article(next),
        Language::Spanish if gender == Feminine => "una",
        Language::Spanish => "un",
        Language::German => match (case, gender) {
            (Case::Nominative | Case::Accusative, Feminine) => "eine",
            (Case::Nominative, _) | (Case::Accusative, Neuter) => "ein",
            (Case::Accusative, Masculine) => "einen",
            (Case::Dative | Case::Genitive, Feminine) => "einer",
            (Case::Dative, _) => "einem",
            (Case::Genitive, _) => "eines",
        },
    }
}

/// An adjective beside a noun.
pub(crate) fn adjective(
    language: Language,
    forms: &[String],
    gender: Gender,
    plural: bool,
    view: &View,
    case: Case,
) -> String {
    match language {
        Language::English => forms[0].clone(),
        Language::Spanish => {
            let at = usize::from(gender == Feminine) + 2 * usize::from(plural);
            forms.get(at).unwrap_or(&forms[0]).clone()
        }
        Language::German => format!("{}{}", forms[0], german_ending(gender, plural, view, case)),
    }
}

/// Weak behind `der`, mixed behind `ein`, strong without an article.
fn german_ending(gender: Gender, plural: bool, view: &View, case: Case) -> &'static str {
    let definite = matches!(view, View::The | View::ThePlural);
    let direct = matches!(case, Case::Nominative | Case::Accusative);
    if plural {
        return match (definite, case) {
            (false, Case::Nominative | Case::Accusative) => "e",
            (false, Case::Genitive) => "er",
            _ => "en",
        };
    }
    match (gender, case) {
        (Feminine, _) if direct => "e",
        (Masculine, Case::Accusative) => "en",
        (Masculine | Neuter, _) if direct && definite => "e",
        (Masculine, _) if direct => "er",
        (Neuter, _) if direct => "es",
        (Feminine, _) if !definite && *view != View::A => "er",
        (_, Case::Dative) if !definite && *view != View::A => "em",
        _ => "en",
    }
}

/// An ending within a German name behind its article: `~e` of an adjective (`das Rote Kreuz`, `dem Roten
/// Kreuz`), others of a noun, written where the case is not the nominative (masculine) or is the dative.
pub(crate) fn name_ending(ending: &str, case: Case, gender: Option<Gender>) -> &str {
    let oblique = match case {
        Case::Nominative => false,
        Case::Accusative => gender == Some(Masculine),
        Case::Genitive => gender == Some(Masculine) || ending == "e",
        Case::Dative => true,
    };
    match (ending, oblique) {
        ("e", true) => "en",
        ("e", false) => "e",
        (_, true) => ending,
        (_, false) => "",
    }
}

/// A preposition and a definite article in one word.
pub(crate) fn contraction(language: Language, before: &str, article: &str) -> Option<&'static str> {
    match (language, before, article) {
        (Language::Spanish, "de", "el") => Some("del"),
        (Language::Spanish, "a", "el") => Some("al"),
        (Language::German, "in", "dem") => Some("im"),
        (Language::German, "an", "dem") => Some("am"),
        (Language::German, "von", "dem") => Some("vom"),
        (Language::German, "bei" | "Bei", "dem") => Some("beim"),
        (Language::German, "zu", "dem") => Some("zum"),
        _ => None,
    }
}

/// A number as the language writes it.
pub(crate) fn number(number: Number, language: Language) -> String {
    let (point, group) = if language == Language::English { ('.', ',') } else { (',', '.') };
    match number {
        Number::Count(value) if value >= 1000 => format!("{}{group}{:03}", value / 1000, value % 1000),
        Number::Count(value) | Number::Plain(value) => value.to_string(),
        Number::Tenths(value) => format!("{}{point}{}", value / 10, value % 10),
        Number::Score(won, lost) => {
            let colon = if language == Language::German { ':' } else { '-' };
            format!("{won}{colon}{lost}")
        }
    }
}

/// With its first letter in upper case.
pub(crate) fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn german(gender: Gender, plural: bool, view: &View, case: Case) -> String {
        adjective(Language::German, &["neu".to_owned()], gender, plural, view, case)
    }

    #[test]
    fn german_adjectives_follow_article_gender_and_case() {
        use Case::{Accusative, Dative, Genitive, Nominative};
        for (gender, plural, view, case, want) in [
            (Masculine, false, View::The, Nominative, "neue"),
            (Masculine, false, View::The, Accusative, "neuen"),
            (Neuter, false, View::The, Accusative, "neue"),
            (Feminine, false, View::The, Dative, "neuen"),
            (Masculine, false, View::A, Nominative, "neuer"),
            (Neuter, false, View::A, Nominative, "neues"),
            (Feminine, false, View::A, Accusative, "neue"),
            (Neuter, false, View::A, Dative, "neuen"),
            (Masculine, false, View::Plain, Dative, "neuem"),
            (Feminine, false, View::Plain, Dative, "neuer"),
            (Feminine, false, View::The, Genitive, "neuen"),
            (Masculine, true, View::Plural, Nominative, "neue"),
            (Masculine, true, View::ThePlural, Nominative, "neuen"),
            (Masculine, true, View::Plural, Genitive, "neuer"),
        ] {
            assert_eq!(german(gender, plural, &view, case), want, "{gender:?} {plural} {view:?} {case:?}");
        }
    }

    #[test]
    fn names_decline_behind_their_article() {
        assert_eq!(name_ending("e", Case::Nominative, Some(Neuter)), "e");
        assert_eq!(name_ending("e", Case::Accusative, Some(Masculine)), "en");
        assert_eq!(name_ending("e", Case::Dative, Some(Feminine)), "en");
        assert_eq!(name_ending("n", Case::Dative, Some(Feminine)), "n");
        assert_eq!(name_ending("n", Case::Accusative, Some(Feminine)), "");
    }

    #[test]
    fn numbers_are_written_as_in_life() {
        assert_eq!(number(Number::Count(1200), Language::English), "1,200");
        assert_eq!(number(Number::Count(1200), Language::German), "1.200");
        assert_eq!(number(Number::Tenths(35), Language::Spanish), "3,5");
        assert_eq!(number(Number::Score(3, 1), Language::German), "3:1");
    }
}
