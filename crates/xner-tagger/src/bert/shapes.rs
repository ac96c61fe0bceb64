//! The sizes of a config against the shapes of its weights, before anything is allocated by them.

use xner_nn::Norms;

use super::config::BertConfig;
use super::kind::{Positions, Qkv};
use super::weights::Checkpoint;
use crate::Result;

/// Says that a checkpoint has the tensors of an encoder in the shapes that its config tells. Shapes stand in the heads
/// of files: no number is read, and it takes no time.
///
/// # Errors
/// [`crate::Error::Tensor`] for the first that is missing or of another shape.
pub(super) fn check(checkpoint: &Checkpoint, config: &BertConfig) -> Result<()> {
    let (names, biases) = (&config.kind().names, config.biases());
    let &BertConfig { embedding_size: width, hidden_size: hidden, intermediate_size: inner, .. } = config;
    let weight = |name: &str, rows, columns| checkpoint.expect(&format!("{name}.weight"), &[rows, columns]);
    let bias = |name: &str, there: bool, size| {
        if there { checkpoint.expect(&format!("{name}.bias"), &[size]) } else { Ok(()) }
    };
    let norm = |name: &str, size| {
        checkpoint.expect(&format!("{name}.weight"), &[size])?;
        bias(name, biases.norms, size)
    };
    checkpoint.expect(names.words, &[config.vocab_size, width])?;
    if let Some(name) = names.positions.filter(|_| config.kind().positions != Positions::Rotary) {
        checkpoint.expect(name, &[config.max_position_embeddings, width])?;
    }
    if let Some(name) = names.types.filter(|_| config.type_vocab_size > 0) {
        checkpoint.expect(name, &[config.type_vocab_size, width])?;
    }
    norm(names.norm, width)?;
    if let Some(name) = names.project.filter(|_| width != hidden) {
        weight(name, hidden, width)?;
        bias(name, true, hidden)?;
    }
    // A config may tell of far more layers than there are: the first that is missing ends it.
    for at in 0..config.num_hidden_layers {
        let form = config.form(at);
        let part = |name: &str| format!("{}{at}.{name}", names.layer);
        match names.qkv {
            Qkv::Together(name) => {
                weight(&part(name), hidden.saturating_mul(3), hidden)?;
                bias(&part(name), biases.attention, hidden.saturating_mul(3))?;
            }
            Qkv::Apart(parts) => {
                for name in parts.map(part) {
                    weight(&name, hidden, hidden)?;
                    bias(&name, true, hidden)?;
                }
            }
        }
        weight(&part(names.out), hidden, hidden)?;
        bias(&part(names.out), biases.attention, hidden)?;
        let up = if form.gated { inner.saturating_mul(2) } else { inner };
        weight(&part(names.up), up, hidden)?;
        bias(&part(names.up), biases.feed_forward, up)?;
        weight(&part(names.down), hidden, inner)?;
        bias(&part(names.down), biases.feed_forward, hidden)?;
        if form.norms != Norms::BeforeFeedForward {
            norm(&part(names.first), hidden)?;
        }
        norm(&part(names.second), hidden)?;
    }
    names.last.map_or(Ok(()), |name| norm(name, hidden))
}
