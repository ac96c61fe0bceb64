//! Rotary positions: query and key turned by angles of their places.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::super::EncoderSpec;
use super::rows::BLOCK;

/// Turns query and key in `qkv`, `[rows, 3 width]`, or with `back` the other way, as their gradients are turned.
/// Without rotary positions nothing is done.
pub(super) fn turn(spec: &EncoderSpec, qkv: &mut [f32], width: usize, back: bool) {
    let size = width / spec.heads;
    let longest = spec.lengths.iter().copied().max().unwrap_or(0);
    let Some([cos, mut sin]) = spec.form.turns(longest, size) else { return };
    if back {
        for sin in &mut sin {
            *sin = -*sin;
        }
    }
    let places: Vec<usize> = spec.lengths.iter().flat_map(|&len| 0..len).collect();
    let blocks = qkv.par_chunks_mut(BLOCK * 3 * width).zip(places.par_chunks(BLOCK));
    blocks.for_each(|(qkv, places)| {
        Arch::new().dispatch(Turn { qkv, places, width, half: size / 2, cos: &cos, sin: &sin });
    });
}

struct Turn<'a> {
    qkv: &'a mut [f32],
    places: &'a [usize],
    width: usize,
    half: usize,
    /// `[longest, half]`
    cos: &'a [f32],
    /// `[longest, half]`
    sin: &'a [f32],
}

impl WithSimd for Turn<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { qkv, places, width, half, cos, sin } = self;
        for (row, place) in qkv.chunks_exact_mut(3 * width).zip(places) {
            let [cos, sin] = [cos, sin].map(|all| &all[place * half..][..half]);
            // Query and key, head by head; the value behind them stays.
            for head in row[..2 * width].chunks_exact_mut(2 * half) {
                let (first, second) = head.split_at_mut(half);
                for (((a, b), cos), sin) in first.iter_mut().zip(second).zip(cos).zip(sin) {
                    (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
                }
            }
        }
    }
}
