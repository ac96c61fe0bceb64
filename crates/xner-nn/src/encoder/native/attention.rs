//! Attention, a sentence and a head at a time, without padding.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use xner_gemm::{Matrix, Update, product_into};

use super::super::noise::{Noise, Site, attention_places};
use super::super::{EncoderForm, EncoderSpec};
use super::buffers::Buffer;
use crate::simd;

/// The sizes of a call.
#[derive(Clone, Copy)]
struct Sizes {
    width: usize,
    heads: usize,
    /// Columns of a head.
    size: usize,
    /// 1 / √size
    scale: f32,
    noise: Option<Noise>,
    form: EncoderForm,
}

impl Sizes {
    fn new(spec: &EncoderSpec, width: usize) -> Self {
        let size = width / spec.heads;
        let scale = 1.0 / (size as f32).sqrt();
        let noise = Noise::of(spec, Site::Attention);
        Self { width, heads: spec.heads, size, scale, noise, form: spec.form }
    }

    /// Query, key or value (0, 1, 2) of a head in the rows of a sentence.
    fn part<'a>(&self, qkv: &'a [f32], len: usize, part: usize, head: usize) -> Matrix<'a> {
        Matrix::strided(&qkv[part * self.width + head * self.size..], len, self.size, 3 * self.width)
    }

    /// A head's columns of a sentence's rows.
    fn columns<'a>(&self, rows: &'a [f32], len: usize, head: usize) -> Matrix<'a> {
        Matrix::strided(&rows[head * self.size..], len, self.size, self.width)
    }

    /// The probabilities of a head: `softmax(Q Kᵀ / √size)`.
    fn probabilities(&self, out: &mut [f32], qkv: &[f32], len: usize, head: usize) {
        let (query, key) = (self.part(qkv, len, 0, head), self.part(qkv, len, 1, head));
        let how = Update { scale: self.scale, ..Update::default() };
        product_into(out, len, query, key.transposed(), how);
        Arch::new().dispatch(Softmax(out, len, self.form));
    }

    /// A head's mixed values of a sentence, whose noise begins at `place`, into rows of `stride` values.
    fn mix(
        &self,
        out: &mut [f32],
        stride: usize,
        probabilities: &mut [f32],
        qkv: &[f32],
        head: usize,
        place: u32,
    ) {
        let len = qkv.len() / (3 * self.width);
        self.probabilities(probabilities, qkv, len, head);
        self.drop(probabilities, place.wrapping_add((head * len * len) as u32));
        let value = self.part(qkv, len, 2, head);
        product_into(out, stride, Matrix::new(probabilities, len, len), value, Update::default());
    }

    fn drop(&self, values: &mut [f32], place: u32) {
        struct Drop<'a>(&'a mut [f32], Noise, u32);
        impl WithSimd for Drop<'_> {
            type Output = ();
            #[inline(always)]
            fn with_simd<S: Simd>(self, _: S) {
                self.1.apply(self.0, self.2);
            }
        }
        if let Some(noise) = self.noise {
            Arch::new().dispatch(Drop(values, noise, place));
        }
    }
}

/// Of each row what it reads, of so many rows; the rest is zero.
struct Softmax<'a>(&'a mut [f32], usize, EncoderForm);

impl WithSimd for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (at, row) in self.0.chunks_exact_mut(self.1).enumerate() {
            let read = self.2.read_by(at % self.1, self.1);
            row[..read.start].fill(0.0);
            row[read.end..].fill(0.0);
            let row = &mut row[read];
            let most = simd.splat_f32s(simd::most(simd, row));
            simd::update(
                simd,
                row,
                [],
                #[inline(always)]
                |x, []| simd::exp(simd, simd.sub_f32s(x, most)),
            );
            let scale = simd.splat_f32s(
                1.0 / simd::sum(
                    simd,
                    [row],
                    #[inline(always)]
                    |[x]| x,
                ),
            );
            simd::update(
                simd,
                row,
                [],
                #[inline(always)]
                |x, []| simd.mul_f32s(x, scale),
            );
        }
    }
}

/// Splits rows of `width` columns into the sentences'.
fn split<'a>(spec: &EncoderSpec, mut rows: &'a mut [f32], width: usize) -> Vec<&'a mut [f32]> {
    let mut sentences = Vec::with_capacity(spec.lengths.len());
    for &len in spec.lengths.iter() {
        let (sentence, rest) = rows.split_at_mut(len * width);
        sentences.push(sentence);
        rows = rest;
    }
    sentences
}

/// A sentence of at least so many rows has its heads shared out to threads.
const LONG: usize = 64;

/// All heads' mixed values side by side, `[rows, width]`, from `qkv`, `[rows, 3 width]`.
pub(super) fn forward(spec: &EncoderSpec, qkv: &[f32], out: &mut [f32], width: usize) {
    let sizes = Sizes::new(spec, width);
    // With enough sentences for all threads, each thread takes sentences. Otherwise it takes heads of the long ones.
    let few = spec.lengths.len() < rayon::current_num_threads();
    let sentences: Vec<(Range<usize>, u32)> = spec.sentences().zip(attention_places(spec)).collect();
    split(spec, out, width).into_par_iter().zip(sentences).for_each(|(out, (rows, place))| {
        let len = rows.len();
        if len == 0 {
            return;
        }
        let qkv = &qkv[rows.start * 3 * width..rows.end * 3 * width];
        if !few || len < LONG {
            let mut probabilities = Buffer::new(len * len);
            for head in 0..sizes.heads {
                let mixed = &mut out[head * sizes.size..];
                sizes.mix(mixed, width, &mut probabilities, qkv, head, place);
            }
            return;
        }
        let mut mixed = Buffer::new(len * width);
        mixed.par_chunks_mut(len * sizes.size).enumerate().for_each(|(head, mixed)| {
            sizes.mix(mixed, sizes.size, &mut Buffer::new(len * len), qkv, head, place);
        });
        for (head, mixed) in mixed.chunks_exact(len * sizes.size).enumerate() {
            for (out, mixed) in out.chunks_exact_mut(width).zip(mixed.chunks_exact(sizes.size)) {
                out[head * sizes.size..][..sizes.size].copy_from_slice(mixed);
            }
        }
    });
}

/// The gradient of `qkv` from that of the mixed values. Probabilities are computed once more, not kept.
pub(super) fn backward(spec: &EncoderSpec, qkv: &[f32], grad: &[f32], d_qkv: &mut [f32], width: usize) {
    let sizes = Sizes::new(spec, width);
    let sentences: Vec<(Range<usize>, u32)> = spec.sentences().zip(attention_places(spec)).collect();
    split(spec, d_qkv, 3 * width).into_par_iter().zip(sentences).for_each(|(d_qkv, (rows, place))| {
        let len = rows.len();
        if len == 0 {
            return;
        }
        let qkv = &qkv[rows.start * 3 * width..rows.end * 3 * width];
        let grad = &grad[rows.start * width..rows.end * width];
        let [mut probabilities, mut dropped, mut d_scores] = [(); 3].map(|()| Buffer::new(len * len));
        for head in 0..sizes.heads {
            let place = place.wrapping_add((head * len * len) as u32);
            sizes.probabilities(&mut probabilities, qkv, len, head);
            dropped.copy_from_slice(&probabilities);
            sizes.drop(&mut dropped, place);
            let [query, key, value] = [0, 1, 2].map(|part| sizes.part(qkv, len, part, head));
            let grad = sizes.columns(grad, len, head);
            let whole = |values| Matrix::new(values, len, len);
            // P' mixes the values, so dV = P'ᵀ dO and dP' = dO Vᵀ.
            let at = |part: usize| part * width + head * sizes.size;
            let how = Update::default();
            product_into(&mut d_qkv[at(2)..], 3 * width, whole(&dropped).transposed(), grad, how);
            product_into(&mut d_scores, len, grad, value.transposed(), how);
            sizes.drop(&mut d_scores, place);
            Arch::new().dispatch(SoftmaxBackward { grad: &mut d_scores, probabilities: &probabilities, len });
            let how = Update { scale: sizes.scale, ..how };
            product_into(&mut d_qkv[at(0)..], 3 * width, whole(&d_scores), key, how);
            product_into(&mut d_qkv[at(1)..], 3 * width, whole(&d_scores).transposed(), query, how);
        }
    });
}

/// `grad = p (grad - Σ grad p)`, row by row.
struct SoftmaxBackward<'a> {
    grad: &'a mut [f32],
    probabilities: &'a [f32],
    len: usize,
}

impl WithSimd for SoftmaxBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.grad.chunks_exact_mut(self.len).zip(self.probabilities.chunks_exact(self.len));
        for (grad, p) in rows {
            let sum = simd::sum(
                simd,
                [grad, p],
                #[inline(always)]
                |[grad, p]| simd.mul_f32s(grad, p),
            );
            let sum = simd.splat_f32s(sum);
            simd::update(
                simd,
                grad,
                [p],
                #[inline(always)]
                |grad, [p]| simd.mul_f32s(p, simd.sub_f32s(grad, sum)),
            );
        }
    }
}
