//! How long vectors are.

use super::Vectors;
use crate::Result;
use crate::rows::square;

impl Vectors {
    /// The mean length of the vectors, 0 where there are none.
    pub fn mean_length(&self) -> f64 {
        let sum: f64 = self.rows().iter().map(|row| square(row).sqrt()).sum();
        sum / self.len().max(1) as f64
    }

    /// The vectors times a factor.
    ///
    /// # Errors
    /// As [`Vectors::new`], where a number is no longer finite.
    pub fn scaled(&self, factor: f64) -> Result<Self> {
        let data = self.data().iter().map(|&x| (f64::from(x) * factor) as f32).collect();
        self.with_data(self.dim(), data)
    }

    /// The vectors, scaled by one factor to this mean length; as they are where it is 0, or where all are zeros.
    ///
    /// # Errors
    /// As [`Vectors::scaled`].
    pub fn with_mean_length(self, length: f32) -> Result<Self> {
        let own = self.mean_length();
        if length > 0.0 && own > 0.0 { self.scaled(f64::from(length) / own) } else { Ok(self) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn vectors_keep_their_relation() {
        let vectors = Vectors::from_rows(["a", "b"], 2, &[3.0, 4.0, 0.0, 1.0]).unwrap();
        assert!((vectors.mean_length() - 3.0).abs() < 1e-12);
        let longer = vectors.clone().with_mean_length(6.0).unwrap();
        assert_eq!(longer.data(), [6.0, 8.0, 0.0, 2.0]);
        assert_eq!(vectors.clone().with_mean_length(0.0).unwrap().data(), vectors.data());
        let zeros = Vectors::from_rows(["a"], 2, &[0.0, 0.0]).unwrap();
        assert_eq!(zeros.with_mean_length(1.0).unwrap().data(), [0.0, 0.0]);
        assert!(vectors.scaled(1e300).is_err());
    }
}
