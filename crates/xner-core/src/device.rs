//! Where a run computes.

use std::fmt;
use std::str::FromStr;

use crate::ErrorKind;

/// A device: the processor, or a graphics card by its number. Taggers and adversarial training run on one; everything
/// else runs on the processor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// An NVIDIA card through CUDA (feature `cuda`).
    Cuda(usize),
    /// A card through WebGPU: Vulkan, Metal, DirectX (feature `wgpu`). 0 is the one that the system prefers.
    Wgpu(usize),
}

/// A text that names no device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDevice(
    /// The text.
    pub String,
);

impl fmt::Display for UnknownDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device `{}`: is no device; expected cpu, cuda:0 or wgpu:0", crate::escaped(&self.0))
    }
}

impl std::error::Error for UnknownDevice {}

impl UnknownDevice {
    /// What a caller does with it.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::BadInput
    }
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
    type Err = UnknownDevice;

    /// Reads `cpu`, `cuda:0`, `wgpu:1`; without a number the first card is meant.
    fn from_str(text: &str) -> Result<Self, UnknownDevice> {
        let (kind, index) = text.split_once(':').unwrap_or((text, "0"));
        match (kind, index.parse()) {
            ("cpu", _) if text == "cpu" => Ok(Self::Cpu),
            ("cuda", Ok(index)) => Ok(Self::Cuda(index)),
            ("wgpu", Ok(index)) => Ok(Self::Wgpu(index)),
            _ => Err(UnknownDevice(text.to_owned())),
        }
    }
}
