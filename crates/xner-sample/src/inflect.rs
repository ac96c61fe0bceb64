//! The regular inflection of the three languages. The lexicon has the irregular forms.

const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];

fn ends_with_any(word: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| word.ends_with(end))
}

/// `story` → `stories`, `church` → `churches`, `car` → `cars`.
pub(crate) fn english_plural(word: &str) -> String {
    match consonant_y(word) {
        Some(stem) => format!("{stem}ies"),
        None if ends_with_any(word, &["s", "x", "ch", "sh"]) => format!("{word}es"),
        None => format!("{word}s"),
    }
}

/// `study` → `studied`, `praise` → `praised`, `visit` → `visited`.
pub(crate) fn english_past(word: &str) -> String {
    match consonant_y(word) {
        Some(stem) => format!("{stem}ied"),
        None if word.ends_with('e') => format!("{word}d"),
        None => format!("{word}ed"),
    }
}

fn consonant_y(word: &str) -> Option<&str> {
    word.strip_suffix('y').filter(|stem| !stem.ends_with(VOWELS))
}

/// `a` or `an`, as the next word sounds.
pub(crate) fn english_article(next: &str) -> &'static str {
    let next = next.to_lowercase();
    let glide = ["uni", "eur", "ukr"].iter().any(|start| next.starts_with(start));
    let silent = next.starts_with("hon");
    if silent || (next.starts_with(VOWELS) && !glide) { "an" } else { "a" }
}

/// `casa` → `casas`, `acción` → `acciones`, `juez` → `jueces`, `ciudad` → `ciudades`.
pub(crate) fn spanish_plural(word: &str) -> String {
    if let Some(bare) = unaccented_last(word) {
        format!("{bare}es")
    } else if word.ends_with(VOWELS) || word.ends_with('é') {
        format!("{word}s")
    } else if let Some(stem) = word.strip_suffix('z') {
        format!("{stem}ces")
    } else {
        format!("{word}es")
    }
}

/// `alemán` → `aleman`: an accent on the last syllable goes when a syllable is added.
fn unaccented_last(word: &str) -> Option<String> {
    [("án", "an"), ("én", "en"), ("ín", "in"), ("ón", "on"), ("és", "es")]
        .into_iter()
        .find_map(|(accented, bare)| word.strip_suffix(accented).map(|stem| format!("{stem}{bare}")))
}

/// The feminine of a noun or adjective; `demonym` ones take `-a` behind any consonant.
pub(crate) fn spanish_feminine(word: &str, demonym: bool) -> String {
    if let Some(stem) = word.strip_suffix('o') {
        format!("{stem}a")
    } else if let Some(bare) = unaccented_last(word) {
        format!("{bare}a")
    } else if word.ends_with("dor")
        || word.ends_with("sor")
        || word.ends_with("tor")
        || is_demonym(word, demonym)
    {
        format!("{word}a")
    } else {
        word.to_owned()
    }
}

fn is_demonym(word: &str, demonym: bool) -> bool {
    demonym && ends_with_any(word, &["l", "z", "r"])
}

/// `visitar` → `visitó`, `vender` → `vendió`.
pub(crate) fn spanish_past(infinitive: &str) -> String {
    spanish_verb(infinitive, "ó", "ió")
}

/// `visitar` → `visitado`, `vender` → `vendido`.
pub(crate) fn spanish_participle(infinitive: &str) -> String {
    spanish_verb(infinitive, "ado", "ido")
}

fn spanish_verb(infinitive: &str, first: &str, others: &str) -> String {
    match infinitive.strip_suffix("ar") {
        Some(stem) => format!("{stem}{first}"),
        None => format!("{}{others}", infinitive.trim_end_matches(['e', 'i', 'r'])),
    }
}

/// The plural of a feminine noun: `Frage` → `Fragen`, `Zeitung` → `Zeitungen`.
pub(crate) fn german_feminine_plural(word: &str) -> Option<String> {
    if word.ends_with('e') {
        Some(format!("{word}n"))
    } else {
        ends_with_any(word, &["ung", "heit", "keit", "schaft", "ion", "tät"]).then(|| format!("{word}en"))
    }
}

/// `Präsident` → `Präsidenten`, `Zeuge` → `Zeugen`, `Nachbar` → `Nachbarn`.
pub(crate) fn german_weak(word: &str) -> String {
    if ends_with_any(word, &["e", "ar", "er"]) { format!("{word}n") } else { format!("{word}en") }
}

/// `Plan` → `Plans`, `Haus` → `Hauses`.
pub(crate) fn german_genitive(word: &str) -> String {
    if ends_with_any(word, &["s", "ß", "x", "z", "sch"]) { format!("{word}es") } else { format!("{word}s") }
}

/// The dative of a plural: `Pläne` → `Plänen`, `Autos` → `Autos`.
pub(crate) fn german_dative_plural(plural: &str) -> String {
    if ends_with_any(plural, &["n", "s"]) { plural.to_owned() } else { format!("{plural}n") }
}

/// `Minister` → `Ministerin`, `Experte` → `Expertin`.
pub(crate) fn german_feminine(word: &str) -> String {
    format!("{}in", word.strip_suffix('e').unwrap_or(word))
}

/// `kritisieren` → `kritisierte`, `kritisiert`.
pub(crate) fn german_foreign_verb(infinitive: &str) -> Option<(String, String)> {
    let stem = infinitive.strip_suffix("en").filter(|stem| stem.ends_with("ier"))?;
    Some((format!("{stem}te"), format!("{stem}t")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_are_regular() {
        assert_eq!(
            ["story", "church", "car", "day"].map(english_plural),
            ["stories", "churches", "cars", "days"]
        );
        assert_eq!(
            ["casa", "acción", "juez", "ciudad", "café", "inglés"].map(spanish_plural),
            ["casas", "acciones", "jueces", "ciudades", "cafés", "ingleses"]
        );
        assert_eq!(german_feminine_plural("Zeitung").as_deref(), Some("Zeitungen"));
        assert_eq!(german_feminine_plural("Frage").as_deref(), Some("Fragen"));
        assert_eq!(german_feminine_plural("Bank"), None);
        assert_eq!(["Pläne", "Autos", "Frauen"].map(german_dative_plural), ["Plänen", "Autos", "Frauen"]);
    }

    #[test]
    fn verbs_are_regular() {
        assert_eq!(
            ["study", "praise", "visit", "delay"].map(english_past),
            ["studied", "praised", "visited", "delayed"]
        );
        assert_eq!(["visitar", "vender", "exigir"].map(spanish_past), ["visitó", "vendió", "exigió"]);
        assert_eq!(
            ["visitar", "vender", "exigir"].map(spanish_participle),
            ["visitado", "vendido", "exigido"]
        );
        assert_eq!(
            german_foreign_verb("kritisieren"),
            Some(("kritisierte".to_owned(), "kritisiert".to_owned()))
        );
        assert_eq!(german_foreign_verb("kaufen"), None);
    }

    #[test]
    fn genders_agree() {
        let feminine = |word| spanish_feminine(word, true);
        assert_eq!(
            ["alemán", "español", "francés", "ruso", "belga", "marroquí", "estadounidense"].map(feminine),
            ["alemana", "española", "francesa", "rusa", "belga", "marroquí", "estadounidense"]
        );
        assert_eq!(spanish_feminine("jugador", false), "jugadora");
        assert_eq!(spanish_feminine("nacional", false), "nacional");
        assert_eq!(["Minister", "Experte"].map(german_feminine), ["Ministerin", "Expertin"]);
        assert_eq!(["Präsident", "Zeuge", "Bauer"].map(german_weak), ["Präsidenten", "Zeugen", "Bauern"]);
        assert_eq!(["Plan", "Haus", "Prozess"].map(german_genitive), ["Plans", "Hauses", "Prozesses"]);
    }

    #[test]
    fn the_article_follows_the_sound() {
        assert_eq!(
            ["old", "European", "university", "honest", "house", "urgent", "Ukrainian"].map(english_article),
            ["an", "a", "a", "an", "a", "an", "a"]
        );
    }
}
