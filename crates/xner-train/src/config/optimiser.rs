//! The optimiser's settings.

#[cfg(feature = "train")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The rule by which a gradient changes the weights.
///
/// Every key may be left out; without `kind` it is SGD, or what the config of an encoder has by default.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
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
    /// The same with another first learning rate.
    #[must_use]
    pub fn with_rate(mut self, own: f64) -> Self {
        let (Self::Sgd { rate } | Self::Adam { rate, .. } | Self::AdamW { rate, .. }) = &mut self;
        *rate = own;
        self
    }

    /// The first learning rate.
    pub fn rate(&self) -> f64 {
        match *self {
            Self::Sgd { rate } | Self::Adam { rate, .. } | Self::AdamW { rate, .. } => rate,
        }
    }
}

/// The keys of `[training.optimiser]` as they are written: a tagged enum cannot leave out its tag.
#[derive(Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Keys {
    /// Which rule. Default `sgd`.
    kind: Kind,
    /// The first learning rate. Left out, it is 0.1 for `sgd`; for `adam` and `adamw` it is 0.001, or what the config
    /// has by default for one of these.
    #[cfg_attr(feature = "train", schemars(example = 0.001))]
    rate: Option<f64>,
    /// `adam`, `adamw`: decay of the mean. Default 0.9.
    #[cfg_attr(feature = "train", schemars(example = 0.9))]
    beta1: Option<f64>,
    /// `adam`, `adamw`: decay of the mean square. Default 0.999.
    #[cfg_attr(feature = "train", schemars(example = 0.999))]
    beta2: Option<f64>,
    /// `adam`, `adamw`: what is added to the root of the mean square. Default 1e-8.
    #[cfg_attr(feature = "train", schemars(example = 1e-8))]
    epsilon: Option<f64>,
    /// `adamw`: the share of a weight that goes at each step, times the learning rate. Default 0.01.
    #[cfg_attr(feature = "train", schemars(example = 0.01))]
    weight_decay: Option<f64>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// Stochastic gradient descent.
    #[default]
    Sgd,
    /// Adam (Kingma and Ba 2015).
    Adam,
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
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
