//! How sure a model should be: a temperature by labelled words.

/// Temperatures beyond are no calibration, but a sign that the labels are of something else.
const RANGE: [f64; 2] = [0.2, 5.0];
/// Golden-section steps: the range shrinks to a millionth.
const STEPS: usize = 32;

/// `T` for which the words' labels are likeliest, where a word's probabilities are `softmax(log p / T)`: above 1 the
/// model was too sure, below not sure enough. Without words it is 1.
///
/// `probabilities` are `[words, tags]`, `gold` is a tag for each word; a word whose tag is none of them does not count.
pub fn temperature(probabilities: &[f32], gold: &[u16], tags: usize) -> f64 {
    if gold.is_empty() || tags == 0 {
        return 1.0;
    }
    let logs: Vec<f64> = probabilities.iter().map(|&p| f64::from(p.max(f32::MIN_POSITIVE)).ln()).collect();
    // In 1/T it has one lowest place.
    let surprise = |inverse: f64| -> f64 {
        let of_word = |(logs, &gold): (&[f64], &u16)| {
            let right = logs.get(usize::from(gold))?;
            let sum: f64 = logs.iter().map(|log| (log * inverse).exp()).sum();
            Some(sum.ln() - right * inverse)
        };
        logs.chunks_exact(tags).zip(gold).filter_map(of_word).sum()
    };
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    let [mut low, mut high] = [1.0 / RANGE[1], 1.0 / RANGE[0]];
    let between = |low: f64, high: f64, share: f64| low + share * (high - low);
    let mut left = (between(low, high, 1.0 - golden), 0.0);
    let mut right = (between(low, high, golden), 0.0);
    (left.1, right.1) = (surprise(left.0), surprise(right.0));
    for _ in 0..STEPS {
        if left.1 <= right.1 {
            (high, right) = (right.0, left);
            left.0 = between(low, high, 1.0 - golden);
            left.1 = surprise(left.0);
        } else {
            (low, left) = (left.0, right);
            right.0 = between(low, high, golden);
            right.1 = surprise(right.0);
        }
    }
    2.0 / (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels that come as often as `softmax(scores / T)` says have that temperature.
    #[test]
    fn a_temperature_is_found_again() {
        for wanted in [0.5, 1.0, 1.7, 3.0] {
            let (mut probabilities, mut gold) = (Vec::new(), Vec::new());
            for kind in 0..5 {
                let scores = [2.0, 0.3 * f64::from(kind), -1.0];
                let softmax = |by: f64| {
                    let all = scores.map(|score| (score / by).exp());
                    all.map(|one| one / all.iter().sum::<f64>())
                };
                let (shown, right) = (softmax(1.0), softmax(wanted));
                for (tag, share) in right.into_iter().enumerate() {
                    for _ in 0..(2000.0 * share).round() as usize {
                        probabilities.extend(shown.map(|p| p as f32));
                        gold.push(tag as u16);
                    }
                }
            }
            let found = temperature(&probabilities, &gold, 3);
            assert!((found - wanted).abs() < 0.01 * wanted, "{found} and {wanted}");
        }
    }

    #[test]
    fn it_stays_within_its_range() {
        // Always right: as sure as can be. Always wrong: as little.
        assert!(temperature(&[0.6, 0.4], &[0], 2) < 0.21);
        assert!(temperature(&[0.9, 0.1], &[1], 2) > 4.9);
        assert!((temperature(&[], &[], 2) - 1.0).abs() < 1e-12);
        assert!(temperature(&[1.0, 0.0], &[1], 2).is_finite());
    }
}
