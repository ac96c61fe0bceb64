//! The product that everything is made of: a few rows of a panel, held in registers.

use pulp::Simd;

use super::panels::WIDTH;

/// As many rows of a panel at once as the registers hold with two of the panel's and one for what they are
/// multiplied by.
pub(super) const fn most_rows<S: Simd>() -> usize {
    if S::F32_LANES >= 16 { 12 } else { 6 }
}

/// Cuts `count` rows into groups of nearly equal size, none above `most`: the first row and the size of each.
pub(super) fn groups(count: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let groups = count.div_ceil(most);
    (0..groups).map(move |g| {
        let (first, next) = (g * count / groups, (g + 1) * count / groups);
        (first, next - first)
    })
}

/// `out[r] += Σ over parts Σ_k left[r][k] right[k]`, each row 32 wide, for at most [`most_rows`] rows: the
/// rows of `left` lie as those of `out` do.
#[allow(clippy::needless_pass_by_value, reason = "an iterator is a recipe")]
#[inline(always)]
pub(super) fn along<'a, S: Simd>(
    simd: S,
    out: &mut [f32],
    parts: impl Iterator<Item = (&'a [f32], &'a [f32])> + Clone,
) {
    sized!(S, out.len() / WIDTH, ROWS, {
        let mut columns = 0;
        while columns < WIDTH {
            let mut sums = [[simd.splat_f32s(0.0); 2]; ROWS];
            for (left, right) in parts.clone() {
                let rows: [&[f32; WIDTH]; ROWS] = std::array::from_fn(|r| row(left, r));
                let right = S::as_simd_f32s(right).0.chunks_exact(WIDTH / S::F32_LANES);
                let at = columns / S::F32_LANES;
                for (k, right) in (0..WIDTH).zip(right) {
                    let (v0, v1) = (right[at], right[at + 1]);
                    for r in 0..ROWS {
                        let x = simd.splat_f32s(rows[r][k]);
                        sums[r][0] = simd.mul_add_f32s(x, v0, sums[r][0]);
                        sums[r][1] = simd.mul_add_f32s(x, v1, sums[r][1]);
                    }
                }
            }
            add::<S, ROWS>(simd, out, columns, &sums, 1.0);
            columns += 2 * S::F32_LANES;
        }
    });
}

/// `out[r] += scale Σ_k left[k][first + r] right[k]`, each row 32 wide, for at most [`most_rows`] rows.
#[inline(always)]
pub(super) fn across<S: Simd>(
    simd: S,
    out: &mut [f32],
    left: &[f32],
    first: usize,
    right: &[f32],
    scale: f32,
) {
    sized!(S, out.len() / WIDTH, ROWS, {
        let mut columns = 0;
        while columns < WIDTH {
            let mut sums = [[simd.splat_f32s(0.0); 2]; ROWS];
            let right = S::as_simd_f32s(right).0.chunks_exact(WIDTH / S::F32_LANES);
            let at = columns / S::F32_LANES;
            for (left, right) in left.chunks_exact(WIDTH).zip(right) {
                let Some(left) = left[first..].first_chunk::<ROWS>() else { break };
                let (v0, v1) = (right[at], right[at + 1]);
                for r in 0..ROWS {
                    let x = simd.splat_f32s(left[r]);
                    sums[r][0] = simd.mul_add_f32s(x, v0, sums[r][0]);
                    sums[r][1] = simd.mul_add_f32s(x, v1, sums[r][1]);
                }
            }
            add::<S, ROWS>(simd, out, columns, &sums, scale);
            columns += 2 * S::F32_LANES;
        }
    });
}

/// Adds `scale sums` to two registers of each row, from column `columns` on.
#[inline(always)]
fn add<S: Simd, const ROWS: usize>(
    simd: S,
    out: &mut [f32],
    columns: usize,
    sums: &[[S::f32s; 2]; ROWS],
    scale: f32,
) {
    let scale = simd.splat_f32s(scale);
    let at = columns / S::F32_LANES;
    let rows = S::as_mut_simd_f32s(out).0.chunks_exact_mut(WIDTH / S::F32_LANES);
    for (row, sums) in rows.zip(sums) {
        row[at] = simd.mul_add_f32s(sums[0], scale, row[at]);
        row[at + 1] = simd.mul_add_f32s(sums[1], scale, row[at + 1]);
    }
}

/// Row `r` of a panel's piece; zeros behind its end.
#[inline(always)]
fn row(panel: &[f32], r: usize) -> &[f32; WIDTH] {
    panel.get(r * WIDTH..).and_then(<[f32]>::first_chunk).unwrap_or(&[0.0; WIDTH])
}

/// Runs `$body` with the constant `$rows` equal to `$count`, which is from 1 to what the registers hold.
macro_rules! sized {
    ($simd:ty, $count:expr, $rows:ident, $body:block) => {
        sized!(@one $simd, $count, $rows, $body, 1 2 3 4 5 6 7 8 9 10 11 12)
    };
    (@one $simd:ty, $count:expr, $rows:ident, $body:block, $($size:literal)*) => {
        match $count {
            $($size if $size <= most_rows::<$simd>() => {
                const $rows: usize = $size;
                $body
            })*
            count => debug_assert_eq!(count, 0, "rows of a tile"),
        }
    };
}
use sized;
