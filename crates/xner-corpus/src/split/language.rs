//! The languages that the splitter knows.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use xner_core::ErrorKind;

use super::lexicon::Lexicon;
use super::rules::{self, GENERAL, Rules};

/// A language that the splitter knows.
///
/// It is read from a BCP 47 tag, of which the first part counts (`nl`, `NL` and `nl-BE` are Dutch), or from its English
/// name. `und` is any other language: it is split by rules that hold for most. `mul` is several languages: see
/// [`Language::guess`].
///
/// ```
/// use xner_corpus::split::Language;
///
/// let dutch: Language = "nl-NL".parse()?;
/// assert_eq!((dutch.code(), dutch.name()), ("nl", "Dutch"));
/// assert_eq!("dutch".parse(), Ok(dutch));
/// assert!("klingon".parse::<Language>().is_err());
/// # Ok::<(), xner_corpus::split::UnknownLanguage>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(u8);

/// A string that names no language which the splitter knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is no language that can be split: expected a BCP 47 code; the nearest is `{nearest}` ({name}), and \
     `und` stands for any other language, `mul` for several"
)]
pub struct UnknownLanguage {
    given: String,
    nearest: &'static str,
    name: &'static str,
}

impl UnknownLanguage {
    /// What a caller does with it: [`ErrorKind::BadInput`].
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::BadInput
    }
}

impl Language {
    /// English.
    pub const ENGLISH: Self = Self(0);
    /// Several languages: that of each text is guessed.
    pub const MANY: Self = Self(LANGUAGES.len() as u8 - 1);

    /// All languages, by their codes.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        let mut all: Vec<Self> = (0..LANGUAGES.len() as u8).map(Self).collect();
        all.sort_by_key(|language| language.code());
        all.into_iter()
    }

    /// The code, such as `nl`.
    pub fn code(self) -> &'static str {
        LANGUAGES[usize::from(self.0)].0
    }

    /// The English name, such as `Dutch`.
    pub fn name(self) -> &'static str {
        LANGUAGES[usize::from(self.0)].1
    }

    /// Whether the splitter has lists of the language's own.
    pub fn has_lists(self) -> bool {
        let rules = LANGUAGES[usize::from(self.0)].2;
        !(rules.titles.is_empty() && rules.starters.is_empty())
    }

    pub(super) fn lexicon(self) -> &'static Lexicon {
        static LEXICONS: [OnceLock<Lexicon>; LANGUAGES.len()] = [const { OnceLock::new() }; LANGUAGES.len()];
        LEXICONS[usize::from(self.0)].get_or_init(|| Lexicon::new(LANGUAGES[usize::from(self.0)].2))
    }
}

impl Default for Language {
    fn default() -> Self {
        Self::ENGLISH
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(given: &str) -> Result<Self, UnknownLanguage> {
        let mut parts = given.split(['-', '_']);
        let code = parts.next().unwrap_or_default();
        let tag = parts
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        let small = given.to_lowercase();
        let found = LANGUAGES
            .iter()
            .position(|(own, name, _)| tag && own.eq_ignore_ascii_case(code) || name.to_lowercase() == small);
        found.map(|at| Self(at as u8)).ok_or_else(|| {
            // A code is compared with codes, what is longer than a code with names.
            let distance = |&&(code, name, _): &&Entry| {
                let known = if small.len() <= 3 { code.to_owned() } else { name.to_lowercase() };
                (strsim::damerau_levenshtein(&small, &known), code != "und")
            };
            let (nearest, name, _) = LANGUAGES.iter().min_by_key(distance).unwrap_or(&LANGUAGES[0]);
            UnknownLanguage { given: given.to_owned(), nearest, name }
        })
    }
}

impl TryFrom<String> for Language {
    type Error = UnknownLanguage;

    fn try_from(given: String) -> Result<Self, UnknownLanguage> {
        given.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.code().to_owned()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.code())
    }
}

type Entry = (&'static str, &'static str, &'static Rules);

/// Code, English name and rules. English is the first.
static LANGUAGES: [Entry; 128] = [
    ("en", "English", &rules::ENGLISH),
    ("af", "Afrikaans", &rules::AFRIKAANS),
    ("am", "Amharic", &GENERAL),
    ("ar", "Arabic", &rules::ARABIC),
    ("as", "Assamese", &rules::INDIC),
    ("ast", "Asturian", &rules::SPANISH),
    ("az", "Azerbaijani", &rules::ORDINALS),
    ("ba", "Bashkir", &GENERAL),
    ("bar", "Bavarian", &rules::GERMAN),
    ("be", "Belarusian", &rules::BELARUSIAN),
    ("bg", "Bulgarian", &rules::BULGARIAN),
    ("bm", "Bambara", &GENERAL),
    ("bn", "Bengali", &rules::INDIC),
    ("br", "Breton", &GENERAL),
    ("bs", "Bosnian", &rules::SERBO_CROATIAN),
    ("ca", "Catalan", &rules::CATALAN),
    ("ceb", "Cebuano", &GENERAL),
    ("ckb", "Central Kurdish", &GENERAL),
    ("cs", "Czech", &rules::CZECH),
    ("cv", "Chuvash", &GENERAL),
    ("cy", "Welsh", &GENERAL),
    ("da", "Danish", &rules::DANISH),
    ("de", "German", &rules::GERMAN),
    ("ee", "Ewe", &GENERAL),
    ("el", "Greek", &rules::GREEK),
    ("eo", "Esperanto", &GENERAL),
    ("es", "Spanish", &rules::SPANISH),
    ("et", "Estonian", &rules::ESTONIAN),
    ("eu", "Basque", &rules::ORDINALS),
    ("fa", "Persian", &GENERAL),
    ("fi", "Finnish", &rules::FINNISH),
    ("fo", "Faroese", &rules::DANISH),
    ("fr", "French", &rules::FRENCH),
    ("fy", "Western Frisian", &rules::DUTCH),
    ("ga", "Irish", &GENERAL),
    ("gd", "Scottish Gaelic", &GENERAL),
    ("gl", "Galician", &rules::GALICIAN),
    ("gn", "Guarani", &GENERAL),
    ("gsw", "Swiss German", &rules::GERMAN),
    ("gu", "Gujarati", &rules::INDIC),
    ("ha", "Hausa", &GENERAL),
    ("he", "Hebrew", &GENERAL),
    ("hi", "Hindi", &rules::INDIC),
    ("hr", "Croatian", &rules::SERBO_CROATIAN),
    ("ht", "Haitian Creole", &GENERAL),
    ("hu", "Hungarian", &rules::HUNGARIAN),
    ("hy", "Armenian", &GENERAL),
    ("ia", "Interlingua", &GENERAL),
    ("id", "Indonesian", &GENERAL),
    ("ig", "Igbo", &GENERAL),
    ("is", "Icelandic", &rules::ICELANDIC),
    ("it", "Italian", &rules::ITALIAN),
    ("ja", "Japanese", &GENERAL),
    ("jv", "Javanese", &GENERAL),
    ("ka", "Georgian", &GENERAL),
    ("kk", "Kazakh", &GENERAL),
    ("km", "Khmer", &GENERAL),
    ("kn", "Kannada", &rules::INDIC),
    ("ko", "Korean", &GENERAL),
    ("ku", "Kurdish", &GENERAL),
    ("ky", "Kyrgyz", &GENERAL),
    ("la", "Latin", &GENERAL),
    ("lb", "Luxembourgish", &rules::GERMAN),
    ("lg", "Ganda", &GENERAL),
    ("ln", "Lingala", &GENERAL),
    ("lo", "Lao", &GENERAL),
    ("lt", "Lithuanian", &rules::LITHUANIAN),
    ("luo", "Luo", &GENERAL),
    ("lv", "Latvian", &rules::LATVIAN),
    ("mg", "Malagasy", &GENERAL),
    ("mi", "Maori", &GENERAL),
    ("mk", "Macedonian", &rules::MACEDONIAN),
    ("ml", "Malayalam", &rules::INDIC),
    ("mn", "Mongolian", &GENERAL),
    ("mr", "Marathi", &rules::INDIC),
    ("ms", "Malay", &GENERAL),
    ("mt", "Maltese", &GENERAL),
    ("my", "Burmese", &GENERAL),
    ("nb", "Norwegian Bokmål", &rules::NORWEGIAN),
    ("nds", "Low German", &rules::GERMAN),
    ("ne", "Nepali", &rules::INDIC),
    ("nl", "Dutch", &rules::DUTCH),
    ("nn", "Norwegian Nynorsk", &rules::NORWEGIAN),
    ("no", "Norwegian", &rules::NORWEGIAN),
    ("ny", "Chichewa", &GENERAL),
    ("oc", "Occitan", &rules::CATALAN),
    ("or", "Odia", &rules::INDIC),
    ("pa", "Punjabi", &rules::INDIC),
    ("pcm", "Nigerian Pidgin", &rules::ENGLISH),
    ("pl", "Polish", &rules::POLISH),
    ("ps", "Pashto", &GENERAL),
    ("pt", "Portuguese", &rules::PORTUGUESE),
    ("qu", "Quechua", &GENERAL),
    ("ro", "Romanian", &rules::ROMANIAN),
    ("ru", "Russian", &rules::RUSSIAN),
    ("rw", "Kinyarwanda", &GENERAL),
    ("sa", "Sanskrit", &rules::INDIC),
    ("sd", "Sindhi", &GENERAL),
    ("sh", "Serbo-Croatian", &rules::SERBO_CROATIAN),
    ("si", "Sinhala", &rules::INDIC),
    ("sk", "Slovak", &rules::SLOVAK),
    ("sl", "Slovene", &rules::SLOVENE),
    ("sn", "Shona", &GENERAL),
    ("so", "Somali", &GENERAL),
    ("sq", "Albanian", &GENERAL),
    ("sr", "Serbian", &rules::SERBO_CROATIAN),
    ("su", "Sundanese", &GENERAL),
    ("sv", "Swedish", &rules::SWEDISH),
    ("sw", "Swahili", &GENERAL),
    ("ta", "Tamil", &rules::INDIC),
    ("te", "Telugu", &rules::INDIC),
    ("tg", "Tajik", &GENERAL),
    ("th", "Thai", &GENERAL),
    ("tl", "Tagalog", &GENERAL),
    ("tr", "Turkish", &rules::TURKISH),
    ("tt", "Tatar", &GENERAL),
    ("uk", "Ukrainian", &rules::UKRAINIAN),
    ("ur", "Urdu", &GENERAL),
    ("uz", "Uzbek", &GENERAL),
    ("vi", "Vietnamese", &GENERAL),
    ("wo", "Wolof", &GENERAL),
    ("xh", "Xhosa", &GENERAL),
    ("yi", "Yiddish", &GENERAL),
    ("yo", "Yoruba", &GENERAL),
    ("zh", "Chinese", &GENERAL),
    ("zu", "Zulu", &GENERAL),
    ("und", "any other language", &GENERAL),
    ("mul", "several languages", &GENERAL),
];
