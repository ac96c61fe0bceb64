//! Devices as they are named.
#![allow(clippy::unwrap_used)]

use xner_core::{Device, UnknownDevice};

#[test]
fn a_name_reads_back() {
    for (device, name) in [
        (Device::Cpu, "cpu"),
        (Device::Cuda(0), "cuda:0"),
        (Device::Cuda(12), "cuda:12"),
        (Device::Wgpu(1), "wgpu:1"),
    ] {
        assert_eq!(device.to_string(), name);
        assert_eq!(name.parse::<Device>().unwrap(), device);
    }
    // Without a number the first card is meant.
    for (name, device) in [("cuda", Device::Cuda(0)), ("wgpu", Device::Wgpu(0))] {
        assert_eq!(name.parse::<Device>().unwrap(), device);
    }
    assert_eq!(Device::default(), Device::Cpu);
}

#[test]
fn what_names_no_device_is_told() {
    for name in ["", "gpu", "cpu:0", "cuda:x", "cuda:-1", "cuda:", "CPU", "cuda:0:1"] {
        let fault = name.parse::<Device>().unwrap_err();
        assert_eq!(fault, UnknownDevice(name.to_owned()));
        let text = fault.to_string();
        assert_eq!(text, format!("device `{name}`: is no device; expected cpu, cuda:0 or wgpu:0"));
    }
}
