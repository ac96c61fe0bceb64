//! Correlations of two lists of numbers.

use std::cmp::Ordering;

/// Pearson's correlation; `None` for fewer than two pairs or a list whose numbers are all the same.
///
/// # Panics
/// When the lists differ in length.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    assert_eq!(x.len(), y.len(), "lists of different lengths have no correlation");
    let constant = |list: &[f64]| list.iter().all(|&number| equal(number, list[0]));
    if x.len() < 2 || constant(x) || constant(y) {
        return None;
    }
    let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (x - mean_x, y - mean_y);
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    // One root of the product makes a list's correlation with itself 1 to the bit; two roots reach further.
    let product: f64 = xx * yy;
    let lengths = if product.is_normal() { product.sqrt() } else { xx.sqrt() * yy.sqrt() };
    let correlation: f64 = xy / lengths;
    correlation.is_finite().then(|| correlation.clamp(-1.0, 1.0))
}

/// Spearman's rank correlation: Pearson's over ranks, where equal numbers share the mean of their ranks; `None` as
/// for [`pearson`].
///
/// ```
/// use xner_embed::judge::spearman;
///
/// assert_eq!(spearman(&[1.0, 2.0, 3.0], &[10.0, 200.0, 3000.0]), Some(1.0));
/// assert_eq!(spearman(&[1.0, 2.0], &[5.0, 5.0]), None);
/// ```
///
/// # Panics
/// When the lists differ in length.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    pearson(&ranks(x), &ranks(y))
}

/// Whether there is no difference; −0 is 0.
fn equal(x: f64, y: f64) -> bool {
    x.partial_cmp(&y) == Some(Ordering::Equal)
}

/// The rank of each number, from 1; equal ones share their mean rank.
fn ranks(list: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by(|&a, &b| list[a].total_cmp(&list[b]));
    let mut ranks = vec![0.0; list.len()];
    let mut before = 0;
    for same in order.chunk_by(|&a, &b| equal(list[a], list[b])) {
        let rank = f64::midpoint(before as f64 + 1.0, (before + same.len()) as f64);
        for &at in same {
            ranks[at] = rank;
        }
        before += same.len();
    }
    ranks
}
