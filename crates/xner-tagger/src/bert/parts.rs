//! Modules from and to tensors of Hugging Face's names and shapes.
//!
//! There a dense layer's weights are `[output, input]`, and query, key and value stand apart or one behind another;
//! here they are `[input, output]`, and the three stand side by side.

use burn::module::Param;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use xner_nn::{EncoderLayer, EncoderOps, FixedLayer, MatrixRows, init};
use xner_train::weights::host;

use super::kind::{Names, Qkv};
use super::network::{Embeddings, LastNorm};
use super::weights::Checkpoint;
use crate::Result;

/// Tensors by name, with their shapes.
pub(super) type Named = Vec<(String, Vec<usize>, Vec<f32>)>;

/// A module that is read from a checkpoint and written to one.
pub(super) trait Read: Sized {
    /// The module with a checkpoint's values, in the shapes that it has; its tensors' names begin with `prefix`.
    fn read(self, checkpoint: &mut Checkpoint, names: &Names, prefix: &str) -> Result<Self>;

    /// Adds the module's tensors.
    fn write(&self, names: &Names, prefix: &str, out: &mut Named);
}

impl<B: Backend> Read for Embeddings<B> {
    fn read(self, checkpoint: &mut Checkpoint, names: &Names, prefix: &str) -> Result<Self> {
        let mut table = |param: Option<Param<Tensor<B, 2>>>, name: Option<&str>| match (param, name) {
            (Some(param), Some(name)) => taken(param, checkpoint, &format!("{prefix}{name}")).map(Some),
            _ => Ok(None),
        };
        let (positions, types) = (table(self.positions, names.positions)?, table(self.types, names.types)?);
        let gain = taken(self.gain, checkpoint, &format!("{prefix}{}.weight", names.norm))?;
        let bias = optional(self.bias, checkpoint, &format!("{prefix}{}.bias", names.norm))?;
        let (mut project, mut project_bias) = (None, None);
        if let (Some(weight), Some(name)) = (self.project, names.project) {
            project = Some(dense(weight, checkpoint, &format!("{prefix}{name}"))?);
            project_bias = optional(self.project_bias, checkpoint, &format!("{prefix}{name}.bias"))?;
        }
        Ok(Self { positions, types, gain, bias, project, project_bias })
    }

    fn write(&self, names: &Names, prefix: &str, out: &mut Named) {
        for (name, param) in [(names.positions, &self.positions), (names.types, &self.types)] {
            if let (Some(name), Some(param)) = (name, param) {
                put(out, format!("{prefix}{name}"), param);
            }
        }
        put_norm(out, &format!("{prefix}{}", names.norm), &self.gain, self.bias.as_ref());
        if let (Some(name), Some(weight)) = (names.project, &self.project) {
            put_dense(out, &format!("{prefix}{name}"), weight, self.project_bias.as_ref());
        }
    }
}

impl<B: Backend> Read for LastNorm<B> {
    fn read(self, checkpoint: &mut Checkpoint, names: &Names, prefix: &str) -> Result<Self> {
        let Some(name) = names.last else { return Ok(self) };
        Ok(Self {
            gain: taken(self.gain, checkpoint, &format!("{prefix}{name}.weight"))?,
            bias: optional(self.bias, checkpoint, &format!("{prefix}{name}.bias"))?,
        })
    }

    fn write(&self, names: &Names, prefix: &str, out: &mut Named) {
        if let Some(name) = names.last {
            put_norm(out, &format!("{prefix}{name}"), &self.gain, self.bias.as_ref());
        }
    }
}

impl<B: Backend> Read for EncoderLayer<B> {
    fn read(mut self, checkpoint: &mut Checkpoint, names: &Names, prefix: &str) -> Result<Self> {
        match names.qkv {
            Qkv::Together(name) => {
                self.qkv_weight = dense(self.qkv_weight, checkpoint, &format!("{prefix}{name}"))?;
                self.qkv_bias = optional(self.qkv_bias, checkpoint, &format!("{prefix}{name}.bias"))?;
            }
            Qkv::Apart(parts) => {
                let hidden = self.qkv_weight.dims()[0];
                let (mut weights, mut bias) = (Vec::new(), Vec::new());
                for name in parts {
                    let weight = checkpoint.take(&format!("{prefix}{name}.weight"), &[hidden, hidden])?;
                    weights.push(transposed(&weight, hidden, hidden));
                    bias.extend(checkpoint.take(&format!("{prefix}{name}.bias"), &[hidden])?);
                }
                let rows = (0..hidden)
                    .flat_map(|row| weights.iter().flat_map(move |w| &w[row * hidden..][..hidden]));
                self.qkv_weight = replaced(self.qkv_weight, rows.copied().collect());
                self.qkv_bias = self.qkv_bias.map(|param| replaced(param, bias));
            }
        }
        let part = |name: &str| format!("{prefix}{name}");
        self.out_weight = dense(self.out_weight, checkpoint, &part(names.out))?;
        self.up_weight = dense(self.up_weight, checkpoint, &part(names.up))?;
        self.down_weight = dense(self.down_weight, checkpoint, &part(names.down))?;
        vectors(self, checkpoint, names, prefix)
    }

    fn write(&self, names: &Names, prefix: &str, out: &mut Named) {
        let part = |name: &str| format!("{prefix}{name}");
        match names.qkv {
            Qkv::Together(name) => put_dense(out, &part(name), &self.qkv_weight, self.qkv_bias.as_ref()),
            Qkv::Apart(parts) => {
                let hidden = self.out_weight.dims()[0];
                let qkv = host(self.qkv_weight.val());
                let all = self.qkv_bias.as_ref().map(|bias| host(bias.val()));
                for (at, name) in parts.iter().enumerate() {
                    let rows = qkv.chunks_exact(3 * hidden).flat_map(|row| &row[at * hidden..][..hidden]);
                    let weight = transposed(&rows.copied().collect::<Vec<_>>(), hidden, hidden);
                    out.push((format!("{prefix}{name}.weight"), vec![hidden, hidden], weight));
                    if let Some(all) = &all {
                        let bias = all[at * hidden..][..hidden].to_vec();
                        out.push((format!("{prefix}{name}.bias"), vec![hidden], bias));
                    }
                }
            }
        }
        put_dense(out, &part(names.out), &self.out_weight, self.out_bias.as_ref());
        put_dense(out, &part(names.up), &self.up_weight, self.up_bias.as_ref());
        put_dense(out, &part(names.down), &self.down_weight, self.down_bias.as_ref());
        if let Some(gain) = &self.first_gain {
            put_norm(out, &part(names.first), gain, self.first_bias.as_ref());
        }
        put_norm(out, &part(names.second), &self.second_gain, self.second_bias.as_ref());
    }
}

/// The layer with a checkpoint's biases, but those of query, key and value, and norms.
fn vectors<B: Backend>(
    mut layer: EncoderLayer<B>,
    checkpoint: &mut Checkpoint,
    names: &Names,
    prefix: &str,
) -> Result<EncoderLayer<B>> {
    let bias = |name: &str| format!("{prefix}{name}.bias");
    layer.out_bias = optional(layer.out_bias, checkpoint, &bias(names.out))?;
    layer.up_bias = optional(layer.up_bias, checkpoint, &bias(names.up))?;
    layer.down_bias = optional(layer.down_bias, checkpoint, &bias(names.down))?;
    layer.first_gain = optional(layer.first_gain, checkpoint, &format!("{prefix}{}.weight", names.first))?;
    layer.first_bias = optional(layer.first_bias, checkpoint, &bias(names.first))?;
    layer.second_gain = taken(layer.second_gain, checkpoint, &format!("{prefix}{}.weight", names.second))?;
    layer.second_bias = optional(layer.second_bias, checkpoint, &bias(names.second))?;
    Ok(layer)
}

/// A layer in 8 bits without a way over 32, `zeros` being in its shapes; none where its matrices are not all stored so,
/// or the backend computes in 32 bits.
pub(super) fn eight<B: EncoderOps>(
    zeros: &EncoderLayer<B>,
    checkpoint: &mut Checkpoint,
    names: &Names,
    prefix: &str,
) -> Result<Option<FixedLayer<B>>> {
    let mut layer = zeros.clone();
    let part = |name: &str| format!("{prefix}{name}");
    let mut rows = |names: &[&str], param: &Param<Tensor<B, 2>>| -> Result<Option<MatrixRows>> {
        let [input, output] = param.dims();
        let mut all = MatrixRows::default();
        for name in names {
            let shape = [output / names.len(), input];
            let Some(some) = checkpoint.take_rows(&format!("{}.weight", part(name)), &shape)? else {
                return Ok(None);
            };
            all.values.extend(some.values);
            all.scales.extend(some.scales);
        }
        Ok(Some(all))
    };
    let qkv = match names.qkv {
        Qkv::Together(name) => rows(&[name], &layer.qkv_weight)?,
        Qkv::Apart(parts) => rows(&parts, &layer.qkv_weight)?,
    };
    let out = rows(&[names.out], &layer.out_weight)?;
    let (up, down) = (rows(&[names.up], &layer.up_weight)?, rows(&[names.down], &layer.down_weight)?);
    let (Some(qkv), Some(out), Some(up), Some(down)) = (qkv, out, up, down) else { return Ok(None) };
    layer.qkv_bias = match names.qkv {
        Qkv::Together(name) => optional(layer.qkv_bias, checkpoint, &format!("{}.bias", part(name)))?,
        Qkv::Apart(parts) => {
            let (hidden, mut bias) = (layer.out_weight.dims()[0], Vec::new());
            for name in parts {
                bias.extend(checkpoint.take(&format!("{}.bias", part(name)), &[hidden])?);
            }
            layer.qkv_bias.map(|param| replaced(param, bias))
        }
    };
    let layer = vectors(layer, checkpoint, names, prefix)?;
    Ok(FixedLayer::of_eight(&layer, &[qkv, out, up, down]))
}

/// A parameter with a checkpoint's values, in its own shape.
pub(super) fn taken<B: Backend, const D: usize>(
    param: Param<Tensor<B, D>>,
    checkpoint: &mut Checkpoint,
    name: &str,
) -> Result<Param<Tensor<B, D>>> {
    let values = checkpoint.take(name, &param.dims())?;
    Ok(replaced(param, values))
}

/// A parameter that the architecture may be without.
pub(super) fn optional<B: Backend, const D: usize>(
    param: Option<Param<Tensor<B, D>>>,
    checkpoint: &mut Checkpoint,
    name: &str,
) -> Result<Option<Param<Tensor<B, D>>>> {
    param.map(|param| taken(param, checkpoint, name)).transpose()
}

/// The weights, `[input, output]`, of a dense layer of this name.
pub(super) fn dense<B: Backend>(
    param: Param<Tensor<B, 2>>,
    checkpoint: &mut Checkpoint,
    name: &str,
) -> Result<Param<Tensor<B, 2>>> {
    let [input, output] = param.dims();
    let weight = checkpoint.take(&format!("{name}.weight"), &[output, input])?;
    Ok(replaced(param, transposed(&weight, output, input)))
}

/// Adds a parameter as it is.
pub(super) fn put<B: Backend, const D: usize>(out: &mut Named, name: String, param: &Param<Tensor<B, D>>) {
    out.push((name, param.dims().to_vec(), host(param.val())));
}

/// Adds a norm's gain and bias.
pub(super) fn put_norm<B: Backend>(
    out: &mut Named,
    name: &str,
    gain: &Param<Tensor<B, 1>>,
    bias: Option<&Param<Tensor<B, 1>>>,
) {
    put(out, format!("{name}.weight"), gain);
    if let Some(bias) = bias {
        put(out, format!("{name}.bias"), bias);
    }
}

/// Adds a dense layer's weights and bias.
pub(super) fn put_dense<B: Backend>(
    out: &mut Named,
    name: &str,
    weight: &Param<Tensor<B, 2>>,
    bias: Option<&Param<Tensor<B, 1>>>,
) {
    let [input, output] = weight.dims();
    let values = transposed(&host(weight.val()), input, output);
    out.push((format!("{name}.weight"), vec![output, input], values));
    if let Some(bias) = bias {
        put(out, format!("{name}.bias"), bias);
    }
}

/// The parameter with other values.
pub(super) fn replaced<B: Backend, const D: usize>(
    param: Param<Tensor<B, D>>,
    values: Vec<f32>,
) -> Param<Tensor<B, D>> {
    let (id, tensor, mapper) = param.consume();
    let loaded = init::tensor(values, tensor.dims(), &tensor.device());
    Param::from_mapped_value(id, loaded.set_require_grad(tensor.is_require_grad()), mapper)
}

/// The transpose of a matrix of `rows` rows.
pub(super) fn transposed(matrix: &[f32], rows: usize, columns: usize) -> Vec<f32> {
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
