//! The settings as they stand in a `config.json`.

use serde::{Serialize, Serializer};
use xner_corpus::Scheme;

use crate::config::{CharactersConfig, ModelConfig};

/// Keys that came after the first models were saved stand there only where they are not at their default: so the
/// digests of earlier models stay right.
#[derive(Serialize)]
struct Written<'a> {
    scheme: Scheme,
    characters: &'a CharactersConfig,
    hidden: usize,
    dense: usize,
    tied: bool,
    dropout: f32,
    dropout_states: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    attention: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dropout_attention: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constrained: Option<bool>,
}

pub(super) fn serialize<S: Serializer>(settings: &ModelConfig, to: S) -> Result<S::Ok, S::Error> {
    let ModelConfig { scheme, characters, hidden, dense, tied, dropout, dropout_states, .. } = settings;
    let default = ModelConfig::default();
    Written {
        scheme: *scheme,
        characters,
        hidden: *hidden,
        dense: *dense,
        tied: *tied,
        dropout: *dropout,
        dropout_states: *dropout_states,
        attention: changed(settings.attention, default.attention),
        dropout_attention: changed(settings.dropout_attention, default.dropout_attention),
        ends: changed(settings.ends, default.ends),
        constrained: changed(settings.constrained, default.constrained),
    }
    .serialize(to)
}

fn changed<T: Copy + PartialEq>(value: T, default: T) -> Option<T> {
    (value != default).then_some(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn written(settings: &ModelConfig) -> String {
        let mut text = Vec::new();
        serialize(settings, &mut serde_json::Serializer::new(&mut text)).unwrap();
        String::from_utf8(text).unwrap()
    }

    /// The text is that of models saved before there was attention, whose digest it is hashed into.
    #[test]
    fn defaults_are_written_as_ever() {
        let expected = "{\"scheme\":\"iobes\",\"characters\":{\"use\":true,\"embedding\":25,\"hidden\":25,\
                        \"min_count\":2,\"longest\":100},\"hidden\":100,\"dense\":100,\"tied\":false,\
                        \"dropout\":0.5,\"dropout_states\":0.0}";
        assert_eq!(written(&ModelConfig::default()), expected);
    }

    #[test]
    fn what_is_written_reads_back() {
        for (attention, dropout_attention) in [(false, 0.5), (true, 0.5), (true, 0.25), (false, 0.0)] {
            let (ends, constrained) = (!attention, dropout_attention > 0.3);
            let settings = ModelConfig {
                attention,
                dropout_attention,
                ends,
                constrained,
                hidden: 7,
                ..ModelConfig::default()
            };
            assert_eq!(serde_json::from_str::<ModelConfig>(&written(&settings)).unwrap(), settings);
        }
    }
}
