//! The documented config: every setting with its meaning; the values are those of `BwetConfig::default()`.

use anyhow::Result;
use xner_transfer::bwet::BwetConfig;

use super::super::train;
use super::common_settings::DICTIONARY;
use crate::documented::{self, Key, Table};

const OWN: &[Table<'_>] = &[
    Table(
        "",
        "Settings of `xner transfer bwet`. Every key may be left out but the source's corpora, the target's vectors, and a\n\
         dictionary or a mapping; what is left out has the value shown here. Keys behind a `#` have no value unless\n\
         they are given one.",
        &[
            Key("seed", "Decides everything random.", None),
            Key("row", "What tables call the row.", None),
            Key("select", "By which development data weights are chosen: source-dev or target-dev.", None),
        ],
    ),
    Table(
        "source",
        "The language with labels. Paths are relative to this file's folder.",
        &[
            Key("language", "What it is called.", None),
            Key("train", "Labelled sentences to translate and train on.", Some("\"train.conll\"")),
            Key("dev", "Labelled sentences to translate and choose weights by.", Some("\"dev.conll\"")),
        ],
    ),
    Table(
        "target",
        "The language without labels.",
        &[
            Key("language", "What it is called.", None),
            Key("dev", "Labelled sentences; only select = \"target-dev\" needs them.", Some("\"dev.conll\"")),
            Key("test", "Labelled sentences, scored in the end.", Some("\"test.conll\"")),
            Key(
                "vectors",
                "The language's own word vectors, which the tagger reads.",
                Some("\"target.vec\""),
            ),
            Key("limit", "Read only so many vectors, from the file's top; by default all.", Some("200000")),
            Key("length", "The mean length that they are scaled to; 0: as they are.", None),
        ],
    ),
    DICTIONARY,
    Table(
        "translation",
        "What is translated.",
        &[Key("keep_types", "Entities of these types stay as they are; [] where the scripts differ.", None)],
    ),
];

/// A config with every key, its meaning, and its default value.
pub(super) fn documented() -> Result<String> {
    let all = OWN.iter().chain(train::model_and_training());
    let tables: Vec<Table<'_>> = all.map(|Table(name, about, keys)| Table(name, about, keys)).collect();
    documented::write(&tables, &BwetConfig::default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::documented::checks::documents;

    #[test]
    fn it_has_every_key_and_its_default() {
        documents::<BwetConfig>(&documented().unwrap(), &["source.read", "target.read"]);
    }
}
