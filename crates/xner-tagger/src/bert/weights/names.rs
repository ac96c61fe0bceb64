//! One name for each tensor, whichever class wrote it.

/// The beginnings of the encoder's names in checkpoints with a head.
const PREFIXES: [&str; 5] = ["bert.", "roberta.", "distilbert.", "electra.", "model."];

/// The name that a bare `BertModel`, or another kind's, gives to a tensor: without the encoder's prefix, and with layer
/// norms' `weight` and `bias` where old files say `gamma` and `beta`.
///
/// ```
/// use xner_tagger::bert::weights::canonical;
///
/// assert_eq!(canonical("bert.embeddings.LayerNorm.gamma"), "embeddings.LayerNorm.weight");
/// assert_eq!(canonical("classifier.bias"), "classifier.bias");
/// ```
pub fn canonical(name: &str) -> String {
    let name = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    if let Some(norm) = name.strip_suffix("LayerNorm.gamma") {
        format!("{norm}LayerNorm.weight")
    } else if let Some(norm) = name.strip_suffix("LayerNorm.beta") {
        format!("{norm}LayerNorm.bias")
    } else {
        name.to_owned()
    }
}

/// The beginnings of what stands behind the encoder in checkpoints of the pre-training tasks, kind by kind.
const HEADS: [&str; 11] = [
    "cls.",
    "lm_head.",
    "pooler.",
    "vocab_transform.",
    "vocab_layer_norm.",
    "vocab_projector.",
    "discriminator_predictions.",
    "generator_predictions.",
    "generator_lm_head.",
    "decoder.",
    "head.",
];

/// Whether a tensor is one of those that checkpoints carry and a tagger has no use for.
pub(super) fn known_extra(name: &str) -> bool {
    // Heads of the pre-training tasks, the pooler, and tables of 0, 1, 2, …
    HEADS.iter().any(|prefix| name.starts_with(prefix))
        || name == "embeddings.position_ids"
        || name == "embeddings.token_type_ids"
}
