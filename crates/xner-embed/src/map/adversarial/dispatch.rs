//! From the device that is chosen at run time to the backend that is chosen when compiling.

use xner_core::{Device, Observer};

use super::config::CheckedAdversarial;
use super::state::State;
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
    match device {
        Device::Cpu => {
            let flex = burn_flex::FlexDevice;
            train::<burn_flex::Flex>(source, target, config, state, &flex, criterion, keep, observer)
        }
        #[cfg(feature = "cuda")]
        Device::Cuda(index) => {
            let card = xner_nn::device::cuda(index).map_err(|message| unusable(device, message))?;
            train::<burn::backend::Cuda>(source, target, config, state, &card, criterion, keep, observer)
        }
        #[cfg(feature = "wgpu")]
        Device::Wgpu(index) => {
            let card = xner_nn::device::wgpu(index).map_err(|message| unusable(device, message))?;
            train::<burn::backend::Wgpu>(source, target, config, state, &card, criterion, keep, observer)
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
