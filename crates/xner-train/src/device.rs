//! From the device that is chosen at run time to the backend that is chosen when compiling.

/// Evaluates an expression on a device's backend.
///
/// In the expression the first name is the backend, a type that is a [`TrainBackend`](crate::TrainBackend), and the
/// second a reference to its device. The expression is a `Result` whose error can be made of [`Error`](crate::Error):
/// for a device that cannot be used it is an [`Error::Device`](crate::Error::Device).
///
/// ```
/// use xner_train::{Device, Result, TrainBackend, on_device};
///
/// fn on_cpu<A: TrainBackend>(_: &A::Device) -> Result<bool> {
///     Ok(A::at_once(1) == 1)
/// }
/// assert!(on_device!(Device::Cpu, A, card => on_cpu::<A>(card))?);
/// # Ok::<(), xner_train::Error>(())
/// ```
#[macro_export]
macro_rules! on_device {
    ($device:expr, $backend:ident, $card:ident => $body:expr) => {
        match $device {
            $crate::Device::Cpu => $crate::on_card!($crate::backends::cpu(), Cpu, $backend, $card => $body),
            $crate::Device::Cuda(index) => {
                $crate::on_card!($crate::backends::cuda(index), Cuda, $backend, $card => $body)
            }
            $crate::Device::Wgpu(index) => {
                $crate::on_card!($crate::backends::wgpu(index), Wgpu, $backend, $card => $body)
            }
        }
    };
}

/// One arm of [`on_device`].
#[doc(hidden)]
#[macro_export]
macro_rules! on_card {
    ($opened:expr, $kind:ident, $backend:ident, $card:ident => $body:expr) => {
        match $opened {
            Ok(card) => {
                type $backend = $crate::backends::$kind;
                let $card = &card;
                $body
            }
            Err(fault) => Err(fault.into()),
        }
    };
}

/// What the macros name: the backends of this build. One that is not built in stands for the processor's, and never
/// opens.
pub mod backends {
    use burn::backend::Autodiff;
    use burn::tensor::backend::BackendTypes;
    use xner_core::Device;

    use crate::{Error, Result};

    /// The processor's backend.
    pub type Cpu = Autodiff<burn_flex::Flex>;
    /// CUDA's backend.
    #[cfg(feature = "cuda")]
    pub type Cuda = Autodiff<burn::backend::Cuda>;
    /// CUDA's backend.
    #[cfg(not(feature = "cuda"))]
    pub type Cuda = Cpu;
    /// WebGPU's backend.
    #[cfg(feature = "wgpu")]
    pub type Wgpu = Autodiff<burn::backend::Wgpu>;
    /// WebGPU's backend.
    #[cfg(not(feature = "wgpu"))]
    pub type Wgpu = Cpu;

    type Card<B> = Result<<B as BackendTypes>::Device>;

    /// The processor.
    ///
    /// # Errors
    /// None.
    pub fn cpu() -> Card<Cpu> {
        Ok(burn_flex::FlexDevice)
    }

    /// NVIDIA card `index`.
    ///
    /// # Errors
    /// [`Error::Device`] when the card or its driver is missing, or CUDA is not built in.
    pub fn cuda(index: usize) -> Card<Cuda> {
        #[cfg(feature = "cuda")]
        return xner_nn::device::cuda(index).map_err(|message| unusable(Device::Cuda(index), message));
        #[cfg(not(feature = "cuda"))]
        Err(not_built(Device::Cuda(index)))
    }

    /// Card `index` through WebGPU.
    ///
    /// # Errors
    /// [`Error::Device`] when the card or its driver is missing, or WebGPU is not built in.
    pub fn wgpu(index: usize) -> Card<Wgpu> {
        #[cfg(feature = "wgpu")]
        return xner_nn::device::wgpu(index).map_err(|message| unusable(Device::Wgpu(index), message));
        #[cfg(not(feature = "wgpu"))]
        Err(not_built(Device::Wgpu(index)))
    }

    #[allow(dead_code, reason = "every backend may be built in")]
    fn not_built(device: Device) -> Error {
        let feature = match device {
            Device::Cpu => "flex",
            Device::Cuda(_) => "cuda",
            Device::Wgpu(_) => "wgpu",
        };
        unusable(device, format!("this program was built without the feature `{feature}`"))
    }

    #[allow(dead_code, reason = "every backend may be built in")]
    fn unusable(device: Device, message: String) -> Error {
        Error::Device { device: device.to_string(), message }
    }
}
