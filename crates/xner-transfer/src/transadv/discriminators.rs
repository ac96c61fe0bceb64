//! The two discriminators (section 2.3).

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use rand::Rng;
use xner_nn::{BiLstm, BiLstmConfig, NerBackend, Packing, init, standardised};

/// The language discriminator, equation 3: `p_i = sigmoid(W_1 ReLU(W_2 h_i))`, the probability that word `i` is of the
/// source language.
#[derive(Module, Debug)]
pub struct LanguageDiscriminator<B: Backend> {
    /// `W_2`: `[states, hidden]`
    inner: Linear<B>,
    /// `W_1`: `[hidden, 1]`
    outer: Linear<B>,
    normalise: bool,
}

impl<B: Backend> LanguageDiscriminator<B> {
    /// With seeded weights; `normalise` makes states have mean 0 and variance 1 first.
    pub fn new(
        states: usize,
        hidden: usize,
        normalise: bool,
        device: &B::Device,
        rng: &mut impl Rng,
    ) -> Self {
        let inner = init::linear(states, hidden, device, rng);
        Self { inner, outer: init::linear(hidden, 1, device, rng), normalise }
    }

    fn inner(&self, states: Tensor<B, 2>) -> Tensor<B, 2> {
        self.inner.forward(if self.normalise { standardised(states) } else { states })
    }

    /// The log-odds of the source language for each of `states`, `[words, states]` to `[words]`.
    pub fn forward(&self, states: Tensor<B, 2>) -> Tensor<B, 1> {
        self.outer.forward(relu(self.inner(states))).squeeze_dim(1)
    }

    /// The most that each hidden unit has over these states before the rectifier, `[hidden]`: where it is not above 0,
    /// the unit says nothing and learns nothing of them.
    pub fn most(&self, states: Tensor<B, 2>) -> Tensor<B, 1> {
        self.inner(states).max_dim(0).squeeze_dim(0)
    }
}

/// The order discriminator, equation 4: `h'_i = LSTM(h_i, h'_(i-1))`, `p = sigmoid(W h'_n)`, the probability that a
/// sentence of `n` words is in its own order.
#[derive(Module, Debug)]
pub struct OrderDiscriminator<B: Backend> {
    /// One cell, of whose two directions only the forward one is read; or two.
    lstm: BiLstm<B>,
    /// `W`: `[hidden, 1]`
    outer: Linear<B>,
    hidden: usize,
    normalise: bool,
}

impl<B: Backend> OrderDiscriminator<B> {
    /// With seeded weights. `both_ways`: half of the units read a sentence from its end. `normalise` as in
    /// [`LanguageDiscriminator::new`].
    pub fn new(
        states: usize,
        hidden: usize,
        both_ways: bool,
        normalise: bool,
        device: &B::Device,
        rng: &mut impl Rng,
    ) -> Self {
        let own = if both_ways { hidden / 2 } else { hidden };
        let lstm = BiLstmConfig { input: states, hidden: own, tied: !both_ways }.init(device, rng);
        Self { lstm, outer: init::linear(hidden, 1, device, rng), hidden, normalise }
    }
}

impl<B: NerBackend> OrderDiscriminator<B> {
    /// The log-odds that each sentence is ordered, `[sentences]`.
    ///
    /// `states` is `[words, states]`, sentence after sentence; `lengths` are the sentences' words.
    pub fn forward(&self, states: Tensor<B, 2>, lengths: &[usize]) -> Tensor<B, 1> {
        let packing = Packing::new(lengths);
        let mut ids = vec![0; packing.rows()];
        let mut first = 0;
        for (sentence, length) in lengths.iter().enumerate() {
            for (word, row) in packing.rows_of(sentence).enumerate() {
                ids[row] = (first + word) as u32;
            }
            first += length;
        }
        let states = if self.normalise { standardised(states) } else { states };
        let last = self.lstm.ends(states, Some(&ids), &packing).narrow(1, 0, self.hidden);
        self.outer.forward(last).squeeze_dim(1)
    }
}

/// Binary cross-entropy, the mean of `-y log p - (1 - y) log(1 - p)` where `p` is the sigmoid of `odds`, all of shape
/// `[n]`; finite for odds of any size.
pub fn cross_entropy<B: Backend>(odds: Tensor<B, 1>, y: Tensor<B, 1>) -> Tensor<B, 1> {
    let tail = (odds.clone().abs().neg().exp() + 1.0).log();
    (odds.clone().clamp_min(0.0) - odds * y + tail).mean()
}

/// Rows of a matrix by their numbers.
pub(super) fn rows<B: Backend>(x: Tensor<B, 2>, numbers: &[u32]) -> Tensor<B, 2> {
    let device = x.device();
    let numbers: Vec<i32> = numbers.iter().map(|&row| row as i32).collect();
    let shape = [numbers.len()];
    let numbers: Tensor<B, 1, Int> = Tensor::from_data(TensorData::new(numbers, shape), &device);
    x.select(0, numbers)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use burn_flex::{Flex, FlexDevice};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use xner_train::weights::host;

    use super::*;

    fn states(rows: usize, width: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        host::<Flex, 2>(init::normal([rows, width], 1.0, &FlexDevice, rng))
    }

    #[test]
    fn cross_entropy_is_its_formula_and_finite_at_the_ends() {
        let (odds, labels) = ([-3.0f32, -0.5, 0.0, 2.0], [1.0f32, 0.0, 1.0, 1.0]);
        let tensor = |values: &[f32]| init::tensor::<Flex, 1>(values.to_vec(), [values.len()], &FlexDevice);
        let found = host(cross_entropy(tensor(&odds), tensor(&labels)))[0];
        let expected: f64 = odds
            .iter()
            .zip(labels)
            .map(|(&z, y)| {
                let p = 1.0 / (1.0 + f64::from(-z).exp());
                if y > 0.5 { -p.ln() } else { -(1.0 - p).ln() }
            })
            .sum::<f64>()
            / 4.0;
        assert!((f64::from(found) - expected).abs() < 1e-6);
        let far = host(cross_entropy(tensor(&[1e4, -1e4]), tensor(&[0.0, 0.0])))[0];
        assert!((far - 5e3).abs() < 1.0);
    }

    #[test]
    fn the_order_discriminator_reads_forward_to_each_sentences_last_word() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let (width, hidden, lengths) = (5, 4, [3usize, 1, 6]);
        let own = OrderDiscriminator::<Flex>::new(width, hidden, false, false, &FlexDevice, &mut rng);
        let values = states(10, width, &mut rng);
        let found = host(own.forward(init::tensor(values.clone(), [10, width], &FlexDevice), &lengths));
        let (w, u) = (host(own.lstm.w_ih.val()), host(own.lstm.w_hh.val()));
        let b = host(own.lstm.bias.val());
        let (outer, bias) = (host(own.outer.weight.val()), host(own.outer.bias.as_ref().unwrap().val()));
        let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
        let mut first = 0;
        for (sentence, length) in lengths.into_iter().enumerate() {
            let (mut h, mut c) = (vec![0.0f32; hidden], vec![0.0f32; hidden]);
            for x in values[first * width..][..length * width].chunks(width) {
                let gate = |at: usize| -> f32 {
                    let own: f32 = (0..width).map(|k| x[k] * w[k * 4 * hidden + at]).sum();
                    let back: f32 = (0..hidden).map(|k| h[k] * u[k * 4 * hidden + at]).sum();
                    own + back + b[at]
                };
                let gates: Vec<f32> = (0..4 * hidden).map(gate).collect();
                for k in 0..hidden {
                    c[k] =
                        sigmoid(gates[hidden + k]) * c[k] + sigmoid(gates[k]) * gates[2 * hidden + k].tanh();
                    h[k] = sigmoid(gates[3 * hidden + k]) * c[k].tanh();
                }
            }
            first += length;
            let odds: f32 = h.iter().zip(&outer).map(|(h, w)| h * w).sum::<f32>() + bias[0];
            assert!((odds - found[sentence]).abs() < 1e-5, "{odds} {}", found[sentence]);
        }
    }

    /// The paper's two counts of all parameters differ by 179.17 - 178.25 million: an LSTM of 128 units each way over
    /// 768 numbers has 919,809 with its outer layer, as PyTorch counts, which has two biases for each gate and we one.
    #[test]
    fn the_order_discriminator_both_ways_is_as_large_as_the_papers() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let own = OrderDiscriminator::<Flex>::new(768, 256, true, false, &FlexDevice, &mut rng);
        assert_eq!(own.num_params() + 2 * 4 * 128, 919_809);
    }

    #[test]
    fn both_ways_each_sentence_is_read_from_its_end_too() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let own = OrderDiscriminator::<Flex>::new(5, 4, true, false, &FlexDevice, &mut rng);
        let tensor =
            |values: &[f32]| init::tensor::<Flex, 2>(values.to_vec(), [values.len() / 5, 5], &FlexDevice);
        let values = states(4, 5, &mut rng);
        let odds = |values: &[f32]| host(own.forward(tensor(values), &[3, 1]));
        let before = odds(&values);
        // The first word is the last that the other direction reads; another sentence does not see it.
        let mut other = values.clone();
        other[0] += 3.0;
        let after = odds(&other);
        assert!((before[0] - after[0]).abs() > 1e-4 && (before[1] - after[1]).abs() < 1e-6);
    }

    #[test]
    fn states_of_any_size_and_place_look_alike_once_normalised() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let values = states(3, 5, &mut rng);
        let moved: Vec<f32> = values.iter().map(|x| 7.0 * x - 2.0).collect();
        let tensor = |values: &[f32]| init::tensor::<Flex, 2>(values.to_vec(), [3, 5], &FlexDevice);
        for normalise in [true, false] {
            let language = LanguageDiscriminator::<Flex>::new(5, 7, normalise, &FlexDevice, &mut rng);
            let order = OrderDiscriminator::<Flex>::new(5, 4, false, normalise, &FlexDevice, &mut rng);
            let apart = |one: Tensor<Flex, 1>, two: Tensor<Flex, 1>| host((one - two).abs().max())[0];
            let of_language = apart(language.forward(tensor(&values)), language.forward(tensor(&moved)));
            let of_order = apart(order.forward(tensor(&values), &[3]), order.forward(tensor(&moved), &[3]));
            assert_eq!(of_language < 1e-4 && of_order < 1e-4, normalise, "{of_language} {of_order}");
        }
    }

    #[test]
    fn the_most_of_a_unit_tells_whether_it_is_dead() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let own = LanguageDiscriminator::<Flex>::new(3, 7, false, &FlexDevice, &mut rng);
        let values = states(20, 3, &mut rng);
        let tensor = |values: Vec<f32>| init::tensor::<Flex, 2>(values, [20, 3], &FlexDevice);
        let most = host(own.most(tensor(values.clone())));
        let (inner, bias) = (host(own.inner.weight.val()), host(own.inner.bias.as_ref().unwrap().val()));
        for (at, most) in most.into_iter().enumerate() {
            let unit = |x: &[f32]| (0..3).map(|k| x[k] * inner[k * 7 + at]).sum::<f32>() + bias[at];
            let want = values.chunks(3).map(unit).fold(f32::NEG_INFINITY, f32::max);
            assert!((most - want).abs() < 1e-5, "{most} {want}");
        }
    }

    #[test]
    fn the_language_discriminator_is_equation_3() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let own = LanguageDiscriminator::<Flex>::new(3, 7, false, &FlexDevice, &mut rng);
        let values = states(2, 3, &mut rng);
        let found = host(own.forward(init::tensor(values.clone(), [2, 3], &FlexDevice)));
        let (inner, outer) = (host(own.inner.weight.val()), host(own.outer.weight.val()));
        let bias = |linear: &Linear<Flex>| host(linear.bias.as_ref().unwrap().val());
        let (first, second) = (bias(&own.inner), bias(&own.outer));
        for (x, odds) in values.chunks(3).zip(found) {
            let unit = |at: usize| (0..3).map(|k| x[k] * inner[k * 7 + at]).sum::<f32>() + first[at];
            let expected: f32 = (0..7).map(|at| unit(at).max(0.0) * outer[at]).sum::<f32>() + second[0];
            assert!((odds - expected).abs() < 1e-5);
        }
    }
}
