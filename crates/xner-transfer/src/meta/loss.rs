//! The loss of sentences, with the greatest token loss of each (equation 13).

use burn::tensor::activation::log_softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use xner_nn::init;
use xner_tagger::bert::train::{Example, FineTuned, FoundGradients, Pass};
use xner_tagger::bert::{Piece, SubwordBatch};
use xner_train::{Building, TrainBackend};

use super::config::{LossConfig, Mean, Subwords};

/// Some sentences as they go through the encoder together, and their tokens that have a loss.
#[derive(Debug, Clone, Default)]
pub struct Sentences {
    /// All windows; their words are the tokens that have a loss.
    pieces: Vec<Piece>,
    /// The tag of each token.
    gold: Vec<u16>,
    /// For each token which of the sentences it is of.
    owners: Vec<usize>,
}

impl Sentences {
    /// Sentences given as windows. A word has a loss in the first window that answers for it.
    ///
    /// With [`Subwords::All`] every subword has one: the first of a word with the word's tag; later and special ones,
    /// for which the head has no tags of their own, with `O`.
    pub fn new<'a>(sentences: impl IntoIterator<Item = &'a [Example]>, subwords: Subwords) -> Self {
        let mut all = Self::default();
        for (owner, windows) in sentences.into_iter().enumerate() {
            let mut next = 0;
            for Example { piece, gold } in windows {
                let new: Vec<usize> = (0..gold.len()).filter(|&at| piece.words[at].0 >= next).collect();
                next = piece.words.last().map_or(next, |&(word, _)| next.max(word + 1));
                let mut own = Piece { ids: piece.ids.clone(), words: Vec::new() };
                match subwords {
                    Subwords::First => {
                        own.words.extend(new.iter().map(|&at| piece.words[at]));
                        all.gold.extend(new.iter().map(|&at| gold[at]));
                    }
                    Subwords::All => {
                        // What a former window answered for stands at the beginning.
                        let begin = match new.first() {
                            None => piece.ids.len(),
                            Some(0) => 0,
                            Some(&at) => piece.words[at].1 as usize,
                        };
                        let mut tags = vec![0; piece.ids.len()];
                        piece.words.iter().zip(gold).for_each(|(&(_, at), &tag)| tags[at as usize] = tag);
                        own.words.extend((begin..piece.ids.len()).map(|at| (0, at as u32)));
                        all.gold.extend(&tags[begin..]);
                    }
                }
                all.owners.resize(all.gold.len(), owner);
                all.pieces.push(own);
            }
        }
        all
    }

    /// The windows.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The tag of each token that has a loss, window by window.
    pub fn gold(&self) -> &[u16] {
        &self.gold
    }

    /// Whether no token has a loss.
    pub fn is_empty(&self) -> bool {
        self.gold.is_empty()
    }

    /// Adds the loss at a model's weights, and its gradient. Nothing where no token has a loss.
    pub fn add_to<A>(
        &self,
        found: &mut FoundGradients<A::InnerBackend>,
        model: &FineTuned<A>,
        config: &LossConfig,
        pass: Option<Pass>,
    ) where
        A: TrainBackend,
    {
        if self.is_empty() {
            return;
        }
        let batch = SubwordBatch::new(&self.pieces, model.config());
        let built = Building::begin();
        let states = model.encode(&batch, pass);
        let loss = loss(model.scores(&states, &batch, pass), &self.gold, &self.owners, config);
        found.add(built, model, &loss, &[(&batch, &states)]);
    }
}

/// The loss of some sentences, a single number:
///
/// ```text
/// L = mean over sentences of (mean over its tokens of -log p(gold) + λ · the greatest of them)
/// ```
///
/// With [`Mean::Token`] the first mean is over the tokens of all sentences together. Of several greatest losses of a
/// sentence the first counts. `scores` is `[tokens, tags]`, `gold` the tokens' tags, `owners` the sentence of each.
pub fn loss<B: Backend>(
    scores: Tensor<B, 2>,
    gold: &[u16],
    owners: &[usize],
    config: &LossConfig,
) -> Tensor<B, 1> {
    let device = scores.device();
    let count = gold.len();
    let gold: Vec<i32> = gold.iter().map(|&tag| i32::from(tag)).collect();
    let gold: Tensor<B, 2, Int> = Tensor::from_data(TensorData::new(gold, [count, 1]), &device);
    let losses: Tensor<B, 1> = log_softmax(scores, 1).gather(1, gold).neg().reshape([count]);
    let [shares, extra] = shares(owners, *config).map(|values| init::tensor(values, [count], &device));
    let weights = shares + extra * greatest(losses.clone().detach(), owners);
    (losses * weights).sum()
}

/// 1 at each sentence's greatest loss, the first where several are as great, else 0. It is found on the device.
fn greatest<B: Backend>(losses: Tensor<B, 1>, owners: &[usize]) -> Tensor<B, 1> {
    let (device, count) = (losses.device(), owners.len());
    let lengths: Vec<usize> = owners.chunk_by(|a, b| a == b).map(<[usize]>::len).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    // A line of the table is a sentence, filled up with what stands behind the losses: less than any of them.
    let (mut table, mut lines, mut places) =
        (vec![count as i32; lengths.len() * longest], Vec::new(), Vec::new());
    let mut begin = 0;
    for (line, &length) in lengths.iter().enumerate() {
        for place in 0..length {
            table[line * longest + place] = (begin + place) as i32;
            lines.push(line as i32);
            places.push(place as i32);
        }
        begin += length;
    }
    let numbers = |values: Vec<i32>| -> Tensor<B, 1, Int> {
        let shape = [values.len()];
        Tensor::from_data(TensorData::new(values, shape), &device)
    };
    let filled = Tensor::cat(vec![losses, Tensor::full([1], f32::MIN, &device)], 0);
    let table = filled.select(0, numbers(table)).reshape([lengths.len(), longest]);
    let found = table.argmax(1).reshape([lengths.len()]).select(0, numbers(lines));
    found.equal(numbers(places)).float()
}

/// The share that each token's loss has in that of the sentences, and what is added to it where the loss is its
/// sentence's greatest.
fn shares(owners: &[usize], config: LossConfig) -> [Vec<f32>; 2] {
    let sentences = owners.chunk_by(|a, b| a == b).count() as f32;
    let shares = owners.chunk_by(|a, b| a == b).flat_map(|own| {
        let mean = match config.mean {
            Mean::Sentence => sentences * own.len() as f32,
            Mean::Token => owners.len() as f32,
        };
        std::iter::repeat_n(1.0 / mean, own.len())
    });
    [shares.collect(), vec![config.max_weight / sentences; owners.len()]]
}
