//! What a phase leaves: the weights that it trained, and its report. Everything else of the model is in the pretrained
//! encoder's folder.

use std::path::Path;

use xner_tagger::bert::train::FineTuned;
use xner_train::{
    Error, Result, Tensors, TrainBackend, TrainReport,
    files::{create_folder, write_json},
};

use super::learner::{DISCRIMINATORS, MODEL};

/// The weights.
const WEIGHTS: &str = "trained.safetensors";
/// Says that the folder is whole: it is written last.
const WHOLE: &str = "config.json";

/// Writes a phase's folder.
pub(super) fn write(folder: &Path, weights: &Tensors, report: &TrainReport) -> Result<()> {
    create_folder(folder)?;
    report.write(folder)?;
    weights.write(&folder.join(WEIGHTS), &report.fingerprint)?;
    write_json(&folder.join(WHOLE), &serde_json::json!({ "phase": report.fingerprint }))
}

/// Puts the weights that lie in a phase's folder into the model; gives those of its discriminators. With a fingerprint
/// it must be the phase that has it.
pub(super) fn load<A: TrainBackend>(
    folder: &Path,
    fingerprint: Option<&str>,
    model: &mut FineTuned<A>,
) -> Result<Tensors> {
    let path = folder.join(WEIGHTS);
    let (mut weights, note) = Tensors::read(&path)?;
    if fingerprint.is_some_and(|fingerprint| fingerprint != note) {
        return Err(Error::model(&path, "holds the weights of another phase; remove its folder"));
    }
    let mut own = weights.split(MODEL);
    model.set_weights(&mut own, folder)?;
    own.expect_empty(folder)?;
    Ok(weights.split(DISCRIMINATORS))
}
