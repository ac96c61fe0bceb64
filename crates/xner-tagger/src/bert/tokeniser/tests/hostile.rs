//! Files that ask for what cannot be: each is refused by name, without a crash and without much memory.

use super::super::precompiled::tests::{packed, small};
use super::*;

/// A file of byte pairs over the letters `a` and `b`, changed.
fn pairs(change: impl FnOnce(&mut Value)) -> TempDir {
    written(
        json!({"type": "BPE", "vocab": {"<s>": 0, "</s>": 1, "<unk>": 2, "a": 3, "b": 4, "ab": 5},
            "merges": [["a", "b"]], "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false}),
        change,
    )
}

/// The same of a list of subwords with scores.
fn list(change: impl FnOnce(&mut Value)) -> TempDir {
    let vocab = json!([["<s>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["a", -1.0], ["b", -2.0]]);
    written(json!({"type": "Unigram", "unk_id": 2, "byte_fallback": false, "vocab": vocab}), change)
}

fn written(model: Value, change: impl FnOnce(&mut Value)) -> TempDir {
    let special = |name: &str, id: u32| json!({"id": name, "ids": [id], "tokens": [name]});
    let piece = |name: &str| json!({"SpecialToken": {"id": name, "type_id": 0}});
    let mut text = json!({"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": null, "pre_tokenizer": null, "decoder": null,
        "post_processor": {"type": "TemplateProcessing",
            "single": [piece("<s>"), {"Sequence": {"id": "A", "type_id": 0}}, piece("</s>")],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {"<s>": special("<s>", 0), "</s>": special("</s>", 1)}}});
    text["model"] = model;
    change(&mut text);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tokenizer.json"), text.to_string()).unwrap();
    folder
}

fn opened(folder: &TempDir) -> Result<Tokeniser> {
    Tokeniser::open(folder.path(), &config(6, Family::Roberta))
}

fn refused(folder: &TempDir) -> String {
    let fault = opened(folder).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::BadInput, "{fault}");
    let fault = fault.to_string();
    assert!(fault.contains("tokenizer.json: "), "{fault}");
    fault
}

#[test]
fn what_is_not_changed_is_read() {
    assert_eq!(opened(&pairs(|_| ())).unwrap().encode(["ab", "ba"]).unwrap().ids, [5, 4, 3]);
    assert_eq!(opened(&list(|_| ())).unwrap().encode(["ab"]).unwrap().ids, [3, 4]);
}

#[test]
fn a_post_processor_adds_only_subwords_that_there_are() {
    let template = |change: &dyn Fn(&mut Value)| refused(&pairs(|all| change(&mut all["post_processor"])));
    for (fault, expected) in [
        (template(&|part| part["special_tokens"]["<s>"]["ids"] = json!([9_999_999])), "`<s>` the id 9999999"),
        (
            template(&|part| part["special_tokens"]["<s>"]["ids"] = json!([1])),
            "`<s>` the id 1, its vocabulary 0",
        ),
        (
            template(&|part| part["special_tokens"]["<s>"]["tokens"] = json!(["<t>"])),
            "adds `<t>`, which is no",
        ),
        (template(&|part| part["special_tokens"]["<s>"]["ids"] = json!([0, 1])), "gives `<s>` 2 ids and 1"),
        (
            template(&|part| part["special_tokens"] = json!({})),
            "`<s>`, which is not among its `special_tokens`",
        ),
        (template(&|part| part["single"][1]["Sequence"]["id"] = json!("B")), "its post-processor is damaged"),
    ] {
        assert!(fault.contains(expected), "{fault}");
    }
    for (kind, sep, expected) in [
        ("BertProcessing", json!(["</s>", 77]), "gives `</s>` the id 77, its vocabulary 1"),
        ("RobertaProcessing", json!(["[SEP]", 1]), "adds `[SEP]`, which is no subword"),
    ] {
        let part = json!({"type": kind, "sep": sep, "cls": ["<s>", 0], "trim_offsets": true, "add_prefix_space": true});
        let alone = refused(&pairs(|all| all["post_processor"] = part.clone()));
        assert!(alone.contains(expected), "{alone}");
        let inside = json!({"type": "Sequence", "processors": [part]});
        let inside = refused(&pairs(|all| all["post_processor"] = inside));
        assert!(inside.contains(expected), "{inside}");
    }
}

#[test]
fn a_subword_has_a_longest_length() {
    // It once went a million levels deep.
    let long = "a".repeat(1_000_000);
    for folder in [
        list(|all| all["model"]["vocab"][4][0] = json!(long)),
        pairs(|all| all["model"]["vocab"][&long] = json!(2)),
        pairs(|all| {
            all["added_tokens"] = json!([{"id": 5, "content": long, "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": true}]);
        }),
    ] {
        let fault = refused(&folder);
        assert!(fault.contains("a subword of 1000000 bytes, `aaaaaaaaaaaaaaaaaaaa…`"), "{fault}");
    }
    let whole = list(|all| all["model"]["vocab"][4][0] = json!("a".repeat(1024)));
    assert_eq!(opened(&whole).unwrap().encode(["a".repeat(1024).as_str()]).unwrap().ids, [4]);
}

#[test]
fn ids_beyond_the_encoder_and_too_many_subwords_are_named() {
    let fault = refused(&pairs(|all| all["model"]["vocab"]["ab"] = json!(4_000_000_000_u32)));
    assert!(
        fault.contains("gives subword `ab` the id 4000000000, but config.json says `vocab_size` 6"),
        "{fault}"
    );
    let fault = refused(&list(|all| {
        let more = (0..5).map(|at| json!([format!("x{at}"), -3.0]));
        all["model"]["vocab"].as_array_mut().unwrap().extend(more);
    }));
    assert!(fault.contains("has 10 subwords and 0 added ones"), "{fault}");
}

#[test]
fn pairs_are_never_left_out_by_chance() {
    let folder = pairs(|all| all["model"]["dropout"] = json!(0.5));
    let tokeniser = opened(&folder).unwrap();
    // Each word another one, so that none is known already.
    for at in 1..100 {
        assert_eq!(tokeniser.encode(["ab".repeat(at).as_str()]).unwrap().ids, vec![5; at]);
    }
    let saved = tempfile::tempdir().unwrap();
    tokeniser.save(saved.path()).unwrap();
    let text = fs::read_to_string(saved.path().join("tokenizer.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["model"]["dropout"], Value::Null);
}

#[test]
fn a_map_of_characters_is_looked_at_wherever_it_stands() {
    let (units, replacements) = small();
    let whole = json!({"type": "Precompiled", "precompiled_charsmap": packed(&units, &replacements)});
    let tokeniser = opened(&list(|all| all["normalizer"] = whole.clone())).unwrap();
    assert_eq!(tokeniser.encode(["aab"]).unwrap().ids, [4, 4, 4]);
    let damaged =
        json!({"type": "Precompiled", "precompiled_charsmap": packed(&units[..300], &replacements)});
    for part in [damaged.clone(), json!({"type": "Sequence", "normalizers": [whole, damaged]})] {
        let fault = refused(&list(|all| all["normalizer"] = part));
        assert!(fault.contains("`precompiled_charsmap` has 300 units"), "{fault}");
    }
}

#[test]
fn what_panics_in_the_crate_is_a_fault() {
    // A prefix that is longer than the subword of a pair: the crate cuts off more than there is.
    let fault = refused(&pairs(|all| all["model"]["continuing_subword_prefix"] = json!("####")));
    assert!(fault.contains("is no tokeniser: it is damaged ("), "{fault}");
    // Pieces of no characters.
    let folder = pairs(|all| all["pre_tokenizer"] = json!({"type": "FixedLength", "length": 0}));
    let fault = opened(&folder).unwrap().encode(["ab"]).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::BadInput);
    let fault = fault.to_string();
    assert!(fault.contains("tokenizer.json: is damaged: the tokeniser falls over the word `ab`"), "{fault}");
}

#[test]
fn words_and_texts_may_not_grow_without_bound() {
    let mut value: Value =
        serde_json::from_str(&fs::read_to_string(pairs(|_| ()).path().join("tokenizer.json")).unwrap())
            .unwrap();
    value["model"] = json!({"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 10_000_000_000_u64, "vocab": {"<s>": 0, "</s>": 1, "<unk>": 2}});
    let fault = refused(&pairs(|all| *all = value));
    assert!(fault.contains("`max_input_chars_per_word` is 10000000000, expected at most 4096"), "{fault}");
    let ten = json!({"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaa"});
    let many = |count| json!({"type": "Sequence", "normalizers": vec![ten.clone(); count]});
    let hundred = opened(&pairs(|all| all["normalizer"] = many(2))).unwrap();
    assert_eq!(hundred.encode(["a"]).unwrap().ids, vec![3; 100]);
    let fault = hundred.encode(["b".repeat(3 << 20).as_str()]).unwrap_err().to_string();
    assert!(
        fault.contains("a word has 3145728 bytes, and normalising may make that 100 times as long"),
        "{fault}"
    );
    let fault = refused(&pairs(|all| all["normalizer"] = many(30)));
    assert!(fault.contains("its normalisers may make a text ") && fault.contains("times as long"), "{fault}");
    let spaces = json!({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "\u{2581}"});
    assert!(opened(&pairs(|all| all["normalizer"] = spaces)).is_ok());
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_not_opened() {
    for name in ["tokenizer.json", "vocab.txt", "vocab.json", "tokenizer_config.json"] {
        let folder = tempfile::tempdir().unwrap();
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(name)).status().unwrap();
        assert!(made.success());
        if name == "tokenizer_config.json" {
            fs::write(folder.path().join("vocab.txt"), "a\n").unwrap();
        }
        let fault = opened(&folder).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput);
        assert!(fault.to_string().contains(&format!("{name}: is a pipe, expected a file")), "{fault}");
    }
}
