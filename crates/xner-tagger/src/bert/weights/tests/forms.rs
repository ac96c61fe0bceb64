//! Every form that weights come in, and the names that tensors get.

use half::{bf16, f16};

use super::*;

#[test]
fn files_of_pytorch_new_and_old_hold_what_pytorch_wrote() {
    for name in ["zip.bin", "legacy.bin"] {
        let path = check_golden(&folder(&[("pytorch_model.bin", &golden(name))]));
        assert!(path.ends_with("pytorch_model.bin"));
    }
}

fn index(shards: &[(&str, &str)]) -> Vec<u8> {
    let map: serde_json::Map<_, _> =
        shards.iter().map(|(tensor, file)| ((*tensor).to_owned(), (*file).into())).collect();
    serde_json::json!({"metadata": {"total_size": 1}, "weight_map": map}).to_string().into_bytes()
}

fn sharded_torch() -> Vec<(String, String)> {
    let names = expected().tensors.into_keys().chain(["bert.embeddings.position_ids".to_owned()]);
    let shard = |name: &String| {
        let first = ["embeddings", "query", "key"].iter().any(|part| name.contains(part));
        if first { "shard-1.bin" } else { "shard-2.bin" }.to_owned()
    };
    names.map(|name| (name.clone(), shard(&name))).collect()
}

#[test]
fn shards_of_pytorch_are_one() {
    let map = sharded_torch();
    let map: Vec<_> = map.iter().map(|(tensor, file)| (tensor.as_str(), file.as_str())).collect();
    let folder = folder(&[
        ("pytorch_model.bin.index.json", &index(&map)),
        ("shard-1.bin", &golden("shard-1.bin")),
        ("shard-2.bin", &golden("shard-2.bin")),
    ]);
    check_golden(&folder);
}

/// Two shards of safetensors with their index.
fn shards() -> [(&'static str, Vec<u8>); 3] {
    [
        ("a.safetensors", safetensors(&[("bert.x", "F32", &[2], &floats(&[1.0, 2.0]))])),
        ("b.safetensors", safetensors(&[("bert.y", "F32", &[1], &floats(&[3.0]))])),
        ("model.safetensors.index.json", index(&[("bert.x", "a.safetensors"), ("bert.y", "b.safetensors")])),
    ]
}

fn folder_of(files: &[(&str, Vec<u8>)]) -> TempDir {
    folder(&files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect::<Vec<_>>())
}

#[test]
fn shards_of_safetensors_are_one() {
    let folder = folder_of(&shards());
    let mut checkpoint = Checkpoint::open(folder.path()).unwrap();
    assert_eq!(checkpoint.names().collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(checkpoint.take("y", &[1]).unwrap(), [3.0]);
    assert_eq!(checkpoint.take("x", &[2]).unwrap(), [1.0, 2.0]);
    // A tensor of no file is missing from the index; one of a wrong shape is wrong in its shard.
    let fault = checkpoint.take("z", &[1]).unwrap_err().to_string();
    assert!(fault.contains("index.json: tensor `z`: missing, expected [1]"), "{fault}");
    let fault = checkpoint.take("y", &[2]).unwrap_err().to_string();
    assert!(fault.contains("b.safetensors: tensor `bert.y`: has shape [1], expected [2]"), "{fault}");
}

#[test]
fn a_shard_that_is_missing_or_not_as_the_index_says_is_named() {
    let mut missing = shards();
    missing[1].0 = "other.safetensors";
    let fault = refused(&folder_of(&missing));
    assert!(
        fault.contains("index.json: names the file `b.safetensors` (1 tensors), which is missing"),
        "{fault}"
    );
    for (map, expected) in [
        (
            index(&[("bert.x", "a.safetensors"), ("bert.z", "b.safetensors")]),
            "`bert.z`: is not in `b.safetensors`",
        ),
        (
            index(&[("bert.x", "b.safetensors"), ("bert.y", "a.safetensors")]),
            "`bert.x`: is not in `b.safetensors`",
        ),
        (index(&[]), "names no tensors"),
        (index(&[("bert.x", "../a.safetensors")]), "names `../a.safetensors`"),
        (index(&[("bert.x", "/etc/passwd")]), "names `/etc/passwd`"),
        (index(&[("bert.x", "")]), "names ``"),
        (br#"{"weight_map": {"bert.x": 3}}"#.to_vec(), "at `weight_map.bert.x`"),
        (b"{}".to_vec(), "missing field `weight_map`"),
        (b"\xff".to_vec(), "index.json:1: invalid UTF-8 at byte 1"),
        (Vec::new(), "EOF"),
    ] {
        let mut files = shards();
        files[2].1 = map;
        let fault = refused(&folder_of(&files));
        assert!(fault.contains("index.json:") && fault.contains(expected), "{fault}");
    }
}

#[test]
fn no_weights_and_the_order_of_the_files() {
    let fault = refused(&folder(&[("config.json", b"{}")]));
    assert!(fault.contains("`model.safetensors`") && fault.contains("`pytorch_model.bin`"), "{fault}");
    let safe = safetensors(&[("x", "F32", &[1], &floats(&[1.0]))]);
    let folder = folder(&[("model.safetensors", &safe), ("pytorch_model.bin", b"no weights at all")]);
    assert!(Checkpoint::open(folder.path()).unwrap().path().ends_with("model.safetensors"));
}

#[test]
fn names_are_those_of_a_bare_model() {
    for (stored, name) in [
        ("bert.encoder.layer.11.output.LayerNorm.gamma", "encoder.layer.11.output.LayerNorm.weight"),
        ("roberta.embeddings.LayerNorm.beta", "embeddings.LayerNorm.bias"),
        ("embeddings.word_embeddings.weight", "embeddings.word_embeddings.weight"),
        ("bert.pooler.dense.weight", "pooler.dense.weight"),
        ("classifier.bias", "classifier.bias"),
        ("crf.transitions", "crf.transitions"),
        ("bertha.x", "bertha.x"),
        ("classifier.gamma", "classifier.gamma"),
    ] {
        assert_eq!(canonical(stored), name);
    }
}

#[test]
fn a_tensor_under_two_names_is_a_fault() {
    let one = floats(&[1.0]);
    let bytes = safetensors(&[("bert.x", "F32", &[1], &one), ("x", "F32", &[1], &one)]);
    let fault = refused(&folder(&[("model.safetensors", &bytes)]));
    assert!(fault.contains("tensor `x`: is the same tensor as `bert.x`"), "{fault}");
}

#[test]
fn what_nobody_takes_is_told_apart() {
    let one = floats(&[1.0]);
    let names = [
        "bert.pooler.dense.bias",
        "cls.seq_relationship.bias",
        "lm_head.bias",
        "roberta.embeddings.position_ids",
        "bert.surprise",
        "classifier.bias",
        "qa_outputs.bias",
    ];
    let tensors: Vec<_> = names.iter().map(|&name| (name, "F32", &[1][..], one.as_slice())).collect();
    let folder = folder(&[("model.safetensors", &safetensors(&tensors))]);
    let mut checkpoint = Checkpoint::open(folder.path()).unwrap();
    checkpoint.take("classifier.bias", &[1]).unwrap();
    assert_eq!(checkpoint.unexpected(), ["qa_outputs.bias", "surprise"]);
    let known = ["cls.seq_relationship.bias", "embeddings.position_ids", "lm_head.bias", "pooler.dense.bias"];
    assert_eq!(checkpoint.left_out(), known);
}

#[test]
fn numbers_of_every_float_type_are_widened() {
    let values = [1.5_f32, -0.25, 0.0, 65504.0];
    let f16s: Vec<u8> = values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect();
    let bf16s: Vec<u8> = values.iter().flat_map(|&v| bf16::from_f32(v).to_le_bytes()).collect();
    let f64s: Vec<u8> = values.iter().flat_map(|&v| f64::from(v).to_le_bytes()).collect();
    let i64s: Vec<u8> = [1_i64, 2, 3, 4].iter().flat_map(|v| v.to_le_bytes()).collect();
    let bytes = safetensors(&[
        ("bf16", "BF16", &[2, 2], &bf16s),
        ("f16", "F16", &[2, 2], &f16s),
        ("f32", "F32", &[2, 2], &floats(&values)),
        ("f64", "F64", &[2, 2], &f64s),
        ("i64", "I64", &[2, 2], &i64s),
        ("nan", "F32", &[2], &floats(&[1.0, f32::NAN])),
        ("none", "F32", &[0, 3], &[]),
        ("one", "F32", &[], &floats(&[7.0])),
        ("wide", "F64", &[1], &1e300_f64.to_le_bytes()),
    ]);
    let folder = folder(&[("model.safetensors", &bytes)]);
    let mut checkpoint = Checkpoint::open(folder.path()).unwrap();
    for name in ["f16", "f32", "f64"] {
        assert_eq!(checkpoint.take(name, &[2, 2]).unwrap(), values, "{name}");
    }
    assert_eq!(checkpoint.take("bf16", &[2, 2]).unwrap(), values.map(|v| bf16::from_f32(v).to_f32()));
    assert_eq!(checkpoint.take("none", &[0, 3]).unwrap(), [0.0; 0]);
    assert_eq!(checkpoint.take("one", &[]).unwrap(), [7.0]);
    assert_eq!(checkpoint.optional("absent", &[1]).unwrap(), None);
    for (name, shape, expected) in [
        ("i64", &[2, 2][..], "holds I64, expected floats"),
        ("nan", &[2], "value 1 is NaN, expected a finite number"),
        ("wide", &[1], "value 0 is inf, expected a finite number"),
    ] {
        let fault = checkpoint.take(name, shape).unwrap_err().to_string();
        assert!(fault.contains(&format!("tensor `{name}`: ")) && fault.contains(expected), "{fault}");
    }
}

#[test]
fn what_is_written_is_read_again_and_is_the_same_each_time() {
    // More than one chunk of reading and of writing.
    let many: Vec<f32> = (0..100_003).map(|at| at as f32).collect();
    let tensors: [(&str, &[usize], &[f32]); 3] =
        [("bert.b", &[100_003], &many), ("bert.a", &[2, 1], &[1.0, 2.0]), ("c", &[0], &[])];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    write_safetensors(&path, &tensors).unwrap();
    let mut checkpoint = Checkpoint::open(folder.path()).unwrap();
    assert_eq!(checkpoint.take("b", &[100_003]).unwrap(), many);
    assert_eq!(checkpoint.take("a", &[2, 1]).unwrap(), [1.0, 2.0]);
    let bytes = fs::read(&path).unwrap();
    write_safetensors(&path, &tensors).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes);
    let (_, metadata) = ::safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    assert_eq!(metadata.metadata().as_ref().unwrap()["format"], "pt");
    for (tensors, expected) in [
        ([("a", &[2][..], &[1.0][..]), ("b", &[1], &[1.0])], "has 1 values"),
        ([("a", &[1], &[1.0]), ("a", &[1], &[1.0])], "is there twice"),
        ([("a", &[usize::MAX, 2], &[1.0]), ("b", &[1], &[1.0])], "has 1 values"),
    ] {
        let fault = write_safetensors(&path, &tensors).unwrap_err().to_string();
        assert!(fault.contains("tensor `a`") && fault.contains(expected), "{fault}");
    }
    assert_eq!(fs::read(&path).unwrap(), bytes);
}
