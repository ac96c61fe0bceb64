//! How long a hub may take and how much it may send.

use std::time::Duration;

/// Bounds on what a server does to us.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    /// How often a file is tried for while nothing comes of it.
    pub(super) tries: u32,
    /// The pause after the first try; it doubles.
    pub(super) pause: Duration,
    /// What must have come since a pause for the tries to be counted anew.
    pub(super) progress: u64,
    /// How many redirects one answer may take.
    pub(super) redirects: usize,
    /// The longest wait for a connection, and for the head of an answer.
    pub(super) head: Duration,
    /// The longest silence.
    pub(super) silence: Duration,
    /// The longest answer; a file that takes longer is taken up again.
    pub(super) body: Duration,
    /// In each such time ...
    pub(super) window: Duration,
    /// ... at least so many bytes come.
    pub(super) least: u64,
    /// The most bytes of a config or tokeniser.
    pub(super) small: u64,
    /// The most bytes of a file of weights.
    pub(super) large: u64,
    /// The most files of weights.
    pub(super) shards: usize,
    /// The longest wait for another program that fetches the same file.
    pub(super) lock: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tries: 4,
            // A fuzzer's server is no better after a pause.
            pause: Duration::from_millis(if cfg!(fuzzing) { 0 } else { 500 }),
            progress: 1 << 20,
            redirects: 5,
            head: Duration::from_secs(30),
            silence: Duration::from_secs(30),
            body: Duration::from_mins(30),
            window: Duration::from_secs(30),
            least: 30 << 10,
            small: 256 << 20,
            large: 128 << 30,
            shards: 1000,
            lock: Duration::from_hours(1),
        }
    }
}
