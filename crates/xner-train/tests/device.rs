//! From a device's name to a backend, or to a fault that says what is missing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use xner_train::{Device, Error, ErrorKind, Result, TrainBackend, on_device};

#[expect(clippy::unnecessary_wraps, reason = "what runs on a device may fail")]
fn tried<A: TrainBackend>(_: &A::Device) -> Result<bool> {
    Ok(A::at_once(1) == 1)
}

fn on(device: Device) -> Result<bool> {
    on_device!(device, A, card => tried::<A>(card))
}

#[test]
fn the_processor_is_there() {
    assert!(on(Device::Cpu).unwrap());
}

#[test]
fn a_device_that_is_not_built_in_or_not_there_is_a_fault() {
    // No machine has so many cards.
    for device in [Device::Cuda(4095), Device::Wgpu(4095)] {
        let fault = on(device).unwrap_err();
        assert!(matches!(fault, Error::Device { .. }), "{fault}");
        assert_eq!(fault.kind(), ErrorKind::Device);
        assert!(fault.to_string().starts_with(&format!("device `{device}`: ")), "{fault}");
    }
}

#[cfg(not(feature = "cuda"))]
#[test]
fn the_missing_feature_is_named() {
    let fault = on(Device::Cuda(0)).unwrap_err().to_string();
    assert_eq!(fault, "device `cuda:0`: this program was built without the feature `cuda`");
}

/// An error of one's own that can be made of ours is as good.
#[test]
fn the_expressions_error_may_be_ones_own() {
    let on = |device: Device| -> Result<bool, Box<dyn std::error::Error>> {
        on_device!(device, A, card => tried::<A>(card).map_err(Into::into))
    };
    assert!(on(Device::Cpu).unwrap());
    assert!(on(Device::Wgpu(4095)).unwrap_err().downcast::<Error>().is_ok());
}

#[test]
fn a_name_that_is_no_devices_is_a_fault_of_the_device() {
    let fault = Error::from("gpu".parse::<Device>().unwrap_err());
    assert_eq!(fault.to_string(), "device `gpu`: is no device; expected cpu, cuda:0 or wgpu:0");
}
