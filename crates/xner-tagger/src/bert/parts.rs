//! Modules from and to tensors of Hugging Face's names and shapes.
//!
//! There a dense layer's weights are `[output, input]`, and query, key and value stand apart; here they are
//! `[input, output]`, and the three stand side by side.

use burn::module::Param;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use xner_nn::{Crf, EncoderLayer, init};
use xner_train::weights::host;

use super::config::BertConfig;
use super::network::{Embeddings, TagHead};
use super::weights::Checkpoint;
use crate::Result;

/// The sizes that tensors' shapes follow from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    hidden: usize,
    inner: usize,
    positions: usize,
    types: usize,
}

impl Shape {
    pub(super) fn of(config: &BertConfig) -> Self {
        Self {
            hidden: config.hidden_size,
            inner: config.intermediate_size,
            positions: config.max_position_embeddings,
            types: config.type_vocab_size,
        }
    }
}

/// Tensors by name, with their shapes.
pub(super) type Named = Vec<(String, Vec<usize>, Vec<f32>)>;

/// A module that is read from a checkpoint and written to one.
pub(super) trait Read: Sized {
    /// The module with a checkpoint's values; its tensors' names begin with `prefix`.
    fn read(self, checkpoint: &mut Checkpoint, shape: Shape, prefix: &str) -> Result<Self>;

    /// Adds the module's tensors.
    fn write(&self, prefix: &str, out: &mut Named);
}

const WORDS: [&str; 2] = ["embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight"];
const NORM: [&str; 2] = ["embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias"];

impl<B: Backend> Read for Embeddings<B> {
    fn read(self, checkpoint: &mut Checkpoint, shape: Shape, prefix: &str) -> Result<Self> {
        let mut two = |param, name: &str, shape: [usize; 2]| -> Result<_> {
            Ok(replaced(param, checkpoint.take(&format!("{prefix}{name}"), &shape)?))
        };
        let positions = two(self.positions, WORDS[0], [shape.positions, shape.hidden])?;
        let types = two(self.types, WORDS[1], [shape.types, shape.hidden])?;
        let mut one = |param, name: &str| -> Result<_> {
            Ok(replaced(param, checkpoint.take(&format!("{prefix}{name}"), &[shape.hidden])?))
        };
        Ok(Self { positions, types, gain: one(self.gain, NORM[0])?, bias: one(self.bias, NORM[1])? })
    }

    fn write(&self, prefix: &str, out: &mut Named) {
        for (name, param) in WORDS.iter().zip([&self.positions, &self.types]) {
            out.push((format!("{prefix}{name}"), param.dims().to_vec(), host(param.val())));
        }
        for (name, param) in NORM.iter().zip([&self.gain, &self.bias]) {
            out.push((format!("{prefix}{name}"), param.dims().to_vec(), host(param.val())));
        }
    }
}

const QKV: [&str; 3] = ["attention.self.query", "attention.self.key", "attention.self.value"];
const OUT: &str = "attention.output.dense";
const FIRST: &str = "attention.output.LayerNorm";
const UP: &str = "intermediate.dense";
const DOWN: &str = "output.dense";
const SECOND: &str = "output.LayerNorm";

impl<B: Backend> Read for EncoderLayer<B> {
    fn read(mut self, checkpoint: &mut Checkpoint, shape: Shape, prefix: &str) -> Result<Self> {
        let Shape { hidden, inner, .. } = shape;
        let mut dense = |name: &str, [input, output]: [usize; 2]| -> Result<[Vec<f32>; 2]> {
            let weight = checkpoint.take(&format!("{prefix}{name}.weight"), &[output, input])?;
            let bias = checkpoint.take(&format!("{prefix}{name}.bias"), &[output])?;
            Ok([transposed(&weight, output, input), bias])
        };
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for name in QKV {
            let [weight, own] = dense(name, [hidden, hidden])?;
            weights.push(weight);
            bias.extend(own);
        }
        let rows = (0..hidden).flat_map(|row| weights.iter().flat_map(move |w| &w[row * hidden..][..hidden]));
        self.qkv_weight = replaced(self.qkv_weight, rows.copied().collect());
        self.qkv_bias = replaced(self.qkv_bias, bias);
        let [weight, bias] = dense(OUT, [hidden, hidden])?;
        self.out_weight = replaced(self.out_weight, weight);
        self.out_bias = replaced(self.out_bias, bias);
        let [weight, bias] = dense(UP, [hidden, inner])?;
        self.up_weight = replaced(self.up_weight, weight);
        self.up_bias = replaced(self.up_bias, bias);
        let [weight, bias] = dense(DOWN, [inner, hidden])?;
        self.down_weight = replaced(self.down_weight, weight);
        self.down_bias = replaced(self.down_bias, bias);
        let mut norm = |name: &str, part: &str| checkpoint.take(&format!("{prefix}{name}.{part}"), &[hidden]);
        self.first_gain = replaced(self.first_gain, norm(FIRST, "weight")?);
        self.first_bias = replaced(self.first_bias, norm(FIRST, "bias")?);
        self.second_gain = replaced(self.second_gain, norm(SECOND, "weight")?);
        self.second_bias = replaced(self.second_bias, norm(SECOND, "bias")?);
        Ok(self)
    }

    fn write(&self, prefix: &str, out: &mut Named) {
        let mut dense = |name: &str, weight: Vec<f32>, [input, output]: [usize; 2], bias: Vec<f32>| {
            let weight = transposed(&weight, input, output);
            out.push((format!("{prefix}{name}.weight"), vec![output, input], weight));
            out.push((format!("{prefix}{name}.bias"), vec![output], bias));
        };
        let [hidden, inner] = self.up_weight.dims();
        let (qkv, bias) = (host(self.qkv_weight.val()), host(self.qkv_bias.val()));
        for (part, name) in QKV.iter().enumerate() {
            let rows = qkv.chunks_exact(3 * hidden).flat_map(|row| &row[part * hidden..][..hidden]);
            let bias = bias[part * hidden..][..hidden].to_vec();
            dense(name, rows.copied().collect(), [hidden, hidden], bias);
        }
        dense(OUT, host(self.out_weight.val()), [hidden, hidden], host(self.out_bias.val()));
        dense(UP, host(self.up_weight.val()), [hidden, inner], host(self.up_bias.val()));
        dense(DOWN, host(self.down_weight.val()), [inner, hidden], host(self.down_bias.val()));
        let mut norm = |name: &str, gain: &Param<Tensor<B, 1>>, bias: &Param<Tensor<B, 1>>| {
            for (part, param) in [("weight", gain), ("bias", bias)] {
                out.push((format!("{prefix}{name}.{part}"), vec![hidden], host(param.val())));
            }
        };
        norm(FIRST, &self.first_gain, &self.first_bias);
        norm(SECOND, &self.second_gain, &self.second_bias);
    }
}

const CRF: [&str; 3] = ["crf.transitions", "crf.start", "crf.end"];

impl<B: Backend> TagHead<B> {
    /// The head with a checkpoint's values. `rows` tells for each tag which row of the checkpoint's head it is, none
    /// for a tag that the checkpoint does not know: it gets a score that no other tag falls below.
    pub(super) fn read(
        mut self,
        checkpoint: &mut Checkpoint,
        hidden: usize,
        rows: &[Option<usize>],
        labels: usize,
    ) -> Result<Self> {
        let weight = checkpoint.take("classifier.weight", &[labels, hidden])?;
        let bias = checkpoint.take("classifier.bias", &[labels])?;
        let tags = rows.len();
        let mut own = vec![0.0; hidden * tags];
        for (tag, row) in rows.iter().enumerate() {
            for (at, value) in row.iter().flat_map(|row| &weight[row * hidden..][..hidden]).enumerate() {
                own[at * tags + tag] = *value;
            }
        }
        let bias = rows.iter().map(|row| row.map_or(NEVER, |row| bias[row])).collect();
        self.dense.weight = replaced(self.dense.weight, own);
        self.dense.bias = self.dense.bias.map(|param| replaced(param, bias));
        self.crf = match self.crf {
            None => None,
            Some(crf) => Some(Crf {
                transitions: replaced(crf.transitions, checkpoint.take(CRF[0], &[tags, tags])?),
                start: replaced(crf.start, checkpoint.take(CRF[1], &[tags])?),
                end: replaced(crf.end, checkpoint.take(CRF[2], &[tags])?),
            }),
        };
        Ok(self)
    }

    /// Adds the head's tensors.
    pub(super) fn write(&self, out: &mut Named) {
        let [hidden, tags] = self.dense.weight.dims();
        let weight = transposed(&host(self.dense.weight.val()), hidden, tags);
        out.push(("classifier.weight".to_owned(), vec![tags, hidden], weight));
        let bias = self.dense.bias.as_ref().map_or_else(|| vec![0.0; tags], |bias| host(bias.val()));
        out.push(("classifier.bias".to_owned(), vec![tags], bias));
        if let Some(crf) = &self.crf {
            out.push((CRF[0].to_owned(), vec![tags, tags], host(crf.transitions.val())));
            out.push((CRF[1].to_owned(), vec![tags], host(crf.start.val())));
            out.push((CRF[2].to_owned(), vec![tags], host(crf.end.val())));
        }
    }
}

/// The score of a tag that a checkpoint's head does not have.
const NEVER: f32 = -1e4;

/// The parameter with other values.
fn replaced<B: Backend, const D: usize>(param: Param<Tensor<B, D>>, values: Vec<f32>) -> Param<Tensor<B, D>> {
    let (id, tensor, mapper) = param.consume();
    let loaded = init::tensor(values, tensor.dims(), &tensor.device());
    Param::from_mapped_value(id, loaded.set_require_grad(tensor.is_require_grad()), mapper)
}

/// The transpose of a matrix of `rows` rows.
fn transposed(matrix: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| matrix[row * columns + column])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transpose_is_the_transpose() {
        assert_eq!(transposed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 3), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}
