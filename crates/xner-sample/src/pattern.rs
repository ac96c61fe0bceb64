//! Patterns: text with slots, as it stands in the data files.

/// A pattern: its tokens, each made of segments that are written without a space between.
pub(crate) type Pattern = Vec<Vec<Segment>>;

/// A part of a token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Segment {
    /// Text as it stands.
    Literal(String),
    /// An ending of German adjectives and weak nouns within a name, by the name's case: `~e`, `~n`, `~en`.
    Ending(String),
    /// What fills a slot.
    Slot(Expression),
}

/// `{N+A.the.acc}`: slot `N` with adjective `A`, seen in a way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expression {
    /// The slot.
    pub slot: char,
    /// The slot of an adjective that goes with it.
    pub adjective: Option<char>,
    /// Which form of the filler.
    pub view: View,
    /// German case.
    pub case: Case,
}

/// Which form of a filler is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum View {
    /// The form that needs no word: a name with its article, a bare noun, a verb in the past.
    Plain,
    /// A name without its article.
    Bare,
    /// A person's surname.
    Last,
    /// A noun with the definite article.
    The,
    /// A noun with the indefinite article.
    A,
    /// A noun's plural.
    Plural,
    /// A noun's plural with the definite article.
    ThePlural,
    /// A verb's participle.
    Participle,
    /// A Spanish adjective for a masculine plural.
    MasculinePlural,
    /// A German adjective with this ending.
    Ending(&'static str),
    /// The first for a man, the second for a woman.
    ByGender(String, String),
    /// An adjective that agrees with the person of a slot.
    Agreeing(char),
}

/// German case; the other languages have one form for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// Subject.
    Nominative,
    /// Direct object.
    Accusative,
    /// After `in`, `von`, `bei`.
    Dative,
    /// Possessor.
    Genitive,
}

/// A slot: its name, what fills it, and whose gender it takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slot {
    /// One letter.
    pub name: char,
    /// A category, group or built-in domain.
    pub domain: String,
    /// `role~P`: the person's slot.
    pub agrees: Option<char>,
}

/// Reads `P:person R:role~P`; anything but a slot is an error that names it.
pub(crate) fn slots(text: &str) -> Result<Vec<Slot>, String> {
    let mut found = Vec::new();
    for part in text.split_whitespace() {
        let wanted = || format!("`{part}`: expected a slot such as `P:person` or `R:role~P`");
        let (name, domain) = part.split_once(':').ok_or_else(wanted)?;
        let (domain, agrees) = match domain.split_once('~') {
            Some((domain, person)) => (domain, Some(letter(person).ok_or_else(wanted)?)),
            None => (domain, None),
        };
        let name = letter(name).ok_or_else(wanted)?;
        found.push(Slot { name, domain: domain.to_owned(), agrees });
    }
    Ok(found)
}

fn letter(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let first = chars.next().filter(char::is_ascii_uppercase)?;
    chars.next().is_none().then_some(first)
}

/// Reads a pattern; `known` are the slots that it may use.
pub(crate) fn pattern(text: &str, known: &[Slot]) -> Result<Pattern, String> {
    text.split_whitespace().map(|token| segments(token, known)).collect()
}

fn segments(token: &str, known: &[Slot]) -> Result<Vec<Segment>, String> {
    let mut found = Vec::new();
    let mut rest = token;
    while !rest.is_empty() {
        if let Some(tail) = rest.strip_prefix('{') {
            let (inner, after) = tail.split_once('}').ok_or_else(|| format!("`{token}` lacks a `}}`"))?;
            found.push(Segment::Slot(expression(inner, known)?));
            rest = after;
        } else if let Some(tail) = rest.strip_prefix('~') {
            found.push(Segment::Ending(tail.to_owned()));
            rest = "";
        } else {
            let end = rest.find(['{', '~']).unwrap_or(rest.len());
            found.push(Segment::Literal(rest[..end].to_owned()));
            rest = &rest[end..];
        }
    }
    Ok(found)
}

fn expression(text: &str, known: &[Slot]) -> Result<Expression, String> {
    let is_known = |name: char| known.iter().any(|slot| slot.name == name);
    let wanted = |name: char| format!("`{{{text}}}`: no slot `{name}` is declared");
    let slot = text.chars().next().ok_or("`{}` is empty")?;
    if !is_known(slot) {
        return Err(wanted(slot));
    }
    let mut found = Expression { slot, adjective: None, view: View::Plain, case: Case::Nominative };
    let rest = &text[slot.len_utf8()..];
    if let Some(choice) = rest.strip_prefix('?') {
        let (man, woman) =
            choice.split_once('|').ok_or_else(|| format!("`{{{text}}}`: expected `?HE|SHE`"))?;
        found.view = View::ByGender(man.to_owned(), woman.to_owned());
        return Ok(found);
    }
    for (at, flag) in rest.split('.').enumerate() {
        if at == 0 {
            let named = flag.get(1..).and_then(letter).filter(|&name| is_known(name));
            match (flag.chars().next(), named) {
                (None, _) => {}
                (Some('+'), Some(name)) => found.adjective = Some(name),
                (Some('~'), Some(name)) => found.view = View::Agreeing(name),
                _ => return Err(format!("`{{{text}}}`: `{flag}` is not understood")),
            }
            continue;
        }
        match flag {
            "acc" => found.case = Case::Accusative,
            "dat" => found.case = Case::Dative,
            "gen" => found.case = Case::Genitive,
            "bare" => found.view = View::Bare,
            "last" => found.view = View::Last,
            "the" => found.view = View::The,
            "a" => found.view = View::A,
            "pl" => found.view = View::Plural,
            "thepl" => found.view = View::ThePlural,
            "part" => found.view = View::Participle,
            "mpl" => found.view = View::MasculinePlural,
            "e" => found.view = View::Ending("e"),
            "en" => found.view = View::Ending("en"),
            _ => return Err(format!("`{{{text}}}`: `.{flag}` is not understood")),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_slots_and_expressions() {
        let known = slots("P:person R:role~P A:nationality").unwrap();
        assert_eq!(known[1], Slot { name: 'R', domain: "role".to_owned(), agrees: Some('P') });
        let read = pattern("die {R+A.the.acc} {P?er|sie} {P}-Preis Rot~e", &known).unwrap();
        assert_eq!(read.len(), 5);
        let noun = Expression { slot: 'R', adjective: Some('A'), view: View::The, case: Case::Accusative };
        assert_eq!(read[1], [Segment::Slot(noun)]);
        assert_eq!(read[3][1], Segment::Literal("-Preis".to_owned()));
        assert_eq!(read[4], [Segment::Literal("Rot".to_owned()), Segment::Ending("e".to_owned())]);
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let known = slots("P:person").unwrap();
        for bad in ["{Q}", "{P", "{P.x}", "{P+Z.the}", "{}", "{P?er}"] {
            assert!(pattern(bad, &known).is_err(), "{bad}");
        }
        for bad in ["P", "p:person", "PP:person", "P:role~q"] {
            assert!(slots(bad).is_err(), "{bad}");
        }
    }
}
