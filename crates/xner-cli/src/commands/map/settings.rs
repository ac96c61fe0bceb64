//! The config of `xner map`: a method's settings, what a file says otherwise, and every setting with its meaning.

use std::path::Path;

use anyhow::{Context, Result};
use toml::Value;
use xner_embed::map::{MapConfig, Method};
use xner_tagger::config::located;
use xner_transfer::mapping::overlaid;

use crate::documented::{self, Key, Table};
use crate::exit::bad_input;

/// A method's published settings with a file's in their place, where it has any.
pub(super) fn read(method: Method, file: Option<&Path>) -> Result<MapConfig> {
    let preset = MapConfig::preset(method);
    let Some(file) = file else { return Ok(preset) };
    let text = xner_corpus::read::whole_text(file)?;
    let fault = |message: String| bad_input(format!("{}: {}", file.display(), message.trim_end()));
    let own = toml::from_str::<toml::Table>(&text).map_err(|e| fault(e.to_string()))?;
    overlaid(&preset, own).map_err(|e| fault(located(&text, ".", &e)))
}

/// A method's config with every key, its meaning, and its value.
pub(super) fn documented(method: Method) -> Result<String> {
    let config = MapConfig::preset(method);
    let value = Value::try_from(&config).context("the method's settings cannot be written")?;
    let kind =
        |table: &str| value.get(table).and_then(|t| t.get("kind")).and_then(Value::as_str).unwrap_or("");
    let keys = |first: Key, known: &[(&str, &[Key])], kind: &str| -> Vec<Key> {
        let own = known.iter().find(|(name, _)| *name == kind).map_or(&[][..], |(_, keys)| *keys);
        std::iter::once(first).chain(own.iter().copied()).collect()
    };
    let initialiser = keys(INITIALISERS, INITIALISER_KEYS, kind("initialiser"));
    let refinement = keys(REFINEMENTS, REFINEMENT_KEYS, kind("refinement"));
    let about = format!(
        "Settings of `xner map --method {method}`. Every key may be left out; what is left out has the value shown\n\
         here. Keys behind a `#` have no value unless they are given one. Another `kind` has other keys beside it."
    );
    let tables = [
        Table("", &about, TOP),
        Table("initialiser", "Where the first dictionary or mapping comes from.", &initialiser),
        Table("refinement", "How it is made better.", &refinement),
        Table(
            "finish",
            "What is done to the refined mapping in the end; nothing leaves it orthogonal.",
            FINISH,
        ),
        Table("criterion", "How mappings are compared without a dictionary.", CRITERION),
    ];
    documented::write(&tables, &config)
}

const TOP: &[Key] = &[
    Key("limit", "The most frequent words of each language that learning sees; every word is mapped.", None),
    Key("direction", "Which language moves: source-to-target or target-to-source.", None),
    Key("normalise", "What is done to all vectors first, in order: unit, centre.", None),
    Key("restarts", "Runs with different seeds; the criterion picks one.", None),
    Key("seed", "Decides everything random; restart r uses seed + r.", None),
];

const INITIALISERS: Key =
    Key("kind", "adversarial, similarity-distribution, identical, numerals, dictionary or identity.", None);

const INITIALISER_KEYS: &[(&str, &[Key])] = &[
    (
        "similarity-distribution",
        &[
            Key(
                "words",
                "The most frequent words that take part: time and memory grow with its square.",
                None,
            ),
            NEIGHBOURS,
            INDUCTION,
        ],
    ),
    (
        "adversarial",
        &[
            Key("layers", "Hidden layers of the discriminator.", None),
            Key("hidden", "Units of each.", None),
            Key("leak", "Slope of the leaky rectifier below 0.", None),
            Key("input-dropout", "Share of the discriminator's inputs dropped in training.", None),
            Key("hidden-dropout", "Share of its hidden units dropped in training.", None),
            Key("smoothing", "Labels are this far from 0 and 1.", None),
            Key("discriminator-steps", "Steps of the discriminator for each step of the mapping.", None),
            Key("most-frequent", "Words are drawn from so many of each language.", None),
            Key("batch", "Words of each language in a batch.", None),
            Key("epochs", "Epochs.", None),
            Key("epoch-size", "Words of each language that the mapping's steps of an epoch see.", None),
            Key("mapping-rate", "First learning rate of the mapping.", None),
            Key("discriminator-rate", "Learning rate of the discriminator.", None),
            Key("decay", "Factor of the mapping's rate after each epoch.", None),
            Key("shrink", "Another factor after an epoch with a worse criterion, from the second on.", None),
            Key("smallest-rate", "Training ends when the mapping's rate falls below.", None),
            Key("weight", "Weight of the mapping's loss.", None),
            Key("orthogonality", "b in W <- (1 + b) W - b W W^T W after each step of the mapping.", None),
        ],
    ),
];

const REFINEMENTS: Key = Key("kind", "none, procrustes, self-learning or rcsls.", None);

const REFINEMENT_KEYS: &[(&str, &[Key])] = &[
    (
        "procrustes",
        &[
            Key("iterations", "How often a dictionary is induced and solved.", None),
            NEIGHBOURS,
            Key("rank-limit", "Words of a rank up to this one take part in the dictionary.", None),
            INDUCTION,
            Key("min-size", "Pairs that stay however unsure they are.", None),
            Key("max-size", "The most pairs, the surest first; 0: all.", None),
            Key("threshold", "Pairs stay when their lead over the second best is above; 0: all.", None),
        ],
    ),
    (
        "self-learning",
        &[
            Key("cutoff", "The most frequent words of each language that take part.", None),
            Key("early-cutoff", "The same while keep is below 1.", None),
            NEIGHBOURS,
            Key("keep", "The share of similarities that take part at first.", None),
            Key("multiplier", "What that share is multiplied by when the objective stands still.", None),
            Key("interval", "Iterations without a better objective before that.", None),
            Key("threshold", "By how much the objective must be better.", None),
            INDUCTION,
        ],
    ),
    (
        "rcsls",
        &[
            Key("steps", "Steps over the dictionary.", None),
            NEIGHBOURS,
            Key("words", "The most frequent words among which neighbours are looked for.", None),
            Key("learning-rate", "The first; halved when a step makes the loss greater.", None),
            Key("spectral", "Whether singular values above 1 are cut to 1 after each step.", None),
            Key("batch", "Pairs drawn for each step; by default all.", Some("1000")),
        ],
    ),
];

const NEIGHBOURS: Key = Key("neighbours", "The neighbours over which CSLS takes its means.", None);
const INDUCTION: Key = Key(
    "induction",
    "From which side a dictionary is induced: forward, backward, union, or (procrustes only) intersection.",
    None,
);

const FINISH: &[Key] = &[
    Key("whiten", "Whether the dictionary's vectors are made uncorrelated first.", None),
    Key(
        "source-reweight",
        "Power of the singular values by which the source's components are weighted.",
        None,
    ),
    Key("target-reweight", "The same of the target's.", None),
    Key("source-dewhiten", "Whose whitening is undone on the source: source or target.", Some("\"source\"")),
    Key("target-dewhiten", "Whose whitening is undone on the target.", Some("\"target\"")),
];

const CRITERION: &[Key] = &[
    Key("words", "The most frequent words of either side whose translations are looked at.", None),
    NEIGHBOURS,
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use xner_embed::map::{ProcrustesConfig, Refinement};

    use crate::documented::checks::same_keys;

    #[test]
    fn every_method_is_documented_with_all_its_keys() {
        for &method in Method::ALL {
            let (text, config) = (documented(method).unwrap(), MapConfig::preset(method));
            assert_eq!(toml::from_str::<MapConfig>(&text).unwrap(), config, "{method}");
            same_keys(&text, &config);
        }
    }

    #[test]
    fn a_file_is_laid_over_the_method() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.toml");
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            read(Method::SelfLearning, Some(&file))
        };
        let preset = MapConfig::preset(Method::SelfLearning);
        assert_eq!(read("").unwrap(), preset);
        let changed = read("seed = 7\n[refinement]\nkeep = 0.5\n").unwrap();
        assert_eq!(changed.seed, 7);
        assert_eq!((changed.initialiser, changed.finish), (preset.initialiser, preset.finish));
        let supervised = Refinement::Procrustes(ProcrustesConfig::supervised());
        let other =
            read("[refinement]\nkind = \"procrustes\"\nrank-limit = 10000\ninduction = \"intersection\"\n");
        assert_eq!(other.unwrap().refinement, supervised);
        for (text, part) in
            [("sed = 7", "sed"), ("seed = \"a\"", "seed"), ("[refinement]\nkind = \"x\"", "x")]
        {
            let fault = read(text).unwrap_err().to_string();
            assert!(fault.contains("c.toml") && fault.contains(part), "{fault}");
        }
    }
}
