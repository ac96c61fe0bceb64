//! A mask that is taught, on the tiny encoders of `python3 tools/golden/bert.py`.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use burn_flex::{Flex, FlexDevice};
use xner_corpus::Sentence;
use xner_tagger::bert::train::{MaskLessons, teach_mask};
use xner_tagger::bert::{BertEncoder, Tokeniser};
use xner_train::{Device, Tensors};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bert").join(name)
}

fn sentences(count: usize) -> Vec<Sentence> {
    let sentence =
        |s: usize| Sentence::from_tokens((0..4 + s % 9).map(|at| format!("w{}", 5 + (3 * s + at * at) % 45)));
    (0..count).map(sentence).collect()
}

#[test]
fn the_masks_row_alone_changes_and_comes_nearer() {
    for name in ["bert", "xlm-roberta"] {
        let (folder, out) = (golden(name), tempfile::tempdir().unwrap());
        let mut losses = Vec::new();
        let mut told = |_, loss| losses.push(loss);
        let lessons = MaskLessons { steps: 60, batch: 16, ..MaskLessons::default() };
        let taught =
            teach_mask(&folder, out.path(), &sentences(200), &lessons, &Device::Cpu, &mut told).unwrap();
        assert_eq!(losses.len(), 60);
        assert!(taught.after < 0.9 * taught.before, "{name}: {taught:?}");
        let config = BertEncoder::<Flex>::open(out.path(), &FlexDevice).unwrap().config;
        assert_eq!(Tokeniser::open(out.path(), &config).unwrap().mask(), Some(taught.mask));
        let [before, after] = [&folder, &out.path().to_owned()]
            .map(|folder| Tensors::read(&folder.join("model.safetensors")).unwrap().0);
        for (tensor, old) in before.iter() {
            let new = after.get(tensor).unwrap();
            if tensor.ends_with("word_embeddings.weight") {
                let width = old.shape[1];
                for (row, (a, b)) in old.values.chunks(width).zip(new.values.chunks(width)).enumerate() {
                    assert_eq!(a == b, row != taught.mask as usize, "{name} {row}");
                }
            } else {
                assert_eq!(new, old, "{name} {tensor}");
            }
        }
        // The same seed, the same bytes.
        let again = tempfile::tempdir().unwrap();
        teach_mask(&folder, again.path(), &sentences(200), &lessons, &Device::Cpu, &mut |_, _| {}).unwrap();
        let read = |folder: &Path| std::fs::read(folder.join("model.safetensors")).unwrap();
        assert!(read(out.path()) == read(again.path()));
    }
}

/// By differences: the gradient is that of the loss.
#[test]
fn one_small_step_goes_down() {
    let (folder, out) = (golden("bert"), tempfile::tempdir().unwrap());
    let lessons = MaskLessons { steps: 1, batch: 200, rate: 1e-3, ..MaskLessons::default() };
    // Of one sentence what is learnt from is what is judged by.
    let one = [Sentence::from_tokens((5..45).map(|at| format!("w{at}")))];
    let taught = teach_mask(&folder, out.path(), &one, &lessons, &Device::Cpu, &mut |_, _| {}).unwrap();
    assert!(taught.after < taught.before, "{taught:?}");
}

#[test]
fn what_cannot_be_taught_is_named() {
    let (folder, out) = (golden("bert"), tempfile::tempdir().unwrap());
    let refused = |folder: &Path, sentences: &[Sentence]| {
        let lessons = MaskLessons::default();
        let fault =
            teach_mask(folder, out.path(), sentences, &lessons, &Device::Cpu, &mut |_, _| {}).unwrap_err();
        assert!(!out.path().join("config.json").exists());
        fault.to_string()
    };
    assert!(refused(&folder, &[Sentence::default()]).contains("no word"));
    let eight = tempfile::tempdir().unwrap();
    xner_tagger::bert::quantise(&folder, eight.path(), None, 8).unwrap();
    assert!(refused(eight.path(), &sentences(20)).contains("expected F32"));
}
