//! Where a model runs.

#[cfg(any(feature = "flex", feature = "cuda", feature = "wgpu"))]
use burn::backend::Autodiff;
pub use xner_embed::map::Device;

use burn::tensor::backend::AutodiffBackend;
use xner_nn::NerBackend;

use crate::{Error, Result};

/// Something to do on whatever backend a device has.
pub trait Task {
    /// What comes out of it.
    type Answer;

    /// Does it on the backend `A`.
    ///
    /// # Errors
    /// Its own, and faults of the device.
    fn run<A>(self, device: &A::Device) -> Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend;
}

fn unusable(device: Device, message: impl Into<String>) -> Error {
    Error::Device { device: device.to_string(), message: message.into() }
}

/// Runs a task on a device's backend.
///
/// # Errors
/// [`Error::Device`] for a device that cannot be used; the task's own.
pub fn dispatch<T: Task>(device: Device, task: T) -> Result<T::Answer> {
    match device {
        #[cfg(feature = "flex")]
        Device::Cpu => task.run::<Autodiff<burn_flex::Flex>>(&burn_flex::FlexDevice),
        #[cfg(feature = "cuda")]
        Device::Cuda(index) => {
            let card = xner_nn::device::cuda(index).map_err(|message| unusable(device, message))?;
            task.run::<Autodiff<burn::backend::Cuda>>(&card)
        }
        #[cfg(feature = "wgpu")]
        Device::Wgpu(index) => {
            let card = xner_nn::device::wgpu(index).map_err(|message| unusable(device, message))?;
            task.run::<Autodiff<burn::backend::Wgpu>>(&card)
        }
        #[allow(unreachable_patterns, reason = "every backend may be compiled in")]
        _ => {
            let feature = match device {
                Device::Cpu => "flex",
                Device::Cuda(_) => "cuda",
                Device::Wgpu(_) => "wgpu",
            };
            Err(unusable(device, format!("this program was built without the feature `{feature}`")))
        }
    }
}
