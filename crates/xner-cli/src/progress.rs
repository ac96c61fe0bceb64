//! Progress on standard error, for people: a bar on a terminal from the first second on, and elsewhere a line now and
//! then.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use xner_core::escaped_lines;
use xner_corpus::read::Meter;

/// The first line where there is no terminal comes after so long; the time between two lines doubles.
const FIRST: Duration = Duration::from_secs(5);
/// The longest time between two lines.
const LONGEST: Duration = Duration::from_mins(1);

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
    /// Whether the bar is to be shown and is not yet.
    waiting: bool,
    /// What is counted, and what had been done before.
    what: String,
    before: u64,
    /// How much of the input has been read.
    meter: Meter,
    lines: Lines,
}

/// When lines are due where there is no terminal.
#[derive(Debug, Clone, Copy)]
struct Lines {
    wanted: bool,
    due: Duration,
    pause: Duration,
}

impl Lines {
    /// Whether a line is due after so long; then the next one is later.
    fn due(&mut self, elapsed: Duration) -> bool {
        let due = self.wanted && elapsed >= self.due;
        if due {
            self.due = elapsed + self.pause;
            self.pause = (2 * self.pause).min(LONGEST);
        }
        due
    }
}

impl Progress {
    /// A count without a known end: `1234 sentences (567/s)`.
    pub(crate) fn counter(what: &str) -> Self {
        Self::new(
            ProgressBar::hidden(),
            &format!("{{spinner}} {{human_pos}} {what} ({{per_sec}}){{msg}}"),
            what,
        )
    }

    /// Something that goes on, of which there is no count.
    pub(crate) fn spinner(what: impl Into<Cow<'static, str>>) -> Self {
        let progress = Self::new(ProgressBar::hidden(), "{spinner} {msg} ({elapsed})", "");
        progress.bar.set_message(what);
        progress.show_later();
        progress
    }

    /// So many steps, of which `done` are behind us.
    pub(crate) fn steps(steps: usize, done: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::hidden());
        bar.set_position(done as u64);
        bar.reset_eta();
        Self::new(bar, "{bar:30} {pos}/{len} {per_sec}, {eta} to go: {msg}", "steps")
    }

    fn new(bar: ProgressBar, template: &str, what: &str) -> Self {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let (quiet, terminal) = (QUIET.load(Ordering::Relaxed), io::stderr().is_terminal());
        let lines = Lines { wanted: !quiet && !terminal, due: FIRST, pause: FIRST };
        let before = bar.position();
        let (begun, what) = (Instant::now(), what.to_owned());
        Self { bar, begun, waiting: !quiet && terminal, what, before, meter: Meter::default(), lines }
    }

    /// The same of an input of which it is known how much has been read, so that the time to go is known too.
    pub(crate) fn of(mut self, meter: Meter) -> Self {
        self.meter = meter;
        self
    }

    /// Shows a spinner after a second; a bar that is gone by then stays hidden. Elsewhere it writes lines.
    fn show_later(&self) {
        if !self.waiting && !self.lines.wanted {
            return;
        }
        let (bar, begun, waiting, mut lines) = (self.bar.downgrade(), self.begun, self.waiting, self.lines);
        std::thread::spawn(move || {
            if waiting {
                std::thread::sleep(Duration::from_secs(1));
                if let Some(bar) = bar.upgrade() {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(Duration::from_millis(120));
                }
                return;
            }
            loop {
                std::thread::sleep(lines.due.saturating_sub(begun.elapsed()));
                let Some(bar) = bar.upgrade() else { return };
                if lines.due(begun.elapsed()) {
                    note(&format!("{} ({})", bar.message(), HumanDuration(begun.elapsed())));
                }
            }
        });
    }

    /// Never shown: for output that goes to the same screen.
    pub(crate) fn hidden_if(mut self, hidden: bool) -> Self {
        self.waiting &= !hidden;
        self
    }

    /// Counts `n` more.
    pub(crate) fn add(&mut self, n: usize) {
        let elapsed = self.begun.elapsed();
        if self.waiting && elapsed > Duration::from_secs(1) {
            self.waiting = false;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(n as u64);
        if self.what.is_empty() {
            return;
        }
        if self.bar.length().is_none() && !self.bar.is_hidden() {
            let to_go = self.to_go(elapsed).map(|left| format!(", {} to go", HumanDuration(left)));
            self.bar.set_message(to_go.unwrap_or_default());
        }
        if self.lines.due(elapsed) {
            note(&self.described(elapsed));
        }
    }

    /// How far it is, in words.
    fn described(&self, elapsed: Duration) -> String {
        let done = self.bar.position();
        let of = self.bar.length().map(|len| format!(" of {}", HumanCount(len))).unwrap_or_default();
        let rate = (done - self.before.min(done)) as f64 / elapsed.as_secs_f64().max(1e-9);
        let to_go =
            self.to_go(elapsed).map(|left| format!(", {} to go", HumanDuration(left))).unwrap_or_default();
        let message = if self.bar.length().is_some() { self.bar.message() } else { String::new() };
        let message = if message.is_empty() { message } else { format!(": {message}") };
        format!("{}{of} {} ({rate:.0}/s){to_go}{message}", HumanCount(done), self.what)
    }

    /// The time to go, by the share that is done.
    fn to_go(&self, elapsed: Duration) -> Option<Duration> {
        let share = match self.bar.length() {
            Some(len) => {
                let (done, all) =
                    (self.bar.position().saturating_sub(self.before), len.saturating_sub(self.before));
                done as f64 / all.max(1) as f64
            }
            None => self.meter.share()?,
        };
        (share > 0.0).then(|| elapsed.mul_f64((1.0 - share.min(1.0)) / share))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_ever_later() {
        let mut lines = Lines { wanted: true, due: FIRST, pause: FIRST };
        let told: Vec<u64> = (0..200).filter(|&at| lines.due(Duration::from_secs(at))).collect();
        assert_eq!(told, [5, 10, 20, 40, 80, 140]);
        let mut unwanted = Lines { wanted: false, ..lines };
        assert!(!unwanted.due(Duration::from_secs(1000)));
    }

    #[test]
    fn what_is_done_is_said_with_the_time_to_go() {
        let mut steps = Progress::steps(1200, 200);
        steps.add(250);
        steps.message("loss 1".to_owned());
        assert_eq!(
            steps.described(Duration::from_secs(10)),
            "450 of 1,200 steps (25/s), 30 seconds to go: loss 1"
        );
        let mut counter = Progress::counter("sentences");
        counter.add(3000);
        assert_eq!(counter.described(Duration::from_secs(2)), "3,000 sentences (1500/s)");
    }
}
