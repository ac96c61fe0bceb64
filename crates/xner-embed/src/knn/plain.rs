//! Searches as one would first write them: a block of products, a sorted list for each row.

use rayon::prelude::*;
use xner_gemm::{Matrix, product};

use super::{Best, Dropout, Neighbours};
use crate::Rows;

/// Queries and keys of a block.
const BLOCK: (usize, usize) = (64, 1024);

/// Calls `each(query, key, value)` for all inner products of a block of queries, keys in order.
fn products(queries: &[f32], keys: Rows<'_>, mut each: impl FnMut(usize, usize, f32)) {
    let dim = keys.dim();
    let height = queries.len() / dim;
    let mut tile = vec![0.0; height * BLOCK.1];
    for (block, keys) in keys.data().chunks(BLOCK.1 * dim).enumerate() {
        let width = keys.len() / dim;
        let right = Matrix::new(keys, width, dim).transposed();
        product(&mut tile, BLOCK.1, Matrix::new(queries, height, dim), right, false);
        for i in 0..height {
            for j in 0..width {
                each(i, block * BLOCK.1 + j, tile[i * BLOCK.1 + j]);
            }
        }
    }
}

/// Puts a score into a list of the `k` best, best first; ids come in order.
fn insert(list: &mut Vec<(f32, u32)>, k: usize, score: f32, id: u32) {
    if list.len() == k && list.last().is_none_or(|last| last.0 >= score) {
        return;
    }
    let at = list.partition_point(|entry| entry.0 >= score);
    list.insert(at, (score, id));
    list.truncate(k);
}

/// The `k` keys with the largest inner product less `offsets`.
pub(super) fn top(queries: Rows<'_>, keys: Rows<'_>, k: usize, offsets: Option<&[f32]>) -> Neighbours {
    let lists = search(queries, keys, k, |_, j, x| offsets.map_or(x, |offsets| x - offsets[j]));
    let ids = lists.iter().flatten().map(|entry| entry.1).collect();
    let scores = lists.iter().flatten().map(|entry| entry.0).collect();
    Neighbours::new(queries.len(), k, ids, scores)
}

fn search(
    queries: Rows<'_>,
    keys: Rows<'_>,
    k: usize,
    value: impl Fn(usize, usize, f32) -> f32 + Sync,
) -> Vec<Vec<(f32, u32)>> {
    let blocks = queries.data().par_chunks(BLOCK.0 * queries.dim()).enumerate();
    let lists = blocks.flat_map_iter(|(block, rows)| {
        let mut lists = vec![Vec::with_capacity(k + 1); rows.len() / queries.dim()];
        products(rows, keys, |i, j, x| insert(&mut lists[i], k, value(block * BLOCK.0 + i, j, x), j as u32));
        lists
    });
    lists.collect()
}

/// For both sides the mean of the `k` largest inner products with the other side, and the largest.
pub(super) fn means(source: Rows<'_>, target: Rows<'_>, k: usize) -> [(Vec<f32>, Vec<f32>); 2] {
    [(source, target), (target, source)].map(|(queries, keys)| {
        let lists = search(queries, keys, k.min(keys.len()).max(1), |_, _, x| x);
        let k = k.min(keys.len());
        let mean = |list: &Vec<(f32, u32)>| {
            let sum: f64 = list.iter().take(k).map(|entry| f64::from(entry.0)).sum();
            (sum / k.max(1) as f64) as f32
        };
        let largest = |list: &Vec<(f32, u32)>| list.first().map_or(0.0, |entry| entry.0);
        (lists.iter().map(mean).collect(), lists.iter().map(largest).collect())
    })
}

/// The best partner of every row, both ways.
pub(super) fn best_both(
    source: (Rows<'_>, &[f32]),
    target: (Rows<'_>, &[f32]),
    dropout: Option<Dropout>,
) -> Best {
    let one = |queries: Rows<'_>, keys: (Rows<'_>, &[f32]), way: u64| {
        let value = |i: usize, j: usize, x: f32| {
            let kept = dropout.is_none_or(|dropout| keeps(dropout, way, i, j));
            if kept { x - keys.1[j] } else { 0.0 }
        };
        let lists = search(queries, keys.0, 1, value);
        lists.iter().filter_map(|list| list.first()).map(|&(score, id)| (id, score)).collect()
    };
    Best { forward: one(source.0, target, 0), backward: one(target.0, source, 1) }
}

/// Whether a similarity of a query and a key is kept.
fn keeps(dropout: Dropout, way: u64, query: usize, key: usize) -> bool {
    let mut x = dropout.seed ^ way.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for part in [query as u64, key as u64] {
        x = (x ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
    }
    ((x >> 11) as f64) < dropout.keep * (1_u64 << 53) as f64
}

/// The inner product of two rows.
pub(super) fn dot(x: &[f32], y: &[f32]) -> f32 {
    x.iter().zip(y).fold(0.0, |sum, (&x, &y)| x.mul_add(y, sum))
}
