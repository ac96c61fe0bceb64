//! The backends that the taggers run on.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;

#[cfg(feature = "flex")]
use rayon::prelude::*;

use crate::{BiLstmOps, CrfOps, EncoderOps, OptimiserOps, TanhOps};

/// A backend with every operation that our models need.
pub trait NerBackend: BiLstmOps + CrfOps + TanhOps + EncoderOps + OptimiserOps {
    /// How many calls of several threads run at the same time. An accelerator runs one after another.
    fn workers() -> usize {
        1
    }

    /// How many tokens, or subwords, are tagged at once, where a core's caches hold `cached`. An accelerator is idle
    /// with so few.
    fn at_once(cached: usize) -> usize {
        16 * cached
    }

    /// What `run` makes of each batch, in their order: on as many threads as there are workers.
    ///
    /// # Errors
    /// One of those of `run`.
    fn each<T: Sync, R: Send, E: Send>(
        batches: &[T],
        run: impl Fn(&T) -> Result<R, E> + Sync + Send,
    ) -> Result<Vec<R>, E> {
        batches.iter().map(run).collect()
    }
}

#[cfg(feature = "flex")]
impl NerBackend for burn_flex::Flex {
    fn workers() -> usize {
        rayon::current_num_threads()
    }

    fn at_once(cached: usize) -> usize {
        cached
    }

    fn each<T: Sync, R: Send, E: Send>(
        batches: &[T],
        run: impl Fn(&T) -> Result<R, E> + Sync + Send,
    ) -> Result<Vec<R>, E> {
        match batches {
            // A single one is not worth a thread of rayon's.
            [only] => Ok(vec![run(only)?]),
            batches => batches.par_iter().map(run).collect(),
        }
    }
}

impl<B: NerBackend, C: CheckpointStrategy> NerBackend for Autodiff<B, C> {
    fn workers() -> usize {
        B::workers()
    }

    fn at_once(cached: usize) -> usize {
        B::at_once(cached)
    }

    fn each<T: Sync, R: Send, E: Send>(
        batches: &[T],
        run: impl Fn(&T) -> Result<R, E> + Sync + Send,
    ) -> Result<Vec<R>, E> {
        B::each(batches, run)
    }
}

/// Backends that run the tensor bodies.
#[allow(unused_macros, reason = "used for each accelerator whose feature is on")]
macro_rules! tensor_bodies {
    ($backend:ty) => {
        impl BiLstmOps for $backend {}
        impl CrfOps for $backend {}
        impl TanhOps for $backend {}
        impl EncoderOps for $backend {}
        impl OptimiserOps for $backend {}
        impl NerBackend for $backend {}
    };
}

#[cfg(feature = "cuda")]
tensor_bodies!(burn::backend::Cuda);

#[cfg(feature = "wgpu")]
tensor_bodies!(burn::backend::Wgpu);
