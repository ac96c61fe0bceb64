//! Files that are cut short, damaged or hostile.

use proptest::prelude::*;

use super::*;

#[test]
fn a_pickle_that_wants_to_execute_something_is_named_and_not_executed() {
    for (name, tensor) in [("entry", "`extra`"), ("legacy", "`classifier.bias`"), ("root", "")] {
        let bytes = golden(&format!("executes-{name}.bin"));
        let fault = refused(&folder(&[("pytorch_model.bin", &bytes)]));
        assert!(fault.contains("pytorch_model.bin: ") && fault.contains(tensor), "{fault}");
        assert!(fault.contains("posix.mkdir"), "{fault}");
        assert!(!Path::new("executed").exists());
    }
}

#[test]
fn a_view_that_claims_more_than_the_file_is_named() {
    let fault = refused(&folder(&[("pytorch_model.bin", &golden("vast.bin"))]));
    assert!(fault.contains("tensor `vast`: claims shape [1073741824]"), "{fault}");
}

#[test]
fn a_file_that_is_cut_short_is_named() {
    let safe = safetensors(&[("x", "F32", &[3], &floats(&[1.0, 2.0, 3.0]))]);
    for (name, bytes) in [
        ("model.safetensors", safe),
        ("pytorch_model.bin", golden("zip.bin")),
        ("pytorch_model.bin", golden("legacy.bin")),
    ] {
        for keep in [0, 1, 7, 8, 20, bytes.len() / 2, bytes.len() - 1] {
            let folder = folder(&[(name, &bytes[..keep])]);
            // A legacy file has no table of contents: that its last tensor is short is seen when it is read.
            let fault = match Checkpoint::open(folder.path()) {
                Err(fault) => fault,
                Ok(mut checkpoint) => {
                    let shapes: Vec<_> = checkpoint
                        .tensors
                        .iter()
                        .map(|(name, entry)| (name.clone(), entry.shape.clone()))
                        .collect();
                    let read = |(name, shape): &(String, Vec<usize>)| checkpoint.take(name, shape).err();
                    shapes
                        .iter()
                        .find_map(read)
                        .unwrap_or_else(|| panic!("{name} cut to {keep} is read whole"))
                }
            };
            assert!(fault.to_string().contains(name), "{name} cut to {keep}: {fault}");
        }
    }
}

#[test]
fn headers_that_lie_are_named() {
    let header = |text: &str, data: usize| {
        [&(text.len() as u64).to_le_bytes(), text.as_bytes(), &vec![0; data]].concat()
    };
    let tensor = |shape: &str, begin: usize, end: usize| {
        format!(r#"{{"dtype": "F32", "shape": {shape}, "data_offsets": [{begin}, {end}]}}"#)
    };
    for bytes in [
        // Overlapping, with a hole, too large, backwards, not as many numbers as the shape says.
        header(&format!(r#"{{"a": {}, "b": {}}}"#, tensor("[1]", 0, 4), tensor("[1]", 0, 4)), 4),
        header(&format!(r#"{{"a": {}, "b": {}}}"#, tensor("[1]", 0, 4), tensor("[1]", 8, 12)), 12),
        header(&format!(r#"{{"a": {}}}"#, tensor("[1000]", 0, 4000)), 40),
        header(&format!(r#"{{"a": {}}}"#, tensor("[1]", 4, 0)), 4),
        header(&format!(r#"{{"a": {}}}"#, tensor("[2]", 0, 4)), 4),
        header(&format!(r#"{{"a": {}}}"#, tensor("[4294967296, 4294967296, 4]", 0, 4)), 4),
        header(&format!(r#"{{"a": {}}}"#, tensor("[1]", 0, 4)), 5),
        header("{", 0),
        header("[]", 0),
        u64::MAX.to_le_bytes().to_vec(),
        [&99_999_999_u64.to_le_bytes()[..], b"{}"].concat(),
    ] {
        let fault = refused(&folder(&[("model.safetensors", &bytes)]));
        assert!(fault.contains("model.safetensors: cut short, or no safetensors file"), "{fault}");
    }
}

/// One thing that happens to a file's bytes.
#[derive(Debug, Clone)]
enum Damage {
    Cut(prop::sample::Index),
    Set(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
}

impl Damage {
    fn happen(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match self {
            Self::Cut(at) => bytes.truncate(at.index(length)),
            Self::Set(at, value) => bytes[at.index(length)] = *value,
            Self::Insert(at, more) => {
                let at = at.index(length);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = at.index(length);
                bytes.drain(at..(at + count).min(length));
            }
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        1 => any::<prop::sample::Index>().prop_map(Damage::Cut),
        8 => (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, value)| Damage::Set(at, value)),
        1 => (any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..9))
            .prop_map(|(at, more)| Damage::Insert(at, more)),
        1 => (any::<prop::sample::Index>(), 1usize..20).prop_map(|(at, count)| Damage::Remove(at, count)),
    ]
}

/// A damaged file is read or refused: no panic, and no tensor that claims more memory than the file justifies.
fn survive(name: &str, mut bytes: Vec<u8>, damages: &[Damage]) {
    for damage in damages {
        damage.happen(&mut bytes);
    }
    let folder = folder(&[(name, &bytes)]);
    let Ok(mut checkpoint) = Checkpoint::open(folder.path()) else { return };
    let shapes: Vec<_> =
        checkpoint.tensors.iter().map(|(name, entry)| (name.clone(), entry.shape.clone())).collect();
    for (name, shape) in shapes {
        assert!(shape.iter().product::<usize>() <= bytes.len(), "{name} claims {shape:?}");
        let _ = checkpoint.take(&name, &shape);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_files_are_read_or_refused(
        damages in prop::collection::vec(damage(), 1..6),
        which in 0usize..3,
    ) {
        let (name, bytes) = match which {
            0 => ("pytorch_model.bin", golden("zip.bin")),
            1 => ("pytorch_model.bin", golden("legacy.bin")),
            _ => {
                let values = floats(&[1.0, 2.0, 3.0, 4.0]);
                let tensors: [(&str, &str, &[usize], &[u8]); 3] = [
                    ("bert.a", "F32", &[2, 2], &values),
                    ("bert.b", "F16", &[8], &values),
                    ("c", "F64", &[2, 1, 1], &values),
                ];
                ("model.safetensors", safetensors(&tensors))
            }
        };
        survive(name, bytes, &damages);
    }
}
