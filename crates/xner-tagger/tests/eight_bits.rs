//! Models whose matrices are in 8 bits.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use xner_corpus::Sentence;
use xner_tagger::bert::weights::{Values, write_safetensors};
use xner_tagger::bert::{EmbeddingBits, Smaller, quantise, write_smaller};
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
    let sizes = quantise(&golden(kind), folder.path(), None, 8).unwrap();
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
    let fault = quantise(folder.path(), again.path(), None, 8).unwrap_err().to_string();
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

/// The golden BERT with states of 32 numbers in the place of 24, and other weights.
fn of_32() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(golden("bert")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let config = folder.path().join("config.json");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace(": 24,", ": 32,").replace("_heads\": 3", "_heads\": 4")).unwrap();
    let path = folder.path().join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut state = 1u32;
    let all: Vec<(String, Vec<usize>, Vec<f32>)> = file
        .iter()
        .map(|(name, view)| {
            let wide = |&size: &usize| if size == 24 { 32 } else { size };
            let shape: Vec<usize> = view.shape().iter().map(wide).collect();
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 24) as f32 - 0.5
            };
            let values = (0..shape.iter().product()).map(|_| next()).collect();
            (name.to_owned(), shape, values)
        })
        .collect();
    let tensors: Vec<_> = all.iter().map(|(name, shape, values)| (name, shape, values.as_slice())).collect();
    write_safetensors(&path, &tensors).unwrap();
    folder
}

#[test]
fn embeddings_in_four_bits_are_read_and_written_again() {
    let model = of_32();
    let four = tempfile::tempdir().unwrap();
    let eight = tempfile::tempdir().unwrap();
    let small = quantise(model.path(), four.path(), Some(EmbeddingBits::Four), 8).unwrap();
    assert!(small.after < quantise(model.path(), eight.path(), None, 8).unwrap().after, "{small:?}");
    let (found, want) = (tagged(four.path()), tagged(eight.path()));
    let worst = found.iter().zip(&want).flat_map(|(a, b)| a.probabilities.iter().zip(&b.probabilities));
    let worst = worst.fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs()));
    assert!(worst > 0.0 && worst < 0.2, "{worst}");
    // What the blocks stand for is in blocks what it was.
    let smaller = tempfile::tempdir().unwrap();
    write_smaller(four.path(), smaller.path(), &Smaller::default(), &sentences()).unwrap();
    let again = tempfile::tempdir().unwrap();
    quantise(smaller.path(), again.path(), Some(EmbeddingBits::Four), 8).unwrap();
    let bytes = |folder: &Path| fs::read(folder.join("model.safetensors")).unwrap();
    assert!(bytes(four.path()) == bytes(again.path()));
    // A width that is no whole number of blocks.
    let fault =
        quantise(&golden("bert"), again.path(), Some(EmbeddingBits::Four), 8).unwrap_err().to_string();
    assert!(fault.contains("a multiple of 32"), "{fault}");
}

#[test]
fn damaged_embeddings_in_four_bits_are_named() {
    const TABLE: &str = "bert.embeddings.word_embeddings.weight";
    let model = of_32();
    let four = tempfile::tempdir().unwrap();
    quantise(model.path(), four.path(), Some(EmbeddingBits::Four), 8).unwrap();
    fs::remove_file(four.path().join("xner-digests.json")).unwrap();
    let path = four.path().join("model.safetensors");
    let whole = fs::read(&path).unwrap();
    let size = u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
    let header = String::from_utf8(whole[8..8 + size].to_vec()).unwrap();
    let fault = || open(four.path(), &Device::Cpu).err().unwrap().to_string();
    let rewritten = |from: &str, to: &str| {
        assert!(header.contains(from), "{from} in {header}");
        let mut header = header.replacen(from, to, 1).into_bytes();
        header.resize(header.len().next_multiple_of(8), b' ');
        let size = header.len() as u64;
        fs::write(
            &path,
            [&size.to_le_bytes(), header.as_slice(), &whole[8 + header_size(&whole)..]].concat(),
        )
        .unwrap();
    };
    rewritten(&format!("{TABLE}_scale"), "other");
    // Bytes without scales are not two numbers each.
    assert!(fault().contains(TABLE) && fault().contains("has shape [60, 16]"), "{}", fault());
    // The scales of another block.
    let rows = rows(&header, TABLE);
    rewritten(&format!("[{rows},1]"), &format!("[1,{rows}]"));
    assert!(fault().contains("expected [60, 1]"), "{}", fault());
    // A scale that is not finite.
    let at = offset(&header, &format!("{TABLE}_scale")) + 8 + size;
    let mut bad = whole.clone();
    bad[at..at + 2].copy_from_slice(&[0x00, 0x7c]);
    fs::write(&path, bad).unwrap();
    assert!(fault().contains("holds the scale inf"), "{}", fault());
}

fn header_size(file: &[u8]) -> usize {
    u64::from_le_bytes(file[..8].try_into().unwrap()) as usize
}

fn rows(header: &str, tensor: &str) -> u64 {
    let header: serde_json::Value = serde_json::from_str(header).unwrap();
    header[tensor]["shape"][0].as_u64().unwrap()
}

fn offset(header: &str, tensor: &str) -> usize {
    let header: serde_json::Value = serde_json::from_str(header).unwrap();
    header[tensor]["data_offsets"][0].as_u64().unwrap() as usize
}
