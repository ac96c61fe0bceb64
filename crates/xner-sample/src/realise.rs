//! Writes a meaning as a sentence of a language.

use xner_corpus::{Entity, Labelled, Sentence};

use crate::Language;
use crate::grammar;
use crate::lexicon::{ConceptId, Form, Gender, Lexicon, Noun};
use crate::meaning::{Filler, Fillers, Meaning, Number, Person, gender};
use crate::pattern::{Case, Expression, Pattern, Segment, View};

/// A token and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    /// The token, without a capital that is only for the beginning of a sentence.
    pub text: String,
    /// Its origin.
    pub source: Source,
}

/// Where a token comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Source {
    /// A concept, in this form.
    Concept(ConceptId, Inflection),
    /// Digits.
    Number,
    /// Nothing in the lexicon. Never for the embedded data, which a test proves.
    Unknown,
}

/// The grammatical form of a word that the languages share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Inflection {
    /// Singular, past, or none.
    Base,
    /// Plural.
    Plural,
    /// A role's feminine.
    Feminine,
    /// A verb's participle.
    Participle,
    /// A part of a name of several tokens.
    Part,
}

/// A sentence in pieces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spoken {
    /// The tokens.
    pub pieces: Vec<Piece>,
    /// The entities over them.
    pub entities: Vec<Entity>,
    /// Whether a name is being written. Names inside a name are no entities.
    inside: bool,
}

impl Spoken {
    /// The sentence, its first word with a capital.
    pub(crate) fn labelled(self) -> Labelled {
        let mut tokens: Vec<String> = self.pieces.into_iter().map(|piece| piece.text).collect();
        if let Some(first) = tokens.iter_mut().find(|token| token.starts_with(char::is_alphanumeric)) {
            *first = grammar::capitalised(first);
        }
        Labelled { sentence: Sentence::from_tokens(tokens), entities: self.entities }
    }

    fn push(&mut self, text: &str, source: Source) {
        self.pieces.push(Piece { text: text.to_owned(), source });
    }

    fn label(&mut self, start: usize, kind: &str) {
        if !self.inside {
            self.entities.push(Entity::new(start..self.pieces.len(), kind));
        }
    }
}

/// Writes meanings as sentences of one language.
#[derive(Clone, Copy)]
pub(crate) struct Realiser<'a> {
    pub lexicon: &'a Lexicon,
    pub language: Language,
}

impl Realiser<'_> {
    /// Writes a sentence.
    pub(crate) fn say(self, meaning: &Meaning) -> Spoken {
        let mut spoken = Spoken::default();
        self.meaning(meaning, &mut spoken);
        spoken
    }

    fn meaning(self, meaning: &Meaning, out: &mut Spoken) {
        self.pattern(&meaning.template.patterns[self.language as usize], &meaning.fillers, out);
    }

    fn pattern(self, pattern: &Pattern, fillers: &Fillers, out: &mut Spoken) {
        for token in pattern {
            for (at, segment) in token.iter().enumerate() {
                match segment {
                    Segment::Literal(text) if at > 0 => glue(out, text),
                    Segment::Literal(text) => self.literal(text, out),
                    Segment::Slot(expression) => self.slot(expression, fillers, out),
                    Segment::Ending(_) => {}
                }
            }
        }
    }

    /// A literal word as the lexicon has it, without the capital of a sentence's beginning.
    fn literal(self, text: &str, out: &mut Spoken) {
        let literals = &self.lexicon.literals[self.language as usize];
        let lower = text.to_lowercase();
        let (text, id) = match literals.get(text) {
            Some(id) => (text, Some(*id)),
            None => literals.get(&lower).map_or((text, None), |id| (lower.as_str(), Some(*id))),
        };
        let source = id.map_or(Source::Unknown, |id| Source::Concept(id, Inflection::Base));
        out.push(text, source);
    }

    fn slot(self, expression: &Expression, fillers: &Fillers, out: &mut Spoken) {
        let Some(filler) = find(fillers, expression.slot) else { return };
        if let View::ByGender(man, woman) = &expression.view {
            let woman_meant = gender(filler) == Some(Gender::Feminine);
            return self.literal(if woman_meant { woman } else { man }, out);
        }
        match filler {
            Filler::Person(person) => self.person(person, expression, out),
            Filler::Clause(meaning) => self.meaning(meaning, out),
            Filler::Number(number) => out.push(&grammar::number(*number, self.language), Source::Number),
            Filler::Concept { id, gender, parts } => {
                self.concept(*id, *gender, parts, expression, fillers, out);
            }
        }
    }

    fn person(self, person: &Person, expression: &Expression, out: &mut Spoken) {
        let start = out.pieces.len();
        let full = expression.view != View::Last;
        if let Some(given) = person.given.filter(|_| full) {
            self.plain_name(given, out);
            if let Some(initial) = person.initial {
                out.push(&format!("{initial}."), Source::Concept(person.surname, Inflection::Part));
            }
        }
        self.plain_name(person.surname, out);
        if let Some(second) = person.second.filter(|_| full) {
            self.plain_name(second, out);
        }
        out.label(start, "PER");
    }

    fn plain_name(self, id: ConceptId, out: &mut Spoken) {
        if let Form::Name(_, pattern) = &self.lexicon.concepts[id].forms[self.language as usize] {
            self.name_tokens(id, pattern, &Fillers::new(), Case::Nominative, None, out);
        }
    }

    fn concept(
        self,
        id: ConceptId,
        gender: Option<Gender>,
        parts: &Fillers,
        expression: &Expression,
        fillers: &Fillers,
        out: &mut Spoken,
    ) {
        let concept = &self.lexicon.concepts[id];
        let start = out.pieces.len();
        match &concept.forms[self.language as usize] {
            Form::Name(article, pattern) => {
                let article = article.filter(|_| expression.view != View::Bare);
                if let Some(article) = article {
                    let (gender, plural) = (article.gender, article.plural);
                    self.article(grammar::definite(self.language, gender, plural, expression.case), out);
                }
                let start = out.pieces.len();
                let outer = std::mem::replace(&mut out.inside, true);
                self.name_tokens(id, pattern, parts, expression.case, article.map(|a| a.gender), out);
                if article.is_none() && expression.case == Case::Genitive && self.language == Language::German
                {
                    let apostrophe =
                        out.pieces.last().is_some_and(|p| p.text.ends_with(['s', 'x', 'z', 'ß']));
                    glue(out, if apostrophe { "’" } else { "s" });
                }
                out.inside = outer;
                if let Some(label) = concept.label {
                    out.label(start, label);
                }
            }
            Form::Noun(nouns) => {
                let feminine = gender == Some(Gender::Feminine) && nouns.len() > 1;
                let noun = &nouns[usize::from(feminine)];
                self.noun_phrase(id, noun, feminine, expression, fillers, out);
            }
            Form::Adjective(forms) => {
                let text = match &expression.view {
                    View::MasculinePlural => forms.get(2).unwrap_or(&forms[0]).clone(),
                    View::Ending(ending) => format!("{}{ending}", forms[0]),
                    View::Agreeing(person) => {
                        let feminine =
                            find(fillers, *person).and_then(self::gender) == Some(Gender::Feminine);
                        forms.get(usize::from(feminine)).unwrap_or(&forms[0]).clone()
                    }
                    _ => forms[0].clone(),
                };
                out.push(&text, Source::Concept(id, Inflection::Base));
                if let Some(label) = concept.label {
                    out.label(start, label);
                }
            }
            Form::Verb(forms) => match expression.view {
                View::Participle => out.push(&forms[2], Source::Concept(id, Inflection::Participle)),
                _ => out.push(&forms[1], Source::Concept(id, Inflection::Base)),
            },
            Form::Words(words) => {
                let words: Vec<&str> = words.first().map(|w| w.split(' ').collect()).unwrap_or_default();
                match words[..] {
                    [word] => out.push(word, Source::Concept(id, Inflection::Base)),
                    _ => words.iter().for_each(|word| self.literal(word, out)),
                }
            }
        }
    }

    /// A name's tokens; lower-case words of the language keep their own concept.
    fn name_tokens(
        self,
        id: ConceptId,
        pattern: &Pattern,
        parts: &Fillers,
        case: Case,
        gender: Option<Gender>,
        out: &mut Spoken,
    ) {
        let literals = &self.lexicon.literals[self.language as usize];
        let inflection = if pattern.len() > 1 { Inflection::Part } else { Inflection::Base };
        let name = Source::Concept(id, inflection);
        for token in pattern {
            for (at, segment) in token.iter().enumerate() {
                match segment {
                    Segment::Literal(text) if at > 0 => {
                        glue(out, text);
                        if let Some(last) = out.pieces.last_mut() {
                            last.source = Source::Concept(id, Inflection::Part);
                        }
                    }
                    Segment::Literal(text) => {
                        let common = literals.get(text).filter(|_| text.starts_with(char::is_lowercase));
                        out.push(text, common.map_or(name, |&id| Source::Concept(id, Inflection::Base)));
                    }
                    Segment::Ending(ending) => glue(out, grammar::name_ending(ending, case, gender)),
                    Segment::Slot(expression) => self.slot(expression, parts, out),
                }
            }
        }
    }

    fn noun_phrase(
        self,
        id: ConceptId,
        noun: &Noun,
        feminine: bool,
        expression: &Expression,
        fillers: &Fillers,
        out: &mut Spoken,
    ) {
        let (view, case) = (&expression.view, expression.case);
        let plural = matches!(view, View::Plural | View::ThePlural);
        let forms = if plural { &noun.plural } else { &noun.singular };
        let text = &forms[case as usize];
        let adjective = expression.adjective.and_then(|slot| match find(fillers, slot) {
            Some(Filler::Concept { id, .. }) => {
                match &self.lexicon.concepts[*id].forms[self.language as usize] {
                    Form::Adjective(forms) => {
                        let form = grammar::adjective(self.language, forms, noun.gender, plural, view, case);
                        Some((*id, form))
                    }
                    _ => None,
                }
            }
            _ => None,
        });
        match view {
            View::The | View::ThePlural => {
                self.article(grammar::definite(self.language, noun.gender, plural, case), out);
            }
            View::A => {
                let next = adjective.as_ref().map_or(text, |(_, form)| form);
                self.article(grammar::indefinite(self.language, noun.gender, case, next), out);
            }
            _ => {}
        }
        let inflection = match (plural, feminine) {
            (true, _) => Inflection::Plural,
            (_, true) => Inflection::Feminine,
            _ => Inflection::Base,
        };
        let say_noun = |out: &mut Spoken| {
            for word in text.split(' ') {
                out.push(word, Source::Concept(id, inflection));
            }
        };
        if self.language == Language::Spanish {
            say_noun(out);
        }
        if let Some((id, form)) = adjective {
            let start = out.pieces.len();
            out.push(&form, Source::Concept(id, Inflection::Base));
            if let Some(label) = self.lexicon.concepts[id].label {
                out.label(start, label);
            }
        }
        if self.language != Language::Spanish {
            say_noun(out);
        }
    }

    /// An article, drawn together with the preposition before it where the language does so.
    fn article(self, article: &str, out: &mut Spoken) {
        let last = out.pieces.last_mut();
        let both =
            last.and_then(|last| Some((grammar::contraction(self.language, &last.text, article)?, last)));
        match both {
            Some((both, last)) => both.clone_into(&mut last.text),
            None => self.literal(article, out),
        }
    }
}

fn find<'a, 'b>(fillers: &'a Fillers<'b>, slot: char) -> Option<&'a Filler<'b>> {
    fillers.iter().find(|(name, _)| *name == slot).map(|(_, filler)| filler)
}

/// Writes `text` to the end of the last token.
fn glue(out: &mut Spoken, text: &str) {
    if let Some(last) = out.pieces.last_mut() {
        last.text.push_str(text);
    }
}

impl Number {
    /// The digits in order, whatever stands between them.
    pub(crate) fn digits(text: &str) -> String {
        text.chars().filter(char::is_ascii_digit).collect()
    }
}
