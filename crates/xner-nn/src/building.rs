//! Losses of several threads, kept apart.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;

/// Those that build a loss read it, and who goes back through one writes it.
static GRAPHS: RwLock<()> = RwLock::new(());

thread_local! {
    /// How many [`Building`]s this thread holds.
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// The right to build a loss whose gradient is wanted: hold it from the first operation on.
///
/// burn's autodiff keeps one register of operations for the whole process, and each backward pass ends with a sweep
/// through it. What no tensor refers to is thrown away there, and another thread's operation that is half registered
/// looks like that (burn's issue 5573): the other thread's gradient lacks a part then, and nothing says so. Here any
/// number of threads build losses at the same time, and go back through them one by one, when nobody builds.
///
/// A training is no task for a pool of rayon's that other trainings share: a thread that waits for a part of its own
/// work takes up other tasks, and would begin one training within another. Give each training a thread.
#[derive(Debug)]
pub struct Building {
    /// None within another of the same thread.
    shared: Option<RwLockReadGuard<'static, ()>>,
    held: Held,
}

impl Building {
    /// Begins a loss. It waits while another thread goes back through one.
    #[must_use]
    pub fn begin() -> Self {
        let held = Held::one();
        let first = held.before == 0;
        // There is nothing behind the lock that could be half written.
        let shared = first.then(|| GRAPHS.read().unwrap_or_else(PoisonError::into_inner));
        Self { shared, held }
    }

    /// The gradients of a loss that was built since. It waits until no other thread builds one.
    pub fn backward<A: AutodiffBackend>(self, loss: &Tensor<A, 1>) -> A::Gradients {
        let Self { shared, held } = self;
        let alone = shared.map(|shared| {
            drop(shared);
            GRAPHS.write().unwrap_or_else(PoisonError::into_inner)
        });
        let found = loss.backward();
        drop((alone, held));
        found
    }
}

/// One [`Building`] of this thread's, as long as it lives. It stays with its thread.
#[derive(Debug)]
struct Held {
    before: usize,
    stays: PhantomData<*const ()>,
}

impl Held {
    fn one() -> Self {
        let before = HELD.get();
        HELD.set(before + 1);
        Self { before, stays: PhantomData }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.set(HELD.get() - 1);
    }
}
