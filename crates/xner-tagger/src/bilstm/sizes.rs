//! The shapes of a model's tensors by its settings, told without building it.

use super::directory::{Shapes, Sizes};
use crate::config::ModelConfig;

/// The name and shape of each parameter of [`super::BiLstmCrf::new`] with these sizes.
///
/// # Errors
/// The key of a size that is so large that a shape cannot be told.
pub(crate) fn expected(sizes: &Sizes<'_>) -> Shapes {
    let &Sizes { config, characters, dim, tags, .. } = sizes;
    let ModelConfig { hidden, dense, tied, .. } = *config;
    let mut input = dim;
    let mut shapes = Vec::new();
    if reads_characters(sizes) {
        let (embedding, hidden) = (config.characters.embedding, config.characters.hidden);
        shapes.push(("characters.embedding".to_owned(), vec![characters, embedding]));
        lstm("characters.lstm", embedding, hidden, tied, "settings.characters.hidden", &mut shapes)?;
        // Twice the units fit, since eight or four times do.
        input = dim.checked_add(2 * hidden).ok_or("settings.characters.hidden")?;
    }
    lstm("encoder", input, hidden, tied, "settings.hidden", &mut shapes)?;
    let mut states = 2 * hidden;
    if config.attention {
        linear("attention.query", states, states, &mut shapes);
        states = states.checked_mul(2).ok_or("settings.hidden")?;
    }
    linear("dense", states, dense, &mut shapes);
    linear("projection", dense, tags, &mut shapes);
    shapes.push(("crf.transitions".to_owned(), vec![tags, tags]));
    if config.ends {
        shapes.push(("crf.start".to_owned(), vec![tags]));
        shapes.push(("crf.end".to_owned(), vec![tags]));
    }
    Ok(shapes)
}

/// Whether the network has a character part.
pub(crate) fn reads_characters(sizes: &Sizes<'_>) -> bool {
    sizes.config.characters.enabled && sizes.characters > 0
}

/// The shapes of a bi-LSTM; `key` is that of its units.
pub(crate) fn lstm(
    name: &str,
    input: usize,
    hidden: usize,
    tied: bool,
    key: &'static str,
    shapes: &mut Vec<(String, Vec<usize>)>,
) -> Result<(), &'static str> {
    let cells = if tied { 1 } else { 2 };
    let wide = hidden.checked_mul(4 * cells).ok_or(key)?;
    shapes.push((format!("{name}.w_ih"), vec![input, wide]));
    shapes.push((format!("{name}.w_hh"), vec![hidden, wide]));
    shapes.push((format!("{name}.bias"), vec![wide]));
    Ok(())
}

/// The shapes of a dense layer.
pub(crate) fn linear(name: &str, input: usize, output: usize, shapes: &mut Vec<(String, Vec<usize>)>) {
    shapes.push((format!("{name}.weight"), vec![input, output]));
    shapes.push((format!("{name}.bias"), vec![output]));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::BiLstmCrf;
    use super::*;
    use xner_train::weights;
    use xner_train::{Purpose, stream};

    fn sizes(config: &ModelConfig, characters: usize, dim: usize, tags: usize) -> Sizes<'_> {
        Sizes { config, augment: None, characters, dim, tags }
    }

    #[test]
    fn the_shapes_are_those_of_the_module() {
        for switches in 0..16 {
            let [enabled, tied, attention, ends] = [1, 2, 4, 8].map(|bit| switches & bit != 0);
            let sizes_of = ModelConfig { hidden: 3, dense: 5, ..ModelConfig::default() };
            let mut config = ModelConfig { tied, attention, ends, ..sizes_of };
            config.characters.enabled = enabled;
            config.characters.embedding = 2;
            config.characters.hidden = 7;
            let mut rng = stream(0, Purpose::Weights, 0, 0);
            let model =
                BiLstmCrf::<burn_flex::Flex>::new(&config, 11, 13, 9, &burn_flex::FlexDevice, &mut rng);
            assert_eq!(expected(&sizes(&config, 11, 13, 9)).unwrap(), weights::shapes(&model));
        }
    }

    #[test]
    fn sizes_beyond_all_shapes_name_their_key() {
        let config = ModelConfig { hidden: usize::MAX / 2, ..ModelConfig::default() };
        assert_eq!(expected(&sizes(&config, 1, 1, 1)), Err("settings.hidden"));
        let mut config = ModelConfig::default();
        config.characters.hidden = usize::MAX / 4;
        assert_eq!(expected(&sizes(&config, 1, 1, 1)), Err("settings.characters.hidden"));
        config.characters.hidden = 25;
        assert_eq!(expected(&sizes(&config, 1, usize::MAX - 3, 1)), Err("settings.characters.hidden"));
    }
}
