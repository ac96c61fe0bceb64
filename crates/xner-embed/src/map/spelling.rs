//! JSON of the time when settings were spelt with `-`.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a text of any age holds.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_value(respelt(serde_json::from_str(text)?))
}

/// The same with `_` for `-` in all keys.
fn respelt(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            entries.into_iter().map(|(key, value)| (key.replace('-', "_"), respelt(value))).collect()
        }
        value => value,
    }
}
