//! The lexicon: concepts with their forms in the three languages, sentences, and the fillers of slots.

use std::collections::{BTreeMap, HashMap};

use crate::pattern::{Pattern, Slot};
use crate::{Language, Result, parse};

/// A concept's number.
pub(crate) type ConceptId = usize;

/// The content of the data files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lexicon {
    /// The concepts in the order of the files.
    pub concepts: Vec<Concept>,
    /// The concepts of each category.
    pub categories: BTreeMap<String, Vec<ConceptId>>,
    /// Groups: other domains with weights.
    pub groups: BTreeMap<String, Vec<(String, f64)>>,
    /// The sentences.
    pub sentences: Vec<Template>,
    /// The subordinate clauses.
    pub clauses: Vec<Template>,
    /// For each language, the concept of each word that stands literally in patterns.
    pub literals: [HashMap<String, ConceptId>; 3],
}

/// A meaning that all three languages have a word for.
#[derive(Debug, Clone)]
pub(crate) struct Concept {
    /// Its class: `PER`, `LOC`, `ORG`, `MISC`, `noun`, `role`, `verb`, `adjective`, `word`.
    pub class: String,
    /// Its category within the class, such as `city`.
    pub category: String,
    /// The type of the entity that it is when it fills a slot of a sentence, if it is one.
    pub label: Option<&'static str>,
    /// The language in whose country a name is at home. `None` stands for other places, or for none.
    pub origin: Option<Language>,
    /// For a given name.
    pub gender: Option<Gender>,
    /// The place in its section, which decides how often it is drawn.
    pub rank: usize,
    /// The slots of a name's pattern.
    pub slots: Vec<Slot>,
    /// The forms, by language.
    pub forms: [Form; 3],
}

/// A concept's forms in one language.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// A name, with the article that it takes outside of the entity.
    Name(Option<NameArticle>, Pattern),
    /// A noun. A role has two, one for a man and one for a woman.
    Noun(Vec<Noun>),
    /// An adjective. Spanish has masculine, feminine and their plurals, the others have one form or stem.
    Adjective(Vec<String>),
    /// Infinitive, past, participle.
    Verb([String; 3]),
    /// Words without inflection, which may be of several tokens. The first is the usual one.
    Words(Vec<String>),
}

/// The gender and number of a name's article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameArticle {
    /// Gender.
    pub gender: Gender,
    /// Whether the name is plural.
    pub plural: bool,
}

/// Grammatical gender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gender {
    /// der, el.
    Masculine,
    /// die, la.
    Feminine,
    /// das.
    Neuter,
}

/// A noun's forms: nominative, accusative, dative, genitive.
#[derive(Debug, Clone)]
pub(crate) struct Noun {
    /// Gender.
    pub gender: Gender,
    /// By case.
    pub singular: [String; 4],
    /// By case.
    pub plural: [String; 4],
}

/// A sentence or clause in the three languages.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    /// How often it is drawn.
    pub weight: f64,
    /// Its slots.
    pub slots: Vec<Slot>,
    /// By language.
    pub patterns: [Pattern; 3],
}

/// The data files: their names and texts.
const FILES: [(&str, &str); 6] = [
    ("names.txt", include_str!("../data/names.txt")),
    ("places.txt", include_str!("../data/places.txt")),
    ("organisations.txt", include_str!("../data/organisations.txt")),
    ("misc.txt", include_str!("../data/misc.txt")),
    ("words.txt", include_str!("../data/words.txt")),
    ("function.txt", include_str!("../data/function.txt")),
];

impl Lexicon {
    /// The lexicon that is compiled in.
    pub(crate) fn embedded() -> Result<Self> {
        let mut lexicon = Self::default();
        for (file, text) in FILES {
            parse::concepts(&mut lexicon, file, text)?;
        }
        parse::templates(&mut lexicon, "templates.txt", include_str!("../data/templates.txt"))?;
        lexicon.index_literals();
        Ok(lexicon)
    }

    pub(crate) fn add(&mut self, concept: Concept) {
        self.categories.entry(concept.category.clone()).or_default().push(self.concepts.len());
        self.concepts.push(concept);
    }

    /// Finds the concept of a word in a pattern: uninflected words first, then verbs, nouns, adjectives.
    fn index_literals(&mut self) {
        let strength = |form: &Form| match form {
            Form::Words(_) => 0,
            Form::Verb(_) => 1,
            Form::Noun(_) => 2,
            Form::Adjective(_) => 3,
            Form::Name(..) => 4,
        };
        for (language, literals) in self.literals.iter_mut().enumerate() {
            let mut order: Vec<ConceptId> = (0..self.concepts.len()).collect();
            order.sort_by_key(|&id| strength(&self.concepts[id].forms[language]));
            for id in order {
                let words: Vec<&String> = match &self.concepts[id].forms[language] {
                    Form::Words(words) | Form::Adjective(words) => words.iter().collect(),
                    Form::Verb(forms) => forms.iter().collect(),
                    Form::Noun(nouns) => {
                        nouns.iter().flat_map(|noun| noun.singular.iter().chain(&noun.plural)).collect()
                    }
                    Form::Name(..) => Vec::new(),
                };
                for word in words {
                    literals.entry(word.clone()).or_insert(id);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A slot of an unknown domain would be filled with the first concept.
    #[test]
    fn every_domain_is_a_category_a_group_or_built_in() {
        let lexicon = Lexicon::embedded().unwrap();
        let built_in = ["person", "clause", "year", "birthyear", "recentyear", "length", "dayofmonth", "age"];
        let more = ["minute", "count", "money", "percent", "score"];
        let slots = lexicon.sentences.iter().chain(&lexicon.clauses).flat_map(|template| &template.slots);
        let of_names = lexicon.concepts.iter().flat_map(|concept| &concept.slots);
        let domains = slots.chain(of_names).flat_map(|slot| slot.domain.split('/'));
        let members = lexicon.groups.values().flatten().map(|(name, _)| name.as_str());
        for domain in domains.chain(members) {
            let known = lexicon.categories.contains_key(domain) || lexicon.groups.contains_key(domain);
            assert!(known || built_in.contains(&domain) || more.contains(&domain), "`{domain}`");
        }
        assert!(lexicon.sentences.len() >= 60, "{} sentences", lexicon.sentences.len());
    }
}
