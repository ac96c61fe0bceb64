//! Passes over the product of two sides, split over threads.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};

use pulp::Arch;
use rayon::prelude::*;

use super::collect::{Collect, Key, Nothing, Single, Top, id_of};
use super::kernel::{COLUMNS, PADDING, ROWS, Side, Sweep};
use super::pack::pack;
use super::{Dropout, Neighbours};
use crate::Rows;

/// The most rows of a group: so many that packing the columns for them costs little beside the product.
const MOST_ROWS: usize = 682 * ROWS;
/// The fewest rows of a group: the last groups are small, so that threads end at about the same time.
const LEAST_ROWS: usize = 80 * ROWS;
/// The most columns of a group, which one thread works on at a time.
const MOST_COLUMNS: usize = 64 * COLUMNS;

/// The `k` keys (at most as many as there are) with the largest inner product less the keys' offsets.
pub(super) fn top(queries: Rows<'_>, keys: Rows<'_>, k: usize, offsets: Option<&[f32]>) -> Neighbours {
    if k == 0 {
        return Neighbours::new(queries.len(), 0, Vec::new(), Vec::new());
    }
    let offsets = offsets.map(padded);
    let row_side = Side { rows: queries, offsets: &[] };
    let column_side = Side { rows: keys, offsets: offsets.as_deref().unwrap_or_default() };
    let groups = row_groups(queries.len());
    // Where there are few queries the keys are split over the threads as well.
    let wanted =
        if groups.len() > rayon::current_num_threads() { 1 } else { 2 * rayon::current_num_threads() };
    let parts = column_groups(keys.len(), keys.len().div_ceil(wanted));
    let found = on_all_threads(groups.len() * parts.len(), |task, memory| {
        let (rows, part) = (groups[task / parts.len()].clone(), parts[task % parts.len()].clone());
        let mut best = Top::<u64>::new(rows.len(), rows.len().next_multiple_of(ROWS), k.min(part.len()));
        let packed = packed(queries, &rows);
        let columns = (column_side, part, &mut Nothing);
        if offsets.is_some() {
            sweep::<_, _, true>((row_side, rows, &packed, &mut best), columns, memory);
        } else {
            sweep::<_, _, false>((row_side, rows, &packed, &mut best), columns, memory);
        }
        best.finish()
    });
    let mut best = Vec::with_capacity(queries.len() * k);
    for (found, rows) in found.chunks(parts.len()).zip(&groups) {
        if let [found] = found {
            best.extend_from_slice(found);
            continue;
        }
        for at in 0..rows.len() {
            let lists = found
                .iter()
                .flat_map(|found| &found[found.len() / rows.len() * at..][..found.len() / rows.len()]);
            let mut all: Vec<u64> = lists.copied().collect();
            all.sort_unstable_by(|a, b| b.cmp(a));
            best.extend_from_slice(&all[..k]);
        }
    }
    let ids = best.iter().map(|&key| id_of(key)).collect();
    Neighbours::new(queries.len(), k, ids, best.iter().map(|&key| key.value()).collect())
}

/// For each side the mean of the `k` largest inner products of each row with the other side, and the largest; of
/// nothing 0.
pub(super) fn means(source: Rows<'_>, target: Rows<'_>, k: usize) -> [(Vec<f32>, Vec<f32>); 2] {
    if source.len() < target.len() {
        let [target, source] = means(target, source, k);
        return [source, target];
    }
    if target.is_empty() {
        return [source, target].map(|rows| (vec![0.0; rows.len()], vec![0.0; rows.len()]));
    }
    let ks = [target.len(), source.len()].map(|others| k.min(others));
    let collect = |side: usize, range: &Range<usize>, padding| {
        Top::<u32>::new(range.len(), range.len().next_multiple_of(padding), ks[side].max(1))
    };
    let [source, target] = [source, target].map(|rows| Side { rows, offsets: &[] });
    let (forward, backward) = both::<_, _, _, false>(
        &(source, |range: &Range<usize>| collect(0, range, ROWS)),
        &(target, |range: &Range<usize>| collect(1, range, COLUMNS)),
        Top::finish,
        Top::finish,
    );
    let mean = |keys: &[u32], k: usize| {
        let sum: f64 = keys.iter().take(k).map(|key| f64::from(key.value())).sum();
        (sum / k.max(1) as f64) as f32
    };
    [(forward, ks[0]), (backward, ks[1])].map(|(keys, k)| {
        let lists = keys.chunks_exact(k.max(1));
        (lists.clone().map(|list| mean(list, k)).collect(), lists.map(|list| list[0].value()).collect())
    })
}

/// The best partner of every row, both ways, by inner product less the partner's offset. The sides stand in any order,
/// each with a number that decides what it leaves out.
pub(super) fn best(
    sides: [(Rows<'_>, &[f32]); 2],
    ways: [u64; 2],
    dropout: Option<Dropout>,
) -> [Vec<(u32, f32)>; 2] {
    if sides[0].0.len() < sides[1].0.len() {
        let [left, right] = best([sides[1], sides[0]], [ways[1], ways[0]], dropout);
        return [right, left];
    }
    if sides[1].0.is_empty() {
        return [Vec::new(), Vec::new()];
    }
    let collect = |side: usize, range: &Range<usize>, padding| {
        let dropout = dropout.map(|dropout| dropout.of_way(ways[side]));
        Single::new(range.len(), range.len().next_multiple_of(padding), range.start, dropout)
    };
    let offsets = sides.map(|side| padded(side.1));
    let (forward, backward) = both::<_, _, _, true>(
        &(Side { rows: sides[0].0, offsets: &offsets[0] }, |range: &Range<usize>| collect(0, range, ROWS)),
        &(Side { rows: sides[1].0, offsets: &offsets[1] }, |range: &Range<usize>| collect(1, range, COLUMNS)),
        |single| single.best,
        |single| single.best,
    );
    [forward, backward].map(|keys| keys.iter().map(|&key| (id_of(key), key.value())).collect())
}

/// One pass that collects for rows and columns at once; neither side is empty.
///
/// A group of rows belongs to one thread, a group of columns to the thread that has locked it: another goes on
/// with the next one that is free. So the order in which values come depends on chance, the result does not.
fn both<'a, R: Collect, C: Collect, T: Copy + Send, const OFFSETS: bool>(
    rows: &(Side<'a>, impl Fn(&Range<usize>) -> R + Sync),
    columns: &(Side<'a>, impl Fn(&Range<usize>) -> C + Sync),
    finish_rows: impl Fn(R) -> Vec<T> + Sync,
    finish_columns: impl Fn(C) -> Vec<T>,
) -> (Vec<T>, Vec<T>) {
    let threads = rayon::current_num_threads();
    let groups = row_groups(rows.0.rows.len());
    let parts = column_groups(columns.0.rows.len(), columns.0.rows.len().div_ceil(4 * threads));
    let parts: Vec<_> = parts.into_iter().map(|part| (Mutex::new(columns.1(&part)), part)).collect();
    let found = on_all_threads(groups.len(), |task, memory| {
        let range = &groups[task];
        let mut collect = rows.1(range);
        let packed = packed(rows.0.rows, range);
        // Threads begin at different columns.
        let first = task % threads * parts.len() / threads;
        let mut left: VecDeque<usize> = (first..parts.len()).chain(0..first).collect();
        let mut refused = 0;
        while let Some(at) = left.pop_front() {
            let (locked, part) = &parts[at];
            let mut guard = match locked.try_lock() {
                Ok(guard) => guard,
                Err(TryLockError::WouldBlock) if refused < left.len() => {
                    refused += 1;
                    left.push_back(at);
                    continue;
                }
                Err(_) => locked.lock().unwrap_or_else(PoisonError::into_inner),
            };
            refused = 0;
            let rows = (rows.0, range.clone(), &packed[..], &mut collect);
            sweep::<_, _, OFFSETS>(rows, (columns.0, part.clone(), &mut *guard), memory);
        }
        finish_rows(collect)
    });
    let backward =
        parts.into_iter().map(|(locked, _)| locked.into_inner().unwrap_or_else(PoisonError::into_inner));
    (found.concat(), backward.flat_map(finish_columns).collect())
}

/// Calls `task(number, memory)` for numbers below `count`, the low ones first, on all threads; what they return in
/// the order of their numbers.
fn on_all_threads<T: Send>(count: usize, task: impl Fn(usize, &mut Vec<f32>) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, T)> = (0..rayon::current_num_threads().min(count))
        .into_par_iter()
        .with_max_len(1)
        .flat_map_iter(|_| {
            let mut memory = Vec::new();
            let numbers =
                std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&at| at < count));
            numbers.map(|at| (at, task(at, &mut memory))).collect::<Vec<_>>()
        })
        .collect();
    done.sort_unstable_by_key(|entry| entry.0);
    done.into_iter().map(|entry| entry.1).collect()
}

type RowPart<'a, R> = (Side<'a>, Range<usize>, &'a [f32], &'a mut R);
type ColumnPart<'a, C> = (Side<'a>, Range<usize>, &'a mut C);

fn sweep<R: Collect, C: Collect, const OFFSETS: bool>(
    (row_side, rows, packed, row_collect): RowPart<'_, R>,
    (column_side, columns, column_collect): ColumnPart<'_, C>,
    memory: &mut Vec<f32>,
) {
    Arch::new().dispatch(Sweep::<R, C, OFFSETS> {
        row_side,
        rows,
        packed,
        row_collect,
        column_side,
        columns,
        column_collect,
        memory,
    });
}

/// Rows in panels for the kernel.
fn packed(rows: Rows<'_>, range: &Range<usize>) -> Vec<f32> {
    let dim = rows.dim();
    let mut out = vec![0.0; range.len().next_multiple_of(ROWS) * dim];
    pack(&rows.data()[range.start * dim..range.end * dim], dim, ROWS, &mut out);
    out
}

/// Offsets with what the kernel wants behind them.
fn padded(offsets: &[f32]) -> Vec<f32> {
    offsets.iter().copied().chain([f32::MAX; PADDING]).collect()
}

/// Groups of rows, large ones first.
fn row_groups(count: usize) -> Vec<Range<usize>> {
    let (mut start, mut groups) = (0, Vec::new());
    while start < count {
        let share = (count - start).div_ceil(2 * rayon::current_num_threads());
        let end = count.min(start + share.next_multiple_of(ROWS).clamp(LEAST_ROWS, MOST_ROWS));
        groups.push(start..end);
        start = end;
    }
    groups
}

/// Groups of about `size` columns.
fn column_groups(count: usize, size: usize) -> Vec<Range<usize>> {
    let size = size.next_multiple_of(COLUMNS).clamp(COLUMNS, MOST_COLUMNS);
    (0..count).step_by(size).map(|start| start..count.min(start + size)).collect()
}
