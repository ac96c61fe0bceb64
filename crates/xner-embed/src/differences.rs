//! Where two configs differ.

use serde_json::{Map, Value};

/// So many keys are named; the others are counted.
const NAMED: usize = 6;

/// The keys in which two configs differ, with both values: what a refused folder says. None where they are the same.
///
/// ```
/// use serde_json::json;
/// use xner_embed::differences;
///
/// let (there, here) = (json!({"seed": 1, "training": {"epochs": 3}}), json!({"seed": 1, "training": {"epochs": 5}}));
/// assert_eq!(differences(&there, &here).as_deref(), Some("`training.epochs` is 3 there, and 5 here"));
/// assert_eq!(differences(&there, &there), None);
/// ```
pub fn differences(there: &Value, here: &Value) -> Option<String> {
    let mut found = Vec::new();
    walk("", there, here, &mut found);
    let more = found.len().saturating_sub(NAMED);
    found.truncate(NAMED);
    if more > 0 {
        found.push(format!("and {more} more"));
    }
    (!found.is_empty()).then(|| found.join("; "))
}

/// Why a folder that holds another run is refused: `what`, and the keys in which the configs differ, where the folder
/// says what its config was. `data` is what differs where no key does.
pub fn other_run(what: &str, there: Option<&Value>, here: &Value, data: &str) -> String {
    match there.map(|there| differences(there, here)) {
        None => what.to_owned(),
        Some(Some(keys)) => format!("{what}: {keys}"),
        Some(None) => format!("{what}: the config is the same, so {data} must differ"),
    }
}

fn walk(key: &str, there: &Value, here: &Value, found: &mut Vec<String>) {
    let none = Map::new();
    match (there, here) {
        (Value::Object(_), Value::Object(_) | Value::Null) | (Value::Null, Value::Object(_)) => {
            let [there, here] = [there, here].map(|value| value.as_object().unwrap_or(&none));
            let mut keys: Vec<&String> = there.keys().chain(here.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for name in keys {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                let of = |map: &Map<String, Value>| map.get(name).cloned().unwrap_or_default();
                walk(&key, &of(there), &of(here), found);
            }
        }
        _ if same(there, here) => {}
        _ => found.push(format!("`{key}` is {} there, and {} here", told(there), told(here))),
    }
}

/// Numbers that went through a file may be written otherwise.
fn same(there: &Value, here: &Value) -> bool {
    match (there.as_f64(), here.as_f64()) {
        #[expect(clippy::float_cmp, reason = "the same number, written in two ways")]
        (Some(there), Some(here)) => there == here || there as f32 == here as f32,
        _ => there == here,
    }
}

fn told(value: &Value) -> String {
    match value {
        Value::Null => "not given".to_owned(),
        Value::String(text) => format!("`{text}`"),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_key_is_named_with_both_values() {
        let there = json!({"a": 0.1, "kind": "sgd", "list": [1], "part": {"x": 1, "y": true}});
        let here = json!({"a": 0.1_f32, "kind": "adam", "list": [1, 2], "part": {"y": false}});
        let found = differences(&there, &here);
        let want = "`kind` is `sgd` there, and `adam` here; `list` is [1] there, and [1,2] here; `part.x` is 1 there, \
                    and not given here; `part.y` is true there, and false here";
        assert_eq!(found.as_deref(), Some(want));
    }

    #[test]
    fn a_table_that_one_does_not_have_is_named_key_by_key() {
        let found = differences(&json!({}), &json!({"t": {"a": 1, "b": null}}));
        assert_eq!(found.as_deref(), Some("`t.a` is not given there, and 1 here"));
        let many: Map<String, Value> = (0..9).map(|at| (format!("k{at}"), at.into())).collect();
        let found = differences(&Value::Object(many), &json!({}));
        assert!(found.is_some_and(|text| text.ends_with("; and 3 more")));
    }
}
