//! DistilBERT: BERT's layers under other names, without token types and without dropout behind attention.

use xner_nn::DropoutSites;

use super::{Kind, Names, Positions, Qkv, Special};

pub(super) static DISTILBERT: Kind = Kind {
    model_type: "distilbert",
    class: "DistilBert",
    prefix: "distilbert.",
    positions: Positions::FromZero,
    padding: 0,
    dropped: DropoutSites::BehindFeedForward,
    keys: &[
        ("hidden_size", "dim"),
        ("num_hidden_layers", "n_layers"),
        ("num_attention_heads", "n_heads"),
        ("intermediate_size", "hidden_dim"),
        ("hidden_dropout_prob", "dropout"),
        ("attention_probs_dropout_prob", "attention_dropout"),
    ],
    fixed: &[("activation", "gelu")],
    special: Special::Bert,
    names: Names {
        words: "embeddings.word_embeddings.weight",
        positions: Some("embeddings.position_embeddings.weight"),
        types: None,
        norm: "embeddings.LayerNorm",
        project: None,
        layer: "transformer.layer.",
        qkv: Qkv::Apart(["attention.q_lin", "attention.k_lin", "attention.v_lin"]),
        out: "attention.out_lin",
        first: "sa_layer_norm",
        up: "ffn.lin1",
        down: "ffn.lin2",
        second: "output_layer_norm",
        last: None,
    },
};
