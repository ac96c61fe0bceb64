//! `config.json`: sizes, labels and switches of an encoder.

mod check;
mod description;
mod distilbert;
mod labels;
mod modernbert;

use std::path::Path;

#[cfg(feature = "train")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use xner_corpus::Scheme;
use xner_corpus::read::regular_text;
use xner_corpus::split::Language;
use xner_nn::{Biases, EncoderForm, Norms};
use xner_train::files;

use self::description::{Description, Written};
use self::distilbert::DistilBertDescription;
use self::modernbert::ModernBertDescription;
use super::eight::{Bits, EmbeddingBits};
use super::kind::{Kind, Positions};
use crate::{Error, Result};

pub use self::modernbert::{Attention, ModernKeys};
pub use super::kind::Family;

/// What is on top of the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Head {
    /// A linear layer and a softmax for each token.
    #[default]
    Softmax,
    /// A linear layer and a conditional random field over the sentence.
    Crf,
}

/// What a tagger needs to know beyond `transformers`' keys; it stands under the one key `xner`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XnerKeys {
    /// The scheme of the labels.
    pub scheme: Scheme,
    /// The head.
    #[serde(default)]
    pub head: Head,
    /// Subwords of a window, special ones included.
    pub length: usize,
    /// Subwords that neighbouring windows share.
    pub overlap: usize,
    /// The precision of the encoder's matrices; none means 32 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<Bits>,
    /// The precision of the table of subwords where it is another than that of the matrices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_bits: Option<EmbeddingBits>,
    /// The languages that the model is for; empty where nobody said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Language>,
}

impl XnerKeys {
    /// Those of a model of tags of a scheme, with windows as long as BERT's.
    pub fn new(scheme: Scheme) -> Self {
        let (length, overlap) = (512, 64);
        Self {
            scheme,
            head: Head::Softmax,
            length,
            overlap,
            bits: None,
            embedding_bits: None,
            languages: Vec::new(),
        }
    }

    /// The same for weights in 32 bits.
    #[must_use]
    pub fn full(self) -> Self {
        Self { bits: None, embedding_bits: None, ..self }
    }
}

/// A checked `config.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct BertConfig {
    /// `model_type`; where it is absent, read off `architectures`.
    pub family: Family,
    /// Rows of the table of subwords.
    pub vocab_size: usize,
    /// Numbers in a row of the table of subwords; where it is not `hidden_size`, a linear layer leads from one to the
    /// other.
    pub embedding_size: usize,
    /// Numbers in a hidden state.
    pub hidden_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads; they divide `hidden_size`.
    pub num_attention_heads: usize,
    /// Inner size of a feed-forward block.
    pub intermediate_size: usize,
    /// Dropout of hidden states, in `0..1`; of the embeddings alone where [`ModernKeys`] say more.
    pub hidden_dropout_prob: f64,
    /// Dropout of attention weights, in `0..1`.
    pub attention_probs_dropout_prob: f64,
    /// Dropout before the head; none means `hidden_dropout_prob`.
    pub classifier_dropout: Option<f64>,
    /// Rows of the table of positions, or where there is none the most subwords that are read at once.
    pub max_position_embeddings: usize,
    /// Rows of the table of token types; 0 where there is none.
    pub type_vocab_size: usize,
    /// What layer normalisation adds to the variance.
    pub layer_norm_eps: f64,
    /// The subword that fills batches up.
    pub pad_token_id: usize,
    /// What ModernBERT says beyond the others.
    pub modern: Option<ModernKeys>,
    /// The labels in the order of the head's rows; empty for an encoder without a head.
    pub labels: Vec<String>,
    /// The key `xner`.
    pub xner: Option<XnerKeys>,
    /// The keys that are not ours; they are written back as they were.
    pub other: Map<String, Value>,
}

impl BertConfig {
    /// Reads and checks a `config.json`.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Corpus`] for text that is not UTF-8; [`Error::Model`] names the file, the key and
    /// what was expected.
    pub fn read(path: &Path) -> Result<Self> {
        let text = regular_text(path)?;
        let named: Named = parsed(&text, path)?;
        let family = check::family(named.model_type.as_deref(), named.architectures.as_ref())
            .map_err(|message| Error::model(path, message))?;
        let config = match family {
            Family::Bert | Family::Roberta | Family::XlmRoberta | Family::Electra => {
                parsed::<Description>(&text, path)?.config(family)
            }
            Family::DistilBert => parsed::<DistilBertDescription>(&text, path)?.config(family),
            Family::ModernBert => parsed::<ModernBertDescription>(&text, path)?.config(family),
        };
        let config = config.map_err(|message| Error::model(path, message))?;
        config.check().map_err(|message| Error::model(path, message))?;
        Ok(config)
    }

    /// Writes the config, whole or not at all. The weights beside it are said to be 32-bit floats.
    ///
    /// # Errors
    /// [`Error::Model`] for values that [`BertConfig::read`] would refuse; [`Error::Io`].
    pub fn write(&self, path: &Path) -> Result<()> {
        self.check().map_err(|message| Error::model(path, message))?;
        match self.family {
            Family::Bert | Family::Roberta | Family::XlmRoberta | Family::Electra => {
                files::write_json(path, &Description::of(self))
            }
            Family::DistilBert => files::write_json(path, &DistilBertDescription::of(self)),
            Family::ModernBert => files::write_json(path, &ModernBertDescription::of(self)),
        }
    }

    /// The architecture.
    pub fn kind(&self) -> &'static Kind {
        self.family.kind()
    }

    /// How a layer, counted from 0, is built.
    pub fn form(&self, layer: usize) -> EncoderForm {
        let dropped = self.kind().dropped;
        let Some(modern) = &self.modern else { return EncoderForm { dropped, ..EncoderForm::default() } };
        let local = modern.attention.get(layer) == Some(&Attention::Local);
        let theta = if local { modern.local_theta } else { modern.global_theta };
        EncoderForm {
            norms: if layer == 0 { Norms::BeforeFeedForward } else { Norms::Before },
            gated: true,
            rotary: Some(theta),
            window: local.then_some(modern.local_attention / 2),
            dropped,
        }
    }

    /// Which biases the layers have.
    pub fn biases(&self) -> Biases {
        self.modern.as_ref().map_or_else(Biases::default, |modern| modern.biases)
    }

    /// Dropout of hidden values in a layer.
    pub fn layer_dropout(&self) -> f64 {
        self.modern.as_ref().map_or(self.hidden_dropout_prob, |modern| modern.mlp_dropout)
    }

    /// The same encoder as a token classifier with these labels, as `transformers` describes one.
    #[must_use]
    pub fn for_token_classification(mut self, labels: Vec<String>, keys: XnerKeys) -> Self {
        self.labels = labels;
        self.xner = Some(keys);
        let class = Value::from(self.family.token_classifier());
        self.other.insert("architectures".to_owned(), Value::from(vec![class]));
        self
    }

    /// The row of the table of positions at which a sentence begins.
    pub fn position_offset(&self) -> usize {
        match self.kind().positions {
            Positions::FromZero | Positions::Rotary => 0,
            Positions::BehindPadding => self.pad_token_id + 1,
        }
    }

    /// The most subwords that the encoder takes at once, special ones included.
    pub fn max_length(&self) -> usize {
        self.max_position_embeddings - self.position_offset()
    }

    /// The row of the table of positions of each subword, by the family's rule.
    ///
    /// BERT counts from 0. RoBERTa gives the padding its own row and counts the other subwords from the next.
    pub fn positions(&self, ids: &[u32]) -> Vec<usize> {
        match self.kind().positions {
            Positions::FromZero | Positions::Rotary => (0..ids.len()).collect(),
            Positions::BehindPadding => {
                let mut at = self.pad_token_id;
                let place = |&id: &u32| {
                    if id as usize == self.pad_token_id {
                        return self.pad_token_id;
                    }
                    at += 1;
                    at
                };
                ids.iter().map(place).collect()
            }
        }
    }
}

/// What of a config tells its family.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    model_type: Option<String>,
    #[serde(default)]
    architectures: Option<Value>,
}

fn parsed<'de, T: Deserialize<'de>>(text: &'de str, path: &Path) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let parsed = serde_path_to_error::deserialize(&mut reader)
        .map_err(|fault| Error::model(path, format!("at `{}`: {}", fault.path(), fault.inner())))?;
    reader.end().map_err(|fault| Error::model(path, fault.to_string()))?;
    Ok(parsed)
}

#[cfg(test)]
mod tests;
