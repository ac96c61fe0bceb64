//! Equation 8, hard labels, and what a student learns.

use xner_corpus::{Sentence, TagSet};
use xner_tagger::bert::SubwordBatch;
use xner_tagger::{Features, Tagger, Tagging};
use xner_train::weights::host;
use xner_train::{Learner, Moment};
use xner_transfer::transadv::{Dev, Distillation, Lesson, SoftLoss};

use crate::small::{A, Case};

const NOBODY: Dev<'_> = Dev { source: &[], target: &[] };

fn undropped(sentences: usize) -> Case {
    let mut case = Case::new(sentences);
    let corpora = std::mem::take(&mut case.corpora);
    Case::of(corpora, 0.0)
}

/// Probabilities that differ from word to word and sum to 1.
fn soft(words: usize, tags: usize) -> Vec<f32> {
    let row = |word: usize| {
        let raw: Vec<f32> = (0..tags).map(|tag| 1.0 + ((word * 7 + tag * 5) % 11) as f32).collect();
        let sum: f32 = raw.iter().sum();
        raw.into_iter().map(move |value| value / sum)
    };
    (0..words).flat_map(row).collect()
}

#[test]
fn the_loss_is_equation_8_and_hard_labels_count() {
    let case = undropped(6);
    let model = case.model();
    let tags = model.tags().len();
    let long = Sentence::from_tokens(case.corpora.unlabelled.iter().flat_map(Sentence::tokens));
    let mut sentences = case.corpora.unlabelled.clone();
    sentences.push(long);
    assert!(model.pieces(&sentences[6]).unwrap().len() > 2, "several windows");
    for (soft_loss, hard_weight, voted, weighed) in [
        (SoftLoss::Square, 0.0, false, false),
        (SoftLoss::Square, 0.5, true, false),
        (SoftLoss::CrossEntropy, 0.0, false, false),
        (SoftLoss::CrossEntropy, 0.0, false, true),
        (SoftLoss::Square, 0.5, true, true),
    ] {
        let weight = |word: usize| if weighed { (word % 4) as f32 / 3.0 } else { 1.0 };
        let hard = |words: usize| {
            let vote = |word: usize| (!word.is_multiple_of(3)).then_some((word % tags) as u16);
            if voted { (0..words).map(vote).collect() } else { Vec::new() }
        };
        let lessons: Vec<Lesson<'_>> = sentences
            .iter()
            .map(|sentence| {
                let words = sentence.len();
                let weights = if weighed { (0..words).map(weight).collect() } else { Vec::new() };
                Lesson { sentence, soft: soft(words, tags), hard: hard(words), weights }
            })
            .collect();

        let (mut off, mut words, mut surprise, mut votes) = (0.0, 0.0, 0.0, 0.0);
        for lesson in &lessons {
            for piece in model.pieces(lesson.sentence).unwrap() {
                let batch = SubwordBatch::new([&piece], model.config());
                let scores = host(model.scores(&model.encode(&batch, None), &batch, None).inner());
                for (row, &(word, _)) in scores.chunks(tags).zip(&piece.words) {
                    let sum: f64 = row.iter().map(|&score| f64::from(score).exp()).sum();
                    let p: Vec<f64> = row.iter().map(|&score| f64::from(score).exp() / sum).collect();
                    let right = &lesson.soft[word as usize * tags..][..tags];
                    let pairs = p.iter().zip(right).map(|(&p, &q)| (p, f64::from(q)));
                    let weight = f64::from(weight(word as usize));
                    off += weight
                        * match soft_loss {
                            SoftLoss::Square => {
                                pairs.map(|(p, q)| (p - q).powi(2)).sum::<f64>() / tags as f64
                            }
                            SoftLoss::CrossEntropy => pairs.map(|(p, q)| -q * p.ln()).sum(),
                        };
                    words += weight;
                    if let Some(tag) = lesson.hard.get(word as usize).copied().flatten() {
                        surprise -= p[usize::from(tag)].ln();
                        votes += 1.0;
                    }
                }
            }
        }
        let expected = off / words + if voted { f64::from(hard_weight) * surprise / votes } else { 0.0 };

        // Worked on at once, and in parts.
        for at_once in [10_000, 40] {
            let training = &case.config.training;
            let mut learner = Distillation::learner::<A>(
                case.model(),
                &lessons,
                NOBODY,
                training,
                at_once,
                soft_loss,
                hard_weight,
            )
            .unwrap();
            let all: Vec<usize> = (0..learner.sentences()).collect();
            let loss = learner.step(&all, &Moment { epoch: 0, step: 0, rate: 1e-3 }).unwrap().loss;
            assert!((f64::from(loss) - expected).abs() < 1e-5 * expected.max(1.0), "{loss} {expected}");
        }
    }
}

fn learnt(case: &Case, lessons: &[Lesson<'_>], hard_weight: f32) -> Vec<Vec<xner_corpus::Tag>> {
    let training = &case.config.training;
    let mut learner = Distillation::learner::<A>(
        case.model(),
        lessons,
        NOBODY,
        training,
        4096,
        SoftLoss::Square,
        hard_weight,
    )
    .unwrap();
    let all: Vec<usize> = (0..learner.sentences()).collect();
    for step in 0..150 {
        learner.step(&all, &Moment { epoch: 0, step, rate: 1e-2 }).unwrap();
    }
    let sentences: Vec<Sentence> = lessons.iter().map(|lesson| lesson.sentence.clone()).collect();
    learner.model.tagger().unwrap().best(&sentences).unwrap()
}

#[test]
fn a_student_learns_soft_labels_that_are_sure_and_hard_ones() {
    let case = undropped(8);
    let set = case.model().tags().clone();
    let gold = &case.corpora.train;
    let encoded: Vec<Vec<u16>> = gold.iter().map(|labelled| set.encode(labelled).unwrap()).collect();
    let one_hot = |ids: &[u16], set: &TagSet| -> Vec<f32> {
        let row = |&id: &u16| (0..set.len()).map(move |tag| f32::from(u8::from(tag == usize::from(id))));
        ids.iter().flat_map(row).collect()
    };
    let flat = |ids: &[u16]| vec![1.0 / set.len() as f32; ids.len() * set.len()];
    for by_vote in [false, true] {
        let lessons: Vec<Lesson<'_>> = (gold.iter().zip(&encoded))
            .map(|(labelled, ids)| Lesson {
                sentence: &labelled.sentence,
                soft: if by_vote { flat(ids) } else { one_hot(ids, &set) },
                hard: if by_vote { ids.iter().copied().map(Some).collect() } else { Vec::new() },
                weights: Vec::new(),
            })
            .collect();
        let found = learnt(&case, &lessons, 1.0);
        let right = found.iter().flatten().zip(encoded.iter().flatten());
        let right = right.filter(|(tag, id)| *tag == set.tag(**id)).count();
        let words: usize = encoded.iter().map(Vec::len).sum();
        assert!(right as f64 > 0.97 * words as f64, "{right} of {words}, by vote: {by_vote}");
    }
}

/// A teacher whose states are made up: so wide, and other ones for each word.
struct MadeUp<T>(T, usize);

fn made_up(sentence: &Sentence, width: usize) -> Vec<f32> {
    let numbers = 0..sentence.len() * width;
    numbers.map(|at| ((at * 31 + sentence.len()) % 17) as f32 - 3.0).collect()
}

impl<T: Tagger> Tagger for MadeUp<T> {
    fn tag(&self, sentences: &[Sentence]) -> xner_tagger::Result<Vec<Tagging>> {
        self.0.tag(sentences)
    }

    fn tag_set(&self) -> &TagSet {
        self.0.tag_set()
    }
}

impl<T: Tagger> Features for MadeUp<T> {
    fn common(&self, sentences: &[Sentence]) -> xner_tagger::Result<Vec<Vec<f32>>> {
        Ok(sentences.iter().map(|sentence| made_up(sentence, self.1)).collect())
    }
}

fn standard(row: &[f32]) -> Vec<f64> {
    let count = row.len() as f64;
    let mean = row.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let variance = row.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count;
    row.iter().map(|&x| (f64::from(x) - mean) / (variance + 1e-6).sqrt()).collect()
}

#[test]
fn the_loss_on_states_is_their_distance_once_they_are_of_one_size() {
    let case = undropped(6);
    let model = case.model();
    let (tags, width) = (model.tags().len(), model.config().hidden_size);
    let mut sentences = case.corpora.unlabelled.clone();
    sentences.push(Sentence::from_tokens(case.corpora.unlabelled.iter().flat_map(Sentence::tokens)));
    let lessons: Vec<Lesson<'_>> = sentences
        .iter()
        .map(|sentence| Lesson {
            sentence,
            soft: soft(sentence.len(), tags),
            hard: Vec::new(),
            weights: Vec::new(),
        })
        .collect();
    let (mut off, mut words) = (0.0, 0.0);
    for sentence in &sentences {
        let right = made_up(sentence, width);
        for piece in model.pieces(sentence).unwrap() {
            let batch = SubwordBatch::new([&piece], model.config());
            let states = host(model.words(&model.encode(&batch, None), &batch).inner());
            for (row, &(word, _)) in states.chunks(width).zip(&piece.words) {
                let right = standard(&right[word as usize * width..][..width]);
                let pairs = standard(row).into_iter().zip(right);
                off += pairs.map(|(h, r)| (h - r).powi(2)).sum::<f64>() / width as f64;
                words += 1.0;
            }
        }
    }
    let training = &case.config.training;
    let learner = |at_once| {
        let (model, square) = (case.model(), SoftLoss::Square);
        Distillation::learner::<A>(model, &lessons, NOBODY, training, at_once, square, 0.0).unwrap()
    };
    let all: Vec<usize> = (0..lessons.len()).collect();
    let moment = Moment { epoch: 0, step: 0, rate: 1e-3 };
    let labels = learner(10_000).step(&all, &moment).unwrap().loss;
    for at_once in [10_000, 40] {
        for wide in [width, width + 1] {
            let mut own = learner(at_once);
            let teacher = Box::new(MadeUp(case.model().tagger().unwrap(), wide));
            own.lessons = own.lessons.with_states(teacher, 0.5, &lessons, training.longest);
            let found = own.step(&all, &moment);
            if wide == width {
                let (loss, expected) =
                    (f64::from(found.unwrap().loss), f64::from(labels) + 0.5 * off / words);
                assert!((loss - expected).abs() < 1e-5 * expected.max(1.0), "{loss} {expected}");
            } else {
                let fault = found.unwrap_err().to_string();
                assert!(fault.contains("teacher.states") && fault.contains("not as wide"), "{fault}");
            }
        }
    }
}
