//! ELECTRA's discriminator.

use xner_nn::DropoutSites;

use super::bert::{FIXED, NAMES};
use super::{Kind, Names, Positions, Special};

pub(super) static ELECTRA: Kind = Kind {
    model_type: "electra",
    class: "Electra",
    prefix: "electra.",
    positions: Positions::FromZero,
    padding: 0,
    dropped: DropoutSites::BehindBoth,
    keys: &[],
    fixed: FIXED,
    special: Special::Bert,
    names: Names { project: Some("embeddings_project"), ..NAMES },
};
