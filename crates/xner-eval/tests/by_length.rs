//! Scores by sentence length, against plain reckoning.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use proptest::collection::vec;
use proptest::prelude::*;
use xner_corpus::{Entity, Scheme, Tag, entities};
use xner_eval::{ByLength, Counts, Error, LengthTable, Lengths, Mode, Scorer};

const TYPES: [&str; 2] = ["PER", "LOC"];

type Corpus = Vec<Vec<(Tag, Tag)>>;

fn table(mode: Mode, lengths: Lengths, corpus: &[(Vec<Tag>, Vec<Tag>)]) -> LengthTable {
    let mut by_length = ByLength::new(mode, lengths).unwrap();
    for (gold, predicted) in corpus {
        by_length.add(gold, predicted).unwrap();
    }
    by_length.finish()
}

fn tag() -> impl Strategy<Value = Tag> {
    prop_oneof![
        Just(Tag::Outside),
        (prop::sample::select(Scheme::Iobes.prefixes()), prop::sample::select(&TYPES))
            .prop_map(|(prefix, kind)| Tag::Part(prefix, kind.into())),
    ]
}

/// Gold and predicted tags of a few sentences, some of them empty.
fn corpus() -> impl Strategy<Value = Corpus> {
    let pair = (tag(), tag(), any::<bool>())
        .prop_map(|(gold, other, right)| if right { (gold.clone(), gold) } else { (gold, other) });
    vec(vec(pair, 0..14), 0..8)
}

fn split(corpus: Corpus) -> Vec<(Vec<Tag>, Vec<Tag>)> {
    corpus.into_iter().map(|sentence| sentence.into_iter().unzip()).collect()
}

/// The tags that entities have in IOB2, written out: no code of the crate's readings.
fn written(found: &[Entity], tokens: usize) -> Vec<String> {
    let mut tags = vec!["O".to_owned(); tokens];
    for entity in found {
        for at in entity.tokens.clone() {
            let prefix = if at == entity.tokens.start { 'B' } else { 'I' };
            tags[at] = format!("{prefix}-{}", entity.kind);
        }
    }
    tags
}

proptest! {
    /// Each bin is what filtering the corpus by length and comparing tags written in IOB2 says.
    #[test]
    fn bins_are_their_definition(corpus in corpus(), width in 1..6_usize, bins in 1..6_usize) {
        let corpus = split(corpus);
        let table = table(Mode::Seqeval, Lengths { width, bins }, &corpus);
        let longest = corpus.iter().map(|(gold, _)| gold.len()).max().unwrap_or(0);
        prop_assert_eq!(table.bins.len(), longest.div_ceil(width).min(bins));
        for (at, bin) in table.bins.iter().enumerate() {
            prop_assert_eq!(bin.from, at * width + 1);
            prop_assert_eq!(bin.to, (at + 1 < bins).then_some((at + 1) * width));
            let inside = |length: usize| length >= bin.from && bin.to.is_none_or(|to| length <= to);
            let (mut sentences, mut words, mut correct) = (0, 0, 0);
            let (mut entity_words, mut correct_entity_words) = (0, 0);
            let mut counts = Counts::default();
            for (gold, predicted) in corpus.iter().filter(|(gold, _)| inside(gold.len())) {
                sentences += 1;
                let (right, found) = (entities(gold), entities(predicted));
                counts.gold += right.len() as u64;
                counts.found += found.len() as u64;
                counts.correct += found.iter().filter(|entity| right.contains(entity)).count() as u64;
                let tags = [&right, &found].map(|side| written(side, gold.len()));
                for (a, b) in tags[0].iter().zip(&tags[1]) {
                    words += 1;
                    correct += u64::from(a == b);
                    entity_words += u64::from(a != "O");
                    correct_entity_words += u64::from(a != "O" && a == b);
                }
            }
            prop_assert_eq!((bin.sentences, bin.words, bin.correct_words), (sentences, words, correct));
            prop_assert_eq!((bin.entity_words, bin.correct_entity_words), (entity_words, correct_entity_words));
            prop_assert_eq!(bin.score.counts(), counts);
            prop_assert_eq!(bin.share, (words > 0).then(|| correct as f64 / words as f64));
            let share = (entity_words > 0).then(|| correct_entity_words as f64 / entity_words as f64);
            prop_assert_eq!(bin.entity_share, share);
            prop_assert_eq!(bin.f1().is_some(), counts.gold + counts.found > 0);
        }
    }

    /// In every mode the bins add up to the whole, which is the scorer's, and empty sentences are in none.
    #[test]
    fn nothing_is_lost(corpus in corpus(), width in 1..20_usize, bins in 1..20_usize, strict in any::<bool>()) {
        let corpus = split(corpus);
        for mode in [Mode::Conll, Mode::Seqeval, if strict { Mode::Strict(Scheme::Iobes) } else { Mode::Conll }] {
            let table = table(mode, Lengths { width, bins }, &corpus);
            let sum = |part: fn(&xner_eval::LengthBin) -> u64| table.bins.iter().map(part).sum::<u64>();
            let all = table.all;
            prop_assert_eq!(sum(|bin| bin.sentences), all.sentences);
            prop_assert_eq!(sum(|bin| bin.words), all.words);
            prop_assert_eq!(sum(|bin| bin.correct_words), all.correct_words);
            prop_assert_eq!(sum(|bin| bin.entity_words), all.entity_words);
            prop_assert_eq!(sum(|bin| bin.correct_entity_words), all.correct_entity_words);
            prop_assert_eq!(table.bins.iter().map(|bin| bin.score.counts()).sum::<Counts>(), all.score.counts());
            prop_assert_eq!(all.sentences, corpus.iter().filter(|(gold, _)| !gold.is_empty()).count() as u64);
            prop_assert!(table.bins.last().is_none_or(|bin| bin.sentences > 0));
            let mut scorer = Scorer::new(mode);
            for (gold, predicted) in &corpus {
                scorer.add(gold, predicted).unwrap();
            }
            let scores = scorer.finish();
            prop_assert_eq!(all.words, scores.tokens);
            prop_assert_eq!(all.score, scores.overall);
        }
    }

    /// The scheme does not matter, nor does the mode where all modes read the tags alike.
    #[test]
    fn schemes_do_not_matter(corpus in corpus(), width in 1..6_usize) {
        let lengths = Lengths { width, ..Lengths::default() };
        let found: Vec<_> = split(corpus).into_iter()
            .map(|(gold, predicted)| (entities(&gold), entities(&predicted), gold.len()))
            .collect();
        let of = |mode: Mode, gold_scheme: Scheme, scheme: Scheme| {
            let tags: Vec<_> = found.iter()
                .map(|(gold, predicted, len)| (gold_scheme.tags(gold, *len), scheme.tags(predicted, *len)))
                .collect();
            table(mode, lengths, &tags)
        };
        let plain = of(Mode::Conll, Scheme::Iob2, Scheme::Iob2);
        prop_assert_eq!(&plain, &of(Mode::Conll, Scheme::Iob1, Scheme::Iob2));
        prop_assert_eq!(&plain, &of(Mode::Seqeval, Scheme::Iobes, Scheme::Iob1));
        prop_assert_eq!(&plain, &of(Mode::Strict(Scheme::Iobes), Scheme::Iobes, Scheme::Iobes));
        prop_assert_eq!(&plain, &of(Mode::Strict(Scheme::Iob1), Scheme::Iob1, Scheme::Iob1));
        prop_assert_eq!(&plain, &of(Mode::Strict(Scheme::Iob2), Scheme::Iob2, Scheme::Iob2));
    }
}

#[test]
fn tags_are_read_as_the_mode_reads_them() {
    // An `I-` behind `O` begins an entity to conlleval, and is nothing to the strict reading.
    let (gold, predicted) = (["B-PER", "I-PER", "O"], ["I-PER", "I-PER", "O"]);
    let of = |mode: Mode| {
        let mut by_length = ByLength::new(mode, Lengths::default()).unwrap();
        by_length.add(&gold, &predicted).unwrap();
        by_length.finish().all
    };
    assert_eq!((of(Mode::Conll).correct_words, of(Mode::Conll).score.correct), (3, 1));
    assert_eq!(of(Mode::Strict(Scheme::Iob2)).correct_words, 1);
    // One entity of two words is not two entities: the second word differs.
    let mut by_length = ByLength::new(Mode::Conll, Lengths::default()).unwrap();
    by_length.add(&["B-PER", "I-PER"], &["B-PER", "B-PER"]).unwrap();
    let all = by_length.finish().all;
    assert_eq!((all.correct_words, all.correct_entity_words, all.score.correct), (1, 1, 0));
}

#[test]
fn a_table_prints_and_serialises() {
    let mut by_length = ByLength::new(Mode::Conll, Lengths { width: 2, bins: 3 }).unwrap();
    by_length.add(&["B-PER", "O"], &["B-PER", "O"]).unwrap();
    by_length.add::<&str, &str>(&[], &[]).unwrap();
    by_length
        .add(&["B-PER", "I-PER", "O", "O", "O", "O", "O"], &["B-PER", "O", "O", "O", "O", "O", "O"])
        .unwrap();
    let table = by_length.finish();
    assert_eq!(
        table.to_string(),
        "    length  sentences    words  correct    share  in entities  correct    share       f1
       1-2          1        2        2   100.00            1        1   100.00   100.00
       3-4          0        0        0        -            0        0        -        -
        5+          1        7        6    85.71            2        1    50.00     0.00
       all          2        9        8    88.89            3        2    66.67    50.00
"
    );
    let json = serde_json::to_value(&table).unwrap();
    assert_eq!((&json["bins"][0]["to"], &json["bins"][2]["to"]), (&2.into(), &serde_json::Value::Null));
    assert_eq!(json["bins"][2]["score"]["support"], 1);
    assert_eq!(serde_json::from_value::<LengthTable>(json).unwrap(), table);
    assert_eq!(table.bins[1].name(), "3-4");
    let none = ByLength::new(Mode::Conll, Lengths::default()).unwrap().finish();
    assert!(none.bins.is_empty());
    assert_eq!((none.all.from, none.all.to, none.all.share), (1, None, None));
}

#[test]
fn what_cannot_be_counted_is_refused_and_counts_nothing() {
    for (width, bins) in [(0, 1), (1, 0)] {
        let fault = ByLength::new(Mode::Conll, Lengths { width, bins }).unwrap_err();
        assert_eq!(fault, Error::NoLengths { width, bins });
    }
    let lengths = Lengths { width: usize::MAX, bins: usize::MAX };
    let mut by_length = ByLength::new(Mode::Strict(Scheme::Iob2), lengths).unwrap();
    by_length.add(&["O", "B-PER"], &["O", "O"]).unwrap();
    let alone = by_length.clone().finish();
    assert!(matches!(by_length.add(&["O"], &["O", "O"]), Err(Error::LengthDiffers { sentence: 2, .. })));
    assert!(matches!(by_length.add(&["O"], &["S-PER"]), Err(Error::TagOutsideScheme { .. })));
    assert!(matches!(by_length.add(&["O", ""], &["O", "O"]), Err(Error::EmptyTag { token: 2, .. })));
    assert_eq!(by_length.finish(), alone);
    assert_eq!(alone.bins[0].name(), format!("1-{}", usize::MAX));
}
