//! The model in the box, and models in one file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Folder, model, xner};
use serde_json::Value;

/// Sentences that were written for this test.
const TEXT: &str =
    "Zoë lives in Köln. Anna Schmidt works for Siemens in Berlin.\n\nMaría García vive en Madrid.\n";

/// The texts and labels of all entities of JSON lines.
fn found(lines: &str) -> Vec<(String, String)> {
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of = |entity: &Value| {
        let text = |key: &str| entity[key].as_str().unwrap().to_owned();
        (text("text"), text("label"))
    };
    lines.flat_map(|line| line["entities"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()).collect()
}

#[test]
fn text_is_tagged_without_a_model_named() {
    let folder = Folder::with(&[]);
    let entities = found(&folder.xner_with("tag", TEXT).ok());
    for (text, label) in [("Köln", "LOC"), ("Anna Schmidt", "PER"), ("Berlin", "LOC"), ("Madrid", "LOC")] {
        assert!(entities.contains(&(text.to_owned(), label.to_owned())), "{text}: {entities:?}");
    }
}

#[test]
fn every_processor_finds_the_same() {
    let tag = |simd: &str| {
        let output =
            xner().args(["tag", "--to", "conll"]).env("XNER_SIMD", simd).write_stdin(TEXT).output().unwrap();
        assert!(output.status.success(), "{simd}");
        output.stdout
    };
    let best = tag("");
    assert!(best == tag("avx2") && best == tag("plain"));
}

#[test]
fn a_text_in_a_language_that_the_model_does_not_know_is_told() {
    let folder = Folder::with(&[]);
    let known = folder.xner_with("tag", TEXT);
    assert!(!known.err.contains("looks like"), "{}", known.err);
    let georgian = "თბილისი საქართველოს დედაქალაქია და მდინარე მტკვრის ნაპირზე მდებარეობს.\n";
    let said = folder.xner_with("tag", georgian);
    assert!(
        said.err.contains("looks like Georgian (ka)") && said.err.contains("it knows da, de, en"),
        "{}",
        said.err
    );
    assert_eq!(folder.xner_with("tag --language ka", georgian).err, "");
    assert_eq!(said.ok(), folder.xner_with("tag --quiet", georgian).ok());
}

#[test]
fn a_page_marks_the_entities() {
    let folder = Folder::with(&[("text.txt", TEXT)]);
    folder.xner("tag --input text.txt --output page.html").ok();
    let page = folder.read("page.html");
    assert!(page.contains("<mark") && page.contains("Anna Schmidt") && !page.contains("http"), "{page}");
}

#[test]
fn a_packed_model_tags_as_its_folder_does() {
    let folder = Folder::with(&[]);
    let name = model().display();
    folder.xner(&format!("pack {name} --out packed.model")).ok();
    let text = "Mira Sol met Otto in Lund.";
    let want = folder.xner_with(&format!("tag --model {name}"), text).ok();
    assert_eq!(folder.xner_with("tag --model packed.model", text).ok(), want);
    // Cut, changed, or none at all.
    let bytes = std::fs::read(folder.path("packed.model")).unwrap();
    folder.write("cut.model", &bytes[..bytes.len() - 9]);
    let mut changed = bytes;
    *changed.last_mut().unwrap() ^= 1;
    folder.write("changed.model", &changed);
    folder.write("other.model", b"something else");
    for (name, part) in [("cut", "cut short"), ("changed", "changed"), ("other", "not those of a model")] {
        let said = folder.xner_with(&format!("tag --model {name}.model"), text);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
        assert!(said.err.contains(&format!("{name}.model")) && said.err.contains(part), "{}", said.err);
    }
    // What is packed is spared, and what is no model is not packed.
    folder.refused("pack nothing --out out.model", &["nothing"]);
    let own = format!("pack {name} --out {name}/model.safetensors");
    assert_eq!(folder.xner(&own).code, 2);
}
