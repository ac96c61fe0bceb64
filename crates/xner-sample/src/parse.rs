//! Reads the data files.

use crate::lexicon::{Concept, Form, Gender, Lexicon, NameArticle, Noun, Template};
use crate::pattern::{self, Slot};
use crate::{Error, Language, Result, inflect};

/// What a section's head says of the concepts under it.
struct Section {
    head: Vec<String>,
    slots: Vec<Slot>,
    rank: usize,
}

/// Reads a file of concepts into the lexicon.
pub(crate) fn concepts(lexicon: &mut Lexicon, file: &'static str, text: &str) -> Result<()> {
    let mut section = Section { head: Vec::new(), slots: Vec::new(), rank: 0 };
    for (number, line) in (1..).zip(text.lines()) {
        let fail = |message: String| Error::malformed(file, number, message);
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let (head, slots) = rest.split_once(']').ok_or_else(|| fail("expected `]`".to_owned()))?;
            let head = head.split_whitespace().map(str::to_owned).collect();
            section = Section { head, slots: pattern::slots(slots).map_err(fail)?, rank: 0 };
            continue;
        }
        for cells in rows(&section, line).map_err(fail)? {
            lexicon.add(concept(&section, &cells).map_err(fail)?);
            section.rank += 1;
        }
    }
    Ok(())
}

/// The rows of cells, one a language, that a line stands for.
fn rows(section: &Section, line: &str) -> Result<Vec<[String; 3]>, String> {
    let same = |word: &str| [(); 3].map(|()| word.replace('_', " "));
    let persons = matches!(section.head.first().map(String::as_str), Some("given" | "surname"));
    if let Some(parts) = line.strip_prefix("compound ") {
        let (heads, tails) = parts.split_once('/').ok_or("`compound` wants HEADS / TAILS")?;
        let tails: Vec<&str> = tails.split_whitespace().collect();
        let mut found = Vec::new();
        for (row, head) in heads.split_whitespace().enumerate() {
            let every_other = tails.iter().enumerate().filter(|(column, _)| (row + column) % 2 == 0);
            found.extend(every_other.map(|(_, tail)| same(&format!("{head}{tail}"))));
        }
        return Ok(found);
    }
    if persons || line.starts_with("= ") {
        return Ok(line.trim_start_matches("= ").split_whitespace().map(same).collect());
    }
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    match cells[..] {
        [all] => Ok(vec![[(); 3].map(|()| all.to_owned())]),
        [en, es, de] => Ok(vec![[en, es, de].map(str::to_owned)]),
        _ => Err(format!("{} cells; expected one or three, parted by `|`", cells.len())),
    }
}

fn concept(section: &Section, cells: &[String; 3]) -> Result<Concept, String> {
    let head: Vec<&str> = section.head.iter().map(String::as_str).collect();
    let (class, category, label, origin, gender) = match head[..] {
        ["given", origin, gender] => {
            let gender = if gender == "f" { Gender::Feminine } else { Gender::Masculine };
            ("PER", "given", None, Language::of_code(origin), Some(gender))
        }
        ["surname", origin] => ("PER", "surname", None, Language::of_code(origin), None),
        ["name", label, category] => (label, category, label_of(label), None, None),
        ["name", label, category, origin] => {
            (label, category, label_of(label), Language::of_code(origin), None)
        }
        ["adjective", label, category] => ("adjective", category, label_of(label), None, None),
        [class @ ("noun" | "role" | "verb"), category] => (class, category, None, None, None),
        ["word", "-", category] => ("word", category, None, None, None),
        _ => return Err(format!("section `{}` is not understood", head.join(" "))),
    };
    let kind = head[0];
    let mut forms = Vec::new();
    for (language, cell) in Language::ALL.into_iter().zip(cells) {
        let parts: Vec<&str> = cell.split(',').map(str::trim).collect();
        forms.push(match kind {
            "given" | "surname" | "name" => name(cell, language, &section.slots)?,
            "noun" => Form::Noun(vec![noun(&parts, language)?]),
            "role" => Form::Noun(role(cell, language)?),
            "adjective" => Form::Adjective(adjective(&parts, language, category == "nationality")?),
            "verb" => Form::Verb(verb(&parts, language)?),
            _ => Form::Words(words(cell)),
        });
    }
    let forms = forms.try_into().map_err(|_| "expected three cells")?;
    let (class, category) = (class.to_owned(), category.to_owned());
    let slots = section.slots.clone();
    Ok(Concept { class, category, label, origin, gender, rank: section.rank, slots, forms })
}

/// The words of a cell; `-` is none.
fn words(cell: &str) -> Vec<String> {
    cell.split_whitespace().filter(|word| *word != "-").map(|word| word.replace('_', " ")).collect()
}

fn label_of(name: &str) -> Option<&'static str> {
    ["PER", "LOC", "ORG", "MISC"].into_iter().find(|label| *label == name)
}

fn name(cell: &str, language: Language, slots: &[Slot]) -> Result<Form, String> {
    let (first, rest) = cell.split_once(' ').unwrap_or((cell, ""));
    let article = article(first, language);
    let text = if article.is_some() { rest } else { cell };
    Ok(Form::Name(article, pattern::pattern(text, slots)?))
}

fn article(word: &str, language: Language) -> Option<NameArticle> {
    use Gender::{Feminine, Masculine, Neuter};
    let (gender, plural) = match (language, word) {
        (Language::English, "the") | (Language::German, "das") => (Neuter, false),
        (Language::Spanish, "el") | (Language::German, "der") => (Masculine, false),
        (Language::Spanish, "la") | (Language::German, "die") => (Feminine, false),
        (Language::Spanish, "los") => (Masculine, true),
        (Language::Spanish, "las") | (Language::German, "die+") => (Feminine, true),
        _ => return None,
    };
    Some(NameArticle { gender, plural })
}

fn noun(parts: &[&str], language: Language) -> Result<Noun, String> {
    let (head, plural) = (parts[0], parts.get(1).copied());
    if language == Language::English {
        let plural = plural.map_or_else(|| inflect::english_plural(head), str::to_owned);
        return Ok(invariable(Gender::Neuter, head, &plural));
    }
    let (start, word) = head.split_once(' ').ok_or_else(|| format!("`{head}` lacks its article"))?;
    let gender = article(start, language).ok_or_else(|| format!("`{start}` is no article"))?.gender;
    if language == Language::Spanish {
        let plural = plural.map_or_else(|| inflect::spanish_plural(word), str::to_owned);
        return Ok(invariable(gender, word, &plural));
    }
    german_noun(gender, word, plural)
}

fn invariable(gender: Gender, singular: &str, plural: &str) -> Noun {
    Noun {
        gender,
        singular: [(); 4].map(|()| singular.to_owned()),
        plural: [(); 4].map(|()| plural.to_owned()),
    }
}

fn german_noun(gender: Gender, word: &str, plural: Option<&str>) -> Result<Noun, String> {
    if let Some(word) = word.strip_suffix('~') {
        let oblique = inflect::german_weak(word);
        let mut noun = invariable(gender, &oblique, &oblique);
        word.clone_into(&mut noun.singular[0]);
        return Ok(noun);
    }
    let plural = match plural {
        Some(plural) => plural.to_owned(),
        None => inflect::german_feminine_plural(word).ok_or_else(|| format!("`{word}` needs its plural"))?,
    };
    let mut noun = invariable(gender, word, &plural);
    noun.plural[2] = inflect::german_dative_plural(&plural);
    if gender != Gender::Feminine {
        noun.singular[3] = inflect::german_genitive(word);
    }
    Ok(noun)
}

/// A role's two nouns: `Arzt,Ärzte/Ärztin,Ärztinnen`, the second by rule where it is not given.
fn role(cell: &str, language: Language) -> Result<Vec<Noun>, String> {
    let (man, woman) = cell.split_once('/').map_or((cell, None), |(man, woman)| (man, Some(woman)));
    let man: Vec<&str> = man.split(',').map(str::trim).collect();
    let woman: Option<Vec<&str>> = woman.map(|woman| woman.split(',').map(str::trim).collect());
    match language {
        Language::English => {
            let woman = woman.unwrap_or_else(|| man.clone());
            Ok(vec![noun(&man, language)?, noun(&woman, language)?])
        }
        Language::Spanish => {
            let feminine =
                woman.map_or_else(|| inflect::spanish_feminine(man[0], false), |woman| woman[0].to_owned());
            let plurals = [man[0], &feminine].map(inflect::spanish_plural);
            let man = invariable(Gender::Masculine, man[0], &plurals[0]);
            Ok(vec![man, invariable(Gender::Feminine, &feminine, &plurals[1])])
        }
        Language::German => {
            let (feminine, plural) = match woman.as_deref() {
                Some([one, many]) => ((*one).to_owned(), (*many).to_owned()),
                Some(_) => return Err(format!("`{cell}`: expected SINGULAR,PLURAL behind `/`")),
                None => {
                    let feminine = inflect::german_feminine(man[0].trim_end_matches('~'));
                    let plural = format!("{feminine}nen");
                    (feminine, plural)
                }
            };
            let man = german_noun(Gender::Masculine, man[0], man.get(1).copied())?;
            Ok(vec![man, german_noun(Gender::Feminine, &feminine, Some(&plural))?])
        }
    }
}

fn adjective(parts: &[&str], language: Language, demonym: bool) -> Result<Vec<String>, String> {
    match (language, parts) {
        (Language::Spanish, [word]) => {
            let feminine = inflect::spanish_feminine(word, demonym);
            let plurals = [*word, &feminine].map(inflect::spanish_plural);
            Ok([(*word).to_owned(), feminine].into_iter().chain(plurals).collect())
        }
        (Language::Spanish, [_, _, _, _]) | (_, [_]) => {
            Ok(parts.iter().map(|&part| part.to_owned()).collect())
        }
        _ => Err(format!("an adjective of {} forms", parts.len())),
    }
}

fn verb(parts: &[&str], language: Language) -> Result<[String; 3], String> {
    let owned = [parts[0], parts.get(1).unwrap_or(&""), parts.get(2).unwrap_or(&"")].map(str::to_owned);
    match (language, parts) {
        (_, [_, _, _]) => Ok(owned),
        (Language::English, [word]) => {
            let past = inflect::english_past(word);
            Ok([(*word).to_owned(), past.clone(), past])
        }
        (Language::Spanish, [word]) => {
            Ok([(*word).to_owned(), inflect::spanish_past(word), inflect::spanish_participle(word)])
        }
        (Language::German, [word]) => {
            let (past, participle) = inflect::german_foreign_verb(word)
                .ok_or_else(|| format!("`{word}` needs its past and participle"))?;
            Ok([(*word).to_owned(), past, participle])
        }
        _ => Err(format!("a verb of {} forms", parts.len())),
    }
}

/// Reads the file of groups, clauses and sentences into the lexicon.
pub(crate) fn templates(lexicon: &mut Lexicon, file: &'static str, text: &str) -> Result<()> {
    let mut lines =
        (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    while let Some((number, line)) = lines.next() {
        let fail = |message: String| Error::malformed(file, number, message);
        if let Some(group) = line.strip_prefix("group ") {
            let (name, members) = group.split_once('=').ok_or_else(|| fail("expected `=`".to_owned()))?;
            let members = members.split_whitespace().map(weighted).collect::<Result<_, _>>().map_err(fail)?;
            lexicon.groups.insert(name.trim().to_owned(), members);
            continue;
        }
        let (is_clause, head) = match (line.strip_prefix("clause "), line.strip_prefix("@ ")) {
            (Some(head), _) => (true, head),
            (_, Some(head)) => (false, head),
            _ => return Err(fail("expected `group`, `clause` or `@`".to_owned())),
        };
        let (head, weight) = weighted(head).map_err(fail)?;
        let slots = pattern::slots(&head).map_err(fail)?;
        let mut patterns = Vec::new();
        for language in Language::ALL {
            let (number, line) =
                lines.next().ok_or_else(|| fail("the file ends in a template".to_owned()))?;
            let text = line.strip_prefix(language.code()).ok_or_else(|| {
                Error::malformed(file, number, format!("expected `{}` and the sentence", language.code()))
            })?;
            patterns.push(
                pattern::pattern(text, &slots).map_err(|message| Error::malformed(file, number, message))?,
            );
        }
        let patterns = patterns.try_into().map_err(|_| fail("expected three languages".to_owned()))?;
        let template = Template { weight, slots, patterns };
        if is_clause { lexicon.clauses.push(template) } else { lexicon.sentences.push(template) }
    }
    Ok(())
}

fn weighted(text: &str) -> Result<(String, f64), String> {
    match text.split_once('*') {
        Some((name, weight)) => {
            Ok((name.to_owned(), weight.trim().parse().map_err(|_| format!("weight `{weight}`"))?))
        }
        None => Ok((text.to_owned(), 1.0)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bad_line_is_refused_with_its_number() {
        for (text, want) in [
            ("[noun deal]\nplan | el plan", "2: 2 cells"),
            ("[noun deal]\nplan | plan | der Plan,Pläne", "2: `plan` lacks its article"),
            ("[noun deal]\n\nplan | el plan | der Plan", "3: `Plan` needs its plural"),
            ("[verb buy]\nbuy | comprar | kaufen", "2: `kaufen` needs its past"),
            ("[nouns deal]\nplan | el plan | der Plan,Pläne", "2: section `nouns deal`"),
            ("[name ORG bank] C:city\nBank of {D}", "2: `{D}`: no slot `D`"),
            ("[name ORG bank] C\n", "1: `C`: expected a slot"),
            ("[name ORG bank", "1: expected `]`"),
        ] {
            let error = concepts(&mut Lexicon::default(), "x.txt", text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("data/sample/x.txt:{want}")), "{error}");
        }
    }

    #[test]
    fn a_bad_template_is_refused_with_its_number() {
        for (text, want) in [
            ("hello", "1: expected `group`"),
            ("@ P:person\nen {P}\nes {P}", "1: the file ends"),
            ("@ P:person\nen {P}\nde {P}\nes {P}", "3: expected `es`"),
            ("@ P:person *x\nen a\nes a\nde a", "1: weight `x`"),
            ("@ P:person\nen {P.plural}\nes a\nde a", "2: `{P.plural}`: `.plural` is not understood"),
        ] {
            let error = templates(&mut Lexicon::default(), "x.txt", text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("data/sample/x.txt:{want}")), "{error}");
        }
    }
}
