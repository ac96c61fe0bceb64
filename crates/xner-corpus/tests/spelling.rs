//! Tags in the letters of other schemes.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use xner_corpus::read::ConllOptions;
use xner_corpus::read::conll::Reader;
use xner_corpus::{Entity, Labelled, Result, Scheme, Sentence, Spelling, Tag};

fn read(text: &str, tags: Spelling) -> Result<Vec<Labelled>> {
    Reader::new(text.as_bytes(), "f", ConllOptions { tags, ..ConllOptions::default() }).collect()
}

/// Tags of IOBES in other letters for `B`, `I`, `E` and `S`.
fn in_letters(tag: &Tag, letters: [&str; 4], separator: &str) -> String {
    match (tag.prefix(), tag.entity_type()) {
        (Some(prefix), Some(kind)) => {
            let at = "BIES".find(prefix.letter()).unwrap();
            format!("{}{separator}{kind}", letters[at])
        }
        _ => "O".to_owned(),
    }
}

#[test]
fn what_could_be_mistaken_is_refused() {
    for (tag, spelling) in [
        ("PER", Spelling::Auto),
        ("X-PER", Spelling::Auto),
        ("B-", Spelling::Auto),
        ("B+PER", Spelling::Auto),
        ("", Spelling::Auto),
        ("-PER", Spelling::Auto),
        ("é-PER", Spelling::Auto),
        ("U-PER", Spelling::Strict),
        ("b-PER", Spelling::Strict),
        ("o", Spelling::Strict),
        ("B-PER", Spelling::Bare),
        ("U_PER", Spelling::Bare),
        ("", Spelling::Bare),
    ] {
        let error = spelling.parse(tag).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{tag}` is no tag: expected")), "{error}");
    }
    let error = read("Ana PER\n", Spelling::Auto).unwrap_err().to_string();
    assert!(error.starts_with("f:1: `PER` is no tag") && error.contains("spelt `bare`"), "{error}");
    let bare = read("Ana PER\nMaria PER\nin O\nRom B2\nOslo LOC\n", Spelling::Bare).unwrap();
    let found = ["PER", "B2", "LOC"].into_iter().zip([0..2, 3..4, 4..5]);
    assert_eq!(bare[0].entities, found.map(|(kind, tokens)| Entity::new(tokens, kind)).collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn letters_of_every_scheme_mean_the_same(
        lengths in prop::collection::vec((1..4_usize, 0..3_usize), 1..5), kind in "[A-Za-z]{1,4}"
    ) {
        let (mut entities, mut len) = (Vec::new(), 0);
        for (entity, gap) in lengths {
            entities.push(Entity::new(len..len + entity, kind.as_str()));
            len += entity + gap;
        }
        let sentence = Sentence::from_tokens(vec!["w"; len]);
        let labelled = Labelled { sentence, entities };
        for letters in [["B", "I", "E", "S"], ["B", "I", "L", "U"], ["B", "M", "E", "W"], ["b", "i", "l", "u"]] {
            for separator in ["-", "_"] {
                let tags = labelled.tags(Scheme::Iobes);
                let rows = tags.iter().fold(String::new(), |rows, tag| {
                    rows + "w " + &in_letters(tag, letters, separator) + "\n"
                });
                prop_assert_eq!(read(&rows, Spelling::Auto).unwrap(), vec![labelled.clone()]);
            }
        }
    }
}
