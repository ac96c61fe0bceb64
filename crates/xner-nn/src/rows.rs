//! Rows of matrices.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Each row with mean 0 and variance 1, `(x - mean) / √(variance + 1e-6)`, without parameters: what a vector says but
/// for its size and place.
pub fn standardised<B: Backend>(rows: Tensor<B, 2>) -> Tensor<B, 2> {
    let centred = rows.clone() - rows.mean_dim(1);
    let variance = centred.clone().square().mean_dim(1);
    centred / (variance + 1e-6).sqrt()
}

#[cfg(test)]
mod tests {
    use burn_flex::{Flex, FlexDevice};

    use super::*;
    use crate::init;

    #[test]
    fn size_and_place_are_gone() {
        let values = vec![1.0, 2.0, 3.0, 6.0, -5.0, 0.0, 5.0, 20.0];
        let rows = standardised::<Flex>(init::tensor(values, [2, 4], &FlexDevice));
        let found: Vec<f32> = rows.into_data().to_vec().unwrap_or_default();
        let want = |row: [f64; 4]| {
            let mean = row.iter().sum::<f64>() / 4.0;
            let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 4.0;
            row.map(|x| (x - mean) / variance.sqrt())
        };
        let wanted = [want([1.0, 2.0, 3.0, 6.0]), want([-5.0, 0.0, 5.0, 20.0])].concat();
        assert_eq!(found.len(), wanted.len());
        for (found, want) in found.iter().zip(wanted) {
            assert!((f64::from(*found) - want).abs() < 1e-5, "{found} {want}");
        }
    }
}
