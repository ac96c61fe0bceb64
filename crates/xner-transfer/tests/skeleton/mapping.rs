//! A mapping that a failed run left in its folder.

use std::fs;

use xner_train::config::Optimiser;
use xner_train::{Device, Event, Flow, What};
use xner_transfer::zero_resource::{Variant, ZeroResource};
use xner_transfer::{ErrorKind, run};

use crate::common::{config, data, files, same};

#[test]
fn a_mapping_that_was_left_is_taken_by_the_same_settings_alone() {
    let data = data(12, 60);
    let folder = tempfile::tempdir().unwrap();
    let [out, anew] = ["out", "anew"].map(|own| folder.path().join(own));
    let good = config(Variant::CrossShared);
    let mut bad = good.clone();
    bad.training.optimiser = Optimiser::Adam { rate: 3e38, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let fault = run(&ZeroResource, &bad, &data, &out, None, &Device::Cpu, &mut ()).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::Diverged, "{fault}");
    let left = files(&out);
    assert!(left.contains_key("mapping/report.json") && !left.contains_key("run.json"), "{:?}", left.keys());

    // Other settings would have learnt another mapping: the folder is refused, and nothing in it is touched.
    let mut other = good.clone();
    other.mapping.settings =
        toml::from_str("finish = {}\nrefinement = { kind = \"procrustes\", iterations = 3 }").unwrap();
    let fault = run(&ZeroResource, &other, &data, &out, None, &Device::Cpu, &mut ()).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::StaleFolder, "{fault}");
    let told = fault.to_string();
    assert!(told.contains("mapping: holds a mapping with other settings or vectors"), "{told}");
    assert!(told.contains("take another folder for the run, or remove it"), "{told}");
    same(&left, &files(&out));

    // The same settings learn nothing anew, and the run ends with the bytes of one that learnt its mapping itself.
    let mut observer = |event: &Event<'_>| {
        assert!(!matches!(event.what, What::Mapping(_)), "{event:?}");
        Flow::Continue
    };
    let report = run(&ZeroResource, &good, &data, &out, None, &Device::Cpu, &mut observer).unwrap();
    let mut learnt = 0;
    let mut observer = |event: &Event<'_>| {
        learnt += usize::from(matches!(event.what, What::Mapping(_)));
        Flow::Continue
    };
    assert_eq!(run(&ZeroResource, &good, &data, &anew, None, &Device::Cpu, &mut observer).unwrap(), report);
    assert!(learnt > 0);
    same(&files(&anew), &files(&out));
    let mapping = |name: &str| fs::read(out.join("mapping").join(name)).unwrap();
    assert!(mapping("report.json") == left["mapping/report.json"]);
}
