//! Rows brought into the order in which the kernel reads them.

/// Packs rows in panels of `width`: number `k` of all rows of a panel, then number `k + 1`. Rows that are not there
/// are zeros.
pub(super) fn pack(rows: &[f32], dim: usize, width: usize, out: &mut [f32]) {
    for (panel, out) in rows.chunks(width * dim).zip(out.chunks_exact_mut(width * dim)) {
        if panel.len() < width * dim {
            out.fill(0.0);
        }
        let mut at = 0;
        for rows in panel.chunks(4 * dim) {
            if rows.len() == 4 * dim && width.is_multiple_of(4) {
                interleave::<4>(rows, dim, width, at, out);
            } else {
                for (c, row) in rows.chunks_exact(dim).enumerate() {
                    interleave::<1>(row, dim, width, at + c, out);
                }
            }
            at += 4;
        }
    }
}

/// Writes number `k` of `N` rows side by side from place `at` of line `k` on.
#[inline]
fn interleave<const N: usize>(rows: &[f32], dim: usize, width: usize, at: usize, out: &mut [f32]) {
    let mut parts = [rows; N];
    for (part, row) in parts.iter_mut().zip(rows.chunks_exact(dim)) {
        *part = row;
    }
    for (k, line) in out.chunks_exact_mut(width).enumerate().take(dim) {
        let line = &mut line[at..at + N];
        for (x, row) in line.iter_mut().zip(parts) {
            *x = row[k];
        }
    }
}

/// The part of `memory` of `len` numbers that begins at a cache line, after growing it where it is too small.
pub(super) fn aligned(memory: &mut Vec<f32>, len: usize) -> &mut [f32] {
    const LINE: usize = 64;
    memory.resize(memory.len().max(len + LINE / size_of::<f32>()), 0.0);
    let from = memory.as_ptr().align_offset(LINE).min(LINE / size_of::<f32>());
    &mut memory[from..from + len]
}

#[cfg(test)]
mod tests {
    use super::pack;

    #[test]
    fn panels_interleave_rows() {
        let rows: Vec<f32> = (0..11 * 35).map(|x| x as f32).collect();
        for width in [2, 3, 4, 6, 8] {
            let mut out = vec![-1.0; 11_usize.next_multiple_of(width) * 35];
            pack(&rows, 35, width, &mut out);
            for (at, &x) in out.iter().enumerate() {
                let (panel, k, c) = (at / (width * 35), at % (width * 35) / width, at % width);
                assert_eq!(Some(&x), rows.get((panel * width + c) * 35 + k).or(Some(&0.0)));
            }
        }
    }
}
