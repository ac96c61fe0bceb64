//! The optimiser's settings.

use serde::{Deserialize, Serialize};

/// `[training.optimiser]`: the rule by which a gradient changes the weights. Every key may be left out; without
/// `kind` it is SGD.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", try_from = "Keys")]
pub enum Optimiser {
    /// Stochastic gradient descent.
    Sgd {
        /// First learning rate. Default 0.1.
        rate: f64,
    },
    /// Adam (Kingma and Ba 2015), with bias correction.
    Adam {
        /// First learning rate. Default 0.001.
        rate: f64,
        /// Decay of the mean. Default 0.9.
        beta1: f64,
        /// Decay of the mean square. Default 0.999.
        beta2: f64,
        /// Added to the root of the mean square. Default 1e-8.
        epsilon: f64,
    },
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    AdamW {
        /// First learning rate. Default 0.001.
        rate: f64,
        /// Decay of the mean. Default 0.9.
        beta1: f64,
        /// Decay of the mean square. Default 0.999.
        beta2: f64,
        /// Added to the root of the mean square. Default 1e-8.
        epsilon: f64,
        /// Share of a weight that goes at each step, times the learning rate. Default 0.01.
        weight_decay: f64,
    },
}

impl Default for Optimiser {
    fn default() -> Self {
        Self::Sgd { rate: 0.1 }
    }
}

impl Optimiser {
    /// The first learning rate.
    pub fn rate(&self) -> f64 {
        match *self {
            Self::Sgd { rate } | Self::Adam { rate, .. } | Self::AdamW { rate, .. } => rate,
        }
    }
}

/// The keys of `[training.optimiser]` as they are written: a tagged enum cannot leave out its tag.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Keys {
    kind: Kind,
    rate: Option<f64>,
    beta1: Option<f64>,
    beta2: Option<f64>,
    epsilon: Option<f64>,
    weight_decay: Option<f64>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Sgd,
    Adam,
    AdamW,
}

impl TryFrom<Keys> for Optimiser {
    type Error = String;

    fn try_from(keys: Keys) -> Result<Self, String> {
        let Keys { kind, rate, beta1, beta2, epsilon, weight_decay } = keys;
        let (name, foreign): (_, &[_]) = match kind {
            Kind::Sgd => (
                "sgd",
                &[("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon), ("weight_decay", weight_decay)],
            ),
            Kind::Adam => ("adam", &[("weight_decay", weight_decay)]),
            Kind::AdamW => ("adamw", &[]),
        };
        if let Some((key, _)) = foreign.iter().find(|(_, value)| value.is_some()) {
            return Err(format!("unknown field `{key}`: kind `{name}` has no such key"));
        }
        let (beta1, beta2) = (beta1.unwrap_or(0.9), beta2.unwrap_or(0.999));
        let epsilon = epsilon.unwrap_or(1e-8);
        Ok(match kind {
            Kind::Sgd => Self::Sgd { rate: rate.unwrap_or(0.1) },
            Kind::Adam => Self::Adam { rate: rate.unwrap_or(0.001), beta1, beta2, epsilon },
            Kind::AdamW => {
                let (rate, weight_decay) = (rate.unwrap_or(0.001), weight_decay.unwrap_or(0.01));
                Self::AdamW { rate, beta1, beta2, epsilon, weight_decay }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_key_may_be_left_out() {
        let adam = Optimiser::Adam { rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        let (beta1, beta2, epsilon, weight_decay) = (0.9, 0.999, 1e-8, 0.01);
        let cases = [
            ("", Optimiser::default()),
            ("rate = 0.2", Optimiser::Sgd { rate: 0.2 }),
            ("kind = \"sgd\"", Optimiser::Sgd { rate: 0.1 }),
            ("kind = \"adam\"", adam),
            (
                "rate = 1\nkind = \"adamw\"",
                Optimiser::AdamW { rate: 1.0, beta1, beta2, epsilon, weight_decay },
            ),
        ];
        for (text, expected) in cases {
            let read: Optimiser = toml::from_str(text).unwrap();
            assert_eq!(read, expected, "{text}");
            // What is written reads back.
            let json = serde_json::to_string(&read).unwrap();
            assert_eq!(serde_json::from_str::<Optimiser>(&json).unwrap(), expected, "{json}");
        }
    }

    #[test]
    fn unknown_keys_are_refused() {
        for (text, key) in [
            ("beta1 = 0.5", "beta1"),
            ("rate = 1.0\nmomentum = 0.9", "momentum"),
            ("kind = \"sgd\"\nepsilon = 1.0", "epsilon"),
            ("kind = \"adam\"\nweight_decay = 0.1", "weight_decay"),
            ("kind = \"rprop\"", "rprop"),
        ] {
            let fault = toml::from_str::<Optimiser>(text).unwrap_err().to_string();
            assert!(fault.contains(key), "{text}: {fault}");
        }
    }
}
