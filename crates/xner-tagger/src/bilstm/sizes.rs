//! The shapes of a model's tensors by its settings, told without building it.

use crate::config::ModelConfig;

/// The name and shape of each parameter of [`super::BiLstmCrf::new`] with these arguments.
///
/// # Errors
/// The key of a size that is so large that a shape cannot be told.
pub(super) fn expected(
    config: &ModelConfig,
    characters: usize,
    dim: usize,
    tags: usize,
) -> Result<Vec<(&'static str, Vec<usize>)>, &'static str> {
    let cells = if config.tied { 1 } else { 2 };
    let gates = |hidden: usize, key| hidden.checked_mul(4 * cells).ok_or(key);
    let ModelConfig { hidden, dense, .. } = *config;
    let mut input = dim;
    let mut shapes = Vec::new();
    if config.characters.enabled && characters > 0 {
        let (embedding, hidden) = (config.characters.embedding, config.characters.hidden);
        let wide = gates(hidden, "settings.characters.hidden")?;
        shapes.push(("characters.embedding", vec![characters, embedding]));
        shapes.push(("characters.lstm.w_ih", vec![embedding, wide]));
        shapes.push(("characters.lstm.w_hh", vec![hidden, wide]));
        shapes.push(("characters.lstm.bias", vec![wide]));
        // Twice the units fit, since eight or four times do.
        input = dim.checked_add(2 * hidden).ok_or("settings.characters.hidden")?;
    }
    let wide = gates(hidden, "settings.hidden")?;
    shapes.push(("encoder.w_ih", vec![input, wide]));
    shapes.push(("encoder.w_hh", vec![hidden, wide]));
    shapes.push(("encoder.bias", vec![wide]));
    let mut states = 2 * hidden;
    if config.attention {
        shapes.push(("attention.query.weight", vec![states, states]));
        shapes.push(("attention.query.bias", vec![states]));
        states = states.checked_mul(2).ok_or("settings.hidden")?;
    }
    shapes.push(("dense.weight", vec![states, dense]));
    shapes.push(("dense.bias", vec![dense]));
    shapes.push(("projection.weight", vec![dense, tags]));
    shapes.push(("projection.bias", vec![tags]));
    shapes.push(("crf.transitions", vec![tags, tags]));
    shapes.push(("crf.start", vec![tags]));
    shapes.push(("crf.end", vec![tags]));
    Ok(shapes)
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::BiLstmCrf;
    use super::*;
    use crate::random::{Purpose, stream};
    use crate::weights;

    #[test]
    fn the_shapes_are_those_of_the_module() {
        for switches in 0..8 {
            let [enabled, tied, attention] = [1, 2, 4].map(|bit| switches & bit != 0);
            let mut config = ModelConfig { hidden: 3, dense: 5, tied, attention, ..ModelConfig::default() };
            config.characters.enabled = enabled;
            config.characters.embedding = 2;
            config.characters.hidden = 7;
            let mut rng = stream(0, Purpose::Weights, 0, 0);
            let model =
                BiLstmCrf::<burn_flex::Flex>::new(&config, 11, 13, 9, &burn_flex::FlexDevice, &mut rng);
            let told: Vec<_> = expected(&config, 11, 13, 9)
                .unwrap()
                .into_iter()
                .map(|(name, shape)| (name.to_owned(), shape))
                .collect();
            assert_eq!(told, weights::shapes(&model));
        }
    }

    #[test]
    fn sizes_beyond_all_shapes_name_their_key() {
        let config = ModelConfig { hidden: usize::MAX / 2, ..ModelConfig::default() };
        assert_eq!(expected(&config, 1, 1, 1), Err("settings.hidden"));
        let mut config = ModelConfig::default();
        config.characters.hidden = usize::MAX / 4;
        assert_eq!(expected(&config, 1, 1, 1), Err("settings.characters.hidden"));
        config.characters.hidden = 25;
        assert_eq!(expected(&config, 1, usize::MAX - 3, 1), Err("settings.characters.hidden"));
    }
}
