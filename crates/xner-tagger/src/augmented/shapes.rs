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
    linear("target.dense", 2 * hidden, 2 * hidden, &mut shapes);
    if augment.combine == Combine::Concatenate {
        shapes.push(("target.common".to_owned(), vec![2 * hidden, dense]));
    }
    Ok(shapes)
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::{Augmented, TargetEncoder};
    use super::*;
    use crate::bilstm::BiLstmCrf;
    use crate::config::{AugmentConfig, ModelConfig};
    use crate::random::{Purpose, stream};
    use crate::weights;

    #[test]
    fn the_shapes_are_those_of_the_module() {
        for at in 0..8 {
            let augment = AugmentConfig {
                tied: at % 2 == 0,
                combine: if at % 4 < 2 { Combine::Concatenate } else { Combine::Sum },
            };
            let mut config = ModelConfig { hidden: 3, dense: 5, ..ModelConfig::default() };
            config.characters.enabled = at < 4;
            config.characters.embedding = 2;
            config.characters.hidden = 7;
            let (mut rng, device) = (stream(0, Purpose::Weights, 0, 0), burn_flex::FlexDevice);
            let network = Augmented::<burn_flex::Flex> {
                source: BiLstmCrf::new(&config, 11, 13, 9, &device, &mut rng),
                target: TargetEncoder::new(&config, &augment, at < 4, 13, &device, &mut rng),
            };
            let all = Sizes { config: &config, augment: Some(&augment), characters: 11, dim: 13, tags: 9 };
            assert_eq!(expected(&all).unwrap(), weights::shapes(&network));
        }
    }
}
