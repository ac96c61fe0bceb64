//! An answer that is being made.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::TextEntity;
use crate::{Error, Result};

/// What a request comes to.
type Answer = Result<Vec<TextEntity>>;

/// An answer that is being made by the threads of a micro-batcher: to be awaited by any runtime, or waited for.
///
/// Whoever drops it wants it no more: what of it has not been tagged then never is.
#[must_use = "a request that is dropped is not answered"]
pub struct Pending {
    slot: Arc<Slot>,
    deadline: Option<Instant>,
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

impl Pending {
    pub(super) fn new(deadline: Option<Instant>) -> (Self, Arc<Slot>) {
        let slot = Arc::new(Slot::default());
        (Self { slot: slot.clone(), deadline }, slot)
    }

    /// Waits for the answer; no longer than until the deadline.
    ///
    /// # Errors
    /// The tagger's, and those of the limit.
    pub fn wait(self) -> Answer {
        let mut state = self.slot.lock();
        loop {
            if let Some(answer) = state.answer.take() {
                return answer;
            }
            state = match self.deadline {
                None => self.slot.ready.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(Error::Deadline);
                    }
                    self.slot.ready.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

impl Future for Pending {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let mut state = self.slot.lock();
        if let Some(answer) = state.answer.take() {
            return Poll::Ready(answer);
        }
        match &mut state.waker {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.slot.dropped.store(true, Ordering::Relaxed);
    }
}

/// Where the answer is put.
#[derive(Default)]
pub(super) struct Slot {
    state: Mutex<State>,
    ready: Condvar,
    dropped: AtomicBool,
}

#[derive(Default)]
struct State {
    answer: Option<Answer>,
    waker: Option<Waker>,
}

impl Slot {
    /// Whether nobody waits any more.
    pub(super) fn dropped(&self) -> bool {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(super) fn fill(&self, answer: Answer) {
        let mut state = self.lock();
        state.answer = Some(answer);
        let waker = state.waker.take();
        drop(state);
        self.ready.notify_one();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic is done under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
