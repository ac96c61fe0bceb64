//! Graphics cards, and whether they work.

#[cfg(feature = "cuda")]
use burn::backend::cuda::CudaDevice;
#[cfg(feature = "wgpu")]
use burn::backend::wgpu::WgpuDevice;

/// NVIDIA card `index`.
///
/// # Errors
/// Says what is wrong when the card or its driver is missing.
#[cfg(feature = "cuda")]
pub fn cuda(index: usize) -> Result<CudaDevice, String> {
    let device = CudaDevice::new(index);
    probe::<burn::backend::Cuda>(&device).map(|()| device)
}

/// Card `index` through WebGPU; 0 is the one that the system prefers.
///
/// # Errors
/// Says what is wrong when the card or its driver is missing.
#[cfg(feature = "wgpu")]
pub fn wgpu(index: usize) -> Result<WgpuDevice, String> {
    let device = if index == 0 { WgpuDevice::default() } else { WgpuDevice::DiscreteGpu(index) };
    probe::<burn::backend::Wgpu>(&device).map(|()| device)
}

/// Computes something small, and turns the panic of a missing driver or card into an error.
#[cfg(any(feature = "cuda", feature = "wgpu"))]
fn probe<B: burn::tensor::backend::Backend>(device: &B::Device) -> Result<(), String> {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let sum = catch_unwind(AssertUnwindSafe(|| {
        let sum = burn::tensor::Tensor::<B, 1>::ones([2], device).sum();
        sum.into_data().iter::<f32>().next()
    }));
    std::panic::set_hook(hook);
    match sum {
        Ok(Some(2.0)) => Ok(()),
        Ok(sum) => Err(format!("it adds 1 and 1 to {sum:?}")),
        Err(_) => Err("no such card, or its driver is missing".to_owned()),
    }
}
