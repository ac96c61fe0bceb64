//! Whose a folder is: a failed run's is a mended config's, a finished run's is no other's.

use xner_train::{Event, Flow, What};
use xner_transfer::{Error, ErrorKind};

use crate::common::{files, same};
use crate::subjects::all;

/// A loss that is no number is of the kind [`ErrorKind::Diverged`] and names the phase as events do. It leaves the
/// folder to a config with another rate, whose run ends with the bytes that it has in a folder of its own.
#[test]
fn a_run_that_diverges_leaves_its_folder_to_a_mended_config() {
    for mut subject in all() {
        let name = subject.name();
        let folder = tempfile::tempdir().unwrap();
        let [out, anew] = ["out", "anew"].map(|own| folder.path().join(own));
        subject.set_rate(3e38);
        let mut begun = Vec::new();
        let mut observer = |event: &Event<'_>| {
            if let What::Started { .. } = event.what {
                begun.push(event.phase.to_owned());
            }
            Flow::Continue
        };
        let fault = subject.run(&out, &mut observer).unwrap_err();
        assert_eq!(begun, [subject.first()], "{name}");
        assert_eq!((fault.kind(), fault.kind().exit_code()), (ErrorKind::Diverged, 1), "{name}: {fault}");
        let said = fault.to_string();
        let Error::Diverged { phase, step, checkpoint, .. } = fault else { panic!("{name}: {said}") };
        assert_eq!((phase.as_str(), checkpoint), (subject.first(), None), "{name}: {said}");
        assert!(said.contains(&format!("phase `{phase}` diverged at step {step}")), "{said}");
        assert!(!out.join("run.json").exists(), "{name}");

        subject.set_rate(1e-3);
        let report = subject.run(&out, &mut ()).unwrap();
        assert_eq!(subject.run(&anew, &mut ()).unwrap(), report, "{name}");
        same(&files(&anew), &files(&out));

        // What is finished is not done again, and no other config's.
        let mut never = |event: &Event<'_>| -> Flow { panic!("{name}: {event:?}") };
        assert_eq!(subject.run(&out, &mut never).unwrap(), report, "{name}");
        subject.set_seed(99);
        let fault = subject.run(&out, &mut never).unwrap_err();
        assert_eq!((fault.kind(), fault.kind().exit_code()), (ErrorKind::StaleFolder, 2), "{name}: {fault}");
        let told = fault.to_string();
        assert!(told.contains("out: holds a run with another config or other data"), "{name}: {told}");
        assert!(told.contains("take another folder, or remove it"), "{name}: {told}");
        same(&files(&anew), &files(&out));
    }
}

/// An encoder that is not there, or of which a file cannot be read.
#[test]
fn a_bad_encoder_leaves_the_folder_to_a_mended_config() {
    let mut with_encoder = 0;
    for mut subject in all() {
        let name = subject.name();
        let Some(encoder) = subject.encoder() else { continue };
        with_encoder += 1;
        let (good, folder) = (encoder.clone(), tempfile::tempdir().unwrap());
        let [nowhere, broken, out] = ["nowhere", "broken", "out"].map(|own| folder.path().join(own));
        std::fs::create_dir(&broken).unwrap();
        for entry in std::fs::read_dir(&good).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, broken.join(path.file_name().unwrap())).unwrap();
        }
        std::fs::write(broken.join("model.safetensors"), "no weights").unwrap();
        for bad in [nowhere, broken] {
            *subject.encoder().unwrap() = bad.clone();
            let mut trained = false;
            let mut observer = |event: &Event<'_>| {
                trained |= matches!(event.what, What::Started { .. });
                Flow::Continue
            };
            let fault = subject.run(&out, &mut observer).unwrap_err();
            assert!(fault.kind().exit_code() == 2, "{name}: {fault}");
            assert!(fault.to_string().contains(bad.to_str().unwrap()), "{name}: {fault}");
            assert!(!trained && !out.join("run.json").exists(), "{name}: {fault}");
        }
        *subject.encoder().unwrap() = good;
        // It trains: that it ends too is the matter of other tests.
        let mut observer = |event: &Event<'_>| match event.what {
            What::Step { .. } => Flow::Stop,
            _ => Flow::Continue,
        };
        let stopped = subject.run(&out, &mut observer).unwrap_err();
        assert_eq!(stopped.kind(), ErrorKind::Stopped, "{name}: {stopped}");
        assert!(out.join("run.json").exists() || out.join("phases").exists(), "{name}");
    }
    assert_eq!(with_encoder, 8);
}
