//! What adaptation changed (table 5), and by which sentences (table 1).

use std::path::Path;

use serde::{Deserialize, Serialize};
use xner_corpus::{Labelled, Tag, entities};
use xner_train::files::{read_json, write_json};

use super::index::Neighbour;
use crate::Result;

/// The name of the file.
const CASES: &str = "adaptation.json";

/// `adaptation.json`: the test sentences whose tags adaptation changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    /// In their order.
    pub cases: Vec<Case>,
}

/// A test sentence whose tags adaptation changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its number among the sentences that were scored, from 1.
    pub number: usize,
    /// The sentence.
    pub text: String,
    /// Its entities, as `TYPE text`.
    pub gold: Vec<String>,
    /// Those of the model as it is.
    pub before: Vec<String>,
    /// Those of the adapted model.
    pub after: Vec<String>,
    /// The source sentences that the model was adapted by.
    pub similar: Vec<Similar>,
}

/// A source sentence that a model was adapted by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Similar {
    /// Its number among the source sentences that were used, from 1: without empty ones, and those that the config left
    /// out.
    pub number: usize,
    /// How similar it is.
    pub cosine: f32,
    /// The sentence.
    pub text: String,
    /// Its entities.
    pub entities: Vec<String>,
}

impl Cases {
    /// Reads the file in a run's folder.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io); [`Error::Model`](crate::Error::Model) for a file that does not read.
    pub fn read(folder: &Path) -> Result<Self> {
        read_json(&folder.join(CASES))
    }

    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        write_json(&folder.join(CASES), self)
    }
}

impl Case {
    pub(super) fn new(
        at: usize,
        gold: &Labelled,
        before: &[Tag],
        after: &[Tag],
        similar: &[Neighbour],
        source: &[Labelled],
    ) -> Self {
        let of_tags =
            |tags: &[Tag]| shown(&Labelled { sentence: gold.sentence.clone(), entities: entities(tags) });
        let similar = similar.iter().map(|&Neighbour { sentence, cosine }| Similar {
            number: sentence + 1,
            cosine,
            text: source[sentence].sentence.text().to_owned(),
            entities: shown(&source[sentence]),
        });
        Self {
            number: at + 1,
            text: gold.sentence.text().to_owned(),
            gold: shown(gold),
            before: of_tags(before),
            after: of_tags(after),
            similar: similar.collect(),
        }
    }
}

fn shown(labelled: &Labelled) -> Vec<String> {
    let text = |entity: &xner_corpus::Entity| {
        format!("{} {}", entity.kind, labelled.sentence.slice(entity.tokens.clone()))
    };
    labelled.entities.iter().map(text).collect()
}
