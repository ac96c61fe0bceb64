//! Adaptation: by what, and that nothing is left of it.

use rayon::ThreadPoolBuilder;
use xner_corpus::Sentence;
use xner_nn::NerBackend;
use xner_tagger::bert::train::{FineTuneOptimiser, FineTuned};
use xner_tagger::{Features, Tagger, Tagging};
use xner_train::config::Optimiser;
use xner_transfer::meta::{AdaptedTagger, Nearest, Sentences, inner_optimiser, update};

use crate::small::{A, Case, adam, sentences};

fn asked(case: &Case) -> Vec<Sentence> {
    let mut asked = sentences(&case.corpora.target_test);
    // Some twice, some of the source, one without words, one of several windows.
    asked.extend(asked[..3].to_vec());
    asked.extend(sentences(&case.corpora.train[..3]));
    asked.push(Sentence::default());
    let long: Vec<&str> = asked[..8].iter().flat_map(Sentence::tokens).collect();
    asked.push(Sentence::from_tokens(long));
    asked
}

/// The bits, so that even the sign of a zero counts.
fn bits(tagged: &[Tagging]) -> Vec<Vec<u32>> {
    tagged.iter().map(|tagging| tagging.probabilities.iter().map(|p| p.to_bits()).collect()).collect()
}

fn weights(model: &FineTuned<A>) -> Vec<(String, Vec<u32>)> {
    let weights = model.weights();
    weights
        .iter()
        .map(|(name, t)| (name.to_owned(), t.values.iter().map(|x| x.to_bits()).collect()))
        .collect()
}

#[test]
fn the_model_has_the_same_bytes_afterwards() {
    for frozen in [false, true] {
        let mut case = Case::new(14, 0.1);
        case.config.bert.freeze_embeddings = frozen;
        case.config.adaptation.dropout = frozen;
        let tagger = case.adapted();
        let before = weights(tagger.model());
        let plain = tagger.model().tagger().unwrap();
        let asked = asked(&case);
        let (as_it_is, adapted) = (plain.tag(&asked).unwrap(), tagger.tag(&asked).unwrap());
        assert_eq!(weights(tagger.model()), before);
        // It does something, and the same again; the model as it is does what it did.
        assert_ne!(bits(&as_it_is), bits(&adapted));
        assert_eq!(bits(&tagger.tag(&asked).unwrap()), bits(&adapted));
        assert_eq!(bits(&tagger.model().tagger().unwrap().tag(&asked).unwrap()), bits(&as_it_is));
    }
}

/// What tags a sentence is a fork of the model, which serves the next one too.
#[test]
fn a_fork_has_the_same_bytes_when_it_is_put_back() {
    let adamw = Optimiser::AdamW { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weight_decay: 0.1 };
    for optimiser in [Optimiser::Sgd { rate: 0.01 }, adam(0.01, 1e-8), adamw] {
        for frozen in [false, true] {
            let mut case = Case::new(14, 0.0);
            case.config.bert.freeze_embeddings = frozen;
            case.config.inner.optimiser = optimiser;
            let (tasks, loss) = (case.tasks(), case.config.plain_loss());
            let (model, mut fork) = (case.model(), case.model().fork());
            let mut inner = inner_optimiser(&fork, &case.config.inner);
            let before = weights(&model);
            for (task, steps) in [(0, 1), (1, 2), (2, 3), (0, 1)] {
                let own = Sentences::new([tasks.windows[task].as_slice()], loss.subwords);
                let kept = fork.keep(own.pieces());
                update(&mut fork, &mut inner, &own, &loss, 0.01, steps, None).unwrap();
                assert_ne!(weights(&fork), before);
                fork.put_back(kept);
                assert_eq!(weights(&fork), before);
            }
            assert_eq!(weights(&model), before);
        }
    }
}

/// One optimiser serves all tasks: nothing of a task is left for the next.
#[test]
fn an_optimiser_that_served_other_tasks_makes_the_same_update() {
    for (optimiser, corrected) in [(adam(0.01, 1e-8), true), (adam(0.01, 1e-6), false)] {
        for steps in [1, 2] {
            let mut case = Case::new(14, 0.0);
            (case.config.inner.optimiser, case.config.inner.bias_correction) = (optimiser, corrected);
            let (tasks, loss) = (case.tasks(), case.config.plain_loss());
            let updated = |inner: &mut FineTuneOptimiser<_>, at: usize| {
                let mut model = case.model();
                let own = Sentences::new([tasks.windows[at].as_slice()], loss.subwords);
                update(&mut model, inner, &own, &loss, 0.01, steps, None).unwrap();
                weights(&model)
            };
            let new = || inner_optimiser(&case.model(), &case.config.inner);
            let mut used = new();
            updated(&mut used, 3);
            assert_eq!(updated(&mut used, 5), updated(&mut new(), 5));
        }
    }
}

#[test]
fn each_sentence_is_tagged_as_it_is_alone() {
    // Else all of it is done by one thread.
    assert_eq!(A::workers(), rayon::current_num_threads());
    for (threads, dropout) in [(1, false), (2, true), (3, false)] {
        let mut case = Case::new(10, 0.1);
        case.config.adaptation.dropout = dropout;
        let tagger = case.adapted();
        let asked = asked(&case);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let together = pool.install(|| tagger.tag(&asked)).unwrap();
        for (sentence, together) in asked.iter().zip(&together) {
            let alone = tagger.tag(std::slice::from_ref(sentence)).unwrap().remove(0);
            assert_eq!((&alone.tags, sentence.len()), (&together.tags, alone.tags.len()));
            for (a, b) in alone.probabilities.iter().zip(&together.probabilities) {
                assert!((a - b).abs() < 1e-6, "{a} and {b}");
            }
        }
        assert_eq!(tagger.best(&asked).unwrap().len(), asked.len());
        assert_eq!(tagger.common(&asked[..2]).unwrap()[1].len(), 16 * asked[1].len());
    }
}

/// One thread adapts one copy of the model again and again: to the bit as if each sentence were the first.
#[test]
fn nothing_is_left_for_the_next_sentence() {
    let case = Case::new(14, 0.1);
    let tagger = case.adapted();
    // Sentences with similar ones of their own, so that each is tagged by itself.
    let mut groups = std::collections::BTreeSet::new();
    let mut asked = asked(&case);
    let similar = tagger.similar(&asked).unwrap();
    let mut similar = similar.iter();
    asked.retain(|_| {
        let mut group: Vec<usize> = similar.next().unwrap().iter().map(|one| one.sentence).collect();
        group.sort_unstable();
        groups.insert(group)
    });
    assert!(asked.len() > 4);
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let together = pool.install(|| tagger.tag(&asked)).unwrap();
    for (sentence, together) in asked.iter().zip(together) {
        let alone = tagger.tag(std::slice::from_ref(sentence)).unwrap();
        assert_eq!(bits(&alone), bits(&[together]));
    }
}

#[test]
fn it_is_one_step_on_the_similar_sentences() {
    let case = Case::new(14, 0.0);
    let tagger = case.adapted();
    let asked = sentences(&case.corpora.target_test);
    let found = tagger.tag(&asked).unwrap();
    let tasks = case.tasks();
    let loss = case.config.plain_loss();
    assert_eq!(loss.max_weight, 0.0);
    for ((sentence, found), similar) in asked.iter().zip(&found).zip(tagger.similar(&asked).unwrap()) {
        assert_eq!(similar.len(), 2);
        let mut places: Vec<usize> = similar.iter().map(|neighbour| neighbour.sentence).collect();
        places.sort_unstable();
        let own = Sentences::new(places.iter().map(|&at| tasks.windows[at].as_slice()), loss.subwords);
        let mut model = case.model();
        let mut optimiser = inner_optimiser(&model, &case.config.inner);
        update(&mut model, &mut optimiser, &own, &loss, case.config.adaptation.rate, 1, None).unwrap();
        let want = model.tagger().unwrap().tag(std::slice::from_ref(sentence)).unwrap().remove(0);
        assert_eq!(found.tags, want.tags);
        for (a, b) in found.probabilities.iter().zip(&want.probabilities) {
            assert!((a - b).abs() < 1e-6, "{a} and {b}");
        }
    }
}

#[test]
fn without_steps_it_is_the_model_as_it_is() {
    let mut case = Case::new(10, 0.1);
    case.config.adaptation.steps = 0;
    let tagger = case.adapted();
    let asked = asked(&case);
    let (found, want) = (tagger.tag(&asked).unwrap(), tagger.model().tagger().unwrap().tag(&asked).unwrap());
    for (found, want) in found.iter().zip(&want) {
        assert_eq!(found.tags, want.tags);
        for (a, b) in found.probabilities.iter().zip(&want.probabilities) {
            assert!((a - b).abs() < 1e-6, "{a} and {b}");
        }
    }
}

#[test]
fn the_nearest_is_kept_or_dropped() {
    let mut case = Case::new(14, 0.1);
    // The source's own: each is its own nearest.
    let asked = sentences(&case.corpora.train[..5]);
    let of = |case: &Case| -> Vec<Vec<usize>> {
        let similar = case.adapted().similar(&asked).unwrap();
        similar.iter().map(|found| found.iter().map(|one| one.sentence).collect()).collect()
    };
    let kept = of(&case);
    case.config.similarity.nearest = Nearest::Drop;
    let dropped = of(&case);
    for (at, (kept, dropped)) in kept.iter().zip(&dropped).enumerate() {
        assert_eq!((kept[0], kept.len(), dropped.len()), (at, 2, 2));
        assert_eq!(kept[1], dropped[0]);
    }
}

#[test]
fn sentences_without_an_entity_can_be_adapted_by() {
    let mut case = Case::new(10, 0.1);
    let model = case.model();
    // The head's tags are those of the sentences before.
    for labelled in &mut case.corpora.train {
        labelled.entities.clear();
    }
    let (train, encoder) = (&case.corpora.train, Box::new(case.pretrained()));
    let tagger = AdaptedTagger::new(model, train, |_| Ok(case.index()), encoder, None, &case.config).unwrap();
    let asked = sentences(&case.corpora.target_test);
    let (found, before) =
        (tagger.tag(&asked).unwrap(), tagger.model().tagger().unwrap().tag(&asked).unwrap());
    let outside = |tagged: &[Tagging]| -> f32 {
        let tags = tagger.tag_set().len();
        tagged.iter().flat_map(|one| one.probabilities.chunks(tags)).map(|row| row[0]).sum()
    };
    assert!(outside(&found) > outside(&before), "words are less of an entity");
}

/// Copies that take their steps at the same time do not take parts of each other's gradients away.
#[test]
fn many_at_once_are_as_one_by_one() {
    let case = Case::new(14, 0.1);
    let (tagger, asked) = (case.adapted(), asked(&case));
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let alone = bits(&pool(1).install(|| tagger.tag(&asked)).unwrap());
    let several = pool(4);
    for _ in 0..40 {
        assert_eq!(bits(&several.install(|| tagger.tag(&asked)).unwrap()), alone);
    }
}
