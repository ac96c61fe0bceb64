//! `xner transfer table`.
#![allow(clippy::float_cmp, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Folder;
use serde_json::{Value, json};

fn selected(source: Option<f64>, target: Option<f64>) -> Value {
    let scores =
        |f1: f64| json!({"precision": f1, "recall": f1, "f1": f1, "entities": 9, "tokens": 50, "types": {}});
    json!({"epoch": 1, "step": 10, "source_dev": 0.9, "target_dev": null,
           "source_test": source.map(scores), "target_test": target.map(scores)})
}

fn report(row: &str, target: &str, seed: u64, f1: f64) -> Value {
    json!({"version": "0.1.0", "method": "zero-resource", "row": row, "source": "en", "target": target, "seed": seed,
           "select": "source-dev", "fingerprint": "00", "parameters": 342_906, "steps": 100,
           "by_source_dev": selected(Some(0.9), Some(f1)), "by_target_dev": null, "config": {}})
}

fn results(runs: &[Value]) -> String {
    json!({"runs": runs, "by_source_dev": null, "by_target_dev": null}).to_string()
}

#[test]
fn rows_are_grouped_over_files() {
    let mut tuned = report("Cross-Shared", "es", 1, 0.7);
    tuned["by_target_dev"] = selected(Some(0.8), Some(0.75));
    tuned["parameters"] = 200_000.into();
    let words = [report("Cross-Word", "es", 1, 0.60), report("Cross-Word", "nl", 1, 0.50)];
    let folder = Folder::with(&[
        ("words/results.json", &results(&words)),
        ("more.json", &report("Cross-Word", "es", 2, 0.64).to_string()),
        ("shared/transfer-report.json", &tuned.to_string()),
    ]);
    let text = folder.xner("transfer table words more.json shared").ok();
    assert_eq!(
        text,
        "\
| row          | pair  | runs | target F1, source dev |   max | target F1, target dev |   max |    source F1 | parameters |
|--------------|-------|-----:|----------------------:|------:|----------------------:|------:|-------------:|-----------:|
| Cross-Word   | en-es |    2 |          62.00 ± 2.83 | 64.00 |                     - |     - | 90.00 ± 0.00 |    342,906 |
| Cross-Word   | en-nl |    1 |                 50.00 | 50.00 |                     - |     - |        90.00 |    342,906 |
| Cross-Shared | en-es |    1 |                 70.00 | 70.00 |                 75.00 | 75.00 |        90.00 |    200,000 |
"
    );
    let json = folder.xner("transfer table words more.json shared/transfer-report.json --json").json();
    assert_eq!(json["rows"][0]["names"], json!(["Cross-Word", "en-es"]));
    assert_eq!(json["rows"][0]["figures"][0]["mean"], 0.62);
    assert_eq!(json["rows"][0]["figures"][0]["maximum"], 0.64);
    assert!(json["rows"][0]["figures"][1].is_null());
    assert_eq!(json["columns"][1]["name"], "target F1, target dev");
}

#[test]
fn a_row_may_be_named() {
    let one = report("a", "es", 1, 0.5).to_string();
    let folder = Folder::with(&[
        ("x/transfer-report.json", &one),
        ("y/transfer-report.json", &one),
        ("z/run.json", "{}"),
    ]);
    let text = folder.xner("transfer table Ours=x Theirs=y").ok();
    assert!(text.contains("| Ours   | en-es |") && text.contains("| Theirs | en-es |"), "{text}");
    folder.refused("transfer table x y", &["y/transfer-report.json: a run of row `a`", "NAME=DIR"]);
    folder.refused("transfer table =x", &["=x: the name is empty"]);
    folder.refused("transfer table z", &["z: an unfinished run"]);
}

#[test]
fn a_run_without_a_test_has_no_figure() {
    let mut untested = report("a", "es", 1, 0.5);
    untested["by_source_dev"] = selected(None, None);
    let tested = report("a", "es", 2, 0.5);
    let folder = Folder::with(&[("r.json", &results(&[untested, tested]))]);
    let text = folder.xner("transfer table r.json").ok();
    assert!(text.contains("| a   | en-es |    2 |        50.00 (1 of 2) | 50.00 |"), "{text}");
}

#[test]
fn what_does_not_read_is_refused_with_file_and_key() {
    let one = report("a", "es", 1, 0.5);
    let mut odd = one.clone();
    odd["by_source_dev"]["target_test"]["f1"] = "half".into();
    let mut unknown = one.clone();
    unknown["seeds"] = 3.into();
    let mut lacking = one.clone();
    lacking.as_object_mut().unwrap().remove("row");
    let folder = Folder::with(&[
        ("one.json", &one.to_string()),
        ("odd.json", &odd.to_string()),
        ("unknown.json", &unknown.to_string()),
        ("lacking.json", &lacking.to_string()),
        ("several.json", &results(&[one.clone(), odd])),
        ("none.json", &results(&[])),
        ("text.json", "no JSON"),
        ("empty/file", ""),
    ]);
    let at = "at `by_source_dev.target_test.f1`";
    folder.refused("transfer table one.json odd.json", &["odd.json: ", at, "half"]);
    folder
        .refused("transfer table several.json", &["several.json: at `runs[1].by_source_dev.target_test.f1`"]);
    folder.refused("transfer table unknown.json", &["unknown.json: at `seeds`: unknown field"]);
    folder.refused("transfer table lacking.json", &["lacking.json: ", "missing field `row`"]);
    folder.refused("transfer table none.json", &["none.json: holds no run"]);
    folder.refused("transfer table text.json", &["text.json: ", "line 1"]);
    folder.refused("transfer table nowhere.json", &["nowhere.json: No such file"]);
    folder.refused("transfer table empty", &["empty: no results.json and no transfer-report.json"]);
    let twice = "transfer table one.json one.json";
    folder.refused(twice, &["one.json: a run of row `a`, en-es, seed 1 is in one.json already"]);
    folder.refused("transfer table", &["DIR"]);
}
