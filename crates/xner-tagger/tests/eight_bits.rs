//! Models whose matrices are in 8 bits.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use xner_corpus::Sentence;
use xner_tagger::bert::quantise;
use xner_tagger::bert::weights::{Values, write_safetensors};
use xner_tagger::{Tagging, open};
use xner_train::Device;

fn golden(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bert").join(kind)
}

fn sentences() -> Vec<Sentence> {
    let words = |s: usize| (0..=s * s % 17).map(move |at| format!("w{}", 5 + (s * 11 + at * 7) % 45));
    (0..30).map(|s| Sentence::from_tokens(words(s))).collect()
}

fn tagged(model: &Path) -> Vec<Tagging> {
    open(model, &Device::Cpu).unwrap().tag(&sentences()).unwrap()
}

fn in_eight(kind: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let sizes = quantise(&golden(kind), folder.path()).unwrap();
    assert!(sizes.after < sizes.before, "{sizes:?}");
    folder
}

#[test]
fn every_kind_tags_nearly_as_before() {
    for kind in ["bert", "xlm-roberta", "distilbert", "electra", "modernbert"] {
        let folder = in_eight(kind);
        let (found, want) = (tagged(folder.path()), tagged(&golden(kind)));
        let mut worst = 0.0f32;
        for (a, b) in found.iter().zip(&want) {
            let pairs = a.probabilities.iter().zip(&b.probabilities);
            worst = pairs.fold(worst, |worst, (a, b)| worst.max((a - b).abs()));
        }
        assert!(worst > 0.0 && worst < 0.1, "{kind}: {worst}");
    }
}

#[test]
fn a_model_in_eight_bits_is_written_again_as_it_is() {
    let folder = in_eight("bert");
    let again = tempfile::tempdir().unwrap();
    let fault = quantise(folder.path(), again.path()).unwrap_err().to_string();
    assert!(fault.contains("is in 8 bits already"), "{fault}");
    assert_eq!(fs::read_dir(again.path()).unwrap().count(), 0);
    let bytes = |folder: &Path| fs::read(folder.join("model.safetensors")).unwrap();
    let same = in_eight("bert");
    assert_eq!(bytes(folder.path()), bytes(same.path()));
}

/// The folder without its digests, whose file of weights is changed.
fn changed(change: impl Fn(&str, &mut Vec<usize>, &mut Owned) -> bool) -> tempfile::TempDir {
    let folder = in_eight("bert");
    fs::remove_file(folder.path().join("xner-digests.json")).unwrap();
    let path = folder.path().join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut all = Vec::new();
    for (name, view) in file.iter() {
        let mut shape = view.shape().to_vec();
        let mut values = if view.dtype() == safetensors::Dtype::I8 {
            Owned::Whole(view.data().iter().map(|byte| byte.cast_signed()).collect())
        } else {
            let floats = view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
            Owned::Floats(floats.collect())
        };
        if change(name, &mut shape, &mut values) {
            all.push((name.to_owned(), shape, values));
        }
    }
    let tensors: Vec<_> = all.iter().map(|(name, shape, values)| (name, shape, values.as_values())).collect();
    write_safetensors(&path, &tensors).unwrap();
    folder
}

enum Owned {
    Floats(Vec<f32>),
    Whole(Vec<i8>),
}

impl Owned {
    fn as_values(&self) -> Values<'_> {
        match self {
            Self::Floats(values) => Values::Floats(values),
            Self::Whole(values) => Values::Whole(values),
        }
    }
}

const MATRIX: &str = "bert.encoder.layer.0.output.dense.weight";

#[test]
fn damage_is_named() {
    let fault = |folder: &tempfile::TempDir| open(folder.path(), &Device::Cpu).err().unwrap().to_string();
    let same = changed(|_, _, _| true);
    open(same.path(), &Device::Cpu).unwrap();
    let scale = format!("{MATRIX}_scale");
    let found = fault(&changed(|name, _, _| name != scale));
    assert!(found.contains(MATRIX) && found.contains("I8"), "{found}");
    for bad in [f32::NAN, f32::INFINITY, -1.0] {
        let found = fault(&changed(|name, _, values| {
            if let (true, Owned::Floats(values)) = (name == scale, values) {
                values[1] = bad;
            }
            true
        }));
        assert!(found.contains(&scale), "{bad}: {found}");
    }
    let found = fault(&changed(|name, shape, values| {
        if let (true, Owned::Floats(values)) = (name == scale, values) {
            values.pop();
            shape[0] -= 1;
        }
        true
    }));
    assert!(found.contains(&scale) && found.contains("has shape"), "{found}");
}

#[test]
fn other_versions_and_cut_files_are_refused() {
    let folder = in_eight("bert");
    fs::remove_file(folder.path().join("xner-digests.json")).unwrap();
    let path = folder.path().join("config.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"bits\": 8", "\"bits\": 4")).unwrap();
    let fault = open(folder.path(), &Device::Cpu).err().unwrap().to_string();
    assert!(fault.contains("config.json") && fault.contains("weights of 4 bits are not known"), "{fault}");
    fs::write(&path, text).unwrap();
    let weights = folder.path().join("model.safetensors");
    let bytes = fs::read(&weights).unwrap();
    fs::write(&weights, &bytes[..bytes.len() - 5]).unwrap();
    let fault = open(folder.path(), &Device::Cpu).err().unwrap().to_string();
    assert!(fault.contains("model.safetensors") && fault.contains("cut short"), "{fault}");
}
