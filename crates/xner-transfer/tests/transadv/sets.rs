//! Which words' language is told to whom.

use proptest::prelude::*;
use xner_corpus::{Entity, Labelled, Sentence};
use xner_tagger::bert::Piece;
use xner_transfer::transadv::{Set, Sets, Words, word_languages, word_orders};

use crate::small::{labelled, made, pairs};

/// Sentences of source words `s0`, `s1` …, cut into contexts and entities.
fn sentences() -> impl Strategy<Value = Vec<Labelled>> {
    let segment = (any::<bool>(), prop::collection::vec(0..20usize, 1..4));
    let sentence = prop::collection::vec(segment, 1..5).prop_map(|segments| {
        let (mut words, mut entities) = (Vec::new(), Vec::new());
        for (entity, own) in segments {
            if entity {
                entities.push(Entity::new(words.len()..words.len() + own.len(), "LOC"));
            }
            words.extend(own.into_iter().map(|word| format!("s{word}")));
        }
        Labelled { sentence: Sentence::from_tokens(&words), entities }
    });
    prop::collection::vec(sentence, 1..6)
}

/// Windows of four words that share one.
#[allow(clippy::unnecessary_wraps, reason = "as a tokeniser answers")]
fn pieces(sentence: &Sentence) -> xner_tagger::Result<Vec<Piece>> {
    let mut found = Vec::new();
    for first in (0..sentence.len()).step_by(3) {
        let words = first..sentence.len().min(first + 4);
        let words: Vec<(u32, u32)> = words.map(|word| (word as u32, (word - first) as u32)).collect();
        found.push(Piece { ids: vec![7; words.len()], words });
    }
    Ok(found)
}

proptest! {
    /// The source's words begin with s, their translations with t: so each word tells its language itself.
    #[test]
    fn words_have_the_language_that_they_are_of(train in sentences()) {
        let pairs = (0..20).map(|word| (format!("s{word}"), format!("t{word}"))).collect();
        let corpora = made(train, pairs);
        let unlabelled = vec![Sentence::from_tokens(["t1", "t2", "t3", "t4", "t5"])];
        let sets = Sets { source: &corpora.train, unlabelled: &unlabelled, made: corpora.made.as_ref() };
        for set in Set::ALL {
            let of_set: Vec<(&Sentence, &[Entity])> = match set {
                Set::Unlabelled => unlabelled.iter().map(|sentence| (sentence, &[][..])).collect(),
                set => sets.labelled(set).iter().map(|l| (&l.sentence, &l.entities[..])).collect(),
            };
            for words in [Words::All, Words::Entity, Words::Context] {
                let mut expected: Vec<Vec<Vec<Option<bool>>>> = Vec::new();
                for (sentence, entities) in &of_set {
                    let answer = |word: usize| {
                        let entity = entities.iter().any(|entity| entity.tokens.contains(&word));
                        let asked = match words {
                            Words::All => true,
                            Words::Entity => entity,
                            Words::Context => !entity,
                        };
                        asked.then(|| sentence.token(word).starts_with('s'))
                    };
                    let windows = pieces(sentence).unwrap();
                    let windows: Vec<Vec<Option<bool>>> = windows
                        .iter()
                        .map(|piece| piece.words.iter().map(|&(word, _)| answer(word as usize)).collect())
                        .collect();
                    if windows.iter().flatten().any(Option::is_some) {
                        expected.push(windows);
                    }
                }
                let found = word_languages(&sets, &[set], words, pieces).unwrap();
                let found: Vec<Vec<Vec<Option<bool>>>> = found
                    .into_iter()
                    .map(|sentence| sentence.windows.into_iter().map(|(_, languages)| languages).collect())
                    .collect();
                prop_assert_eq!(found, expected, "{:?} {:?}", set, words);
            }
            let windows: Vec<Piece> =
                of_set.iter().flat_map(|(sentence, _)| pieces(sentence).unwrap()).collect();
            prop_assert_eq!(word_orders(&sets, &[set], pieces).unwrap(), windows);
        }
        let several = word_orders(&sets, &Set::ALL, pieces).unwrap();
        let apart: Vec<Piece> =
            Set::ALL.iter().flat_map(|&set| word_orders(&sets, &[set], pieces).unwrap()).collect();
        prop_assert_eq!(several, apart);
    }
}

/// Each name stands for what was made under it.
#[test]
fn sets_are_what_their_names_say() {
    let train = ["a O, b O, York B-LOC", "New B-LOC, York I-LOC, c O, d O, e O, f O"].map(labelled).to_vec();
    let corpora = made(train, pairs("a x, b y, york jork, new neu, c z, d u, e v, f w"));
    let unlabelled = vec![Sentence::from_tokens(["x"])];
    let sets = Sets { source: &corpora.train, unlabelled: &unlabelled, made: corpora.made.as_ref() };
    let made = corpora.made.as_ref().unwrap();
    let (none, want) = (Vec::new(), [&corpora.train, &made.target]);
    let want =
        [want[0], want[1], &none, &made.source_swi, &made.target_swi, &made.source_shu, &made.target_shu];
    for (at, (set, want)) in Set::ALL.into_iter().zip(want).enumerate() {
        assert_eq!(sets.labelled(set), want, "{set}");
        let others = Set::ALL[..at].iter().filter(|&&other| sets.labelled(other) == sets.labelled(set));
        assert_eq!(others.count(), 0, "{set} is another's");
        assert_eq!(serde_json::to_string(&set).unwrap(), format!("\"{set}\""));
    }
}
