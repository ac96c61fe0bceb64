//! Ctrl-C: once to finish the step and write a checkpoint, twice to end at once. Once is enough after the last step.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use crate::progress::note;

static ASKED: AtomicBool = AtomicBool::new(false);
static DONE: AtomicBool = AtomicBool::new(false);

/// Listens from now on.
pub(crate) fn listen() -> Result<()> {
    let handler = || {
        if ASKED.swap(true, Ordering::SeqCst) || DONE.load(Ordering::SeqCst) {
            std::process::exit(130);
        }
        note("stopping after this step; once more to end at once");
    };
    ctrlc::set_handler(handler).context("Ctrl-C cannot be listened for")
}

/// From now on there is no step to finish: the first Ctrl-C ends the program, and so does one that came during the
/// last step.
pub(crate) fn done() {
    DONE.store(true, Ordering::SeqCst);
    if asked() {
        std::process::exit(130);
    }
}

/// Whether someone asked to stop.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
