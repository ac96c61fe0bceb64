//! The meaning of a sentence, apart from any language: a template and what fills its slots.

use crate::Language;
use crate::draw::Draw;
use crate::lexicon::{ConceptId, Gender, Lexicon, Template};
use crate::pattern::Slot;

/// A sentence's or clause's meaning.
#[derive(Debug, Clone)]
pub(crate) struct Meaning<'a> {
    /// Its template.
    pub template: &'a Template,
    /// What fills its slots.
    pub fillers: Fillers<'a>,
}

/// Slots and what fills them.
pub(crate) type Fillers<'a> = Vec<(char, Filler<'a>)>;

/// What fills a slot.
#[derive(Debug, Clone)]
pub(crate) enum Filler<'a> {
    /// A concept; a pattern among the names has fillers of its own.
    Concept { id: ConceptId, gender: Option<Gender>, parts: Fillers<'a> },
    /// A person.
    Person(Person),
    /// A subordinate clause.
    Clause(Meaning<'a>),
    /// A number.
    Number(Number),
}

/// A person's name, with the parts that its full form has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Person {
    /// Given name; with `None` even the full name is the surname alone.
    pub given: Option<ConceptId>,
    /// A middle initial.
    pub initial: Option<char>,
    /// Surname.
    pub surname: ConceptId,
    /// The second surname that Spanish names may have.
    pub second: Option<ConceptId>,
    /// Gender.
    pub gender: Gender,
}

/// A number, which languages write in their own ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    /// A whole number, grouped in thousands.
    Count(u32),
    /// A whole number written without grouping: a year, a day.
    Plain(u32),
    /// Tenths.
    Tenths(u32),
    /// Goals of both sides.
    Score(u32, u32),
}

/// Draws meanings for sentences of one language and split.
pub(crate) struct Speaker<'a> {
    pub lexicon: &'a Lexicon,
    /// The language of the news. Its own people and places are more frequent.
    pub home: Language,
    /// Names that must not occur.
    pub forbidden: Option<&'a [bool]>,
}

impl<'a> Speaker<'a> {
    /// A sentence's meaning.
    pub(crate) fn sentence(&self, draw: &mut Draw) -> Meaning<'a> {
        self.meaning(&self.lexicon.sentences, draw)
    }

    fn meaning(&self, templates: &'a [Template], draw: &mut Draw) -> Meaning<'a> {
        let template = &templates[draw.weighted(templates.iter().map(|template| template.weight))];
        Meaning { template, fillers: self.fillers(&template.slots, draw) }
    }

    fn fillers(&self, slots: &'a [Slot], draw: &mut Draw) -> Fillers<'a> {
        let mut found = Fillers::new();
        for slot in slots {
            let gender = slot.agrees.and_then(|name| {
                found.iter().find(|(other, _)| *other == name).and_then(|(_, filler)| gender(filler))
            });
            let mut filler = self.filler(&slot.domain, gender, draw);
            // Two slots of a sentence rarely mean the same thing.
            for _ in 0..8 {
                if !found.iter().any(|(_, other)| same(other, &filler)) {
                    break;
                }
                filler = self.filler(&slot.domain, gender, draw);
            }
            found.push((slot.name, filler));
        }
        found
    }

    fn filler(&self, domain: &'a str, gender: Option<Gender>, draw: &mut Draw) -> Filler<'a> {
        let domain = self.category(domain, draw);
        match domain {
            "person" => Filler::Person(self.person(draw)),
            "clause" => Filler::Clause(self.meaning(&self.lexicon.clauses, draw)),
            _ => {
                if let Some(number) = number(domain, draw) {
                    return Filler::Number(number);
                }
                let id = self.one_of(domain, draw, |_| true);
                let parts = self.fillers(&self.lexicon.concepts[id].slots, draw);
                Filler::Concept { id, gender, parts }
            }
        }
    }

    /// A category of a domain: the domain itself, one of a group, or one of `one/another`.
    fn category(&self, domain: &'a str, draw: &mut Draw) -> &'a str {
        if let Some(members) = self.lexicon.groups.get(domain) {
            let at = draw.weighted(members.iter().map(|(_, weight)| *weight));
            return self.category(&members[at].0, draw);
        }
        let at = draw.weighted(domain.split('/').map(|_| 1.0));
        domain.split('/').nth(at).unwrap_or(domain)
    }

    fn one_of(&self, category: &str, draw: &mut Draw, fits: impl Fn(ConceptId) -> bool + Clone) -> ConceptId {
        let members: &[ConceptId] = self.lexicon.categories.get(category).map_or(&[], Vec::as_slice);
        let weights = members.iter().map(|&id| if fits(id) { self.weight(id) } else { 0.0 });
        members.get(draw.weighted(weights)).copied().unwrap_or_default()
    }

    /// How often a concept occurs. Earlier concepts of a section are more frequent (Zipf's law), and so are concepts
    /// of the language's own country.
    fn weight(&self, id: ConceptId) -> f64 {
        if self.forbidden.is_some_and(|names| names[id]) {
            return 0.0;
        }
        let concept = &self.lexicon.concepts[id];
        let near = if concept.origin == Some(self.home) { 3.0 } else { 1.0 };
        let rank = concept.rank as f64 + 4.0;
        // rank^(-3/4), by square roots only, which are exact on every platform.
        near / (rank.sqrt() * rank.sqrt().sqrt())
    }

    fn person(&self, draw: &mut Draw) -> Person {
        let origins = [Some(Language::English), Some(Language::Spanish), Some(Language::German), None];
        let near = |origin: &Option<Language>| if *origin == Some(self.home) { 4.0 } else { 1.0 };
        let origin = origins[draw.weighted(origins.iter().map(near))];
        let family = if draw.unit() < 0.85 { origin } else { origins[draw.weighted([1.0; 4].into_iter())] };
        let gender = if draw.unit() < 0.45 { Gender::Feminine } else { Gender::Masculine };
        let concepts = &self.lexicon.concepts;
        let given = self
            .one_of("given", draw, |id| concepts[id].origin == origin && concepts[id].gender == Some(gender));
        let surname = |draw: &mut Draw| self.one_of("surname", draw, |id| concepts[id].origin == family);
        let first = surname(draw);
        let short = draw.unit() < 0.2;
        let extra = draw.unit();
        let mut person =
            Person { given: (!short).then_some(given), initial: None, surname: first, second: None, gender };
        match family {
            Some(Language::Spanish) if extra < 0.2 => person.second = Some(surname(draw)),
            Some(Language::English) if extra < 0.12 => {
                person.initial = char::from_digit(draw.between(10, 29), 36).map(|c| c.to_ascii_uppercase());
            }
            _ => {}
        }
        person
    }
}

/// The gender that words about this filler take.
pub(crate) fn gender(filler: &Filler) -> Option<Gender> {
    match filler {
        Filler::Person(person) => Some(person.gender),
        Filler::Concept { gender, .. } => *gender,
        Filler::Clause(_) | Filler::Number(_) => None,
    }
}

fn same(one: &Filler, other: &Filler) -> bool {
    match (one, other) {
        (Filler::Concept { id: a, parts: p, .. }, Filler::Concept { id: b, parts: q, .. }) => {
            a == b || p.iter().any(|(_, x)| q.iter().any(|(_, y)| same(x, y)))
        }
        (Filler::Person(a), Filler::Person(b)) => a.surname == b.surname,
        _ => false,
    }
}

fn number(domain: &str, draw: &mut Draw) -> Option<Number> {
    Some(match domain {
        "year" => Number::Plain(draw.between(1948, 2019)),
        "birthyear" => Number::Plain(draw.between(1931, 1989)),
        "recentyear" => Number::Plain(draw.between(1993, 2019)),
        "length" => Number::Count(draw.between(15, 300) * 10),
        "dayofmonth" => Number::Plain(draw.between(1, 28)),
        "age" => Number::Plain(draw.between(19, 84)),
        "minute" => Number::Plain(draw.between(2, 90)),
        "count" => match draw.between(0, 3) {
            0 => Number::Count(draw.between(10, 40) * 100),
            1 => Number::Count(draw.between(11, 60) * 10),
            _ => Number::Count(draw.between(2, 60)),
        },
        "money" => Number::Count(draw.between(2, 90) * 10),
        "percent" => Number::Tenths(draw.between(4, 90)),
        "score" => {
            let lost = draw.between(0, 3);
            Number::Score(lost + draw.between(1, 3), lost)
        }
        _ => return None,
    })
}
