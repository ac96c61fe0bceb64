//! How long an answer is waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::{Error, Result};

/// How long an answer is waited for: until a time, until it is cancelled, or as long as it takes (the default).
///
/// It is looked at between pieces of work, never within one: about ten milliseconds of a char-BiLSTM-CRF, at least a
/// sentence of an encoder.
///
/// ```
/// use std::time::Duration;
/// use xner::{Cancel, ErrorKind, Limit};
///
/// assert_eq!(Limit::within(Duration::ZERO).check().unwrap_err().kind(), ErrorKind::Deadline);
/// let cancel = Cancel::new();
/// let limit = Limit::none().cancelled_by(&cancel);
/// assert!(limit.check().is_ok());
/// cancel.cancel();
/// assert_eq!(limit.check().unwrap_err().kind(), ErrorKind::Stopped);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Limit {
    deadline: Option<Instant>,
    cancel: Option<Cancel>,
}

impl Limit {
    /// As long as it takes.
    pub fn none() -> Self {
        Self::default()
    }

    /// So long from now on.
    pub fn within(time: Duration) -> Self {
        // A time that no clock reaches is none.
        Self { deadline: Instant::now().checked_add(time), cancel: None }
    }

    /// Until then.
    pub fn until(deadline: Instant) -> Self {
        Self { deadline: Some(deadline), cancel: None }
    }

    /// The same, and until it is cancelled.
    #[must_use]
    pub fn cancelled_by(self, cancel: &Cancel) -> Self {
        Self { cancel: Some(cancel.clone()), ..self }
    }

    /// Whether there is any.
    pub fn is_some(&self) -> bool {
        self.deadline.is_some() || self.cancel.is_some()
    }

    /// Whether there is still time.
    ///
    /// # Errors
    /// [`Error::Deadline`] and [`Error::Cancelled`].
    pub fn check(&self) -> Result<()> {
        if self.cancel.as_ref().is_some_and(Cancel::is_cancelled) {
            return Err(Error::Cancelled);
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Error::Deadline);
        }
        Ok(())
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }
}

/// Ends work from another thread. Copies of it are one and the same.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// One that has not been used.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends all work that has it in its [`Limit`].
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it has been used.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
