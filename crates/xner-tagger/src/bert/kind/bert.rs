//! BERT, RoBERTa and XLM-RoBERTa.

use xner_nn::DropoutSites;

use super::{Kind, Names, Positions, Qkv, Special};

pub(super) const NAMES: Names = Names {
    words: "embeddings.word_embeddings.weight",
    positions: Some("embeddings.position_embeddings.weight"),
    types: Some("embeddings.token_type_embeddings.weight"),
    norm: "embeddings.LayerNorm",
    project: None,
    layer: "encoder.layer.",
    qkv: Qkv::Apart(["attention.self.query", "attention.self.key", "attention.self.value"]),
    out: "attention.output.dense",
    first: "attention.output.LayerNorm",
    up: "intermediate.dense",
    down: "output.dense",
    second: "output.LayerNorm",
    last: None,
};

pub(super) const FIXED: &[(&str, &str)] = &[("hidden_act", "gelu"), ("position_embedding_type", "absolute")];

pub(super) static BERT: Kind = Kind {
    model_type: "bert",
    class: "Bert",
    prefix: "bert.",
    positions: Positions::FromZero,
    padding: 0,
    dropped: DropoutSites::BehindBoth,
    keys: &[],
    fixed: FIXED,
    special: Special::Bert,
    names: NAMES,
};

pub(super) static ROBERTA: Kind = Kind {
    model_type: "roberta",
    class: "Roberta",
    prefix: "roberta.",
    positions: Positions::BehindPadding,
    padding: 1,
    dropped: DropoutSites::BehindBoth,
    keys: &[],
    fixed: FIXED,
    special: Special::Roberta,
    names: NAMES,
};

pub(super) static XLM_ROBERTA: Kind = Kind {
    model_type: "xlm-roberta",
    class: "XLMRoberta",
    prefix: "roberta.",
    positions: Positions::BehindPadding,
    padding: 1,
    dropped: DropoutSites::BehindBoth,
    keys: &[],
    fixed: FIXED,
    special: Special::Roberta,
    names: NAMES,
};
