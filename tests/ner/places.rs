//! Where entities are.

use proptest::prelude::*;
use xner::prelude::*;

use super::{ner, text};

fn check(text: &str, found: &[TextEntity]) {
    let mut last = 0;
    for entity in found {
        assert_eq!(&text[entity.bytes.clone()], entity.text);
        let characters = text.chars().skip(entity.characters.start).take(entity.characters.len());
        assert_eq!(characters.collect::<String>(), entity.text);
        assert!(last <= entity.bytes.start, "in order, apart from one another");
        last = entity.bytes.end;
        assert!((0.0..=1.0).contains(&entity.probability));
    }
}

#[test]
fn entities_are_those_of_the_sentences_one_by_one() {
    let (ner, text) = (ner(), text(60));
    let found = ner.entities(&text).unwrap();
    check(&text, &found);
    let tagger = super::trained().model.open(&OpenOptions::default(), &Device::Cpu).unwrap();
    let sentences = split::sentences(&text, &split::TextOptions::default());
    let mut expected = Vec::new();
    for (sentence, tagging) in sentences.iter().zip(tagger.tag(&sentences).unwrap()) {
        for ScoredEntity { entity, probability } in tagging.entities {
            let bytes = sentence.bytes(entity.tokens);
            let bytes = sentence.offset() + bytes.start..sentence.offset() + bytes.end;
            expected.push((entity.kind, bytes, probability));
        }
    }
    assert!(expected.len() > 30, "{}", expected.len());
    assert_eq!(found.len(), expected.len());
    for (found, (kind, bytes, probability)) in found.iter().zip(expected) {
        assert_eq!((&found.kind, &found.bytes), (&kind, &bytes));
        assert!((found.probability - probability).abs() < 1e-4);
    }
}

#[test]
fn many_texts_are_answered_as_each_alone() {
    let ner = ner();
    let texts: Vec<String> = (0..20).map(|at| text(1 + at % 7).repeat(at % 3)).collect();
    let together = ner.entities_of(&texts, &Limit::none()).unwrap();
    assert_eq!(together.len(), texts.len());
    for (text, together) in texts.iter().zip(&together) {
        let alone = ner.entities(text).unwrap();
        let places = |found: &[TextEntity]| found.iter().map(|one| one.bytes.clone()).collect::<Vec<_>>();
        assert_eq!(places(&alone), places(together));
    }
    assert!(ner.entities_of::<&str>(&[], &Limit::none()).unwrap().is_empty());
}

#[test]
fn every_choice_of_threads_finds_the_same() {
    let text = text(20);
    let expected = ner().entities(&text).unwrap();
    for threads in [Threads::Shared, Threads::Own(1), Threads::Own(3), Threads::Caller] {
        let ner = Ner::builder().threads(threads).model(&super::trained().model).unwrap();
        assert_eq!(ner.entities(&text).unwrap(), expected, "{threads:?}");
    }
    // On a thread that is in a pool already, too.
    let ner = Ner::builder().threads(Threads::Caller).model(&super::trained().model).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    assert_eq!(pool.install(|| ner.entities(&text)).unwrap(), expected);
}

#[test]
fn lines_and_languages_are_as_they_are_asked_for() {
    let build = || Ner::builder().language("de".parse().unwrap());
    let lines = build().sentences(split::Sentences::Lines).model(&super::trained().model).unwrap();
    let text = "Ada met\nOtto in Washington. London.\n";
    check(text, &lines.entities(text).unwrap());
    check(text, &build().model(&super::trained().model).unwrap().entities(text).unwrap());
}

#[test]
fn what_is_found_goes_through_json() {
    let found = ner().entities(&text(10)).unwrap();
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Vec<TextEntity>>(&json).unwrap(), found);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn places_are_right_in_any_text(
        words in proptest::collection::vec("\\PC{0,9}|Washington|London|Ada |\n|é\u{301}", 0..60),
    ) {
        let text = words.join(" ");
        check(&text, &ner().entities(&text).unwrap());
    }
}
