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
    let own = augment.own_characters && !all.config.characters.enabled && all.characters > 0;
    if own {
        shapes.push(("target.embedding".to_owned(), vec![all.characters, small.embedding]));
    }
    if reads_characters(all) || own {
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
        for at in 0..24 {
            let augment = AugmentConfig {
                tied: at % 2 == 0,
                combine: [Combine::Dense, Combine::Concatenate, Combine::Sum][at % 3],
                own_characters: at >= 12,
            };
            let mut config = ModelConfig { hidden: 3, dense: 5, ..ModelConfig::default() };
            config.characters.enabled = at % 12 < 6;
            config.characters.embedding = 2;
            config.characters.hidden = 7;
            let (mut rng, device) = (stream(0, Purpose::Weights, 0, 0), burn_flex::FlexDevice);
            let network = Augmented::<burn_flex::Flex> {
                source: BiLstmCrf::new(&config, 11, 13, 9, &device, &mut rng),
                target: TargetEncoder::new(&config, &augment, 11, 13, &device, &mut rng),
            };
            let all = Sizes { config: &config, augment: Some(&augment), characters: 11, dim: 13, tags: 9 };
            assert_eq!(expected(&all).unwrap(), weights::shapes(&network));
        }
    }

    /// What the paper's table 4 says that Cross-Augmented has more than Cross-Shared: 661,281 - 210,081 = 451,200.
    #[test]
    fn the_targets_part_is_as_large_as_the_papers() {
        let augment = AugmentConfig::default();
        let config = ModelConfig { ends: false, ..ModelConfig::default() };
        let all = Sizes { config: &config, augment: Some(&augment), characters: 100, dim: 300, tags: 17 };
        let shapes = expected(&all).unwrap().into_iter().filter(|(name, _)| name.starts_with("target."));
        assert_eq!(shapes.map(|(_, shape)| shape.iter().product::<usize>()).sum::<usize>(), 451_200);
    }

    /// The numbers of the base and of the whole for German and Arabic, as table 4 counts them: the base reads no
    /// characters, the target's encoder does. German: tied cells, 17 tags, 106 characters. Arabic's count, 797,215, is
    /// that of cells of their own for each direction, 9 tags (IOB2's of four types) and 165 characters.
    #[test]
    fn the_german_and_arabic_models_are_as_large_as_the_papers() {
        let augment = AugmentConfig { own_characters: true, ..AugmentConfig::default() };
        for (tied, tags, characters, base, whole) in
            [(true, 17, 106, 182_506, 636_356), (false, 9, 165, 341_890, 797_215)]
        {
            let mut config = ModelConfig { ends: false, tied, ..ModelConfig::default() };
            config.characters.enabled = false;
            let all = Sizes { config: &config, augment: Some(&augment), characters, dim: 300, tags };
            let count = |shapes: Vec<(String, Vec<usize>)>| -> usize {
                shapes.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum()
            };
            assert_eq!(count(sizes::expected(&all).unwrap()), base);
            assert_eq!(count(expected(&all).unwrap()), whole);
        }
    }
}
