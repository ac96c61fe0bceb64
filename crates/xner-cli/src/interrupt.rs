//! Signals. Whatever a command is doing, Ctrl-C and SIGTERM leave no file that is half written.
//!
//! While a command listens, the first one lets it finish the step in hand and write a checkpoint, and the second ends
//! it at once; behind the last step the first does. Other commands end at once, as if nobody had cared for signals.
//! A SIGHUP is not listened to: `nohup` has its way.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use xner_corpus::write::abandon;

use crate::progress::note;

static LISTENING: AtomicBool = AtomicBool::new(false);
static ASKED: AtomicBool = AtomicBool::new(false);
static DONE: AtomicBool = AtomicBool::new(false);

/// Cares for signals from now on. There may be no thread yet.
pub(crate) fn install() -> Result<()> {
    system::install().context("signals cannot be listened for")
}

/// Lets the command finish its step from now on.
pub(crate) fn listen() {
    LISTENING.store(true, Ordering::SeqCst);
}

/// From now on there is no step to finish: the first Ctrl-C ends the program, and so does one that came during the
/// last step.
pub(crate) fn done() {
    DONE.store(true, Ordering::SeqCst);
    if asked() {
        abandon();
        std::process::exit(130);
    }
}

/// Whether someone asked to stop.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Whether the program is to end at once; else it was told to end soon.
fn at_once() -> bool {
    let listening = LISTENING.load(Ordering::SeqCst) && !DONE.load(Ordering::SeqCst);
    if !listening || ASKED.swap(true, Ordering::SeqCst) {
        return true;
    }
    note("stopping after this step; once more to end at once");
    false
}

#[cfg(unix)]
mod system {
    use nix::sys::signal::{SigSet, Signal, raise};

    use super::{LISTENING, Ordering, abandon, at_once};

    /// Blocks the signals, for threads to come too, and waits for them on a thread of their own.
    pub(super) fn install() -> std::io::Result<()> {
        let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM].into_iter().collect();
        let ignored = ignored();
        signals.thread_block()?;
        let wait = move || {
            loop {
                let Ok(signal) = signals.wait() else { continue };
                let listening = LISTENING.load(Ordering::SeqCst);
                // Ignored from the start: a script's command in the background. One that listens is told even so.
                if !listening && ignored & (1 << (signal as u32 - 1)) != 0 {
                    continue;
                }
                if at_once() {
                    abandon();
                    // A shell tells by this that its script is to end too.
                    if !listening && signals.thread_unblock().is_ok() {
                        let _ = raise(signal);
                    }
                    std::process::exit(128 + signal as i32);
                }
            }
        };
        std::thread::Builder::new().name("signals".to_owned()).spawn(wait).map(drop)
    }

    /// The signals that are ignored, a bit each, where the system tells it.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
    }
}

#[cfg(not(unix))]
mod system {
    use super::{abandon, at_once};

    pub(super) fn install() -> Result<(), ctrlc::Error> {
        ctrlc::set_handler(|| {
            if at_once() {
                abandon();
                std::process::exit(130);
            }
        })
    }
}
