//! The documented config of fine-tuning; the values are those of `BertTrainConfig::default()`.

use anyhow::Result;
use xner_tagger::bert::train::BertTrainConfig;

use super::settings::data_and_training;
use crate::documented::{self, Key, Table};

const OWN: &[Table<'_>] = &[
    Table(
        "",
        "Settings of `xner train` for a pretrained encoder. Every key but `model`, `data.train` and `bert.encoder` may be\n\
         left out; what is left out has the value shown here. Keys behind a `#` have no value unless they are given one.",
        &[
            Key("model", "Must be bert: it marks the config of a pretrained encoder.", None),
            Key("seed", "Decides everything random.", None),
        ],
    ),
    Table(
        "bert",
        "The encoder, its head, and what of it is trained.",
        &[
            Key(
                "encoder",
                "A folder of Hugging Face's layout, or a name on the hub.",
                Some("\"bert-base-multilingual-cased\""),
            ),
            Key("scheme", "How entities are written as tags: iob2, iobes or iob1.", None),
            Key("head", "softmax or crf; students and meta-learning need softmax.", None),
            Key(
                "length",
                "Subwords of a window, special ones included; longer sentences have several.",
                None,
            ),
            Key("overlap", "Subwords that neighbouring windows share.", None),
            Key("freeze_embeddings", "Whether the embeddings stay as they are.", None),
            Key("freeze_layers", "So many layers, from the bottom, stay as they are.", None),
            Key(
                "dropout",
                "Dropout before the head; by default what the encoder's config says.",
                Some("0.1"),
            ),
            Key("at_once", "Subwords worked on at once; larger batches add up gradients of parts.", None),
        ],
    ),
];

/// The tables of an encoder and of training.
pub(in crate::commands) fn bert_and_training() -> impl Iterator<Item = &'static Table<'static>> {
    let training = data_and_training().filter(|Table(name, ..)| name.starts_with("training"));
    OWN[1..].iter().chain(training)
}

/// A config with every key, its meaning, and its default value.
pub(super) fn documented() -> Result<String> {
    let (data, training): (Vec<_>, Vec<_>) =
        data_and_training().partition(|Table(name, ..)| name.starts_with("data"));
    let head = OWN[..1].iter().chain(data);
    let all = head.chain(&OWN[1..]).chain(training);
    let tables: Vec<Table<'_>> = all.map(|Table(name, about, keys)| Table(name, about, keys)).collect();
    documented::write(&tables, &BertTrainConfig::default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::documented::checks::documents;

    #[test]
    fn it_has_every_key_and_its_default() {
        documents::<BertTrainConfig>(&documented().unwrap(), &[]).check().unwrap();
    }
}
