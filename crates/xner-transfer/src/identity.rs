//! Whose folder it is, so that no phase goes on from another run's.

use std::path::Path;

use serde::{Deserialize, Serialize};
use xner_corpus::write::remove_partial;

use crate::files::{create_folder, read_json, write_json};
use crate::report::REPORT;
use crate::{Error, Result};

/// `run.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    version: String,
    fingerprint: String,
}

const IDENTITY: &str = "run.json";

/// Part of the name of every phase that runs share: raised with each change of training that leaves other weights, so that no run
/// takes phases that were trained before it.
pub(crate) const PHASE_FORMAT: &[u8] = b"phases 1";

/// The folder, in a run's, of phases that other runs may share.
pub(crate) const PHASES: &str = "phases";

/// Makes the folder the run's that has this fingerprint. Whether that is finished already.
///
/// # Errors
/// [`Error::Folder`] when it holds another run.
pub(crate) fn claim(out: &Path, fingerprint: &str) -> Result<bool> {
    create_folder(out)?;
    let path = out.join(IDENTITY);
    if path.exists() {
        let identity: Identity = read_json(&path)?;
        if identity.fingerprint != fingerprint {
            let message = "holds a run with another config or other data; take another folder, or remove it";
            return Err(Error::folder(out, message));
        }
        let finished = out.join(REPORT).exists();
        if !finished {
            sweep(out)?;
        }
        return Ok(finished);
    }
    if out.join("config.json").exists() {
        return Err(Error::folder(out, "holds a model of another run; take another folder, or remove it"));
    }
    remove_partial(out)?;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    write_json(&path, &Identity { version, fingerprint: fingerprint.to_owned() })?;
    Ok(false)
}

/// What a run of phases makes in its folder beside them. What else lies there, a log perhaps, is not the run's.
const MADE: [&str; 6] =
    ["checkpoint", "by-target", "by-source", "config.json", "model.safetensors", "adapting.json"];

/// What a run ends with; where it is a fault and nothing but phases was made, which are known by what they depend on, the folder
/// is nobody's again, so that the same command with a mended config may have it.
pub(crate) fn claimed<T>(out: &Path, run: impl FnOnce() -> Result<T>) -> Result<T> {
    run().inspect_err(|_| {
        // What cannot be removed, or is not empty, stays.
        let _ = std::fs::remove_dir(out.join(PHASES));
        if !MADE.iter().any(|name| out.join(name).exists()) {
            let _ = std::fs::remove_file(out.join(IDENTITY));
        }
    })
}

/// Removes what was being written, in any folder of the run, when it was killed.
fn sweep(folder: &Path) -> Result<()> {
    remove_partial(folder)?;
    for entry in std::fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        // Phases may be another run's too, who is training there; each sweeps its own when it has it alone.
        if path.is_dir() && path.file_name() != Some(PHASES.as_ref()) {
            sweep(&path)?;
        }
    }
    Ok(())
}

/// Says that the folder holds the finished run that has this fingerprint.
///
/// # Errors
/// [`Error::Folder`] when it does not.
pub(crate) fn of_finished(folder: &Path, fingerprint: &str) -> Result<()> {
    let path = folder.join(IDENTITY);
    if !path.exists() {
        return Err(Error::folder(folder, "holds no run"));
    }
    let identity: Identity = read_json(&path)?;
    if identity.fingerprint != fingerprint {
        return Err(Error::folder(folder, "holds a run with another config or other data"));
    }
    if !folder.join(REPORT).exists() {
        return Err(Error::folder(folder, "holds a run that is not finished; let it go on"));
    }
    Ok(())
}
