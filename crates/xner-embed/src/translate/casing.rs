//! Upper and lower case, carried from a source word to its translation.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// What becomes of the case of a translation.
///
/// The source word's case is one of: all upper (two letters or more), capitalised (its first letter alone, or the
/// first of each part of `Jean-Pierre`), all lower, mixed (`iPhone`), none (digits, scripts without case). The
/// translation of a mixed or caseless word stays as the dictionary has it, as do letters of scripts without case,
/// among which Georgian counts here. Upper and lower are Unicode's, of no particular language.
///
/// Where several words stand for several, they are taken one by one if there are as many; else all follow the case
/// that the source words share, or the first follows the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Casing {
    /// Follows the source word's: upper, capitalised or lower.
    #[default]
    Follow,
    /// Follows upper case and capitals, but is never lowered: for dictionaries with their own capitals, such as
    /// those of German nouns.
    Raise,
    /// Stays as the dictionary has it.
    Keep,
}

/// The case of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    None,
    Lower,
    Capitalised,
    Upper,
    Mixed,
}

impl Casing {
    /// `target` with the case of `source`.
    ///
    /// ```
    /// use xner_embed::translate::Casing;
    ///
    /// let follow = |source, target| Casing::Follow.carry(source, target).into_owned();
    /// assert_eq!(follow("London", "londres"), "Londres");
    /// assert_eq!(follow("STREET", "straße"), "STRASSE");
    /// assert_eq!(follow("dog", "Hund"), "hund");
    /// assert_eq!(follow("iPhone", "teléfono"), "teléfono");
    /// assert_eq!(follow("New York", "nueva york"), "Nueva York");
    /// assert_eq!(Casing::Raise.carry("dog", "Hund"), "Hund");
    /// ```
    pub fn carry<'a>(self, source: &str, target: &'a str) -> Cow<'a, str> {
        if self == Self::Keep {
            return Cow::Borrowed(target);
        }
        let sources: Vec<Shape> = source.split_whitespace().map(shape).collect();
        let targets = target.split_whitespace().count();
        if targets <= 1 || sources.len() <= 1 {
            return self.apply(common(&sources), target);
        }
        let words = target.split_whitespace().enumerate();
        let shaped: Vec<Cow<'_, str>> = if sources.len() == targets {
            words.map(|(at, word)| self.apply(sources[at], word)).collect()
        } else {
            let shape = common(&sources);
            let of = |at: usize| if shape == Shape::Mixed && at == 0 { sources[0] } else { shape };
            words.map(|(at, word)| self.apply(of(at), word)).collect()
        };
        Cow::Owned(shaped.join(" "))
    }

    fn apply(self, shape: Shape, target: &str) -> Cow<'_, str> {
        match shape {
            Shape::Upper => Cow::Owned(upper(target)),
            Shape::Capitalised => capitalised(target),
            Shape::Lower if self == Self::Follow => Cow::Owned(target.to_lowercase()),
            Shape::Lower | Shape::Mixed | Shape::None => Cow::Borrowed(target),
        }
    }
}

/// The case that words share, those without any left aside.
fn common(shapes: &[Shape]) -> Shape {
    let mut cased = shapes.iter().copied().filter(|&shape| shape != Shape::None);
    let first = cased.next().unwrap_or(Shape::None);
    if cased.all(|shape| shape == first) { first } else { Shape::Mixed }
}

/// Georgian has letters of both cases in Unicode, but writes names and sentences in one.
fn is_georgian(c: char) -> bool {
    matches!(c, '\u{10a0}'..='\u{10ff}' | '\u{1c90}'..='\u{1cbf}' | '\u{2d00}'..='\u{2d2f}')
}

fn changes(c: char, mut to: impl Iterator<Item = char>) -> bool {
    to.next() != Some(c)
}

fn shape(word: &str) -> Shape {
    let (mut upper, mut lower, mut inner) = (0, 0, false);
    let mut behind_letter = false;
    for c in word.chars() {
        let (is_upper, is_lower) = (changes(c, c.to_lowercase()), changes(c, c.to_uppercase()));
        if (is_upper || is_lower) && !is_georgian(c) {
            // A title-case letter is both, and counts as upper.
            upper += usize::from(is_upper);
            lower += usize::from(!is_upper);
            let first = upper + lower == 1;
            inner |= is_upper && behind_letter || first && !is_upper;
        }
        behind_letter = c.is_alphabetic();
    }
    match (upper, lower) {
        (0, 0) => Shape::None,
        (0, _) => Shape::Lower,
        (2.., 0) => Shape::Upper,
        _ if inner => Shape::Mixed,
        _ => Shape::Capitalised,
    }
}

/// `word` with its first letter in title case; a word that opens with a digit stays.
pub(crate) fn capitalised(word: &str) -> Cow<'_, str> {
    let Some((at, first)) = word.char_indices().find(|(_, c)| c.is_alphanumeric()) else {
        return Cow::Borrowed(word);
    };
    let head: String = match first {
        c if is_georgian(c) => return Cow::Borrowed(word),
        'Ǆ'..='ǆ' => "ǅ".to_owned(),
        'Ǉ'..='ǉ' => "ǈ".to_owned(),
        'Ǌ'..='ǌ' => "ǋ".to_owned(),
        'Ǳ'..='ǳ' => "ǲ".to_owned(),
        c => {
            // `ß` and ligatures become two letters, of which the first alone is a capital.
            let mut letters = c.to_uppercase();
            letters.next().into_iter().chain(letters.flat_map(char::to_lowercase)).collect()
        }
    };
    let rest = &word[at + first.len_utf8()..];
    Cow::Owned([&word[..at], &head, rest].concat())
}

fn upper(word: &str) -> String {
    let mut upper = String::with_capacity(word.len());
    for c in word.chars() {
        if is_georgian(c) { upper.push(c) } else { upper.extend(c.to_uppercase()) }
    }
    upper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        for (words, want) in [
            ("2024 ... 北京 हिन्दी القاهرة თბილისი º", Shape::None),
            ("dog l'eau ß über straße año'2 дом", Shape::Lower),
            ("Dog I É Jean-Pierre O'Neill Ǆ Straße 3D Ó. D'Or Дом", Shape::Capitalised),
            ("NATO U.S. ÉTÉ G7X ΑΒ AT&T", Shape::Upper),
            ("iPhone McDonald ВКонтакте eBay pH", Shape::Mixed),
        ] {
            for word in words.split(' ') {
                assert_eq!(shape(word), want, "{word}");
            }
        }
    }

    #[test]
    fn case_is_carried() {
        for (source, target, want) in [
            ("London", "londres", "Londres"),
            ("LONDON", "londres", "LONDRES"),
            ("dog", "PERRO", "perro"),
            ("Dog", "McHund", "McHund"),
            ("A", "una", "Una"),
            ("Athens", "αθήνα", "Αθήνα"),
            ("word", "ΛΟΓΟΣ", "λογος"),
            ("Moscow", "москва", "Москва"),
            ("MOSCOW", "москва", "МОСКВА"),
            ("Beijing", "北京", "北京"),
            ("BEIJING", "北京x", "北京X"),
            ("北京", "pekín", "pekín"),
            ("北京", "Pekín", "Pekín"),
            ("Tbilisi", "თბილისი", "თბილისი"),
            ("TBILISI", "თბილისი", "თბილისი"),
            ("თბილისი", "Tbilisi", "Tbilisi"),
            ("Street", "ßtraße", "Sstraße"),
            ("Fish", "ﬁsch", "Fisch"),
            ("June", "ǆep", "ǅep"),
            ("Water", "l'eau", "L'eau"),
            ("Question", "¿qué", "¿Qué"),
            ("Third", "3er", "3er"),
            ("Third", "...", "..."),
            ("eBay", "Tienda", "Tienda"),
            // One for several, several for one.
            ("Netherlands", "países bajos", "Países bajos"),
            ("USA", "estados unidos", "ESTADOS UNIDOS"),
            ("New York", "gotham", "Gotham"),
            ("the Hague", "haia", "haia"),
            // Several for several.
            ("Bank of England", "banco de inglaterra", "Banco de Inglaterra"),
            ("NEW YORK", "nueva york", "NUEVA YORK"),
            ("New York City", "ciudad de nueva york", "Ciudad De Nueva York"),
            ("United States of America", "estados unidos", "Estados unidos"),
            ("of the", "DE LA LA", "de la la"),
            ("G 7", "siete países más", "Siete Países Más"),
        ] {
            assert_eq!(Casing::Follow.carry(source, target), want, "{source}");
            assert_eq!(Casing::Keep.carry(source, target), target);
        }
        assert_eq!(Casing::Raise.carry("dog house", "Hütte des Hundes"), "Hütte des Hundes");
        assert_eq!(Casing::Raise.carry("DOG", "Hund"), "HUND");
    }
}
