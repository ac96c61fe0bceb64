//! Grammar: articles, endings, order and capitals as in life.
#![allow(clippy::unwrap_used)]

use xner_sample::{Language, Sample, Split};

fn sentences(language: Language) -> Vec<Vec<String>> {
    let sample = Sample::new(11).unwrap();
    let labelled = sample.labelled(language, Split::Test, 4000);
    labelled.iter().map(|labelled| labelled.sentence.tokens().map(str::to_owned).collect()).collect()
}

/// How often `first` stands directly before `second`.
fn pairs(sentences: &[Vec<String>], first: &str, second: &str) -> usize {
    let windows = sentences.iter().flat_map(|tokens| tokens.windows(2));
    windows.filter(|pair| pair[0].to_lowercase() == first && pair[1] == second).count()
}

#[test]
fn sentences_begin_with_a_capital_and_end_with_a_mark() {
    for language in Language::ALL {
        for tokens in sentences(language) {
            let first = tokens.iter().find(|token| token.starts_with(char::is_alphanumeric)).unwrap();
            assert!(!first.starts_with(char::is_lowercase), "{tokens:?}");
            assert!([".", "?"].contains(&tokens.last().unwrap().as_str()), "{tokens:?}");
            assert_eq!(tokens.iter().filter(|token| *token == "\"").count() % 2, 0, "{tokens:?}");
            let opens = tokens.iter().any(|token| token == "¿");
            assert_eq!(opens, language == Language::Spanish && tokens.last().unwrap() == "?", "{tokens:?}");
        }
    }
}

#[test]
fn english_articles_follow_the_sound() {
    let sentences = sentences(Language::English);
    let mut counts = [0; 2];
    for pair in sentences.iter().flat_map(|tokens| tokens.windows(2)) {
        let vowel = pair[1].starts_with(['a', 'e', 'i', 'o']);
        let consonant = pair[1].starts_with(|c: char| "bcdfgjklmnpqrstvwz".contains(c));
        match pair[0].as_str() {
            "a" => {
                assert!(!vowel, "{pair:?}");
                counts[0] += 1;
            }
            "an" => {
                assert!(!consonant, "{pair:?}");
                counts[1] += 1;
            }
            _ => {}
        }
    }
    assert!(counts[0] > 300 && counts[1] > 50, "{counts:?}");
}

#[test]
fn spanish_agrees_and_contracts() {
    let sentences = sentences(Language::Spanish);
    let masculine = ["acuerdo", "plan", "incendio", "coche", "ministro", "problema", "puente", "banco"];
    let feminine = ["ley", "reforma", "huelga", "casa", "ministra", "crisis", "estación", "empresa"];
    let count = |articles: &[&str], nouns: &[&str]| -> usize {
        articles.iter().flat_map(|a| nouns.iter().map(|n| pairs(&sentences, a, n))).sum()
    };
    assert_eq!(count(&["la", "una", "las", "los"], &masculine), 0);
    assert_eq!(count(&["el", "un", "del", "al", "los"], &feminine), 0);
    assert!(count(&["el", "un", "del", "al"], &masculine) > 100);
    assert!(count(&["la", "una"], &feminine) > 100);
    for (noun, bad) in [("ley", "nuevo"), ("acuerdo", "nueva"), ("reforma", "público"), ("plan", "pública")]
    {
        assert_eq!(pairs(&sentences, noun, bad), 0);
    }
    assert!(pairs(&sentences, "ley", "nueva") + pairs(&sentences, "reforma", "pública") > 0);
    assert_eq!(pairs(&sentences, "de", "el") + pairs(&sentences, "a", "el"), 0);
    // Days, months and nationalities have no capital; a few of the words are names as well.
    for tokens in &sentences {
        assert!(
            tokens.iter().skip(1).all(|t| !["Lunes", "Enero", "Español", "Alemana"].contains(&t.as_str()))
        );
    }
    assert!(pairs(&sentences, "el", "lunes") > 50);
}

#[test]
fn german_cases_capitals_and_order() {
    let sentences = sentences(Language::German);
    let mut clauses = 0;
    for tokens in &sentences {
        for triple in tokens.windows(3) {
            let adjective = triple[1].starts_with(char::is_lowercase)
                && !["von", "zu", "van", "de", "da"].contains(&triple[1].as_str())
                && triple[2].starts_with(char::is_uppercase);
            if adjective && ["dem", "einem", "einen"].contains(&triple[0].as_str()) {
                assert!(triple[1].ends_with("en"), "{triple:?}");
            }
            if adjective && triple[0] == "das" {
                assert!(triple[1].ends_with('e'), "{triple:?}");
            }
        }
        for (article, nouns) in [
            ("das", ["Plan", "Streik", "Reform", "Ministerin"]),
            ("der", ["Abkommen", "Gesetz", "Haus", "Auto"]),
            ("dem", ["Reform", "Wahl", "Präsident", "Regierung"]),
            ("den", ["Abkommen", "Wahl", "Präsident", "Gesetz"]),
        ] {
            let bad = tokens.windows(2).find(|pair| pair[0] == article && nouns.contains(&pair[1].as_str()));
            assert_eq!(bad, None, "{tokens:?}");
        }
        // The verb is the last word of a clause behind `dass` that ends the sentence.
        let Some(at) = tokens.iter().position(|token| token == "dass") else { continue };
        assert_eq!(tokens[at - 1], ",");
        let last = tokens[tokens.len() - 2].as_str();
        assert!(
            ["werde", "habe", "sei", "wollten", "seien", "gebe"].contains(&last),
            "{tokens:?} ends with {last}"
        );
        clauses += 1;
    }
    assert!(clauses > 300);
    let noun = |word: &str| sentences.iter().flatten().filter(|token| *token == word).count();
    assert_eq!(noun("abkommen") + noun("minister") + noun("gesetz"), 0);
    assert!(noun("Abkommen") > 20);
    assert_eq!(pairs(&sentences, "in", "dem") + pairs(&sentences, "von", "dem"), 0);
}
