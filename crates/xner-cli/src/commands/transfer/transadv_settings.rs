//! The documented config: every setting with its meaning; the values are those of `TransAdvConfig::default()`.

use anyhow::Result;
use xner_transfer::transadv::TransAdvConfig;

use super::super::train;
use super::common_settings::DICTIONARY;
use crate::documented::{self, Key, Table};

const OWN: &[Table<'_>] = &[
    Table(
        "",
        "Settings of `xner transfer transadv`, `mbert-ft`, `advce`, `tsl`, `unitrans` and `advpicker`: one file serves them\n\
         all. Every key may be left out but `source.train`, `source.dev`, `bert.encoder` and what the method reads of\n\
         `target` and `dictionary`; what is left out has the value shown here. Keys behind a `#` have no value unless\n\
         they are given one.\n\
         `ablation` is no-language-discriminator, no-order-discriminator, no-entity-teacher, no-context-teacher,\n\
         no-order-teacher, no-adversarial or no-distillation.",
        &[
            Key("seed", "Decides everything random.", None),
            Key(
                "row",
                "What tables call the row; by default the method's or ablation's name.",
                Some("\"TSL\""),
            ),
            Key("ablation", "What transadv does without: one of those above, or none.", None),
            Key("select", "By which development data weights are chosen: source-dev or target-dev.", None),
            Key(
                "phrases",
                "Phrase pairs with a tab between, asked before the dictionary.",
                Some("\"phrases.txt\""),
            ),
        ],
    ),
    Table(
        "source",
        "The language with labels. Paths are relative to this file's folder.",
        &[
            Key("language", "What it is called.", None),
            Key("train", "Labelled sentences to train on.", Some("\"train.conll\"")),
            Key("dev", "Labelled sentences by which weights are chosen.", Some("\"dev.conll\"")),
            Key("sentences", "So many of the training sentences; by default all.", Some("4000")),
            Key("dev_sentences", "So many of the development sentences; by default all.", Some("1000")),
        ],
    ),
    Table(
        "target",
        "The language without labels.",
        &[
            Key("language", "What it is called.", None),
            Key(
                "unlabelled",
                "Sentences without labels: plain text in a file that ends in .text; of columns labels are not read.",
                Some("\"raw.text\""),
            ),
            Key("dev", "Labelled sentences; only select = \"target-dev\" needs them.", Some("\"dev.conll\"")),
            Key("test", "Labelled sentences, scored in the end.", Some("\"test.conll\"")),
            Key("sentences", "So many of the unlabelled sentences; by default all.", Some("4000")),
            Key("dev_sentences", "So many of the development sentences; by default all.", Some("1000")),
        ],
    ),
    DICTIONARY,
    Table(
        "data",
        "How the source is translated, and what is made of it.",
        &[
            Key("strategy", "What is translated as one: word, phrase or word-and-phrase.", None),
            Key("keep_types", "Entities of these types stay as they are; [] where the scripts differ.", None),
            Key(
                "without_entities",
                "Sentences without entities in the code-switched sets: keep or drop.",
                None,
            ),
        ],
    ),
];

const REST: &[Table<'_>] = &[
    Table(
        "adversary",
        "The discriminators, and the generator that is to deceive them.",
        &[
            Key("generator_rate", "The generator's first rate.", None),
            Key("discriminator_rate", "The discriminators' first rate.", None),
            Key(
                "batch",
                "Sentences from each list that they are shown; 0: as many as of labelled ones.",
                None,
            ),
        ],
    ),
    Table(
        "adversary.language",
        "The language discriminator. Sets: source, target (translated), unlabelled, source-swi, target-swi, source-shu,\n\
         target-shu.",
        &[
            Key("hidden", "Its hidden units.", None),
            Key("source", "What it is shown for the source language.", None),
            Key("target", "What it is shown for the target language.", None),
        ],
    ),
    Table(
        "adversary.order",
        "The order discriminator.",
        &[
            Key("hidden", "Its hidden units.", None),
            Key("ordered", "What it is shown as ordered.", None),
            Key("shuffled", "What it is shown as shuffled.", None),
        ],
    ),
    Table(
        "teachers",
        "The enhanced teachers; UniTrans' teacher too.",
        &[
            Key("epochs", "Epochs of each; by default those of [training].", Some("3")),
            Key("rate", "Their first rate; by default that of [training].", Some("0.0001")),
        ],
    ),
    Table(
        "distillation",
        "The student.",
        &[
            Key(
                "weights",
                "Weights of the soft labels: of the source model, the entity, context and order teachers.",
                None,
            ),
            Key("epochs", "Epochs; by default those of [training].", Some("3")),
            Key("rate", "The first rate; by default that of [training].", Some("0.0001")),
            Key(
                "start",
                "What it begins with: pretrained (encoder, a new head) or source (the source model).",
                None,
            ),
        ],
    ),
    Table(
        "unitrans",
        "What UniTrans has of its own.",
        &[
            Key("hard_weight", "The weight of the loss of voted labels beside that of soft ones.", None),
            Key(
                "soft",
                "Whose soft labels: teacher (the last model's), or both (and the source model's).",
                None,
            ),
        ],
    ),
    Table(
        "advpicker",
        "What AdvPicker has of its own.",
        &[Key("share", "The share of the unlabelled sentences that is kept.", None)],
    ),
];

/// A config with every key, its meaning, and its default value.
pub(super) fn documented() -> Result<String> {
    let all = OWN.iter().chain(train::bert_and_training()).chain(REST);
    let tables: Vec<Table<'_>> = all.map(|Table(name, about, keys)| Table(name, about, keys)).collect();
    documented::write(&tables, &TransAdvConfig::default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::documented::checks::documents;

    #[test]
    fn it_has_every_key_and_its_default() {
        documents::<TransAdvConfig>(&documented().unwrap(), &["source.read", "target.read"]);
    }
}
