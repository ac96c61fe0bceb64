//! The documented config of meta-learning; the values are those of `MetaConfig::default()`.

use anyhow::Result;
use xner_transfer::meta::{MetaConfig, Preset};

use super::super::train;
use crate::documented::{self, Key, Table};

const OWN: &[Table<'_>] = &[
    Table(
        "",
        "Settings of `xner transfer meta`. Every key may be left out but `source.train`, `source.dev` and `bert.encoder`;\n\
         what is left out has the preset's value: the paper's, which is shown here, or that of its authors' program.\n\
         Keys behind a `#` have no value unless they are given one; or, where the presets differ, the preset's.",
        &[
            Key("preset", "Whose settings: paper or released (the authors' program).", None),
            Key("seed", "Decides everything random.", None),
            Key("row", "What tables call the row; by default Meta-Cross and the ablation.", Some("\"full\"")),
            Key(
                "ablation",
                "Without what: none, no-max-loss, no-masking, no-max-loss-or-masking or no-meta-training.",
                None,
            ),
            Key("drop_types", "Entities of these types count as none, in all data.", None),
            Key("decode", "viterbi or argmax.", None),
            Key(
                "overlap",
                "In long sentences, whether a word in two windows counts once or twice; in the base model's training, twice.",
                None,
            ),
        ],
    ),
    Table(
        "source",
        "The language with labels. Paths are relative to this file's folder.",
        &[
            Key("language", "What it is called.", None),
            Key(
                "train",
                "Labelled sentences: trained on, and searched for similar ones.",
                Some("\"train.conll\""),
            ),
            Key("dev", "Labelled sentences by which weights are chosen.", Some("\"dev.conll\"")),
            Key("sentences", "So many of the training sentences; by default all.", Some("2000")),
            Key("dev_sentences", "So many of the development sentences; by default all.", Some("800")),
        ],
    ),
    Table(
        "target",
        "The language without labels.",
        &[
            Key("language", "What it is called.", None),
            Key("test", "Labelled sentences, scored in the end.", Some("\"test.conll\"")),
            Key("test_sentences", "So many of them, always the same; by default all.", Some("500")),
        ],
    ),
    Table(
        "similarity",
        "Which sentences are similar: by the cosine of vectors of the pretrained encoder.",
        &[
            Key("pooling", "A sentence's vector: cls (the first subword's state) or mean.", None),
            Key("length", "Subwords of a sentence that are read, special ones included.", None),
            Key("k", "Similar sentences of a task.", None),
            Key(
                "nearest",
                "Whether the source sentence nearest to a target sentence is used: keep or drop.",
                None,
            ),
        ],
    ),
];

const REST: &[Table<'_>] = &[
    Table(
        "loss",
        "The loss of meta-training; adaptation's has no greatest term.",
        &[
            Key("max_weight", "The weight of a sentence's greatest token loss beside the mean.", None),
            Key("mean", "Over what the mean of several sentences is: sentence or token.", None),
            Key("subwords", "Which have a loss: first (of each word) or all (special ones too).", None),
        ],
    ),
    Table(
        "masking",
        "Entity words that are not to be seen in meta-training, drawn anew each time through the source.",
        &[
            Key("ratio", "With what probability each is masked.", None),
            Key("what", "Of which sentences: query (tasks' own) or both (similar ones too).", None),
            Key("subwords", "Which subwords of such a word: all or first.", None),
        ],
    ),
    Table(
        "meta",
        "The meta-update.",
        &[
            Key("updates", "Updates in all.", None),
            Key("tasks", "Tasks of each.", None),
            Key("evaluate_every", "Updates between two scores on the development data; 0: at the end.", None),
            Key("checkpoint_every", "Updates between two checkpoints, beside those after scores.", None),
            Key(
                "start",
                "What it begins with: pretrained (encoder, a new head) or base (the base model).",
                None,
            ),
            Key("gradient", "The mean or the sum of the tasks' gradients.", None),
            Key("bias_correction", "Whether Adam corrects its moments for beginning at zero.", None),
            Key("warmup", "The share of updates in which the rate rises; then it falls to 0.", None),
            Key("clip", "Longest gradient; 0: any.", None),
            Key("clip_by", "What is clipped: the gradient as a whole, or each tensor's by itself.", None),
        ],
    ),
    Table(
        "meta.optimiser",
        "The optimiser and the first rate.",
        &[
            Key("kind", "sgd, adam or adamw.", None),
            Key("rate", "The first rate.", None),
            Key("beta1", "Decay of the mean.", None),
            Key("beta2", "Decay of the mean square.", None),
            Key("epsilon", "Added to the root of the mean square.", None),
            Key("weight_decay", "Weight decay; adamw alone has it.", Some("0.01")),
        ],
    ),
    Table(
        "inner",
        "The inner update, whose optimiser begins anew for each task. Adaptation uses these settings too, but for\n\
         steps and rate.",
        &[
            Key("steps", "Steps on a task's similar sentences.", None),
            Key("bias_correction", "Whether Adam corrects its moments for beginning at zero.", None),
            Key("scheduled", "Whether the rate rises and falls as that of the meta-update.", None),
            Key("clip", "Longest gradient; 0: any.", None),
            Key("clip_by", "What is clipped: the gradient as a whole, or each tensor's by itself.", None),
        ],
    ),
    Table(
        "inner.optimiser",
        "The optimiser and its rate.",
        &[
            Key("kind", "sgd, adam or adamw.", None),
            Key("rate", "The rate.", None),
            Key("beta1", "Decay of the mean.", None),
            Key("beta2", "Decay of the mean square.", None),
            Key("epsilon", "Added to the root of the mean square.", None),
            Key("weight_decay", "Weight decay; adamw alone has it.", Some("0.01")),
        ],
    ),
    Table(
        "adaptation",
        "Adaptation to each target sentence.",
        &[
            Key("steps", "Steps on its similar sentences.", None),
            Key("rate", "Their rate.", None),
            Key("dropout", "Whether they are made with dropout.", None),
            Key("score", "Whether the test sentences are scored with adaptation too.", None),
        ],
    ),
];

/// A config with every key, its meaning, and its default value.
pub(super) fn documented() -> Result<String> {
    let all = OWN.iter().chain(train::bert_and_training()).chain(REST);
    let tables: Vec<Table<'_>> = all.map(|Table(name, about, keys)| Table(name, about, keys)).collect();
    let released = MetaConfig::preset(Preset::Released);
    documented::write_beside(&tables, &MetaConfig::default(), Some(("released", &released)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::documented::checks::documents;

    #[test]
    fn it_has_every_key_and_its_default() {
        documents::<MetaConfig>(&documented().unwrap(), &["source.read", "target.read"]);
    }

    #[test]
    fn another_preset_may_be_named_in_it() {
        let text = documented().unwrap().replace("preset = \"paper\"", "preset = \"released\"");
        assert_eq!(toml::from_str::<MetaConfig>(&text).unwrap(), MetaConfig::preset(Preset::Released));
    }
}
