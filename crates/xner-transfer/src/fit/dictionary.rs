//! Whether a dictionary is of a corpus's language, of the right direction, and into the target's language.

use std::collections::{HashMap, HashSet};

use xner_corpus::{EntityType, Labelled, Sentence};
use xner_embed::Vectors;
use xner_embed::dictionary::Dictionary;

use super::{FOUND, Finding, SAME, SWAPPED, Share, TRANSLATED, is_word};

/// What is known of the target's words.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// Its word vectors.
    Vectors(&'a Vectors),
    /// Its own text; fewer than 1,000 words say nothing.
    Text(&'a [Sentence]),
    /// Nothing.
    Nothing,
}

/// A text shorter than this knows too few words.
const TEXT: usize = 1000;

/// The words of a corpus that a dictionary is asked for, with their counts.
#[derive(Debug, Clone, Default)]
pub struct DictionaryFit {
    words: HashMap<String, usize>,
}

/// What a dictionary does to the words.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    translated: Share,
    same: Share,
    known: Share,
}

impl DictionaryFit {
    /// The words of a corpus but for entities of the types `keep`, which stay as they are.
    pub fn of<'a>(corpus: impl IntoIterator<Item = &'a Labelled>, keep: &[EntityType]) -> Self {
        let mut own = Self::default();
        corpus.into_iter().for_each(|labelled| own.add(labelled, keep));
        own
    }

    /// Adds the words of a sentence.
    pub fn add(&mut self, labelled: &Labelled, keep: &[EntityType]) {
        let mut kept = vec![false; labelled.sentence.len()];
        for entity in labelled.entities.iter().filter(|entity| keep.contains(&entity.kind)) {
            kept[entity.tokens.clone()].fill(true);
        }
        for (token, kept) in labelled.sentence.tokens().zip(kept) {
            if !kept && is_word(token) {
                match self.words.get_mut(token) {
                    Some(count) => *count += 1,
                    None => drop(self.words.insert(token.to_owned(), 1)),
                }
            }
        }
    }

    /// What does not fit.
    pub fn findings(&self, dictionary: &Dictionary, target: Target<'_>) -> Vec<Finding> {
        let target = Known::of(target);
        let Found { translated, same, known } = self.found(dictionary, &target);
        let name = dictionary.name().display();
        let mut findings = Vec::new();
        if !translated.tells() {
            return findings;
        }
        let few = translated.value() < TRANSLATED.note;
        let alike = same.tells() && same.value() > SAME.note;
        if few || alike {
            let other = self.found(&dictionary.inverted(), &target).translated;
            if other.value() > translated.value() + SWAPPED {
                findings.push(Finding::stop(format!(
                    "the dictionary {name} is of the other direction: it translates {translated} words, {same} of them \
                     into themselves, and the other way round {other}; expected the source's word first"
                )));
                return findings;
            }
        }
        if translated.value() < TRANSLATED.stop {
            findings.push(Finding::stop(format!(
                "the dictionary {name} translates {translated} of the corpus's words: is it of another language, or in \
                 another letter case?"
            )));
        } else if few {
            findings.push(Finding::note(format!(
                "the dictionary {name} translates {translated} of the corpus's words, and the others stay as they are"
            )));
        }
        if alike {
            let text = format!("{same} of the translated words are translated into themselves by {name}");
            findings.push(if same.value() > SAME.stop {
                Finding::stop(format!("{text}: does it translate into the corpus's own language?"))
            } else {
                Finding::note(format!("{text} (`dictionary.prefer_others` takes other translations first)"))
            });
        }
        if known.tells() && known.value() < FOUND.note {
            let text = format!(
                "of the words that {name} translates into others, the target's {target} know {known}"
            );
            let why = "is it a dictionary into another language?";
            findings.push(if known.value() < FOUND.stop {
                Finding::stop(format!("{text}: {why}"))
            } else {
                Finding::note(format!("{text}; {why}"))
            });
        }
        findings
    }

    fn found(&self, dictionary: &Dictionary, target: &Known<'_>) -> Found {
        let mut found = Found::default();
        for (word, &count) in &self.words {
            let lower = word.to_lowercase();
            let of = |word: &str| dictionary.translations(word).next();
            let other = of(word).or_else(|| of(&lower)).map(|other| other.word.to_lowercase());
            found.translated.add(other.is_some(), count);
            let Some(other) = other else { continue };
            found.same.add(other == lower, count);
            if other != lower
                && let Some(known) = target.knows(&other)
            {
                found.known.add(known, count);
            }
        }
        found
    }
}

/// The target's words in lower case.
enum Known<'a> {
    Vectors(&'a Vectors),
    Text(HashSet<String>),
    Nothing,
}

impl<'a> Known<'a> {
    fn of(target: Target<'a>) -> Self {
        match target {
            Target::Vectors(vectors) => Self::Vectors(vectors),
            Target::Text(sentences) => {
                let words = || sentences.iter().flat_map(Sentence::tokens).filter(|token| is_word(token));
                if words().take(TEXT).count() < TEXT {
                    return Self::Nothing;
                }
                Self::Text(words().map(str::to_lowercase).collect())
            }
            Target::Nothing => Self::Nothing,
        }
    }

    /// Whether all words of a translation, in lower case, are known.
    fn knows(&self, phrase: &str) -> Option<bool> {
        let all = |knows: &dyn Fn(&str) -> bool| knows(phrase) || phrase.split(' ').all(knows);
        match self {
            Self::Vectors(vectors) => Some(all(&|word| {
                let mut letters = word.chars();
                let capital = letters.next().map(|c| c.to_uppercase().chain(letters).collect::<String>());
                let known = |word: &str| vectors.rank(word).is_some();
                known(word) || capital.is_some_and(|word| known(&word))
            })),
            Self::Text(words) => Some(all(&|word| words.contains(word))),
            Self::Nothing => None,
        }
    }
}

impl std::fmt::Display for Known<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, Self::Vectors(_)) { "vectors" } else { "sentences" })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A language of words that begin so.
    fn language(first: &str) -> Vec<String> {
        (0..60)
            .map(|at| {
                format!("{first}{}", char::from(b'a' + at % 26).to_string().repeat(1 + at as usize / 26))
            })
            .collect()
    }

    fn text(words: &[String]) -> Sentence {
        Sentence::from_tokens(words.iter().map(String::as_str))
    }

    fn told(pairs: &[(String, String)], target: Target<'_>) -> Vec<(bool, String)> {
        let corpus = [Labelled { sentence: text(&language("s")), entities: Vec::new() }];
        let dictionary = Dictionary::from_pairs(pairs.iter().map(|(a, b)| (a, b))).unwrap();
        let findings = DictionaryFit::of(&corpus, &[]).findings(&dictionary, target);
        findings.into_iter().map(|finding| (finding.stops, finding.text)).collect()
    }

    fn pairs(from: &str, to: &str) -> Vec<(String, String)> {
        language(from).into_iter().zip(language(to)).collect()
    }

    #[test]
    fn a_dictionary_is_told_by_what_it_does_to_the_words() {
        let target: Vec<Sentence> = (0..20).map(|_| text(&language("t"))).collect();
        let target = Target::Text(&target);
        assert!(told(&pairs("s", "t"), target).is_empty());
        let has = |pairs: &[(String, String)], stops: bool, part: &str| {
            let told = told(pairs, target);
            assert!(told.iter().any(|(own, text)| *own == stops && text.contains(part)), "{part}: {told:?}");
        };
        // Of the other direction, with some words that both languages have.
        let mut back = pairs("t", "s");
        for word in language("s").into_iter().take(10) {
            back.push((word.clone(), word));
        }
        has(&back, true, "is of the other direction");
        has(&pairs("x", "y"), true, "translates 0 of 60 (0 %)");
        has(&pairs("s", "t")[..20], false, "translates 20 of 60 (33 %)");
        has(&pairs("s", "s"), true, "translated into themselves");
        has(&pairs("s", "z"), true, "into another language");
        let mut half = pairs("s", "t");
        half[..40].iter_mut().for_each(|pair| pair.1 = pair.0.clone());
        has(&half, false, "40 of 60 (67 %) of the translated words");
        // Few words of the target say nothing.
        assert!(told(&pairs("s", "z"), Target::Text(&[text(&language("t"))])).is_empty());
    }

    #[test]
    fn kept_entities_and_few_words_say_nothing() {
        let word = language("s");
        let entities = vec![xner_corpus::Entity::new(0..60, "PER")];
        let corpus = [Labelled { sentence: text(&word), entities }];
        let dictionary = Dictionary::from_pairs([("x", "y")]).unwrap();
        let keep = [EntityType::new("PER")];
        assert!(DictionaryFit::of(&corpus, &keep).findings(&dictionary, Target::Nothing).is_empty());
        let few = [Labelled { sentence: text(&word[..40]), entities: Vec::new() }];
        assert!(DictionaryFit::of(&few, &[]).findings(&dictionary, Target::Nothing).is_empty());
    }
}
