//! What a phase leaves: the weights that it trained, and its report. Everything else of the model is in the pretrained
//! encoder's folder.

use std::path::Path;

use xner_train::{
    Error, Result, Tensors, TrainReport,
    files::{create_folder, write_json},
};

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

/// Reads the weights of whatever phase the folder is of.
pub(super) fn read_any(folder: &Path) -> Result<Tensors> {
    Ok(Tensors::read(&folder.join(WEIGHTS))?.0)
}

/// Reads the weights of the phase that has this fingerprint.
pub(super) fn read(folder: &Path, fingerprint: &str) -> Result<Tensors> {
    let path = folder.join(WEIGHTS);
    let (weights, note) = Tensors::read(&path)?;
    if note != fingerprint {
        let message = "holds the weights of another phase; remove its folder".to_owned();
        return Err(Error::Model { path, message });
    }
    Ok(weights)
}
