//! ModernBERT, and mmBERT, which is one.

use xner_nn::DropoutSites;

use super::{Kind, Names, Positions, Qkv, Special};

pub(super) static MODERNBERT: Kind = Kind {
    model_type: "modernbert",
    class: "ModernBert",
    prefix: "model.",
    positions: Positions::Rotary,
    padding: 50283,
    dropped: DropoutSites::Inside,
    keys: &[
        ("hidden_dropout_prob", "embedding_dropout"),
        ("attention_probs_dropout_prob", "attention_dropout"),
        ("layer_norm_eps", "norm_eps"),
    ],
    fixed: &[("hidden_activation", "gelu"), ("classifier_activation", "gelu")],
    special: Special::Bert,
    names: Names {
        words: "embeddings.tok_embeddings.weight",
        positions: None,
        types: None,
        norm: "embeddings.norm",
        project: None,
        layer: "layers.",
        qkv: Qkv::Together("attn.Wqkv"),
        out: "attn.Wo",
        first: "attn_norm",
        up: "mlp.Wi",
        down: "mlp.Wo",
        second: "mlp_norm",
        last: Some("final_norm"),
    },
};
