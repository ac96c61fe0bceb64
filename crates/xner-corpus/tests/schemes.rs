//! Schemes: lossless conversion, conlleval's reading of malformed tags, what may follow what.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use xner_corpus::{
    Entity, EntityType, Labelled, Prefix, Scheme, SchemeTally, Sentence, Tag, TagSet, entities,
};

const SCHEMES: [Scheme; 3] = [Scheme::Iob1, Scheme::Iob2, Scheme::Iobes];

fn any_tag() -> impl Strategy<Value = Tag> {
    let part = (prop::sample::select(vec!['B', 'I', 'E', 'S']), prop::sample::select(vec!["PER", "LOC"]));
    prop_oneof![
        2 => Just(Tag::Outside),
        5 => part.prop_map(|(prefix, kind)| format!("{prefix}-{kind}").parse().unwrap()),
    ]
}

/// Entities in order with gaps (or none) between, and the sentence's length.
fn any_entities() -> impl Strategy<Value = (Vec<Entity>, usize)> {
    let parts =
        prop::collection::vec((0..3_usize, 1..4_usize, prop::sample::select(vec!["PER", "LOC"])), 0..8);
    (parts, 0..3_usize).prop_map(|(parts, tail)| {
        let mut at = 0;
        let found = parts.into_iter().map(|(gap, len, kind)| {
            at += gap + len;
            Entity::new(at - len..at, kind)
        });
        let found: Vec<_> = found.collect();
        let len = found.last().map_or(0, |entity| entity.tokens.end) + tail;
        (found, len)
    })
}

/// conlleval's two rules, as its published versions state them: whether a chunk ends before this tag, and
/// whether one starts at it. Written apart from the library, over letters and type names.
fn ends(before: (char, &str), tag: (char, &str)) -> bool {
    matches!(before.0, 'E' | 'S')
        || matches!((before.0, tag.0), ('B' | 'I', 'B' | 'S' | 'O'))
        || before.0 != 'O' && before.1 != tag.1
}

fn starts(before: (char, &str), tag: (char, &str)) -> bool {
    matches!(tag.0, 'B' | 'S')
        || matches!((before.0, tag.0), ('E' | 'S' | 'O', 'E' | 'I'))
        || tag.0 != 'O' && before.1 != tag.1
}

fn conlleval_chunks(tags: &[Tag]) -> Vec<(usize, usize, String)> {
    let mut chunks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    let mut before = ('O', String::new());
    for at in 0..=tags.len() {
        let tag = tags.get(at).map_or_else(|| "O".to_owned(), ToString::to_string);
        let (letter, kind) = tag.split_once('-').map_or(('O', ""), |(p, k)| (p.chars().next().unwrap(), k));
        let ended = ends((before.0, &before.1), (letter, kind));
        if let Some((start, name)) = open.take_if(|_| ended) {
            chunks.push((start, at, name));
        }
        if starts((before.0, &before.1), (letter, kind)) {
            open = Some((at, kind.to_owned()));
        }
        before = (letter, kind.to_owned());
    }
    chunks
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_scheme_gives_the_entities_back((found, len) in any_entities()) {
        for scheme in SCHEMES {
            let tags = scheme.tags(&found, len);
            prop_assert_eq!(tags.len(), len);
            prop_assert_eq!(&entities(&tags), &found);
            prop_assert!(scheme.validate(&tags).is_ok());
            for other in SCHEMES {
                let there = other.tags(&entities(&tags), len);
                prop_assert_eq!(&scheme.tags(&entities(&there), len), &tags);
            }
        }
    }

    #[test]
    fn entities_are_conllevals_chunks(tags in prop::collection::vec(any_tag(), 0..14)) {
        let found: Vec<_> =
            entities(&tags).into_iter().map(|e| (e.tokens.start, e.tokens.end, e.kind.to_string())).collect();
        prop_assert_eq!(found, conlleval_chunks(&tags));
    }

    #[test]
    fn accepted_tags_are_their_own_encoding(tags in prop::collection::vec(any_tag(), 0..6)) {
        for scheme in SCHEMES {
            let encoded = scheme.tags(&entities(&tags), tags.len());
            // Accepted exactly when re-encoding changes nothing.
            prop_assert_eq!(scheme.validate(&tags).is_ok(), encoded == tags, "{} {:?}", scheme, tags);
        }
    }

    #[test]
    fn validate_names_the_first_fault(tags in prop::collection::vec(any_tag(), 1..8)) {
        for scheme in SCHEMES {
            if let Err(error) = scheme.validate(&tags) {
                prop_assert_eq!(&error.tag, &tags[error.at]);
                // Without the fault and what follows, only the closing of the sentence may be at fault.
                let before = scheme.validate(&tags[..error.at]);
                prop_assert!(before.is_ok() || before.unwrap_err().rule.contains("close"));
            }
        }
    }

    #[test]
    fn tag_sets_number_every_tag((found, len) in any_entities()) {
        for scheme in SCHEMES {
            let set = TagSet::new(scheme, ["PER", "LOC"].map(EntityType::from));
            let tokens = vec!["x"; len];
            let labelled = Labelled { sentence: Sentence::from_tokens(tokens), entities: found.clone() };
            let ids = set.encode(&labelled).unwrap();
            prop_assert_eq!(entities(&set.decode(&ids)), found.clone());
        }
    }

    #[test]
    fn detect_finds_the_scheme((found, len) in any_entities()) {
        for scheme in SCHEMES {
            let tags = scheme.tags(&found, len);
            let mut tally = SchemeTally::default();
            tally.add(&tags);
            prop_assert_eq!(tally.violations(scheme), 0);
            prop_assert_eq!(tally.best().is_some(), !found.is_empty());
            // Two schemes may write the same tags; the one detected must write these.
            if let Some(best) = Scheme::detect([tags.as_slice()]) {
                prop_assert_eq!(best.tags(&found, len), tags);
            }
        }
    }
}

#[test]
fn a_tag_set_counts_as_the_papers_do() {
    let types = || ["PER", "LOC", "ORG", "MISC", "PER"].map(EntityType::from);
    assert_eq!(TagSet::new(Scheme::Iob2, types()).len(), 9);
    assert_eq!(TagSet::new(Scheme::Iobes, types()).len(), 17);
    let labelled =
        Labelled { sentence: Sentence::from_tokens(["x"]), entities: vec![Entity::new(0..1, "DATE")] };
    let error = TagSet::new(Scheme::Iob2, types()).encode(&labelled).unwrap_err();
    assert_eq!(error.to_string(), "tag `B-DATE` is not in the tag set; its types are PER, LOC, ORG, MISC");
}

#[test]
fn tags_parse_and_print() {
    for text in ["O", "B-PER", "I-LOC", "E-a-b", "S-Ort"] {
        assert_eq!(text.parse::<Tag>().unwrap().to_string(), text);
    }
    assert_eq!("E-a-b".parse::<Tag>().unwrap().entity_type().unwrap().as_str(), "a-b");
    assert_eq!("S-X".parse::<Tag>().unwrap().prefix(), Some(Prefix::Single));
    for text in ["", "o", "OO", "B", "B-", "BPER", "X-PER", "B_PER", "-PER", "É-PER"] {
        let error = text.parse::<Tag>().unwrap_err();
        assert!(error.to_string().starts_with(&format!("`{text}` is no tag")), "{error}");
    }
}

#[test]
fn validate_says_where_and_why() {
    let tags: Vec<Tag> = ["O", "I-PER", "O"].iter().map(|tag| tag.parse().unwrap()).collect();
    let error = Scheme::Iob2.validate(&tags).unwrap_err();
    assert_eq!((error.at, error.to_string().as_str()), (1, "tag `I-PER` breaks IOB2: it may not follow `O`"));
    let error = Scheme::Iob2.validate(&tags[1..]).unwrap_err();
    assert_eq!(error.to_string(), "tag `I-PER` breaks IOB2: it may not open a sentence");
    let open: Vec<Tag> = vec!["B-PER".parse().unwrap()];
    let error = Scheme::Iobes.validate(&open).unwrap_err();
    assert_eq!(error.to_string(), "tag `B-PER` breaks IOBES: it may not close a sentence");
    assert_eq!(Scheme::detect([]), None);
}

#[test]
fn sentences_refuse_spans_that_do_not_fit() {
    let text = || "Köln liegt".to_owned();
    assert!(Sentence::from_spans(text(), [0..5, 6..11]).is_some());
    for spans in [&[(0, 2)][..], &[(0, 0)], &[(6, 12)], &[(0, 5), (3, 6)], &[(6, 11), (0, 5)]] {
        assert_eq!(
            Sentence::from_spans(text(), spans.iter().map(|&(start, end)| start..end)),
            None,
            "{spans:?}"
        );
    }
    let sentence = Sentence::from_tokens(["a", "bc", "d"]);
    assert_eq!((sentence.text(), sentence.token(1), sentence.slice(1..3)), ("a bc d", "bc", "bc d"));
}
