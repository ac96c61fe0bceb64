//! The documented config: every setting with its meaning; the values are those of `TrainConfig::default()`.

use anyhow::Result;
use xner_tagger::TrainConfig;

use crate::documented::{self, Key, Table};

const TABLES: &[Table<'_>] = &[
    Table(
        "",
        "Settings of `xner train`. Every key but `data.train` may be left out; what is left out has the value shown here.\n\
         Keys behind a `#` have no value unless they are given one.",
        &[Key("seed", "Decides everything random.", None)],
    ),
    Table(
        "data",
        "Labelled text: columns, TSV, JSON lines; plain, .gz or .xz. Paths are relative to this file's folder.",
        &[
            Key("train", "Training sentences; this key must be given.", Some("\"train.conll\"")),
            Key(
                "dev",
                "Development sentences, on which the best weights are chosen; without them the last are kept.",
                Some("\"dev.conll\""),
            ),
            Key("test", "Test sentences, scored once at the end.", Some("\"test.conll\"")),
        ],
    ),
    Table(
        "data.read",
        "How the files are read.",
        &[Key(
            "format",
            "conll, tsv, jsonl or text; by default what a file's name promises, else conll.",
            Some("\"conll\""),
        )],
    ),
    Table(
        "data.read.conll",
        "Columns.",
        &[
            Key("token", "The token's column: 0 is the first, -1 the last.", None),
            Key("tag", "The tag's column.", None),
            Key(
                "separator",
                "What stands between columns: auto (tab if the first row has one), tab or blank.",
                None,
            ),
            Key("ragged", "Rows of unequal width: refuse or allow.", None),
            Key("comments", "Whether lines between sentences that begin with `# ` are comments.", None),
            Key(
                "language_prefix",
                "Whether tokens carry a language prefix such as `en:`, to be removed.",
                None,
            ),
            Key(
                "scheme",
                "Refuse tags that break this scheme (iob1, iob2, iobes); by default any are read as conlleval does.",
                Some("\"iob2\""),
            ),
        ],
    ),
    Table(
        "data.read.jsonl",
        "JSON lines.",
        &[Key("align", "Entities that cut a token: refuse the file, or widen the entity to it.", None)],
    ),
    Table("data.read.jsonl.split", "How texts without tokens are split.", SPLIT),
    Table("data.read.text", "Plain text.", SPLIT),
    Table(
        "vectors",
        "Word vectors.",
        &[
            Key(
                "file",
                "In any format that `xner vectors` reads; without it every word gets a random vector, which is trained.",
                Some("\"vectors.vec\""),
            ),
            Key("limit", "Read only so many words, from the file's top; by default all.", Some("400000")),
            Key(
                "length",
                "The mean length that a file's vectors are scaled to; 0: as they are (default).",
                Some("5.0"),
            ),
            Key("random", "Dimensions of random vectors, where there is no file.", None),
            Key("train", "Whether vectors from a file are trained along with the model.", None),
            Key(
                "unknown",
                "When vectors are trained: the share of chances at which a word that occurs once is read as unknown.",
                None,
            ),
            Key(
                "keep",
                "Which of the file's words the model keeps: all, or those of the corpora given.",
                None,
            ),
        ],
    ),
    Table(
        "model",
        "The char-BiLSTM-CRF.",
        &[
            Key("scheme", "How entities are written as tags: iobes, iob2 or iob1.", None),
            Key("hidden", "Units of the word bi-LSTM in each direction.", None),
            Key("dense", "Units of the dense layer before the CRF.", None),
            Key("tied", "Whether the forward and backward cells share their weights.", None),
            Key("dropout", "Share of a token's features dropped before the word bi-LSTM.", None),
            Key("dropout_states", "Share of the word bi-LSTM's states dropped before the dense layer.", None),
            Key("attention", "Whether there is self-attention over the word bi-LSTM's states.", None),
            Key(
                "dropout_attention",
                "Share of a token's context dropped, where there is self-attention.",
                None,
            ),
        ],
    ),
    Table(
        "model.characters",
        "The bi-LSTM over a word's characters.",
        &[
            Key("use", "Whether there is one.", None),
            Key("embedding", "Dimensions of a character's embedding.", None),
            Key("hidden", "Units in each direction.", None),
            Key("min_count", "A character seen less often than this in training counts as unknown.", None),
            Key("longest", "A longer word is read as its first and last characters, so many together.", None),
        ],
    ),
    Table(
        "training",
        "The training loop.",
        &[
            Key("epochs", "Times over the training sentences.", None),
            Key("batch", "Sentences in a batch.", None),
            Key("longest", "Longer sentences (in tokens) are left out of training.", None),
            Key("evaluate_every", "Batches between two evaluations; 0: at the end of each epoch.", None),
            Key(
                "checkpoint_every",
                "Batches between two checkpoints beside those of evaluations; 0: none.",
                None,
            ),
            Key("patience", "Stop after so many evaluations without a better F1; 0: never.", None),
            Key(
                "mean",
                "What a batch's loss is the mean over: sentence or token; an encoder's is over tokens.",
                None,
            ),
            Key("clip", "Longest gradient, by the norm over all weights; 0: any.", None),
        ],
    ),
    Table(
        "training.optimiser",
        "The rule by which a gradient changes the weights: sgd, adam or adamw.",
        &[
            Key("kind", "sgd, adam or adamw.", None),
            Key(
                "rate",
                "First learning rate. Left out: 0.1 for sgd; for adam and adamw 0.001, or an encoder's, see its default.",
                None,
            ),
            Key("beta1", "adam, adamw: decay of the mean.", Some("0.9")),
            Key("beta2", "adam, adamw: decay of the mean square.", Some("0.999")),
            Key("epsilon", "adam, adamw: added to the root of the mean square.", Some("1e-8")),
            Key(
                "weight_decay",
                "adamw: share of a weight that goes at each step, times the rate.",
                Some("0.01"),
            ),
        ],
    ),
    Table(
        "training.schedule",
        "How the learning rate changes.",
        &[
            Key(
                "kind",
                "inverse: max(rate / (1 + decay * e), floor) in epoch e (from 0); linear: in a line to 0.",
                None,
            ),
            Key("decay", "inverse: how fast the rate falls.", None),
            Key("floor", "inverse: the lowest rate.", None),
            Key("warmup", "The share of all steps in which the rate rises from 0 to the first.", None),
        ],
    ),
];

const SPLIT: &[Key] = &[
    Key("language", "The text's language by its code.", None),
    Key("sentences", "Where sentences end: split (by the language's rules) or lines.", None),
];

/// The tables of the model and its training, which other configs have too.
pub(in crate::commands) fn model_and_training() -> impl Iterator<Item = &'static Table<'static>> {
    TABLES.iter().filter(|Table(name, ..)| name.starts_with("model") || name.starts_with("training"))
}

/// The tables of labelled text and of training, whatever is trained.
pub(super) fn data_and_training() -> impl Iterator<Item = &'static Table<'static>> {
    TABLES.iter().filter(|Table(name, ..)| name.starts_with("data") || name.starts_with("training"))
}

/// A config with every key, its meaning, and its default value.
pub(super) fn documented() -> Result<String> {
    documented::write(TABLES, &TrainConfig::default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::documented::checks::documents;

    #[test]
    fn it_has_every_key_and_its_default() {
        documents::<TrainConfig>(&documented().unwrap(), &[]).check().unwrap();
    }
}
