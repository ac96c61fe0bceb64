//! The sets of `TransAdv`: what must hold for every corpus, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fs;

use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use xner_corpus::read::{ReadOptions, read_corpus};
use xner_corpus::{Entity, EntityType, Labelled, Scheme, Sentence, Tag};
use xner_embed::dictionary::Dictionary;
use xner_embed::translate::{
    Choice, DictionaryTranslator, Draw, Strategy, TranslateConfig, Weights, WordTranslator, translate_corpus,
};
use xner_sample::{Language, Sample, Split};
use xner_transfer::Error;
use xner_transfer::transadv::data::{
    Coverage, DataConfig, Segment, TransAdvData, WithoutEntities, create, joined, segments,
};

/// `in O, New B-LOC, York I-LOC` and so on.
fn labelled(text: &str) -> Labelled {
    let rows: Vec<(&str, &str)> = text.split(", ").map(|row| row.split_once(' ').unwrap()).collect();
    let tags: Vec<Tag> = rows.iter().map(|row| row.1.parse().unwrap()).collect();
    Labelled::from_tags(Sentence::from_tokens(rows.iter().map(|row| row.0)), &tags)
}

fn shown(labelled: &Labelled) -> String {
    let tags = labelled.tags(Scheme::Iob2);
    let rows: Vec<String> =
        labelled.sentence.tokens().zip(&tags).map(|(token, tag)| format!("{token} {tag}")).collect();
    rows.join(", ")
}

fn dictionary(text: &str) -> DictionaryTranslator {
    DictionaryTranslator::new(Dictionary::read_from(text.as_bytes(), "table").unwrap())
}

fn spanish() -> DictionaryTranslator {
    dictionary(
        "rain\tlluvia\nin\ten\nnew\tnuevo\nyork\tyork\nnew york\tla gran manzana\nbank of\tbanca\nbank\tbanco\n\
         in the\tdentro del\nbob\troberto\n",
    )
}

fn message(fault: Result<TransAdvData, Error>) -> String {
    match fault {
        Err(Error::Data { message }) => message,
        other => panic!("{other:?}"),
    }
}

const SENTENCE: &str = "Rain O, in O, the O, Bank B-ORG, of I-ORG, New B-LOC, York I-LOC, Bob B-PER";

#[test]
fn entities_are_exchanged_whatever_their_lengths() {
    let source = [labelled(SENTENCE)];
    let translator = spanish();
    for (strategy, target, source_swi, target_swi) in [
        (
            Strategy::Word,
            "Lluvia O, en O, the O, Banco B-ORG, of I-ORG, Nuevo B-LOC, York I-LOC, Bob B-PER",
            "Rain O, in O, the O, Banco B-ORG, of I-ORG, Nuevo B-LOC, York I-LOC, Bob B-PER",
            "Lluvia O, en O, the O, Bank B-ORG, of I-ORG, New B-LOC, York I-LOC, Bob B-PER",
        ),
        (
            Strategy::Phrase,
            "Lluvia O, dentro O, del O, Banca B-ORG, La B-LOC, Gran I-LOC, Manzana I-LOC, Bob B-PER",
            "Rain O, in O, the O, Banca B-ORG, La B-LOC, Gran I-LOC, Manzana I-LOC, Bob B-PER",
            "Lluvia O, dentro O, del O, Bank B-ORG, of I-ORG, New B-LOC, York I-LOC, Bob B-PER",
        ),
        (
            Strategy::WordAndPhrase,
            "Lluvia O, en O, the O, Banca B-ORG, La B-LOC, Gran I-LOC, Manzana I-LOC, Bob B-PER",
            "Rain O, in O, the O, Banca B-ORG, La B-LOC, Gran I-LOC, Manzana I-LOC, Bob B-PER",
            "Lluvia O, en O, the O, Bank B-ORG, of I-ORG, New B-LOC, York I-LOC, Bob B-PER",
        ),
    ] {
        let config = DataConfig { strategy, ..DataConfig::default() };
        let sets = create(&source, &translator, &config, 1).unwrap();
        assert_eq!(shown(&sets.target[0]).to_lowercase(), target.to_lowercase(), "{strategy:?}");
        assert_eq!(shown(&sets.source_swi[0]).to_lowercase(), source_swi.to_lowercase(), "{strategy:?}");
        assert_eq!(shown(&sets.target_swi[0]).to_lowercase(), target_swi.to_lowercase(), "{strategy:?}");
        assert!(sets.coverage.notes(&config).is_empty());
    }
}

#[test]
fn everything_is_counted() {
    let source = [
        labelled(SENTENCE),
        labelled("rain O, 1996 O, in O"),
        labelled("Bob B-PER"),
        labelled("the O, Oslo B-LOC"),
        labelled("York B-LOC, York B-LOC"),
    ];
    let config = DataConfig { strategy: Strategy::WordAndPhrase, ..DataConfig::default() };
    let Coverage { entity_words, context_words, .. } =
        create(&source, &spanish(), &config, 1).unwrap().coverage;
    let all = |w: xner_transfer::transadv::data::Words| {
        [w.source, w.target, w.translated, w.same, w.phrases, w.kept, w.unknown, w.marks]
    };
    assert_eq!(all(entity_words), [9, 9, 6, 2, 2, 2, 1, 0]);
    assert_eq!(all(context_words), [7, 7, 4, 0, 0, 0, 3, 1]);
    assert_eq!(context_words.share().to_bits(), (4.0f64 / 6.0).to_bits());

    let coverage = create(&source, &spanish(), &config, 1).unwrap().coverage;
    assert_eq!((coverage.sentences, coverage.without_entities, coverage.unswitched), (5, 1, 3));
    assert_eq!((coverage.entities, coverage.switched_entities), (7, 2));
    // What cannot be shuffled: the last three.
    assert!((3..=5).contains(&coverage.unshuffled_source), "{coverage:?}");
}

#[test]
fn without_sampling_the_translation_is_that_of_xner_embed() {
    let sample = Sample::new(1).unwrap();
    let source = sample.labelled(Language::English, Split::Train, 300);
    let pairs = Dictionary::from_pairs(sample.dictionary(Language::English, Language::Spanish)).unwrap();
    let translator = DictionaryTranslator::new(pairs);
    for strategy in [Strategy::Word, Strategy::Phrase, Strategy::WordAndPhrase] {
        let sets =
            create(&source, &translator, &DataConfig { strategy, ..DataConfig::default() }, 1).unwrap();
        let how = TranslateConfig { strategy, ..TranslateConfig::default() };
        let (target, tally) = translate_corpus(&source, &translator, &how);
        assert_eq!(sets.target, target);
        let Coverage { entity_words, context_words, .. } = sets.coverage;
        assert_eq!(entity_words.translated + context_words.translated, tally.translated);
        assert_eq!(entity_words.source + context_words.source, tally.tokens);
        assert_eq!(sets.switched, (0..source.len()).collect::<Vec<_>>());
    }
}

#[test]
fn a_drawn_translation_is_the_same_in_every_set() {
    let translator = dictionary("rain\tlluvia\nrain\tllueve\nlondon\tlondres\nlondon\tlondon\n")
        .with_choice(Choice::Sample { k: 2, weights: Weights::Uniform })
        .unwrap();
    let source = vec![labelled("rain O, London B-LOC"); 60];
    let sets = create(&source, &translator, &DataConfig::default(), 1).unwrap();
    for (at, own) in source.iter().enumerate() {
        let [context, entity]: [Segment; 2] = segments(&sets.target[at]).unwrap().try_into().unwrap();
        let own = segments(own).unwrap();
        assert_eq!(sets.source_swi[at], joined([&own[0], &entity]));
        assert_eq!(sets.target_swi[at], joined([&context, &own[1]]));
        assert_eq!(sets.target_shu[at], sets.target[at]);
    }
    // Equal sentences are drawn anew, and context and entity apart.
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for target in &sets.target {
        *found.entry(target.sentence.text()).or_default() += 1;
    }
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn every_order_is_as_likely() {
    let source = vec![labelled("a O, b O, c O, X B-LOC, Y I-LOC"); 6000];
    let sets = create(&source, &dictionary("a\tä\n"), &DataConfig::default(), 5).unwrap();
    for set in [&sets.source_shu, &sets.target_shu] {
        let mut orders: HashMap<&str, usize> = HashMap::new();
        for made in set {
            *orders.entry(made.sentence.text()).or_default() += 1;
        }
        assert_eq!(orders.len(), 12);
        // 500 each, with a standard deviation of 21.
        assert!(orders.values().all(|&count| (390..=610).contains(&count)), "{orders:?}");
    }
    // Source and target are shuffled apart.
    let alike = sets.source_shu.iter().zip(&sets.target_shu);
    let alike = alike.filter(|(own, other)| own.sentence.text() == other.sentence.text().replace('ä', "a"));
    assert!((390..=610).contains(&alike.count()));
}

#[test]
fn what_cannot_be_made_is_refused() {
    let (translator, config) = (spanish(), DataConfig::default());
    assert!(message(create(&[], &translator, &config, 1)).contains("no source sentence"));

    let nothing = [labelled("Bob B-PER, sleeps O, . O")];
    let said = message(create(&nothing, &translator, &config, 1));
    assert!(said.contains("1 are kept for their type, 2 are not in the dictionary"), "{said}");

    let mut broken = [labelled("rain O, in O"), labelled("rain O, in O")];
    broken[1].entities = vec![Entity::new(1..3, "LOC")];
    assert!(message(create(&broken, &translator, &config, 1)).contains("sentence 2"));

    let plain = [labelled("rain O, in O")];
    let drop = DataConfig { without_entities: WithoutEntities::Drop, ..config.clone() };
    assert!(message(create(&plain, &translator, &drop, 1)).contains("`data.without_entities`"));
    let sets = create(&plain, &translator, &config, 1).unwrap();
    assert_eq!((&sets.source_swi[..], &sets.target_swi), (&plain[..], &sets.target));
    assert!(
        sets.coverage
            .notes(&config)
            .contains(&"no sentence has an entity: code-switching changes nothing".into())
    );
}

#[test]
fn a_translator_without_entities_is_told() {
    let config = DataConfig { strategy: Strategy::Phrase, ..DataConfig::default() };
    let source = [labelled("rain O, Oslo B-LOC"), labelled("Bob B-PER")];
    let sets = create(&source, &spanish(), &config, 1).unwrap();
    assert_eq!(sets.source_swi, source);
    assert_eq!(sets.target_swi, sets.target);
    assert_eq!((sets.coverage.unswitched, sets.coverage.switched_entities), (2, 0));
    let notes = sets.coverage.notes(&config).join("\n");
    for part in
        ["1 of their words are kept", "1 are not in the dictionary", "nothing", "same order", "phrase"]
    {
        assert!(notes.contains(part), "no `{part}` in {notes}");
    }
}

#[test]
fn sentences_without_entities_may_be_left_out() {
    let source = [labelled("rain O"), labelled("in O, New B-LOC"), labelled("in O"), labelled("York B-LOC")];
    let config = DataConfig { without_entities: WithoutEntities::Drop, ..DataConfig::default() };
    let sets = create(&source, &spanish(), &config, 1).unwrap();
    assert_eq!(sets.switched, [1, 3]);
    assert_eq!(sets.source_swi[0].sentence.text(), "in Nuevo");
    assert_eq!(sets.target_swi[0].sentence.text(), "en New");
    assert_eq!((sets.source_swi.len(), sets.target_swi.len()), (2, 2));
    assert_eq!((sets.target.len(), sets.source_shu.len(), sets.target_shu.len()), (4, 4, 4));
}

#[test]
fn written_sets_read_back_and_a_fault_leaves_no_file() {
    let source = [labelled(SENTENCE), labelled("rain O, in O, the O")];
    let sets = create(&source, &spanish(), &DataConfig::default(), 1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for scheme in [Scheme::Iob2, Scheme::Iobes] {
        sets.write(folder.path(), scheme).unwrap();
        for (name, set) in sets.files() {
            assert_eq!(read_corpus(folder.path().join(name), &ReadOptions::default()).unwrap(), set);
        }
    }
    let bad = folder.path().join("bad");
    let mut odd = sets;
    odd.target_shu[0] = Labelled { sentence: Sentence::from_tokens(["a b"]), entities: Vec::new() };
    assert!(matches!(odd.write(&bad, Scheme::Iob2), Err(Error::Corpus(_))));
    assert_eq!(fs::read_dir(&bad).unwrap().count(), 0);
}

/// Translates by rule: some words are unknown, some stay, some become two or three; some pairs are phrases.
struct Rules;

impl WordTranslator for Rules {
    fn translate(&self, words: &str, _: &mut Draw) -> Option<Cow<'_, str>> {
        let mut letters = words.chars().filter(|c| !c.is_whitespace());
        let (first, second) = (letters.next()?, letters.next());
        match (words.contains(' '), first, second) {
            (true, 'a'..='d', Some('a'..='d')) => Some(Cow::Owned(format!("<{words}>").replace(' ', "+"))),
            (true, ..) | (false, 'a' | 'b', _) => None,
            (false, 'c', _) => Some(Cow::Owned(words.to_owned())),
            (false, 'd', _) => Some(Cow::Owned(format!("{words}1 {words}2 {words}3"))),
            _ => Some(Cow::Owned(words.to_uppercase())),
        }
    }

    fn lengths(&self) -> &[usize] {
        &[2, 1]
    }
}

fn sentences() -> impl proptest::strategy::Strategy<Value = Vec<Labelled>> {
    let tokens = prop::collection::vec("[a-h]{1,2}", 1..5);
    let kind = prop::option::of(prop::sample::select(vec!["PER", "LOC", "ORG"]));
    let part =
        (kind, tokens).prop_map(|(kind, tokens)| Segment { entity: kind.map(EntityType::new), tokens });
    let sentence = prop::collection::vec(part, 1..6).prop_map(|parts| joined(&parts));
    // One word that has a translation, so that something can be made.
    prop::collection::vec(sentence, 0..6).prop_map(|mut sentences| {
        sentences.push(labelled("rain O, Hill B-LOC, h I-LOC"));
        sentences
    })
}

fn configs() -> impl proptest::strategy::Strategy<Value = DataConfig> {
    let strategies = vec![Strategy::Word, Strategy::Phrase, Strategy::WordAndPhrase];
    let keep = prop::sample::subsequence(vec!["PER", "ORG"], 0..=2);
    (prop::sample::select(strategies), keep, any::<bool>()).prop_map(|(strategy, keep, drop)| DataConfig {
        strategy,
        keep_types: keep.into_iter().map(EntityType::new).collect(),
        without_entities: if drop { WithoutEntities::Drop } else { WithoutEntities::Keep },
    })
}

fn types(labelled: &Labelled) -> Vec<EntityType> {
    labelled.entities.iter().map(|entity| entity.kind.clone()).collect()
}

/// Type and words of each segment, the words sorted.
fn bags(labelled: &Labelled) -> Vec<(Option<EntityType>, Vec<String>)> {
    let parts = segments(labelled).unwrap();
    parts
        .into_iter()
        .map(|Segment { entity, mut tokens }| {
            tokens.sort();
            (entity, tokens)
        })
        .collect()
}

fn split(labelled: &Labelled) -> (Vec<Segment>, Vec<Segment>) {
    segments(labelled).unwrap().into_iter().partition(|segment| segment.entity.is_some())
}

fn kinds(labelled: &Labelled) -> Vec<Option<EntityType>> {
    segments(labelled).unwrap().into_iter().map(|segment| segment.entity).collect()
}

proptest! {
    #[test]
    fn segments_are_lossless(source in sentences()) {
        for sentence in &source {
            let parts = segments(sentence).unwrap();
            prop_assert_eq!(&joined(&parts), sentence);
            prop_assert!(parts.windows(2).all(|pair| pair.iter().any(|part| part.entity.is_some())));
        }
    }

    #[test]
    fn labels_survive_in_every_set(source in sentences(), config in configs(), seed: u64) {
        let sets = create(&source, &Rules, &config, seed).unwrap();
        for (_, set) in sets.files() {
            let of = |at: usize| if set.len() == source.len() { at } else { sets.switched[at] };
            for (at, made) in set.iter().enumerate() {
                let own = &source[of(at)];
                prop_assert_eq!(types(made), types(own));
                // In order, not overlapping, none empty: tags tell them all.
                prop_assert_eq!(&Labelled::from_tags(made.sentence.clone(), &made.tags(Scheme::Iob2)), made);
                prop_assert_eq!(kinds(made), kinds(own));
            }
        }
    }

    #[test]
    fn shuffles_keep_each_segments_words(source in sentences(), config in configs(), seed: u64) {
        let sets = create(&source, &Rules, &config, seed).unwrap();
        for (ordered, shuffled) in [(&source, &sets.source_shu), (&sets.target, &sets.target_shu)] {
            prop_assert_eq!(ordered.len(), shuffled.len());
            for (ordered, shuffled) in ordered.iter().zip(shuffled) {
                prop_assert_eq!(&ordered.entities, &shuffled.entities);
                prop_assert_eq!(bags(ordered), bags(shuffled));
            }
        }
    }

    #[test]
    fn switched_sentences_have_their_own_contexts_and_the_others_entities(
        source in sentences(), config in configs(), seed: u64
    ) {
        let sets = create(&source, &Rules, &config, seed).unwrap();
        let has_entities = |at: &usize| {
            config.without_entities == WithoutEntities::Keep || !source[*at].entities.is_empty()
        };
        prop_assert_eq!(&sets.switched, &(0..source.len()).filter(has_entities).collect::<Vec<_>>());
        prop_assert_eq!((sets.source_swi.len(), sets.target_swi.len()), (sets.switched.len(), sets.switched.len()));
        for (at, &of) in sets.switched.iter().enumerate() {
            let ((own_entities, own), (other_entities, other)) = (split(&source[of]), split(&sets.target[of]));
            prop_assert_eq!(split(&sets.source_swi[at]), (other_entities, own));
            prop_assert_eq!(split(&sets.target_swi[at]), (own_entities, other));
        }
    }

    #[test]
    fn kept_types_stay(source in sentences(), config in configs(), seed: u64) {
        let sets = create(&source, &Rules, &config, seed).unwrap();
        let kept = |labelled: &Labelled| {
            let (entities, _) = split(labelled);
            entities.into_iter().filter(|segment| segment.entity.as_ref().is_some_and(|kind| {
                config.keep_types.contains(kind)
            })).collect::<Vec<_>>()
        };
        for (own, other) in source.iter().zip(&sets.target) {
            prop_assert_eq!(kept(own), kept(other));
        }
        let words = sets.coverage.entity_words;
        prop_assert_eq!(words.kept, source.iter().flat_map(kept).map(|segment| segment.tokens.len()).sum::<usize>());
        prop_assert_eq!(words.translated + words.kept + words.unknown, words.source);
        prop_assert!(words.same <= words.translated && words.marks <= words.unknown);
    }

    #[test]
    fn a_sentences_data_depend_on_seed_and_place_alone(source in sentences(), config in configs(), seed: u64) {
        let sets = create(&source, &Rules, &config, seed).unwrap();
        prop_assert_eq!(&create(&source, &Rules, &config, seed).unwrap(), &sets);
        let mut more = source.clone();
        more.push(labelled("hill O, h B-ORG"));
        let more = create(&more, &Rules, &config, seed).unwrap();
        for ((_, few), (_, more)) in sets.files().into_iter().zip(more.files()) {
            prop_assert_eq!(few, &more[..few.len()]);
        }
    }
}

#[test]
fn one_seed_gives_the_same_bytes_and_another_does_not() {
    let sample = Sample::new(1).unwrap();
    let source = sample.labelled(Language::English, Split::Train, 100);
    let pairs = Dictionary::from_pairs(sample.dictionary(Language::English, Language::Spanish)).unwrap();
    let written = |seed| {
        let translator = DictionaryTranslator::new(pairs.clone());
        let sets = create(&source, &translator, &DataConfig::default(), seed).unwrap();
        let folder = tempfile::tempdir().unwrap();
        sets.write(folder.path(), Scheme::Iob2).unwrap();
        sets.files().map(|(name, _)| fs::read(folder.path().join(name)).unwrap())
    };
    let (first, other) = (written(1), written(2));
    assert_eq!(first, written(1));
    // Nothing is drawn in translation here.
    assert_eq!(first[..3], other[..3]);
    assert_ne!(first[3], other[3]);
    assert_ne!(first[4], other[4]);
}
