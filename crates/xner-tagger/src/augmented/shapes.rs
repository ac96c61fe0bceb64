//! The shapes of the network's weights, told without building it.

use crate::bilstm::sizes::{self, linear, lstm, reads_characters};
use crate::bilstm::{Shapes, Sizes};
use crate::config::Combine;

/// The name and shape of each parameter of [`super::Augmented`] with these sizes.
///
/// # Errors
/// The key of a size that is so large that a shape cannot be told.
pub(super) fn expected(all: &Sizes<'_>) -> Shapes {
    let augment = all.augment.cloned().unwrap_or_default();
    let own = sizes::expected(all)?;
    let mut shapes: Vec<_> = own.into_iter().map(|(name, shape)| (format!("source.{name}"), shape)).collect();
    let (hidden, dense) = (all.config.hidden, all.config.dense);
    let small = &all.config.characters;
    let mut input = all.dim;
    if reads_characters(all) {
        lstm(
            "target.characters",
            small.embedding,
            small.hidden,
            augment.tied,
            "settings.characters.hidden",
            &mut shapes,
        )?;
        input += 2 * small.hidden;
    }
    lstm("target.encoder", input, hidden, augment.tied, "settings.hidden", &mut shapes)?;
    let both = if augment.combine == Combine::Dense { 2 } else { 1 };
    linear("target.dense", both * 2 * hidden, 2 * hidden, &mut shapes);
    if augment.combine == Combine::Concatenate {
        shapes.push(("target.common".to_owned(), vec![2 * hidden, dense]));
    }
    Ok(shapes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::{Augmented, TargetEncoder};
    use super::*;
    use crate::bilstm::BiLstmCrf;
    use crate::config::{AugmentConfig, ModelConfig};
    use xner_train::weights;
    use xner_train::{Purpose, stream};

    #[test]
    fn the_shapes_are_those_of_the_module() {
        for at in 0..12 {
            let augment = AugmentConfig {
                tied: at % 2 == 0,
                combine: [Combine::Dense, Combine::Concatenate, Combine::Sum][at % 3],
            };
            let mut config = ModelConfig { hidden: 3, dense: 5, ..ModelConfig::default() };
            config.characters.enabled = at < 6;
            config.characters.embedding = 2;
            config.characters.hidden = 7;
            let (mut rng, device) = (stream(0, Purpose::Weights, 0, 0), burn_flex::FlexDevice);
            let network = Augmented::<burn_flex::Flex> {
                source: BiLstmCrf::new(&config, 11, 13, 9, &device, &mut rng),
                target: TargetEncoder::new(&config, &augment, at < 6, 13, &device, &mut rng),
            };
            let all = Sizes { config: &config, augment: Some(&augment), characters: 11, dim: 13, tags: 9 };
            assert_eq!(expected(&all).unwrap(), weights::shapes(&network));
        }
    }

    /// What the paper's table 4 says that Cross-Augmented has more than Cross-Shared: 661,281 - 210,081 = 451,200.
    #[test]
    fn the_targets_part_is_as_large_as_the_papers() {
        let augment = AugmentConfig::default();
        let config = ModelConfig::default();
        let all = Sizes { config: &config, augment: Some(&augment), characters: 100, dim: 300, tags: 17 };
        let shapes = expected(&all).unwrap().into_iter().filter(|(name, _)| name.starts_with("target."));
        assert_eq!(shapes.map(|(_, shape)| shape.iter().product::<usize>()).sum::<usize>(), 451_200);
    }
}
