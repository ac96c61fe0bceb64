//! Progress on standard error, for people: none when it is no terminal, none within the first second.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use xner_core::escaped_lines;

static QUIET: AtomicBool = AtomicBool::new(false);

/// Silences all progress of this process.
pub(crate) fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// A line for people on standard error.
pub(crate) fn note(text: &str) {
    if !QUIET.load(Ordering::Relaxed) {
        warn(text);
    }
}

/// A line on standard error that nobody should miss: what is printed may not be what was meant.
pub(crate) fn warn(text: &str) {
    // If standard error is closed there is no one to tell.
    let _ = writeln!(io::stderr(), "{}", escaped_lines(text));
}

/// Counts what is done. Removed from the screen when it is dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
    begun: Instant,
    waiting: bool,
}

impl Progress {
    /// A count without a known end: `1234 sentences (567/s)`.
    pub(crate) fn counter(what: &str) -> Self {
        Self::new(ProgressBar::hidden(), &format!("{{spinner}} {{human_pos}} {what} ({{per_sec}})"))
    }

    /// Something that goes on, of which there is no count.
    pub(crate) fn spinner(what: impl Into<Cow<'static, str>>) -> Self {
        let progress = Self::new(ProgressBar::hidden(), "{spinner} {msg} ({elapsed})");
        progress.bar.set_message(what);
        progress.show_later();
        progress
    }

    /// So many steps, of which `done` are behind us.
    pub(crate) fn steps(steps: usize, done: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::hidden());
        bar.set_position(done as u64);
        bar.reset_eta();
        Self::new(bar, "{bar:30} {pos}/{len} {per_sec}, {eta} to go: {msg}")
    }

    fn new(bar: ProgressBar, template: &str) -> Self {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let waiting = !QUIET.load(Ordering::Relaxed) && io::stderr().is_terminal();
        Self { bar, begun: Instant::now(), waiting }
    }

    /// Shows a spinner after a second; a bar that is gone by then stays hidden.
    fn show_later(&self) {
        if self.waiting {
            let bar = self.bar.downgrade();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(1));
                if let Some(bar) = bar.upgrade() {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(Duration::from_millis(120));
                }
            });
        }
    }

    /// Never shown: for output that goes to the same screen.
    pub(crate) fn hidden_if(mut self, hidden: bool) -> Self {
        self.waiting &= !hidden;
        self
    }

    /// Counts `n` more.
    pub(crate) fn add(&mut self, n: usize) {
        if self.waiting && self.begun.elapsed() > Duration::from_secs(1) {
            self.waiting = false;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(n as u64);
    }

    /// Counts up to `done`.
    pub(crate) fn reach(&mut self, done: usize) {
        self.add(done.saturating_sub(self.bar.position() as usize));
    }

    /// What stands behind the bar.
    pub(crate) fn message(&self, text: String) {
        self.bar.set_message(text);
    }

    /// A lasting line above the bar, or on standard error where there is no bar.
    pub(crate) fn line(&self, text: &str) {
        if self.bar.is_hidden() { note(text) } else { self.bar.println(escaped_lines(text)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
