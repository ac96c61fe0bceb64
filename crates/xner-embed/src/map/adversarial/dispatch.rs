//! From the device that is chosen at run time to the backend that is chosen when compiling.

use xner_core::{Device, Observer};

use super::config::CheckedAdversarial;
use super::native::FlexNetwork;
use super::state::State;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
use super::tensor_body::TensorNetwork;
use super::train::{Found, train};
use crate::linalg::Matrix;
use crate::{Error, Result, Rows};

/// [`train`] on a device.
///
/// # Errors
/// As [`train`], and [`Error::Device`] for one that cannot be used.
pub fn train_on(
    device: Device,
    source: Rows<'_>,
    target: Rows<'_>,
    config: &CheckedAdversarial,
    state: State,
    criterion: &mut dyn FnMut(&Matrix) -> Result<f64>,
    keep: &mut dyn FnMut(&State) -> Result<()>,
    observer: &mut dyn Observer,
) -> Result<Found> {
    macro_rules! train {
        ($network:ty, $device:expr) => {
            train::<_, $network>(source, target, config, state, $device, criterion, keep, observer)
        };
    }
    match device {
        Device::Cpu => train!(FlexNetwork, &burn_flex::FlexDevice),
        #[cfg(feature = "cuda")]
        Device::Cuda(index) => {
            let card = xner_nn::device::cuda(index).map_err(|message| unusable(device, message))?;
            train!(TensorNetwork<burn::backend::Cuda>, &card)
        }
        #[cfg(feature = "wgpu")]
        Device::Wgpu(index) => {
            let card = xner_nn::device::wgpu(index).map_err(|message| unusable(device, message))?;
            train!(TensorNetwork<burn::backend::Wgpu>, &card)
        }
        #[allow(unreachable_patterns, reason = "every backend may be compiled in")]
        Device::Cuda(_) => Err(unusable(device, "this program was built without the feature `cuda`")),
        #[allow(unreachable_patterns, reason = "every backend may be compiled in")]
        Device::Wgpu(_) => Err(unusable(device, "this program was built without the feature `wgpu`")),
    }
}

fn unusable(device: Device, message: impl Into<String>) -> Error {
    Error::Device { device: device.to_string(), message: message.into() }
}
