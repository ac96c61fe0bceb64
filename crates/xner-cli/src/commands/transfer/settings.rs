//! The documented config: every setting with its meaning; the values are those of `ZeroResourceConfig::default()`.

use anyhow::Result;
use xner_transfer::zero_resource::ZeroResourceConfig;

use super::super::train;
use crate::documented::{self, Key, Table};

const OWN: &[Table<'_>] = &[
    Table(
        "",
        "Settings of `xner transfer zero-resource`. Every key may be left out but the corpora, and the vectors that the\n\
         variant reads; what is left out has the value shown here. Keys behind a `#` have no value unless they are\n\
         given one.",
        &[
            Key("seed", "Decides everything random.", None),
            Key("row", "What tables call the row; by default the variant's name.", Some("\"Cross-Word\"")),
            Key("variant", "source-mono, cross-word, cross-shared or cross-augmented.", None),
            Key("select", "By which development data weights are chosen: source-dev or target-dev.", None),
        ],
    ),
    Table(
        "source",
        "The language with labels. Paths are relative to this file's folder.",
        &[
            Key("language", "What it is called.", None),
            Key("train", "Labelled sentences to train on.", Some("\"train.conll\"")),
            Key("dev", "Labelled sentences by which weights are chosen.", Some("\"dev.conll\"")),
            Key("test", "Labelled sentences, scored in the end.", Some("\"test.conll\"")),
            Key("vectors", "Word vectors.", Some("\"source.vec\"")),
            Key("limit", "Read only so many vectors, from the file's top; by default all.", Some("200000")),
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
            Key(
                "dev",
                "Labelled sentences for scores chosen on target dev; not needed.",
                Some("\"dev.conll\""),
            ),
            Key("test", "Labelled sentences, scored in the end.", Some("\"test.conll\"")),
            Key("vectors", "Word vectors.", Some("\"target.vec\"")),
            Key("limit", "Read only so many vectors, from the file's top; by default all.", Some("200000")),
        ],
    ),
    Table(
        "words",
        "Which word vectors the taggers read.",
        &[
            Key(
                "kind",
                "own, mapped or random; by default own for source-mono, else mapped.",
                Some("\"mapped\""),
            ),
            Key("length", "The mean length that word vectors are scaled to; 0: as they are.", None),
            Key("random", "Dimensions of random vectors.", None),
        ],
    ),
    Table(
        "mapping",
        "How both languages' vectors come into one space.",
        &[
            Key(
                "folder",
                "A folder that `xner map` wrote; without it the mapping is learnt.",
                Some("\"map\""),
            ),
            Key(
                "method",
                "adversarial, self-learning, identical, numerals, supervised or semi-supervised.",
                None,
            ),
            Key("dictionary", "Word pairs for the methods that need them.", Some("\"en-es.txt\"")),
        ],
    ),
    Table(
        "mapping.settings",
        "Settings other than the method's own: see `xner map --method METHOD --print-config`.",
        &[],
    ),
];

const AUGMENTED: &[Table<'_>] = &[Table(
    "augmented",
    "Augmented fine-tuning. [augmented.training] has the keys of [training]; without it they are the same.",
    &[
        Key("base", "The model that is fine-tuned: cross-shared or cross-word.", None),
        Key("redraw_every", "Steps between two length thresholds; by default two epochs.", Some("1000")),
        Key("shortest", "Least threshold in tokens; by default the shortest target sentence.", Some("5")),
        Key("longest", "Greatest threshold; by default the longest target sentence.", Some("100")),
        Key("initial", "Where the target's encoder begins: random or source (a copy).", None),
        Key("combine", "How both encoders' features meet: dense, concatenate or sum.", None),
        Key("tied", "Whether the target's cells share their weights too.", None),
        Key("through_source", "Whether the target's joint loss also trains the source encoder.", None),
    ],
)];

/// A config with every key, its meaning, and its default value.
pub(super) fn documented() -> Result<String> {
    let all = OWN.iter().chain(train::model_and_training()).chain(AUGMENTED);
    let tables: Vec<Table<'_>> = all.map(|Table(name, about, keys)| Table(name, about, keys)).collect();
    documented::write(&tables, &ZeroResourceConfig::default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::documented::checks::documents;

    #[test]
    fn it_has_every_key_and_its_default() {
        documents::<ZeroResourceConfig>(&documented().unwrap(), &["source.read", "target.read"])
            .check()
            .unwrap();
    }
}
