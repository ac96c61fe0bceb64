//! Translation of labelled sentences: strategies, labels, chance, counts, streams.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use std::borrow::Cow;
use std::collections::HashMap;

use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use xner_corpus::{Entity, Labelled, Scheme, Sentence, Tag};
use xner_embed::dictionary::Dictionary;
use xner_embed::translate::{
    Casing, Chain, Choice, DictionaryTranslator, Draw, Strategy, Tally, TranslateConfig, Weights,
    WordTranslator, translate, translate_corpus,
};

/// `in O, New B-LOC, York I-LOC` and so on.
fn labelled(text: &str) -> Labelled {
    let rows: Vec<(&str, Tag)> = text
        .split(", ")
        .map(|row| row.split_once(' ').map(|(token, tag)| (token, tag.parse().unwrap())).unwrap())
        .collect();
    let tags: Vec<Tag> = rows.iter().map(|row| row.1.clone()).collect();
    Labelled::from_tags(Sentence::from_tokens(rows.iter().map(|row| row.0)), &tags)
}

fn shown(labelled: &Labelled) -> String {
    let tags = labelled.tags(Scheme::Iob2);
    let rows: Vec<String> =
        labelled.sentence.tokens().zip(&tags).map(|(token, tag)| format!("{token} {tag}")).collect();
    rows.join(", ")
}

fn table() -> Dictionary {
    let text = "in\ten\nthe\tel\nbank\tbanco\nof\tde\nnew\tnuevo\nyork\tyork\nnew york\tNueva York\n\
        in the\ten el\nbank of\tbanca de\nthe bank of england\tBanco de Inglaterra\njohn\tjuan\nengland\tinglaterra\n\
        old england\tinglaterra vieja\n";
    Dictionary::read_from(text.as_bytes(), "table").unwrap()
}

fn with(strategy: Strategy, keep: &[&str]) -> TranslateConfig {
    TranslateConfig { strategy, keep_types: keep.iter().map(|&kind| kind.into()).collect(), seed: 1 }
}

#[test]
fn strategies() {
    let translator = DictionaryTranslator::new(table());
    let sentence = labelled("in O, the O, Bank B-ORG, of I-ORG, New I-ORG, York I-ORG, John B-PER, . O");
    let run = |strategy| {
        let mut tally = Tally::default();
        let found = translate(&sentence, &translator, &with(strategy, &["PER"]), &mut tally);
        (shown(&found), tally.phrases)
    };
    let entity = "Banca B-ORG, de I-ORG, Nueva I-ORG, York I-ORG, John B-PER, . O";
    assert_eq!(
        run(Strategy::Word),
        ("en O, el O, Banco B-ORG, de I-ORG, Nuevo I-ORG, York I-ORG, John B-PER, . O".to_owned(), 0)
    );
    // Here `in the` is one phrase with the same words.
    assert_eq!(run(Strategy::Phrase), (format!("en O, el O, {entity}"), 3));
    assert_eq!(run(Strategy::WordAndPhrase), (format!("en O, el O, {entity}"), 2));
}

#[test]
fn no_phrase_reaches_over_an_entitys_border() {
    let translator = DictionaryTranslator::new(table());
    let config = with(Strategy::Phrase, &[]);
    let run = |text: &str| shown(&translate(&labelled(text), &translator, &config, &mut Tally::default()));
    assert_eq!(run("the O, bank O, of O, england O"), "banco O, de O, inglaterra O");
    assert_eq!(
        run("the O, Bank B-ORG, of I-ORG, England I-ORG"),
        "el O, Banca B-ORG, de I-ORG, Inglaterra I-ORG"
    );
    assert_eq!(run("New B-LOC, York B-LOC"), "Nuevo B-LOC, York B-LOC");
    // Longest first: `old england` goes before `bank of`, both before single words.
    assert_eq!(
        run("Bank B-ORG, of I-ORG, Old I-ORG, England I-ORG"),
        "Banca B-ORG, de I-ORG, Inglaterra I-ORG, Vieja I-ORG"
    );
}

#[test]
fn entities_stay_whole() {
    let dictionary =
        Dictionary::from_pairs([("usa", "estados unidos"), ("us", "ee uu"), ("press", "prensa")]).unwrap();
    let translator = DictionaryTranslator::new(dictionary);
    let mut tally = Tally::default();
    let sentence = labelled("USA B-LOC, Us B-LOC, Press B-ORG, US I-ORG, 5 O, x O");
    let found = translate(&sentence, &translator, &with(Strategy::Word, &[]), &mut tally);
    assert_eq!(
        shown(&found),
        "ESTADOS B-LOC, UNIDOS I-LOC, Ee B-LOC, uu I-LOC, Prensa B-ORG, EE I-ORG, UU I-ORG, 5 O, x O"
    );
    let want = Tally {
        sentences: 1,
        entities: 3,
        tokens: 6,
        target_tokens: 9,
        translated: 4,
        phrases: 0,
        kept: 0,
        unknown: 2,
        marks: 1,
    };
    assert_eq!(tally, want);
    assert_eq!(tally.share(), 0.8);
    assert_eq!(Tally::default().share(), 0.0);
    let empty = translate(&Labelled::default(), &translator, &with(Strategy::Phrase, &[]), &mut tally);
    assert_eq!(empty, Labelled::default());
}

#[test]
fn entities_out_of_place_do_no_harm() {
    let translator = DictionaryTranslator::new(table());
    let mut sentence = labelled("in O, the O, bank O");
    sentence.entities =
        vec![Entity::new(1..9, "A"), Entity::new(2..2, "B"), Entity::new(0..2, "C"), Entity::new(7..8, "D")];
    for strategy in [Strategy::Word, Strategy::Phrase, Strategy::WordAndPhrase] {
        let found = translate(&sentence, &translator, &with(strategy, &["C"]), &mut Tally::default());
        let kinds: Vec<&str> = found.entities.iter().map(|entity| entity.kind.as_str()).collect();
        assert_eq!((found.sentence.text(), kinds), ("in the banco", vec!["A", "B", "C", "D"]));
        assert_eq!(found.entities[0].tokens, 1..3);
    }
}

#[test]
fn the_best_is_of_the_highest_score() {
    let choose = |pairs: &[(&str, Option<f32>)]| {
        let pairs = pairs.iter().map(|&(target, score)| ("a", target, score));
        let translator = DictionaryTranslator::new(Dictionary::from_scored(pairs).unwrap());
        translator.translate("a", &mut Draw::new(0)).unwrap().into_owned()
    };
    assert_eq!(choose(&[("x", Some(0.1)), ("y", Some(0.5)), ("z", Some(0.5))]), "y");
    assert_eq!(choose(&[("x", None), ("y", Some(0.5))]), "x");
    assert_eq!(choose(&[("x", Some(-0.1)), ("y", None)]), "x");
}

/// How often each translation is drawn for one word in many sentences.
fn drawn(pairs: &[(&str, Option<f32>)], k: usize, weights: Weights) -> HashMap<String, f64> {
    let dictionary =
        Dictionary::from_scored(pairs.iter().map(|&(target, score)| ("a", target, score))).unwrap();
    let translator =
        DictionaryTranslator::new(dictionary).with_choice(Choice::Sample { k, weights }).unwrap();
    let mut counts = HashMap::new();
    let (runs, config) = (20_000, with(Strategy::Word, &[]));
    for run in 0..runs {
        let sentence =
            Labelled { sentence: Sentence::from_tokens(["a", &run.to_string()]), entities: Vec::new() };
        let found = translate(&sentence, &translator, &config, &mut Tally::default());
        *counts.entry(found.sentence.token(0).to_owned()).or_insert(0.0) += 1.0 / f64::from(runs);
    }
    counts
}

#[test]
fn translations_are_drawn_by_their_weights() {
    let pairs = [("x", Some(0.1)), ("y", Some(0.4)), ("z", Some(0.3)), ("w", Some(-1.0))];
    let close = |found: &HashMap<String, f64>, want: &[(&str, f64)]| {
        assert_eq!(found.len(), want.len(), "{found:?}");
        for (word, share) in want {
            assert!((found[*word] - share).abs() < 0.015, "{word}: {found:?}");
        }
    };
    let uniform = Weights::Uniform;
    close(&drawn(&pairs, 2, uniform), &[("y", 0.5), ("z", 0.5)]);
    close(&drawn(&pairs, 9, uniform), &[("x", 0.25), ("y", 0.25), ("z", 0.25), ("w", 0.25)]);
    let total = 1.0 + (-0.5_f64).exp() + (-1.5_f64).exp();
    let want = [("y", 1.0 / total), ("z", (-0.5_f64).exp() / total), ("x", (-1.5_f64).exp() / total)];
    close(&drawn(&pairs, 3, Weights::Softmax { temperature: 0.2 }), &want);
    close(&drawn(&pairs, 3, Weights::Softmax { temperature: 1e-30 }), &[("y", 1.0)]);
    // Without scores all are alike, in the order listed.
    let bare = [("x", None), ("y", Some(0.4)), ("z", None)];
    close(&drawn(&bare, 2, Weights::Softmax { temperature: 0.1 }), &[("x", 0.5), ("y", 0.5)]);
}

#[test]
fn choices_are_checked() {
    let fault = |json: &str| {
        let choice: Choice = serde_json::from_str(json).unwrap();
        DictionaryTranslator::new(table()).with_choice(choice).unwrap_err().to_string()
    };
    assert_eq!(fault(r#"{"sample": {"k": 0, "weights": "uniform"}}"#), "`k` is 0, expected at least 1");
    assert_eq!(
        fault(r#"{"sample": {"k": 2, "weights": {"softmax": {"temperature": 0}}}}"#),
        "`temperature` is 0, expected a finite number above 0"
    );
    assert_eq!(serde_json::from_str::<Choice>("\"best\"").unwrap(), Choice::Best);
    assert!(serde_json::from_str::<Choice>(r#"{"sample": {"k": 2, "weights": "uniform", "x": 1}}"#).is_err());
    assert!(serde_json::from_str::<TranslateConfig>(r#"{"strategie": "word"}"#).is_err());
}

#[test]
fn look_up_and_case() {
    let dictionary =
        Dictionary::from_pairs([("Turkey", "Turquía"), ("turkey", "pavo"), ("ß", "ss")]).unwrap();
    let find = |translator: &DictionaryTranslator, word: &str| {
        translator.translate(word, &mut Draw::new(0)).map(Cow::into_owned)
    };
    let follow = DictionaryTranslator::new(dictionary);
    for (word, want) in [
        ("Turkey", Some("Turquía")),
        ("turkey", Some("pavo")),
        ("TURKEY", Some("PAVO")),
        ("turkeY", Some("pavo")),
        ("ẞ", Some("Ss")),
        ("Goose", None),
        ("", None),
    ] {
        assert_eq!(find(&follow, word).as_deref(), want, "{word}");
    }
    let keep = follow.with_casing(Casing::Keep);
    assert_eq!(find(&keep, "TURKEY").as_deref(), Some("pavo"));
}

#[test]
fn a_chain_asks_one_after_the_other() {
    let phrases = Dictionary::from_pairs([("New York City", "NYC"), ("in", "IN")]).unwrap();
    let words =
        Dictionary::from_pairs([("in", "en"), ("New York", "Nueva York"), ("city", "ciudad")]).unwrap();
    let links: Vec<Box<dyn WordTranslator>> = vec![
        Box::new(DictionaryTranslator::new(phrases).with_casing(Casing::Keep)),
        Box::new(DictionaryTranslator::new(words)),
    ];
    let chain = Chain::new(links);
    assert_eq!(chain.lengths(), [3, 2, 1]);
    let config = with(Strategy::WordAndPhrase, &[]);
    let run = |text: &str| shown(&translate(&labelled(text), &chain, &config, &mut Tally::default()));
    assert_eq!(run("in O, New B-LOC, York I-LOC, City I-LOC"), "IN O, NYC B-LOC");
    assert_eq!(run("New B-LOC, York I-LOC, city O"), "Nueva B-LOC, York I-LOC, ciudad O");
}

/// Knows every word, as nothing.
struct Void;

impl WordTranslator for Void {
    fn translate(&self, _: &str, _: &mut Draw) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(" \u{a0} "))
    }
}

#[test]
fn what_has_no_word_is_no_translation() {
    let sentence = labelled("in O, Paris B-LOC");
    let mut tally = Tally::default();
    assert_eq!(translate(&sentence, &Void, &with(Strategy::Word, &[]), &mut tally), sentence);
    assert_eq!((tally.translated, tally.unknown), (0, 2));
}

/// The longest known run of `tokens`, the leftmost of equals, then what is left and right of it.
fn by_hand(tokens: &[&str], longest: usize, known: &HashMap<&str, &str>, out: &mut Vec<String>) {
    for length in (1..=longest.min(tokens.len())).rev() {
        for at in 0..=tokens.len() - length {
            if let Some(target) = known.get(&*tokens[at..at + length].join(" ")) {
                by_hand(&tokens[..at], length, known, out);
                out.extend(target.split(' ').map(str::to_owned));
                by_hand(&tokens[at + length..], length, known, out);
                return;
            }
        }
    }
    out.extend(tokens.iter().map(|&token| token.to_owned()));
}

const LETTERS: [&str; 4] = ["a", "b", "c", "d"];

fn sentences() -> impl proptest::strategy::Strategy<Value = Labelled> {
    let tags = ["O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"];
    prop::collection::vec((prop::sample::select(&LETTERS[..]), prop::sample::select(tags.to_vec())), 0..12)
        .prop_map(|rows| {
            let tags: Vec<Tag> = rows.iter().map(|row| row.1.parse().unwrap()).collect();
            Labelled::from_tags(Sentence::from_tokens(rows.iter().map(|row| row.0)), &tags)
        })
}

fn pairs() -> impl proptest::strategy::Strategy<Value = Vec<(String, String)>> {
    let source = prop::collection::vec(prop::sample::select(&LETTERS[..]), 1..4);
    let target = prop::collection::vec(prop::sample::select(vec!["w", "x", "y", "z"]), 1..4);
    prop::collection::vec((source, target).prop_map(|(s, t)| (s.join(" "), t.join(" "))), 1..20)
}

fn strategies_of_all() -> impl proptest::strategy::Strategy<Value = Strategy> {
    prop::sample::select(vec![Strategy::Word, Strategy::Phrase, Strategy::WordAndPhrase])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_what_one_does_by_hand(
        labelled in sentences(), pairs in pairs(), strategy in strategies_of_all(), keep in any::<bool>(),
    ) {
        let mut known: HashMap<&str, &str> = HashMap::new();
        for (source, target) in &pairs {
            known.entry(source).or_insert(target);
        }
        let dictionary = Dictionary::from_pairs(pairs.iter().map(|(source, target)| (source, target))).unwrap();
        let translator = DictionaryTranslator::new(dictionary);
        let config = with(strategy, if keep { &["PER"] } else { &[] });
        let found = translate(&labelled, &translator, &config, &mut Tally::default());

        let tokens: Vec<&str> = labelled.sentence.tokens().collect();
        let mut borders: Vec<usize> = vec![0, tokens.len()];
        borders.extend(labelled.entities.iter().flat_map(|entity| [entity.tokens.start, entity.tokens.end]));
        borders.sort_unstable();
        let (mut want, mut entities) = (Vec::new(), Vec::new());
        for part in borders.windows(2) {
            let entity = labelled.entities.iter().find(|entity| entity.tokens == (part[0]..part[1]));
            let begin = want.len();
            let longest = match (strategy, entity) {
                (Strategy::Phrase, _) | (Strategy::WordAndPhrase, Some(_)) => usize::MAX,
                _ => 1,
            };
            if keep && entity.is_some_and(|entity| entity.kind.as_str() == "PER") {
                want.extend(tokens[part[0]..part[1]].iter().map(|&token| token.to_owned()));
            } else {
                by_hand(&tokens[part[0]..part[1]], longest, &known, &mut want);
            }
            entities.extend(entity.map(|entity| Entity::new(begin..want.len(), entity.kind.clone())));
        }
        prop_assert_eq!(found.sentence.tokens().collect::<Vec<_>>(), want);
        prop_assert_eq!(found.entities, entities);
    }

    #[test]
    fn labels_and_counts_hold(
        corpus in prop::collection::vec(sentences(), 0..6), pairs in pairs(), strategy in strategies_of_all(),
        seed in any::<u64>(), uniform in any::<bool>(),
    ) {
        let scored = pairs.iter().enumerate().map(|(at, (s, t))| (s, t, Some(at as f32 / 9.0)));
        let weights = if uniform { Weights::Uniform } else { Weights::Softmax { temperature: 0.5 } };
        let translator = DictionaryTranslator::new(Dictionary::from_scored(scored).unwrap())
            .with_choice(Choice::Sample { k: 3, weights }).unwrap();
        let config = TranslateConfig { strategy, seed, ..TranslateConfig::default() };
        let (found, tally) = translate_corpus(&corpus, &translator, &config);

        prop_assert_eq!(found.len(), corpus.len());
        for (source, target) in corpus.iter().zip(&found) {
            let kinds = |labelled: &Labelled| labelled.entities.iter().map(|e| e.kind.clone()).collect::<Vec<_>>();
            prop_assert_eq!(kinds(source), kinds(target));
            // In order, not overlapping, not empty: tags say them again.
            let again = Labelled::from_tags(target.sentence.clone(), &target.tags(Scheme::Iob2));
            prop_assert_eq!(&again, target);
            for (one, other) in source.entities.iter().zip(&target.entities) {
                if one.kind.as_str() == "PER" {
                    prop_assert_eq!(source.sentence.slice(one.tokens.clone()), target.sentence.slice(other.tokens.clone()));
                }
            }
        }
        let count = |corpus: &[Labelled]| corpus.iter().map(|labelled| labelled.sentence.len()).sum::<usize>();
        prop_assert_eq!((tally.sentences, tally.tokens, tally.target_tokens), (corpus.len(), count(&corpus), count(&found)));
        prop_assert_eq!(tally.translated + tally.kept + tally.unknown, tally.tokens);
        prop_assert_eq!(tally.entities, corpus.iter().map(|labelled| labelled.entities.len()).sum::<usize>());

        // The same again; backwards; one sentence at a time, as a stream.
        prop_assert_eq!(&translate_corpus(&corpus, &translator, &config).0, &found);
        let mut backwards = translate_corpus(corpus.iter().rev(), &translator, &config).0;
        backwards.reverse();
        prop_assert_eq!(&backwards, &found);
        let mut counted = Tally::default();
        let one = |labelled: &Labelled| translate(labelled, &translator, &config, &mut counted);
        let streamed: Vec<Labelled> = corpus.iter().map(one).collect();
        prop_assert_eq!((streamed, counted), (found, tally));
    }
}

#[test]
fn another_seed_gives_another_translation() {
    let pairs = (0..10).map(|at| ("a", format!("t{at}")));
    let translator = DictionaryTranslator::new(Dictionary::from_pairs(pairs).unwrap())
        .with_choice(Choice::Sample { k: 10, weights: Weights::Uniform })
        .unwrap();
    let sentence = Labelled { sentence: Sentence::from_tokens(["a"; 8]), entities: Vec::new() };
    let run = |seed| {
        let config = TranslateConfig { seed, ..TranslateConfig::default() };
        translate(&sentence, &translator, &config, &mut Tally::default()).sentence.text().to_owned()
    };
    let different: std::collections::BTreeSet<String> = (0..20).map(run).collect();
    assert_eq!(different.len(), 20);
    assert_eq!(run(7), run(7));
}
