//! From the device that is chosen at run time to the backend that is chosen when compiling.

use burn::tensor::backend::Backend;

use super::config::CheckedAdversarial;
use super::native::FlexNetwork;
use super::network::Network;
use super::state::State;
use super::train::{Event, Found, train};
use crate::linalg::Matrix;
use crate::map::{Device, Flow};
use crate::{Error, Result, Rows};

/// A backend that adversarial training runs on.
pub trait DiscriminatorOps: Backend {
    /// Its form of the discriminator.
    type Network: Network<Self>;
}

impl DiscriminatorOps for burn_flex::Flex {
    type Network = FlexNetwork;
}

#[cfg(feature = "cuda")]
impl DiscriminatorOps for burn::backend::Cuda {
    type Network = super::TensorNetwork<Self>;
}

#[cfg(feature = "wgpu")]
impl DiscriminatorOps for burn::backend::Wgpu {
    type Network = super::TensorNetwork<Self>;
}

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
    observer: &mut dyn FnMut(&Event<'_>) -> Flow,
) -> Result<Found> {
    match device {
        Device::Cpu => {
            let flex = burn_flex::FlexDevice;
            train::<burn_flex::Flex>(source, target, config, state, &flex, criterion, observer)
        }
        #[cfg(feature = "cuda")]
        Device::Cuda(index) => {
            let card = xner_nn::device::cuda(index).map_err(|message| unusable(device, message))?;
            train::<burn::backend::Cuda>(source, target, config, state, &card, criterion, observer)
        }
        #[cfg(feature = "wgpu")]
        Device::Wgpu(index) => {
            let card = xner_nn::device::wgpu(index).map_err(|message| unusable(device, message))?;
            train::<burn::backend::Wgpu>(source, target, config, state, &card, criterion, observer)
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
