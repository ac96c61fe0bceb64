#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use std::fs;

use serde_json::json;
use xner_train::ErrorKind;

use super::*;

fn read(text: &str) -> Result<BertConfig> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, text).unwrap();
    BertConfig::read(&path)
}

/// A small file with `changes` laid over it.
fn with(changes: &Value) -> Result<BertConfig> {
    let mut map = json!({"model_type": "bert", "vocab_size": 100, "hidden_size": 24, "num_hidden_layers": 2,
        "num_attention_heads": 4, "intermediate_size": 32, "hidden_act": "gelu", "max_position_embeddings": 40});
    for (key, value) in changes.as_object().unwrap() {
        map[key] = value.clone();
    }
    read(&map.to_string())
}

#[test]
fn what_a_file_leaves_out_is_what_transformers_takes() {
    let config = read(r#"{"model_type": "bert"}"#).unwrap();
    assert_eq!((config.vocab_size, config.hidden_size, config.intermediate_size), (30522, 768, 3072));
    assert_eq!((config.num_hidden_layers, config.num_attention_heads), (12, 12));
    assert_eq!((config.max_position_embeddings, config.type_vocab_size, config.pad_token_id), (512, 2, 0));
    assert_eq!((config.hidden_dropout_prob, config.layer_norm_eps), (0.1, 1e-12));
    assert_eq!((config.classifier_dropout, config.labels.len(), config.xner), (None, 0, None));
    assert_eq!(read(r#"{"model_type": "xlm-roberta"}"#).unwrap().pad_token_id, 1);
}

#[test]
fn positions_follow_the_family() {
    let bert = with(&json!({"pad_token_id": 3})).unwrap();
    assert_eq!((bert.position_offset(), bert.max_length()), (0, 40));
    assert_eq!(bert.positions(&[5, 3, 6]), [0, 1, 2]);
    for family in ["roberta", "xlm-roberta"] {
        let config = with(&json!({"model_type": family, "pad_token_id": 1})).unwrap();
        assert_eq!((config.position_offset(), config.max_length()), (2, 38));
        // The padding keeps its own row, and does not count.
        assert_eq!(config.positions(&[0, 9, 1, 8, 2, 1, 1]), [2, 3, 1, 4, 5, 1, 1]);
    }
}

#[test]
fn an_old_file_tells_its_family_by_its_class() {
    for (class, family) in [
        ("BertForTokenClassification", Family::Bert),
        ("BertModel", Family::Bert),
        ("RobertaForMaskedLM", Family::Roberta),
        ("XLMRobertaModel", Family::XlmRoberta),
        ("DistilBertForMaskedLM", Family::DistilBert),
        ("ElectraForPreTraining", Family::Electra),
        ("ModernBertModel", Family::ModernBert),
    ] {
        let text = json!({"architectures": [class]}).to_string();
        assert_eq!(read(&text).unwrap().family, family);
    }
    for text in ["{}", r#"{"architectures": ["BertGenerationEncoder"]}"#, r#"{"architectures": "BertModel"}"#]
    {
        let fault = read(text).unwrap_err().to_string();
        assert!(fault.contains("`model_type` is missing"), "{fault}");
    }
}

#[test]
fn keys_that_are_not_ours_are_written_back() {
    let labels = json!({"0": "O", "1": "B-PER", "2": "I-PER"});
    let ids = json!({"O": 0, "B-PER": 1, "I-PER": 2});
    let config =
        with(&json!({"id2label": labels, "label2id": ids, "directionality": "bidi", "bos_token_id": null,
        "initializer_range": 0.02, "torch_dtype": "float16", "task": {"a": [1, 2.5, "x"]}}))
        .unwrap();
    assert_eq!(config.labels, ["O", "B-PER", "I-PER"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    config.write(&path).unwrap();
    let written: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    for (key, value) in [
        ("directionality", json!("bidi")),
        ("bos_token_id", Value::Null),
        ("initializer_range", json!(0.02)),
        ("task", json!({"a": [1, 2.5, "x"]})),
        ("hidden_act", json!("gelu")),
        // The weights that we write are 32-bit.
        ("torch_dtype", json!("float32")),
        ("id2label", labels),
        ("label2id", ids),
        ("model_type", json!("bert")),
        ("pad_token_id", json!(0)),
    ] {
        assert_eq!(written.get(key), Some(&value), "{key}");
    }
    assert!(written.get("xner").is_none() && written.get("num_labels").is_none());
    let again = BertConfig::read(&path).unwrap();
    let expected = Map::from_iter([("torch_dtype".to_owned(), json!("float32"))]);
    assert_eq!(
        again,
        BertConfig { other: config.other.clone().into_iter().chain(expected).collect(), ..config }
    );
}

#[test]
fn a_token_classifier_is_described_as_transformers_does() {
    let labels: Vec<String> = (0..12).map(|at| format!("T{at}")).collect();
    let keys = XnerKeys { head: Head::Crf, length: 32, overlap: 8, ..XnerKeys::new(Scheme::Iob2) };
    let config = with(&json!({"model_type": "xlm-roberta"})).unwrap();
    let config = config.for_token_classification(labels.clone(), keys.clone());
    assert_eq!(config.other["architectures"], json!(["XLMRobertaForTokenClassification"]));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    config.write(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    // In the order of the numbers, not of their digits.
    assert!(text.find("\"2\": \"T2\"").unwrap() < text.find("\"10\": \"T10\"").unwrap());
    let again = BertConfig::read(&path).unwrap();
    assert_eq!((again.labels, again.xner), (labels, Some(keys)));
}

#[test]
fn labels_without_names_are_those_of_transformers() {
    assert_eq!(with(&json!({"num_labels": 3})).unwrap().labels, ["LABEL_0", "LABEL_1", "LABEL_2"]);
}

#[test]
fn a_fault_names_the_file_and_the_key() {
    let cases = [
        (
            json!({"model_type": "gpt2"}),
            "`model_type` is `gpt2`, expected `bert`, `roberta`, `xlm-roberta`, `distilbert`, `electra` or `modernbert`",
        ),
        (json!({"model_type": "electra", "embedding_size": 0}), "`embedding_size` is 0"),
        (json!({"model_type": "electra", "embedding_size": "16"}), "at `embedding_size`"),
        (json!({"model_type": "electra", "hidden_act": "relu"}), "`hidden_act`"),
        (json!({"num_hidden_layers": 65536}), "`num_hidden_layers` is 65536, expected 1 to 65535"),
        (json!({"type_vocab_size": 0}), "`type_vocab_size` is 0"),
        (json!({"hidden_act": "relu"}), "`hidden_act` is \"relu\", expected `gelu`"),
        (json!({"position_embedding_type": "relative_key"}), "`position_embedding_type`"),
        (json!({"is_decoder": true}), "`is_decoder`"),
        (json!({"pruned_heads": {"0": [1]}}), "`pruned_heads`"),
        (json!({"quantization_config": {"bits": 4}}), "`quantization_config`"),
        (json!({"hidden_size": "24"}), "at `hidden_size`"),
        (json!({"hidden_size": -1}), "at `hidden_size`"),
        (json!({"hidden_size": 0}), "`hidden_size` is 0"),
        (json!({"vocab_size": 5_000_000_000_u64}), "`vocab_size`"),
        (json!({"num_attention_heads": 5}), "`num_attention_heads` is 5"),
        (json!({"hidden_dropout_prob": 1.0}), "`hidden_dropout_prob` is 1"),
        (json!({"classifier_dropout": -0.1}), "`classifier_dropout`"),
        (json!({"layer_norm_eps": 0.0}), "`layer_norm_eps`"),
        (json!({"pad_token_id": 100}), "`pad_token_id` is 100"),
        (json!({"model_type": "roberta", "pad_token_id": 39}), "positions begin at 40"),
        (json!({"id2label": {"0": "O", "2": "B-PER"}}), "label 1 is missing"),
        (json!({"id2label": {"x": "O"}}), "`x` is no number"),
        (json!({"id2label": {"0": "O", "00": "B-PER"}}), "label 0 is there twice"),
        (json!({"id2label": {"0": "O", "1": "O"}}), "gives `O` to both 0 and 1"),
        (json!({"id2label": {"0": "O"}, "label2id": {"O": 1}}), "`label2id` gives 1 to `O`"),
        (json!({"id2label": {"0": "O"}, "num_labels": 2}), "`num_labels` is 2"),
        (json!({"num_labels": 4_000_000_000_u64}), "`num_labels`"),
        (json!({"xner": {"scheme": "iob2", "length": 8, "overlap": 2, "more": 1}}), "xner.more"),
        (json!({"xner": {"scheme": "iob9", "length": 8, "overlap": 2}}), "xner.scheme"),
    ];
    for (changes, expected) in cases {
        let fault = with(&changes).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput);
        let fault = fault.to_string();
        assert!(fault.contains("config.json: ") && fault.contains(expected), "{changes}: {fault}");
    }
    for text in ["", "[]", "{", "{}{}", "\u{0}", "{\"model_type\": \"bert\"} x"] {
        assert!(read(text).unwrap_err().to_string().contains("config.json: "), "{text}");
    }
}

/// A small file of a kind with keys of its own, with `changes` laid over it.
fn with_keys_of(kind: &str, changes: &Value) -> Result<BertConfig> {
    let mut map = match kind {
        "distilbert" => json!({"vocab_size": 100, "dim": 24, "n_layers": 2, "n_heads": 4, "hidden_dim": 32,
            "max_position_embeddings": 40}),
        _ => json!({"vocab_size": 100, "hidden_size": 24, "num_hidden_layers": 4, "num_attention_heads": 4,
            "intermediate_size": 32, "max_position_embeddings": 40, "pad_token_id": 0}),
    };
    map["model_type"] = kind.into();
    for (key, value) in changes.as_object().unwrap() {
        map[key] = value.clone();
    }
    read(&map.to_string())
}

#[test]
fn other_kinds_have_keys_and_defaults_of_their_own() {
    let config = read(r#"{"model_type": "distilbert"}"#).unwrap();
    assert_eq!((config.vocab_size, config.hidden_size, config.intermediate_size), (30522, 768, 3072));
    assert_eq!((config.num_hidden_layers, config.num_attention_heads, config.type_vocab_size), (6, 12, 0));
    let config = read(r#"{"model_type": "electra"}"#).unwrap();
    assert_eq!((config.embedding_size, config.hidden_size, config.intermediate_size), (128, 256, 1024));
    assert_eq!((config.num_hidden_layers, config.num_attention_heads), (12, 4));
    assert_eq!(read(r#"{"model_type": "roberta"}"#).unwrap().vocab_size, 50265);
    let config = read(r#"{"model_type": "modernbert"}"#).unwrap();
    assert_eq!((config.vocab_size, config.hidden_size, config.intermediate_size), (50368, 768, 1152));
    assert_eq!((config.num_hidden_layers, config.max_length(), config.pad_token_id), (22, 8192, 50283));
    assert_eq!(
        (config.layer_norm_eps, config.classifier_dropout, config.layer_dropout()),
        (1e-5, Some(0.0), 0.0)
    );
    let forms: Vec<_> = (0..4).map(|layer| (config.form(layer).window, config.form(layer).rotary)).collect();
    let (global, local) = ((None, Some(160_000.0)), (Some(64), Some(10_000.0)));
    assert_eq!(forms, [global, local, local, global]);
    assert_eq!(config.form(0).norms, Norms::BeforeFeedForward);
    assert_eq!(config.form(1).norms, Norms::Before);
    // A BERT's own key of that name means nothing.
    let bert = with(&json!({"embedding_size": 16})).unwrap();
    assert_eq!((bert.embedding_size, &bert.other["embedding_size"]), (24, &json!(16)));
}

#[test]
fn both_forms_of_modernberts_config_are_read() {
    let new = json!({"layer_types": ["sliding_attention", "full_attention", "full_attention", "sliding_attention"],
        "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 700.0},
                            "sliding_attention": {"rope_type": "default", "rope_theta": 30}}, "local_attention": 7});
    let old = json!({"global_attn_every_n_layers": 2, "global_rope_theta": 700.0, "local_rope_theta": 30.0,
        "local_attention": 7, "position_embedding_type": "sans_pos"});
    let (global, local) = ((None, Some(700.0)), (Some(3), Some(30.0)));
    for (changes, expected) in [(new, [local, global, global, local]), (old, [global, local, global, local])]
    {
        let config = with_keys_of("modernbert", &changes).unwrap();
        let forms: Vec<_> =
            (0..4).map(|layer| (config.form(layer).window, config.form(layer).rotary)).collect();
        assert_eq!(forms, expected);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        config.write(&path).unwrap();
        assert_eq!(BertConfig::read(&path).unwrap(), config);
        let written: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for (key, value) in changes.as_object().unwrap() {
            assert_eq!(&written[key], value, "{key}");
        }
    }
}

#[test]
fn a_fault_of_another_kind_names_its_own_key() {
    let modern = "modernbert";
    let cases = [
        ("distilbert", json!({"dim": 0}), "`dim` is 0"),
        ("distilbert", json!({"dim": "24"}), "at `dim`"),
        ("distilbert", json!({"n_layers": 0}), "`n_layers` is 0"),
        ("distilbert", json!({"n_heads": 5}), "`n_heads` is 5, expected a divisor of `dim` 24"),
        ("distilbert", json!({"attention_dropout": 1.0}), "`attention_dropout` is 1"),
        ("distilbert", json!({"activation": "relu"}), "`activation` is \"relu\", expected `gelu`"),
        (modern, json!({"hidden_size": 20}), "rotary heads have an even size, and these have 5"),
        (modern, json!({"hidden_activation": "silu"}), "`hidden_activation`"),
        (modern, json!({"classifier_activation": "silu"}), "`classifier_activation`"),
        (modern, json!({"norm_eps": -1.0}), "`norm_eps` is -1"),
        (modern, json!({"mlp_dropout": 1.5}), "`mlp_dropout` is 1.5"),
        (modern, json!({"embedding_dropout": -0.5}), "`embedding_dropout` is -0.5"),
        (modern, json!({"mlp_bias": 1}), "at `mlp_bias`"),
        (modern, json!({"local_attention": 0}), "`local_attention` is 0"),
        (modern, json!({"global_attn_every_n_layers": 0}), "`global_attn_every_n_layers` is 0"),
        (modern, json!({"layer_types": "all"}), "`layer_types` is \"all\", expected a list"),
        (modern, json!({"layer_types": ["full_attention", "chunked"]}), "`layer_types` has \"chunked\""),
        (
            modern,
            json!({"layer_types": ["full_attention"]}),
            "`layer_types` has 1 layers, expected `num_hidden_layers` 4",
        ),
        (modern, json!({"num_hidden_layers": 4_000_000_000_u64}), "`num_hidden_layers` is 4000000000"),
        (
            modern,
            json!({"rope_parameters": {"full_attention": {"rope_type": "yarn"}}}),
            "`rope_type` of `full_attention`",
        ),
        (
            modern,
            json!({"rope_scaling": {"type": "linear", "factor": 2.0}}),
            "is \"linear\", expected `default`",
        ),
        (modern, json!({"local_rope_theta": 0.0}), "the `rope_theta` of `sliding_attention` is 0"),
        (modern, json!({"global_rope_theta": "x"}), "the `rope_theta` of `full_attention` is \"x\""),
        (modern, json!({"global_rope_theta": 1e300}), "the `rope_theta` of `full_attention` is inf"),
    ];
    for (kind, changes, expected) in cases {
        let fault = with_keys_of(kind, &changes).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput);
        let fault = fault.to_string();
        assert!(fault.contains("config.json: ") && fault.contains(expected), "{changes}: {fault}");
    }
}

#[test]
fn what_cannot_be_read_is_not_written() {
    let mut config = with(&json!({})).unwrap();
    config.num_attention_heads = 7;
    let folder = tempfile::tempdir().unwrap();
    assert!(config.write(&folder.path().join("config.json")).is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
