//! `xner train --find-rate` on an encoder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{CORPUS, Folder};
use xner_tagger::bert::RandomEncoder;

const BERT: &str = r#"
model = "bert"
data = { train = "train.conll", dev = "train.conll" }
[bert]
encoder = "encoder"
length = 24
overlap = 8
freeze_embeddings = false
freeze_layers = 0
[training]
batch = 3
"#;

#[test]
fn an_encoders_rates_are_tried_from_the_same_start() {
    let folder = Folder::with(&[("train.conll", CORPUS), ("bert.toml", BERT)]);
    let words = CORPUS.lines().filter_map(|line| line.split(' ').next()).filter(|word| !word.is_empty());
    let sizes = RandomEncoder { hidden: 16, heads: 2, inner: 24, positions: 24, ..RandomEncoder::default() };
    sizes.write(words, &folder.path("encoder")).unwrap();
    let command = "train --config bert.toml --find-rate --steps 40 --json --rates";
    let json = folder.xner(&format!("{command} 1e-5,3e-3,6e-5")).json();
    let trials = json["trials"].as_array().unwrap();
    let loss = |at: usize| trials[at]["loss"].as_f64().unwrap();
    assert!(loss(1) < loss(2) && loss(2) < loss(0), "{json}");
    assert_eq!(json["best"], 3e-3);
    // In another order, and on one thread, each reaches the same.
    let again = folder.xner(&format!("{command} 6e-5,3e-3,1e-5 --threads 1")).json();
    for (at, other) in [(0, 2), (1, 1), (2, 0)] {
        assert_eq!(trials[at], again["trials"][other], "{json} {again}");
    }
    let default = folder.xner("train --config bert.toml --find-rate --steps 2 --json").json();
    let rates: Vec<f64> =
        default["trials"].as_array().unwrap().iter().map(|t| t["rate"].as_f64().unwrap()).collect();
    assert_eq!(rates, [6e-6, 1.2e-5, 3e-5, 6e-5, 1.2e-4, 3e-4, 6e-4]);
}
