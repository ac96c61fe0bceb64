//! The architectures that are served, as data.
//!
//! A [`Kind`] says what a model's files call things and how its layers are built. Everything else reads it: the config,
//! the reader and the writer of weights, the network, the makers of random encoders, and through
//! [`EncoderForm`](xner_nn::EncoderForm) the bodies of the layer. It is data and no trait, so that there is one network
//! and one body for each backend, whatever the number of kinds: a trait's methods would be compiled for each of them,
//! on each backend, and again with autodiff. A further architecture is a file here, and a form where its layers are
//! built in a way that none is built yet.

mod bert;
mod distilbert;
mod electra;
mod modernbert;

use xner_nn::DropoutSites;

/// The architectures that are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// BERT: positions begin at 0.
    Bert,
    /// RoBERTa: positions begin behind the padding's id and count real subwords only.
    Roberta,
    /// XLM-RoBERTa: as RoBERTa.
    XlmRoberta,
    /// DistilBERT: BERT's layers under other names, without token types.
    DistilBert,
    /// ELECTRA's discriminator: BERT's layers behind embeddings of another width.
    Electra,
    /// ModernBERT: norms before, gates, rotary positions, local attention.
    ModernBert,
}

/// What tells an architecture from another.
#[derive(Debug)]
pub struct Kind {
    /// The value of `model_type`.
    pub model_type: &'static str,
    /// What the names of its classes in `transformers` begin with.
    pub class: &'static str,
    /// What the names of the encoder's tensors begin with in a checkpoint with a head.
    pub prefix: &'static str,
    /// How positions are counted.
    pub positions: Positions,
    /// The subword that fills batches up where the config does not say.
    pub(super) padding: usize,
    /// Where a layer has dropout.
    pub(super) dropped: DropoutSites,
    /// The keys of `config.json` that are not called as BERT's are: BERT's name and its own.
    pub(super) keys: &'static [(&'static str, &'static str)],
    /// Keys that have one value here; a file may leave them out.
    pub(super) fixed: &'static [(&'static str, &'static str)],
    /// Special subwords where nothing else names them.
    pub(super) special: Special,
    /// The names of its tensors.
    pub(super) names: Names,
}

/// How positions are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Positions {
    /// Rows of a table from 0 on.
    FromZero,
    /// Rows of a table from the one behind the padding's on; the padding has its own and does not count.
    BehindPadding,
    /// By rotary angles in the layers; there is no table.
    Rotary,
}

/// Whose names special subwords have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    /// `[CLS]`, `[SEP]`, …
    Bert,
    /// `<s>`, `</s>`, …
    Roberta,
}

/// The names of an encoder's tensors, without the prefix. A dense layer or a norm is named without `.weight` and
/// `.bias`.
#[derive(Debug)]
pub(super) struct Names {
    /// The table of subwords.
    pub(super) words: &'static str,
    /// The table of positions.
    pub(super) positions: Option<&'static str>,
    /// The table of token types.
    pub(super) types: Option<&'static str>,
    /// The embeddings' norm.
    pub(super) norm: &'static str,
    /// The way from the embeddings' width to the layers', where they are not the same.
    pub(super) project: Option<&'static str>,
    /// What the names in a layer begin with, before the layer's number.
    pub(super) layer: &'static str,
    /// Query, key, value.
    pub(super) qkv: Qkv,
    /// Attention's output.
    pub(super) out: &'static str,
    /// The first norm.
    pub(super) first: &'static str,
    /// The feed-forward block's way up.
    pub(super) up: &'static str,
    /// Its way down.
    pub(super) down: &'static str,
    /// The second norm.
    pub(super) second: &'static str,
    /// The norm behind the last layer.
    pub(super) last: Option<&'static str>,
}

/// How query, key and value are stored.
#[derive(Debug, Clone, Copy)]
pub(super) enum Qkv {
    /// Each by itself.
    Apart([&'static str; 3]),
    /// In one matrix, one behind another.
    Together(&'static str),
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Bert, Self::Roberta, Self::XlmRoberta, Self::DistilBert, Self::Electra, Self::ModernBert];

    /// The architecture.
    pub fn kind(self) -> &'static Kind {
        match self {
            Self::Bert => &bert::BERT,
            Self::Roberta => &bert::ROBERTA,
            Self::XlmRoberta => &bert::XLM_ROBERTA,
            Self::DistilBert => &distilbert::DISTILBERT,
            Self::Electra => &electra::ELECTRA,
            Self::ModernBert => &modernbert::MODERNBERT,
        }
    }

    /// The value of `model_type`.
    pub fn model_type(self) -> &'static str {
        self.kind().model_type
    }

    /// What the names of the encoder's tensors begin with in a checkpoint with a head.
    pub fn prefix(self) -> &'static str {
        self.kind().prefix
    }

    /// The class of `transformers` that is this encoder with a head on every token.
    pub fn token_classifier(self) -> String {
        format!("{}ForTokenClassification", self.kind().class)
    }

    /// The values of `model_type` that are served, for a fault that says so.
    pub(super) fn served() -> String {
        let names = Self::ALL.map(|family| format!("`{}`", family.model_type()));
        let (last, others) = (&names[names.len() - 1], &names[..names.len() - 1]);
        format!("{} or {last}", others.join(", "))
    }
}
