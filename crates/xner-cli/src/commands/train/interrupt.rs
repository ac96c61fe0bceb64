//! Ctrl-C: once to finish the step and write a checkpoint, twice to end at once.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use crate::progress::note;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Listens from now on.
pub(super) fn listen() -> Result<()> {
    let handler = || {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        note("stopping after this step; once more to end at once");
    };
    ctrlc::set_handler(handler).context("Ctrl-C cannot be listened for")
}

/// Whether someone asked to stop.
pub(super) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
