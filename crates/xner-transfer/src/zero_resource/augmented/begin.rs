//! The network that fine-tuning begins with: the base model, and a target encoder beside it.

use std::path::Path;

use xner_tagger::Tagger;
use xner_tagger::augmented::{Augmented, TargetEncoder};
use xner_tagger::bilstm::{Alphabet, BiLstmCrf, BiLstmTagger, Lexicon};
use xner_tagger::config::Combine;
use xner_train::{Purpose, Result, TrainBackend, stream, weights};

use super::super::config::{DenseInitial, Initial, ZeroResourceConfig};

/// The base model with a target encoder. Characters that the base model does not know begin as its unknown character,
/// so that the network's first joint scores are the base model's scores, also of words that are written with them.
pub(super) fn network<A: TrainBackend>(
    base: &BiLstmTagger<A::InnerBackend>,
    alphabet: Option<&Alphabet>,
    config: &ZeroResourceConfig,
    device: &A::Device,
) -> Result<Augmented<A>> {
    // Named in faults, of which there is none to come: the base model's weights fit.
    let path = Path::new("base model");
    let Lexicon { dim, characters, .. } = &base.lexicon;
    let mut tensors = weights::collect(&base.model);
    let rows = alphabet.map_or(0, Alphabet::len);
    if let (Some((before, _)), Some(all)) = (characters, alphabet) {
        let width = base.config.characters.embedding;
        let table = tensors.take(EMBEDDING, &[before.len(), width], path)?;
        let numbers = all.numbers_in(before);
        let wider = numbers.iter().flat_map(|&number| &table[number as usize * width..][..width]).copied();
        tensors.insert(EMBEDDING, &[rows, width], wider.collect());
    }
    let mut rng = stream(config.seed, Purpose::Weights, 1, 0);
    let augment = config.augment();
    let mut encoder =
        TargetEncoder::<A::InnerBackend>::new(&base.config, &augment, rows, *dim, device, &mut rng);
    if config.augmented.dense_initial == DenseInitial::Identity {
        encoder = encoder.beginning_as_source();
    }
    let mut target = weights::collect(&encoder);
    if augment.combine == Combine::Sum {
        // What is added to the source's features begins as zeros.
        let width = 2 * base.config.hidden;
        target.insert("dense.weight", &[width, width], vec![0.0; width * width]);
    }
    if config.augmented.initial == Initial::Source {
        let cells = if base.config.tied && !augment.tied { 2 } else { 1 };
        for (from, to) in [("characters.lstm", "characters"), ("encoder", "encoder")] {
            for part in ["w_ih", "w_hh", "bias"] {
                if let Some(own) = tensors.get(&format!("{from}.{part}")) {
                    let columns = own.shape.last().copied().unwrap_or(1);
                    let values = own.values.chunks(columns).flat_map(|row| row.repeat(cells)).collect();
                    let mut shape = own.shape.clone();
                    if let Some(columns) = shape.last_mut() {
                        *columns *= cells;
                    }
                    target.insert(format!("{to}.{part}"), &shape, values);
                }
            }
        }
    }
    let tags = base.tag_set().len();
    let source = BiLstmCrf::<A>::new(&base.config, rows, *dim, tags, device, &mut rng);
    let encoder = TargetEncoder::<A>::new(&base.config, &augment, rows, *dim, device, &mut rng);
    Ok(Augmented {
        source: weights::load(source, &mut tensors, path)?,
        target: weights::load(encoder, &mut target, path)?,
    })
}

const EMBEDDING: &str = "characters.embedding";
