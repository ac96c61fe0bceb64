//! The discriminator on burn's CPU backend: its gradient is never stored, a step changes the weights in place, and
//! the mapping's step leaves them out.

#![allow(clippy::inline_always, reason = "vector kernels are compiled into each instruction set's entry")]

mod kernels;
mod panels;
mod scratch;
#[macro_use]
mod tile;

use burn::tensor::{Tensor, TensorData};
use burn_flex::{Flex, FlexDevice};
use pulp::Arch;
use rayon::prelude::*;

use super::network::{Batch, Dense, Network, assert_fit};
use kernels::{Forward, Gradient, Inputs, InputsOnly, Output, Rectifier, Through, Upstream, Weights};
use panels::{Panels, WIDTH};
use scratch::{Scratch, masks, values};

/// Units of a layer that a thread takes at once on the way back.
const BLOCK: usize = 4 * WIDTH;

/// A discriminator with its weights in panels, and room for what its steps compute.
#[derive(Debug)]
pub struct FlexNetwork {
    hidden: Vec<Layer>,
    /// The output layer's weights, filled up with zeros.
    output: Vec<f32>,
    output_bias: f32,
    leak: f32,
    /// Room for batches of each size that came.
    scratch: Vec<Scratch>,
}

#[derive(Debug)]
struct Layer {
    /// `[inputs, outputs]`
    weight: Panels,
    /// Filled up with zeros.
    bias: Vec<f32>,
}

fn filled(values: &[f32]) -> Vec<f32> {
    let mut values = values.to_vec();
    values.resize(values.len().next_multiple_of(WIDTH), 0.0);
    values
}

impl FlexNetwork {
    /// The room for batches of `rows`.
    fn room(&mut self, rows: usize) -> Scratch {
        match self.scratch.iter().position(|room| room.rows() == rows) {
            Some(at) => self.scratch.swap_remove(at),
            None => Scratch::new(rows, &self.hidden.iter().map(|layer| &layer.weight).collect::<Vec<_>>()),
        }
    }

    /// The activations of `x`, and the logits, into the room.
    fn forward(&self, room: &mut Scratch, masks: &[Panels]) {
        let last = self.hidden.len() - 1;
        for (at, layer) in self.hidden.iter().enumerate() {
            let rows = room.rows();
            let (x, out) = room.layer(at);
            let mut parts: Vec<Option<&mut [f32]>> = Vec::new();
            if at == last {
                parts.extend(out.logits.chunks_exact_mut(rows).map(Some));
            } else {
                parts.resize_with(out.activations.columns().div_ceil(WIDTH), || None);
            }
            out.activations.all_mut().zip(parts).enumerate().collect::<Vec<_>>().into_par_iter().for_each(
                |(p, (out, part))| {
                    let units = p * WIDTH..(p + 1) * WIDTH;
                    Arch::new().dispatch(Forward {
                        out,
                        x,
                        weight: layer.weight.panel(p),
                        bias: &layer.bias[units.clone()],
                        leak: self.leak,
                        mask: masks.get(at).map(|mask| mask.panel(p)),
                        logits: part.map(|part| (&self.output[units], part)),
                    });
                },
            );
        }
    }

    /// The summed cross-entropy times `scale`; its derivatives by the logits go into the room.
    fn cross_entropy(&self, room: &mut Scratch, target: impl Fn(usize) -> f32, scale: f32) -> f32 {
        let rows = room.rows();
        let mut loss = 0.0_f64;
        for row in 0..rows {
            let parts = room.logits.iter().skip(row).step_by(rows);
            let z = self.output_bias + parts.sum::<f32>();
            let y = target(row);
            // log(1 + e^z) - y z and its derivative, without overflow.
            let e = (-z.abs()).exp();
            loss += f64::from(z.max(0.0) + e.ln_1p() - y * z);
            let probability = if z >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
            room.by_logit[row] = scale * (probability - y);
        }
        (loss * f64::from(scale)) as f32
    }

    /// The gradient by the last hidden layer, with `rate` and a step of the output layer.
    fn through_output(&mut self, room: &mut Scratch, masks: &[Panels], rate: Option<f32>) {
        let last = self.hidden.len() - 1;
        let Scratch { activations, gradients, by_logit, .. } = room;
        let (by_row, by_unit) = &mut gradients[last];
        let bias = self.hidden[last].bias.chunks_mut(WIDTH);
        let weight = self.output.chunks_mut(WIDTH);
        let tasks: Vec<_> = by_row.all_mut().zip(by_unit.blocks_mut(WIDTH)).zip(weight.zip(bias)).collect();
        tasks.into_par_iter().enumerate().for_each(|(panel, ((by_row, mut by_unit), (weight, bias)))| {
            Arch::new().dispatch(Output {
                by_logit,
                weight,
                rate,
                rectifier: Rectifier {
                    activations: &activations[last + 1],
                    mask: masks.get(last),
                    leak: self.leak,
                },
                panel,
                gradient: Gradient { by_row, by_unit: &mut by_unit, bias: rate.map(|rate| (bias, rate)) },
            });
        });
        if let Some(rate) = rate {
            self.output_bias -= rate * by_logit.iter().sum::<f32>();
        }
    }
}

impl Network<Flex> for FlexNetwork {
    fn new(layers: &[Dense], leak: f32, _: &FlexDevice) -> Self {
        assert_fit(layers);
        let (hidden, output) = layers.split_at(layers.len() - 1);
        assert!(!hidden.is_empty(), "a discriminator has a hidden layer");
        let layer = |layer: &Dense| Layer {
            weight: Panels::packed(layer.inputs, layer.outputs, &layer.weight),
            bias: filled(&layer.bias),
        };
        Self {
            hidden: hidden.iter().map(layer).collect(),
            output: filled(&output[0].weight),
            output_bias: output[0].bias[0],
            leak,
            scratch: Vec::new(),
        }
    }

    fn layers(&self) -> Vec<Dense> {
        let dense = |layer: &Layer| {
            let (inputs, outputs) = (layer.weight.rows(), layer.weight.columns());
            Dense { inputs, outputs, weight: layer.weight.unpacked(), bias: layer.bias[..outputs].to_vec() }
        };
        let mut layers: Vec<Dense> = self.hidden.iter().map(dense).collect();
        let inputs = layers.last().map_or(0, |last| last.outputs);
        let (weight, bias) = (self.output[..inputs].to_vec(), vec![self.output_bias]);
        layers.push(Dense { inputs, outputs: 1, weight, bias });
        layers
    }

    fn discriminator_step(&mut self, batch: Batch<Flex>, targets: &[f32], rate: f32) -> Tensor<Flex, 1> {
        let mut room = self.room(targets.len());
        let masks = masks(batch.masks);
        room.activations[0].pack(&values(batch.inputs));
        self.forward(&mut room, &masks);
        let loss = self.cross_entropy(&mut room, |row| targets[row], 1.0 / targets.len() as f32);
        self.through_output(&mut room, &masks, Some(rate));
        for at in (1..self.hidden.len()).rev() {
            let (below, above) = self.hidden.split_at_mut(at);
            let (below, above) = (&mut below[at - 1], &mut above[0]);
            let (lower, upper) = room.gradients.split_at_mut(at);
            let (by_row, by_unit) = &mut lower[at - 1];
            let upstream = Upstream { by_row: &upper[0].0, by_unit: &upper[0].1 };
            let tasks: Vec<_> = above
                .weight
                .blocks_mut(BLOCK)
                .into_iter()
                .zip(by_row.groups_mut(BLOCK / WIDTH))
                .zip(by_unit.blocks_mut(BLOCK))
                .zip(below.bias.chunks_mut(BLOCK))
                .collect();
            tasks.into_par_iter().enumerate().for_each(|(block, (((weight, by_row), mut by_unit), bias))| {
                Arch::new().dispatch(Inputs {
                    upstream,
                    weight,
                    rate,
                    rectifier: Rectifier {
                        activations: &room.activations[at],
                        mask: masks.get(at - 1),
                        leak: self.leak,
                    },
                    panel: block * BLOCK / WIDTH,
                    gradient: Gradient { by_row, by_unit: &mut by_unit, bias: Some((bias, rate)) },
                });
            });
        }
        let x = &room.activations[0];
        let tasks: Vec<_> = self.hidden[0].weight.all_mut().zip(room.gradients[0].0.all()).collect();
        tasks.into_par_iter().for_each(|(weight, upstream)| {
            Arch::new().dispatch(Weights { weight, x, upstream, rate });
        });
        self.scratch.push(room);
        Tensor::from_data(TensorData::new(vec![loss], [1]), &FlexDevice)
    }

    fn mapping_gradient(
        &mut self,
        mapped: Tensor<Flex, 2>,
        target: f32,
        scale: f32,
    ) -> (Tensor<Flex, 1>, Tensor<Flex, 2>) {
        let [rows, dim] = mapped.dims();
        let mut room = self.room(rows);
        room.activations[0].pack(&values(mapped));
        self.forward(&mut room, &[]);
        let loss = self.cross_entropy(&mut room, |_| target, scale);
        self.through_output(&mut room, &[], None);
        for at in (1..self.hidden.len()).rev() {
            let (lower, upper) = room.gradients.split_at_mut(at);
            let (by_row, by_unit) = &mut lower[at - 1];
            let upstream = &upper[0].1;
            let tasks: Vec<_> = self.hidden[at]
                .weight
                .blocks(BLOCK)
                .into_iter()
                .zip(by_row.groups_mut(BLOCK / WIDTH))
                .zip(by_unit.blocks_mut(BLOCK))
                .collect();
            tasks.into_par_iter().enumerate().for_each(|(block, ((weight, by_row), mut by_unit))| {
                Arch::new().dispatch(InputsOnly { upstream, weight, by_unit: &mut by_unit });
                Arch::new().dispatch(Through {
                    rectifier: Rectifier { activations: &room.activations[at], mask: None, leak: self.leak },
                    panel: block * BLOCK / WIDTH,
                    gradient: Gradient { by_row, by_unit: &mut by_unit, bias: None },
                });
            });
        }
        let upstream = &room.gradients[0].1;
        let by_x = &mut room.by_x;
        let tasks: Vec<_> =
            self.hidden[0].weight.blocks(WIDTH).into_iter().zip(by_x.blocks_mut(WIDTH)).collect();
        tasks.into_par_iter().for_each(|(weight, mut by_unit)| {
            Arch::new().dispatch(InputsOnly { upstream, weight, by_unit: &mut by_unit });
        });
        let gradient = Tensor::from_data(TensorData::new(by_x.transposed(), [rows, dim]), &FlexDevice);
        self.scratch.push(room);
        (Tensor::from_data(TensorData::new(vec![loss], [1]), &FlexDevice), gradient)
    }
}
