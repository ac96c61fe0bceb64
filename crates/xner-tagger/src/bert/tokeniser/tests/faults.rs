//! Tokenisers that are missing, damaged, or of another model.

use super::*;

const SMALL: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n";

fn refused(folder: &TempDir, rows: usize) -> String {
    let fault = Tokeniser::open(folder.path(), &config(rows, Family::Bert)).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::BadInput);
    fault.to_string()
}

/// A folder with the `tokenizer.json` of [`SMALL`], changed.
fn changed(change: impl FnOnce(&mut Value)) -> TempDir {
    let saved = tempfile::tempdir().unwrap();
    open(&folder(SMALL, None)).save(saved.path()).unwrap();
    let path = saved.path().join("tokenizer.json");
    let mut value: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut value);
    fs::write(&path, value.to_string()).unwrap();
    saved
}

#[test]
fn a_tokeniser_that_is_missing_is_named() {
    let fault = refused(&tempfile::tempdir().unwrap(), 10);
    assert!(fault.contains("`tokenizer.json`") && fault.contains("`vocab.txt`"), "{fault}");
}

#[test]
fn a_subword_without_a_row_is_named() {
    assert!(Tokeniser::open(folder(SMALL, None).path(), &config(7, Family::Bert)).is_ok());
    let fault = refused(&folder(SMALL, None), 6);
    assert!(fault.contains("vocab.txt: has 7 lines, but config.json says `vocab_size` 6"), "{fault}");
    let fault = refused(&changed(|_| ()), 6);
    assert!(fault.contains("tokenizer.json: gives subword `##b` the id 6"), "{fault}");
    // One that was added counts too.
    let added = changed(|value| {
        let mut token = value["added_tokens"][0].clone();
        token["id"] = json!(7);
        token["content"] = json!("<new>");
        value["added_tokens"].as_array_mut().unwrap().push(token);
    });
    assert!(refused(&added, 7).contains("gives subword `<new>` the id 7"));
}

#[test]
fn damaged_files_are_named() {
    for (text, expected) in [
        ("a\nb\n", "vocab.txt: has no line `[UNK]`, which is its `unk_token`"),
        ("[PAD]\n[UNK]\n[CLS]\n", "has no line `[SEP]`"),
        ("", "has no line"),
    ] {
        let fault = refused(&folder(text, None), 10);
        assert!(fault.contains(expected), "{fault}");
    }
    let latin = folder(SMALL, None);
    fs::write(latin.path().join("vocab.txt"), b"[PAD]\nna\xefve\n").unwrap();
    assert!(refused(&latin, 10).contains("vocab.txt:2: invalid UTF-8 at byte 3 of the line"));
    for (settings, expected) in [
        (json!({"do_lower_case": "no"}), "`do_lower_case` is \"no\""),
        (json!([1]), "tokenizer_config.json: "),
    ] {
        assert!(refused(&folder(SMALL, Some(&settings)), 10).contains(expected));
    }
    let whole = fs::read_to_string(changed(|_| ()).path().join("tokenizer.json")).unwrap();
    for keep in [0, 1, whole.len() / 2, whole.len() - 3] {
        let saved = changed(|_| ());
        fs::write(saved.path().join("tokenizer.json"), &whole[..keep]).unwrap();
        let fault = refused(&saved, 10);
        assert!(fault.contains("tokenizer.json: is no tokeniser"), "{fault}");
    }
}

#[test]
fn special_subwords_come_from_the_post_processor_or_else_from_the_settings() {
    let tokeniser = open(&folder(SMALL, None));
    assert_eq!((tokeniser.before(), tokeniser.behind(), tokeniser.specials()), (&[2][..], &[3][..], 2));
    let without = changed(|value| value["post_processor"] = Value::Null);
    let tokeniser = open(&without);
    assert_eq!((tokeniser.before(), tokeniser.behind()), (&[2][..], &[3][..]));
    let settings = json!({"cls_token": {"content": "[MASK]"}, "sep_token": "a"});
    fs::write(without.path().join("tokenizer_config.json"), settings.to_string()).unwrap();
    let tokeniser = open(&without);
    assert_eq!((tokeniser.before(), tokeniser.behind()), (&[4][..], &[5][..]));
    let settings = json!({"cls_token": "<s>", "sep_token": "a"});
    fs::write(without.path().join("tokenizer_config.json"), settings.to_string()).unwrap();
    let fault = refused(&without, 10);
    assert!(fault.contains("has no subword `<s>`, which is its `cls_token`"), "{fault}");
    let twice = changed(|value| {
        let part = value["post_processor"]["single"][1].clone();
        value["post_processor"]["single"].as_array_mut().unwrap().push(part);
    });
    assert!(refused(&twice, 10).contains("tokenizer.json: "));
}

#[test]
fn truncation_and_padding_of_the_file_are_not_obeyed() {
    let saved = changed(|value| {
        value["truncation"] =
            json!({"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0});
        value["padding"] = json!({"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null,
            "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"});
    });
    let tokeniser = open(&saved);
    assert_eq!(tokeniser.encode(["ab", "a", "ab"]).unwrap().ids, [5, 6, 5, 5, 6]);
    assert_eq!(tokeniser.encode(["abbbbb"]).unwrap().ids, [5, 6, 6, 6, 6, 6]);
    assert_eq!(tokeniser.specials(), 2);
}

#[test]
fn a_byte_level_tokeniser_sees_a_space_before_each_word() {
    let folder = tempfile::tempdir().unwrap();
    let bytes =
        json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    let model = json!({"type": "BPE", "vocab": {"<s>": 0, "</s>": 1, "\u{120}": 2, "a": 3, "\u{120}a": 4},
        "merges": ["\u{120} a"], "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
        "end_of_word_suffix": null, "fuse_unk": false});
    for before in [bytes.clone(), json!({"type": "Sequence", "pretokenizers": [bytes]})] {
        let text = json!({"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
            "normalizer": null, "pre_tokenizer": before, "post_processor": null, "decoder": null, "model": model});
        fs::write(folder.path().join("tokenizer.json"), text.to_string()).unwrap();
        let tokeniser = Tokeniser::open(folder.path(), &config(5, Family::Roberta)).unwrap();
        assert_eq!(tokeniser.encode(["a", "aa"]).unwrap().ids, [4, 4, 3]);
        assert_eq!((tokeniser.before(), tokeniser.behind()), (&[0][..], &[1][..]));
    }
}
