//! Whose folder it is, so that no phase goes on from another run's.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use xner_corpus::write::{foreign, open_lock, remove_partial};
use xner_train::{
    Device,
    files::{create_folder, read_json},
    settings::other_run,
};

use super::run::PHASES;
use crate::report::{LOW_RESOURCE, REPORT};
use crate::{Error, Result};

/// `run.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    version: String,
    fingerprint: String,
    /// Where it is trained: another device rounds otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// The config, without paths, to say where another one differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    config: Option<Value>,
}

const IDENTITY: &str = "run.json";

/// A part of what names every phase that runs share. It is raised with each change of training that leaves other
/// weights, so that no run takes phases that were trained before it.
pub const PHASE_FORMAT: &[u8] = b"phases 2";

/// A run's folder, for this process alone as long as this is held.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    out: &'a Path,
    /// Whether the folder was not there before.
    made: bool,
    /// `run.json`; the system frees the lock when the process ends, however it ends.
    lock: File,
}

/// Makes the folder the run's that has this fingerprint; none where that is finished already.
///
/// # Errors
/// [`Error::Folder`] when it holds another run, or one that another process is working on.
pub(crate) fn claim<'a>(
    out: &'a Path,
    fingerprint: &str,
    config: &Value,
    device: &Device,
) -> Result<Option<Claim<'a>>> {
    let made = !out.exists();
    create_folder(out)?;
    let path = out.join(IDENTITY);
    // One without a word is of a process that is about to write it, or was killed before it did.
    let told = std::fs::metadata(&path).is_ok_and(|file| file.len() > 0);
    if told {
        same(out, &read_json(&path)?, fingerprint, config, device)?;
        if out.join(REPORT).exists() {
            return Ok(None);
        }
    } else {
        for (file, what) in
            [("config.json", "a model of another run"), (LOW_RESOURCE, "scores of low resource")]
        {
            if out.join(file).exists() {
                let message = format!("holds {what}; take another folder, or remove it");
                return Err(Error::folder(out, message));
            }
        }
    }
    let mut claim = Claim::of(out, made, &path)?;
    // Meanwhile another process may have made the folder its own, or given it up.
    let written = claim.lock.metadata().map_err(Error::io(&path))?.len() > 0;
    if told != written || !path.exists() {
        drop(claim);
        return self::claim(out, fingerprint, config, device);
    }
    sweep(out)?;
    if !told {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let (device, config) = (Some(device.to_string()), Some(config.clone()));
        let identity = Identity { version, fingerprint: fingerprint.to_owned(), device, config };
        // In its place, for a file that is put there from elsewhere would not be the one that is locked.
        let text = serde_json::to_string_pretty(&identity).map_err(|fault| Error::io(&path)(fault.into()))?;
        if let Err(fault) = claim.lock.write_all(format!("{text}\n").as_bytes()) {
            // A full disk, say: half of it would be nobody's.
            let _ = claim.lock.set_len(0);
            return Err(Error::io(&path)(fault));
        }
    }
    Ok(Some(claim))
}

/// Whether a run goes on in the folder `out`.
fn same(out: &Path, identity: &Identity, fingerprint: &str, config: &Value, device: &Device) -> Result<()> {
    if identity.fingerprint != fingerprint {
        let why = other(identity, config);
        return Err(Error::folder(out, format!("{why}; take another folder, or remove it")));
    }
    let device = device.to_string();
    if let Some(other) = identity.device.as_ref().filter(|other| **other != device) {
        let message =
            format!("holds a run on the device `{other}`, not `{device}`; take another folder, or remove it");
        return Err(Error::folder(out, message));
    }
    Ok(())
}

/// In what the run of a folder differs.
fn other(identity: &Identity, config: &Value) -> String {
    let what = "holds a run with another config or other data";
    let version = env!("CARGO_PKG_VERSION");
    if identity.version != version {
        return format!(
            "{what}, or by another version of xner: {} there, and {version} here",
            identity.version
        );
    }
    other_run(what, identity.config.as_ref(), config, "corpora, vectors, a dictionary or the encoder")
}

/// Refuses a folder that holds a run.
///
/// # Errors
/// [`Error::Folder`] when it does.
pub(crate) fn of_no_run(out: &Path) -> Result<()> {
    if out.join(IDENTITY).exists() || out.join(REPORT).exists() {
        return Err(Error::folder(out, "holds a run of `xner transfer`; take another folder"));
    }
    Ok(())
}

/// What a run of phases makes in its folder beside them. What else lies there, a log perhaps, is not the run's.
const MADE: [&str; 8] = [
    "checkpoint",
    "by-target",
    "by-source",
    "source",
    "source-by-target",
    "config.json",
    "model.safetensors",
    "adapting.json",
];

impl<'a> Claim<'a> {
    /// Locks `run.json`, which is made where there is none.
    fn of(out: &'a Path, made: bool, path: &Path) -> Result<Self> {
        let lock = open_lock(path).map_err(Error::io(path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { out, made, lock }),
            Err(TryLockError::WouldBlock) => Err(Error::folder(out, "is being worked on by another process")),
            Err(TryLockError::Error(fault)) => Err(Error::io(path)(fault)),
        }
    }

    /// What a run ends with; where it is a fault and nothing but phases was made, which are known by what they depend
    /// on, the folder is nobody's again, so that the same command with a mended config may have it. A stop promises to
    /// go on from the folder only where there is something in it.
    pub(crate) fn run<T>(self, run: impl FnOnce() -> Result<T>) -> Result<T> {
        let ended = run().inspect_err(|_| {
            // What a phase leaves that failed at once is an empty folder. What cannot be removed, or is not empty,
            // stays.
            for name in MADE.iter().chain([&PHASES]) {
                let _ = std::fs::remove_dir(self.out.join(name));
            }
            if !MADE.iter().any(|name| self.out.join(name).exists()) {
                let _ = std::fs::remove_file(self.out.join(IDENTITY));
                if self.made {
                    let _ = std::fs::remove_dir(self.out);
                }
            }
        });
        ended.map_err(|fault| match fault {
            Error::Stopped { step, checkpoint } => {
                Error::Stopped { step, checkpoint: checkpoint.filter(|path| begun(path)) }
            }
            fault => fault,
        })
    }
}

/// Whether a checkpoint is there, or in the folder of a run what it goes on from.
pub(crate) fn begun(path: &Path) -> bool {
    let made = |name: &String| name == IDENTITY || path.join(name).is_dir();
    path.is_file() || foreign(path).is_ok_and(|names| names.iter().any(made))
}

/// Removes what was being written, in any folder of the run, when it was killed.
fn sweep(folder: &Path) -> Result<()> {
    remove_partial(folder)?;
    for entry in std::fs::read_dir(folder).map_err(Error::io(folder))? {
        let entry = entry.map_err(Error::io(folder))?;
        // What a link leads to is not the run's.
        let own = entry.file_type().is_ok_and(|kind| kind.is_dir());
        // Phases may be another run's too, who is training there; each sweeps its own when it has it alone.
        if own && entry.file_name() != PHASES {
            sweep(&entry.path())?;
        }
    }
    Ok(())
}

/// Says that the folder holds the finished run that has this fingerprint.
///
/// # Errors
/// [`Error::Folder`] when it does not.
pub(crate) fn of_finished(folder: &Path, fingerprint: &str, config: &Value) -> Result<()> {
    let path = folder.join(IDENTITY);
    if !path.exists() {
        return Err(Error::folder(folder, "holds no run"));
    }
    let identity: Identity = read_json(&path)?;
    if identity.fingerprint != fingerprint {
        return Err(Error::folder(folder, other(&identity, config)));
    }
    if !folder.join(REPORT).exists() {
        return Err(Error::folder(folder, "holds a run that is not finished; let it go on"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_folder_is_one_runs_and_one_process_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let refused = |print: &str, device: &Device| {
            claim(&out, print, &json!({"seed": print}), device).unwrap_err().to_string()
        };
        let first = claim(&out, "one", &json!({"seed": "one"}), &Device::Cpu).unwrap().unwrap();
        assert!(refused("one", &Device::Cpu).contains("another process"));
        let told = refused("two", &Device::Cpu);
        assert!(
            told.contains("another config or other data: `seed` is `one` there, and `two` here"),
            "{told}"
        );
        // The refused call took nothing away.
        assert!(out.join(IDENTITY).exists());
        drop(first);
        assert!(refused("one", &Device::Cuda(0)).contains("on the device `cpu`"));
        let again = claim(&out, "one", &json!({"seed": "one"}), &Device::Cpu).unwrap().unwrap();
        // With nothing made, a fault leaves the folder to anyone.
        again.run::<()>(|| Err(Error::folder(&out, "broke"))).unwrap_err();
        assert!(!out.join(IDENTITY).exists());
        // A process was killed before it had written whose the folder is.
        std::fs::write(out.join(IDENTITY), "").unwrap();
        let other = claim(&out, "two", &json!({"seed": "two"}), &Device::Cuda(0)).unwrap().unwrap();
        std::fs::write(out.join(REPORT), "{}").unwrap();
        drop(other);
        assert!(
            claim(&out, "two", &json!({"seed": "two"}), &Device::Cuda(0)).unwrap().is_none(),
            "it is finished"
        );
        // A folder that was made for the run alone goes with it, and no stop promises to go on from there.
        let anew = folder.path().join("anew");
        claim(&anew, "one", &json!({}), &Device::Cpu)
            .unwrap()
            .unwrap()
            .run::<()>(|| Err(Error::folder(&anew, "broke")))
            .unwrap_err();
        assert!(!anew.exists());
        let stop = || Error::Stopped { step: 0, checkpoint: Some(anew.clone()) };
        let told = |work: &dyn Fn()| {
            let claim = claim(&anew, "one", &json!({}), &Device::Cpu).unwrap().unwrap();
            claim
                .run::<()>(|| {
                    Err({
                        work();
                        stop()
                    })
                })
                .unwrap_err()
                .to_string()
        };
        assert!(told(&|| {}).contains("begins anew"), "{}", told(&|| {}));
        let phase = || std::fs::create_dir_all(anew.join(PHASES).join("source-1")).unwrap();
        assert_eq!(told(&phase), stop().to_string());
    }

    #[cfg(unix)]
    #[test]
    fn a_claim_follows_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let (out, victim) = (folder.path().join("out"), folder.path().join("victim"));
        std::fs::create_dir(&out).unwrap();
        std::fs::write(&victim, "").unwrap();
        std::os::unix::fs::symlink(&victim, out.join(IDENTITY)).unwrap();
        let fault = claim(&out, "one", &json!({}), &Device::Cpu).unwrap_err().to_string();
        assert!(fault.contains("run.json: is a link or no file"), "{fault}");
        assert_eq!(std::fs::metadata(&victim).unwrap().len(), 0);
        // Nor does what sweeps a run's folder: a link that leads around has no end.
        std::fs::remove_file(out.join(IDENTITY)).unwrap();
        std::os::unix::fs::symlink(&out, out.join("around")).unwrap();
        claim(&out, "one", &json!({}), &Device::Cpu).unwrap().unwrap();
    }

    /// Of many that begin at the same time one gets the folder, and the others are told why they do not.
    #[test]
    fn one_of_many_gets_a_new_folder() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..20 {
            let out = folder.path().join(round.to_string());
            let begin = std::sync::Barrier::new(6);
            let claimed: Vec<_> = std::thread::scope(|scope| {
                let one = || {
                    begin.wait();
                    claim(&out, "one", &json!({"seed": "one"}), &Device::Cpu)
                };
                let started: Vec<_> = (0..6).map(|_| scope.spawn(one)).collect();
                started.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let faults: Vec<String> =
                claimed.iter().filter_map(|one| Some(one.as_ref().err()?.to_string())).collect();
            assert_eq!(faults.len(), 5, "{claimed:?}");
            assert!(faults.iter().all(|fault| fault.contains("another process")), "{faults:?}");
            // What is written there reads again.
            drop(claimed);
            claim(&out, "one", &json!({"seed": "one"}), &Device::Cpu).unwrap().unwrap();
        }
    }
}
