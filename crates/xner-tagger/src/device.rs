//! Where a model runs.

use std::fmt;
use std::str::FromStr;

#[cfg(any(feature = "flex", feature = "cuda", feature = "wgpu"))]
use burn::backend::Autodiff;

use crate::open::Task;
use crate::{Error, Result};

/// A device: the processor, or a graphics card by its number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Device {
    /// The processor (feature `flex`).
    #[default]
    Cpu,
    /// An NVIDIA card through CUDA (feature `cuda`).
    Cuda(usize),
    /// A card through WebGPU: Vulkan, Metal, DirectX (feature `wgpu`). 0 is the one that the system prefers.
    Wgpu(usize),
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(index) => write!(f, "cuda:{index}"),
            Self::Wgpu(index) => write!(f, "wgpu:{index}"),
        }
    }
}

impl FromStr for Device {
    type Err = Error;

    /// Reads `cpu`, `cuda:0`, `wgpu:1`; without a number the first card is meant.
    fn from_str(text: &str) -> Result<Self> {
        let (kind, index) = text.split_once(':').unwrap_or((text, "0"));
        let index: Option<usize> = index.parse().ok();
        match (kind, index) {
            ("cpu", _) if text == "cpu" => Ok(Self::Cpu),
            ("cuda", Some(index)) => Ok(Self::Cuda(index)),
            ("wgpu", Some(index)) => Ok(Self::Wgpu(index)),
            _ => Err(unusable(&text, "is no device; expected cpu, cuda:0 or wgpu:0")),
        }
    }
}

pub(crate) fn unusable(device: &impl ToString, message: impl Into<String>) -> Error {
    Error::Device { device: device.to_string(), message: message.into() }
}

impl Device {
    /// Runs a task on this device's backend.
    pub(crate) fn dispatch<T: Task>(&self, task: T) -> Result<T::Answer> {
        match *self {
            #[cfg(feature = "flex")]
            Self::Cpu => task.run::<Autodiff<burn_flex::Flex>>(&burn_flex::FlexDevice),
            #[cfg(feature = "cuda")]
            Self::Cuda(index) => {
                let device = burn::backend::cuda::CudaDevice::new(index);
                probe::<burn::backend::Cuda>(self, &device)?;
                task.run::<Autodiff<burn::backend::Cuda>>(&device)
            }
            #[cfg(feature = "wgpu")]
            Self::Wgpu(index) => {
                use burn::backend::wgpu::WgpuDevice;
                let device = if index == 0 { WgpuDevice::default() } else { WgpuDevice::DiscreteGpu(index) };
                probe::<burn::backend::Wgpu>(self, &device)?;
                task.run::<Autodiff<burn::backend::Wgpu>>(&device)
            }
            #[allow(unreachable_patterns, reason = "every backend may be compiled in")]
            _ => {
                let feature = match self {
                    Self::Cpu => "flex",
                    Self::Cuda(_) => "cuda",
                    Self::Wgpu(_) => "wgpu",
                };
                Err(unusable(self, format!("this program was built without the feature `{feature}`")))
            }
        }
    }
}

/// Computes something small, and turns the panic of a missing driver or card into an error.
#[cfg(any(feature = "cuda", feature = "wgpu"))]
fn probe<B: burn::tensor::backend::Backend>(name: &Device, device: &B::Device) -> Result<()> {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let sum = catch_unwind(AssertUnwindSafe(|| {
        crate::weights::host(burn::tensor::Tensor::<B, 1>::ones([2], device).sum())
    }));
    std::panic::set_hook(hook);
    match sum {
        Ok(sum) if sum == [2.0] => Ok(()),
        Ok(sum) => Err(unusable(name, format!("it adds 1 and 1 to {sum:?}"))),
        Err(_) => Err(unusable(name, "no such card, or its driver is missing")),
    }
}
