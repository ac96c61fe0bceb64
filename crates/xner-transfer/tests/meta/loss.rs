//! The loss with its greatest term: by hand, and its gradient by finite differences.

use burn::tensor::{Tensor, TensorData};
use burn_flex::{Flex, FlexDevice};
use xner_tagger::bert::Piece;
use xner_tagger::bert::train::Example;
use xner_train::Building;
use xner_train::weights::host;
use xner_transfer::meta::{LossConfig, Mean, Sentences, Subwords, loss};

use crate::small::A;

/// Two sentences of three and one tokens, two tags.
const SCORES: [f32; 8] = [0.3, -0.2, 1.1, 0.4, -0.7, 0.9, 0.2, 0.25];
const GOLD: [u16; 4] = [0, 1, 1, 0];
const OWNERS: [usize; 4] = [0, 0, 0, 1];

fn config(max_weight: f32, mean: Mean) -> LossConfig {
    LossConfig { max_weight, mean, subwords: Subwords::First }
}

fn value(scores: &[f32], config: LossConfig) -> f64 {
    let scores: Tensor<Flex, 2> = Tensor::from_data(TensorData::new(scores.to_vec(), [4, 2]), &FlexDevice);
    f64::from(host(loss(scores, &GOLD, &OWNERS, &config))[0])
}

/// -log p of each token.
fn tokens(scores: &[f32]) -> Vec<f64> {
    let of = |(at, row): (usize, &[f32])| {
        let sum: f64 = row.iter().map(|&s| f64::from(s).exp()).sum();
        sum.ln() - f64::from(row[usize::from(GOLD[at])])
    };
    scores.chunks(2).enumerate().map(of).collect()
}

#[test]
fn it_is_the_mean_and_the_greatest() {
    let t = tokens(&SCORES);
    let greatest = t[..3].iter().copied().fold(f64::MIN, f64::max);
    assert!(greatest > t[0] && greatest > t[2], "the second token's");
    for weight in [0.0f32, 2.0] {
        let w = f64::from(weight);
        let sentence = ((t[0] + t[1] + t[2]) / 3.0 + w * greatest + t[3] + w * t[3]) / 2.0;
        let token = t.iter().sum::<f64>() / 4.0 + w * (greatest + t[3]) / 2.0;
        assert!((value(&SCORES, config(weight, Mean::Sentence)) - sentence).abs() < 1e-6);
        assert!((value(&SCORES, config(weight, Mean::Token)) - token).abs() < 1e-6);
    }
}

#[test]
fn of_equal_losses_the_first_counts() {
    let built = Building::begin();
    let scores: Tensor<A, 2> =
        Tensor::from_data(TensorData::new(vec![0.0f32; 8], [4, 2]), &FlexDevice).require_grad();
    let found = built.backward(&loss(scores.clone(), &GOLD, &OWNERS, &config(2.0, Mean::Sentence)));
    let found = host(scores.grad(&found).unwrap());
    // Each probability is one half: the gradient at the gold tag is half the token's share, below zero.
    for (token, share) in [1.0 / 6.0 + 1.0, 1.0 / 6.0, 1.0 / 6.0, 0.5 + 1.0].into_iter().enumerate() {
        let own = found[2 * token + usize::from(GOLD[token])];
        assert!((own + 0.5 * share).abs() < 1e-6, "{token}: {own}");
    }
}

#[test]
fn its_gradient_is_that_of_finite_differences() {
    for config in [config(2.0, Mean::Sentence), config(0.7, Mean::Token), config(0.0, Mean::Sentence)] {
        let built = Building::begin();
        let scores: Tensor<A, 2> =
            Tensor::from_data(TensorData::new(SCORES.to_vec(), [4, 2]), &FlexDevice).require_grad();
        let found = built.backward(&loss(scores.clone(), &GOLD, &OWNERS, &config));
        let found = host(scores.grad(&found).unwrap());
        // By the definition in double precision: single precision would need too large a step.
        let definition = |scores: &[f64]| {
            let t: Vec<f64> = scores
                .chunks(2)
                .enumerate()
                .map(|(at, row)| row.iter().map(|s| s.exp()).sum::<f64>().ln() - row[usize::from(GOLD[at])])
                .collect();
            let w = f64::from(config.max_weight);
            let greatest = t[..3].iter().copied().fold(f64::MIN, f64::max) + t[3];
            let mean = match config.mean {
                Mean::Sentence => f64::midpoint(t[..3].iter().sum::<f64>() / 3.0, t[3]),
                Mean::Token => t.iter().sum::<f64>() / 4.0,
            };
            mean + w * greatest / 2.0
        };
        for (at, found) in found.into_iter().enumerate() {
            let moved = |by: f64| {
                let mut scores = SCORES.map(f64::from);
                scores[at] += by;
                definition(&scores)
            };
            let want = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((f64::from(found) - want).abs() < 1e-6, "{at}: {found} and {want}");
        }
    }
}

/// A window: `[CLS]`, words of these many subwords from word `first` on, `[SEP]`.
fn window(first: u32, words: &[(u32, u16)]) -> Example {
    let (mut ids, mut piece, mut gold) = (vec![2], Vec::new(), Vec::new());
    for (at, &(count, tag)) in words.iter().enumerate() {
        piece.push((first + at as u32, ids.len() as u32));
        gold.push(tag);
        ids.extend((0..count).map(|part| 10 * (first + at as u32 + 1) + part));
    }
    ids.push(3);
    Example { piece: Piece { ids, words: piece }, gold }
}

#[test]
fn a_word_in_two_windows_counts_once() {
    let windows = [window(0, &[(1, 0), (2, 1), (1, 0)]), window(1, &[(2, 1), (1, 0), (3, 2)])];
    let first = Sentences::new([windows.as_slice()], Subwords::First);
    let words: Vec<_> = first.pieces().iter().map(|piece| piece.words.clone()).collect();
    assert_eq!(words, [vec![(0, 1), (1, 2), (2, 4)], vec![(3, 4)]]);
    let all = Sentences::new([windows.as_slice()], Subwords::All);
    let rows: Vec<Vec<u32>> =
        all.pieces().iter().map(|piece| piece.words.iter().map(|&(_, at)| at).collect()).collect();
    // All of the first window, and the second from its new word on.
    assert_eq!(rows, [(0..6).collect::<Vec<u32>>(), (4..8).collect()]);
    let tags: Vec<u16> = all.gold().to_vec();
    assert_eq!(tags, [0, 0, 1, 0, 0, 0, 2, 0, 0, 0], "words have their tag, the rest none");
    assert_eq!(first.gold(), [0, 1, 0, 2]);
    assert!(Sentences::new(std::iter::empty(), Subwords::First).is_empty());
}
