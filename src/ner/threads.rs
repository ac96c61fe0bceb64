//! On which threads work is done.

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Error, Result};

/// On which threads a [`Ner`](super::Ner) works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Threads {
    /// On those of the pool that the caller is in: rayon's own, where it is in none.
    #[default]
    Shared,
    /// On so many of its own; 0 for as many as the machine has.
    Own(usize),
    /// On the caller's thread, and on no other. From its first call on that thread works alone: so does what else is
    /// done with rayon on it.
    Caller,
}

/// Threads, ready to work.
#[derive(Debug)]
pub(super) enum Workers {
    Shared,
    Own(ThreadPool),
    Caller,
}

impl Workers {
    pub(super) fn new(threads: Threads) -> Result<Self> {
        Ok(match threads {
            Threads::Shared => Self::Shared,
            Threads::Caller => Self::Caller,
            Threads::Own(count) => {
                Self::Own(ThreadPoolBuilder::new().num_threads(count).build().map_err(Error::other)?)
            }
        })
    }

    pub(super) fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match self {
            Self::Shared => work(),
            Self::Own(pool) => pool.install(work),
            Self::Caller => alone(work),
        }
    }
}

/// Works on this thread and on no other.
pub(super) fn alone<T>(work: impl FnOnce() -> T) -> T {
    thread_local! {
        /// A pool that this thread is all of; none where it is in a pool already, whose threads it then works with.
        static ALONE: Option<ThreadPool> = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok();
    }
    ALONE.with(|_| work())
}
