//! The schema of a config, from its types.

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::node::{Fields, Node, fields};
use super::read::Settings;
use super::words::plain;
use crate::Result;

/// The JSON schema of a config file: every key with its meaning, its values and its default, which is what `config`
/// has. Nothing is required, for what a file leaves out has a default, and nothing is null, which TOML does not have.
///
/// # Errors
/// [`crate::Error::Setting`] for a default that JSON cannot hold.
pub fn schema<C: Settings>(config: &C) -> Result<Value> {
    let mut schema = whole::<C>();
    set_defaults(&mut schema, &fields(config)?);
    Ok(schema)
}

/// The schema with every reference replaced by what it refers to: a type's keys have other defaults in another place.
pub(super) fn whole<C: JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(C).to_value();
    let definitions = schema.as_object_mut().and_then(|schema| schema.remove("$defs")).unwrap_or_default();
    inlined(&schema, &definitions).into()
}

fn inlined(schema: &Value, definitions: &Value) -> Map<String, Value> {
    let all = |schemas: &[Value]| -> Vec<Value> {
        schemas.iter().filter(|of| of["type"] != "null").map(|of| inlined(of, definitions).into()).collect()
    };
    let name = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/"));
    let mut whole = name.map(|name| inlined(&definitions[name], definitions)).unwrap_or_default();
    for (key, value) in schema.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("$ref" | "required" | "default" | "format" | "description", _) => {}
            ("properties", Value::Object(of)) => {
                let of = of.iter().map(|(key, of)| (key.clone(), inlined(of, definitions).into()));
                whole.insert(key.clone(), of.collect::<Map<_, _>>().into());
            }
            ("items", of) => drop(whole.insert(key.clone(), inlined(of, definitions).into())),
            ("anyOf" | "oneOf", Value::Array(of)) => match all(of).as_mut_slice() {
                // What may be missing.
                [Value::Object(one)] => whole.append(one),
                // A table that leaves out its kind may be one of several.
                of if of.iter().all(is_table) => drop(whole.insert("anyOf".to_owned(), (*of).into())),
                of => drop(whole.insert(key.clone(), (*of).into())),
            },
            ("type" | "enum", Value::Array(of)) => {
                let mut of: Vec<Value> =
                    of.iter().filter(|of| !of.is_null() && *of != "null").cloned().collect();
                let value = if key == "type" && of.len() == 1 { of.remove(0) } else { of.into() };
                whole.insert(key.clone(), value);
            }
            (_, value) => drop(whole.insert(key.clone(), value.clone())),
        }
    }
    if let Some(own) = schema["description"].as_str().map(plain) {
        // What a table is there for, then what it is, unless that begins with the same words.
        let kind =
            whole.get("description").filter(|_| has_keys(&whole)).and_then(Value::as_str).unwrap_or_default();
        let both = match own.trim_end_matches('.') {
            start if kind.starts_with(start) => kind.to_owned(),
            _ if kind.is_empty() => own,
            _ => format!("{own}\n\n{kind}"),
        };
        whole.insert("description".to_owned(), both.into());
    }
    whole
}

fn has_keys(schema: &Map<String, Value>) -> bool {
    schema.contains_key("properties") || schema.contains_key("anyOf")
}

/// Whether a schema is of a table.
pub(super) fn is_table(schema: &Value) -> bool {
    schema.as_object().is_some_and(has_keys) || schema["type"] == "object"
}

/// Which kind of table `own` is, where the schema has several: the one whose fixed value it has.
fn kind(schema: &Value, own: &Fields) -> Option<usize> {
    let is = |properties: &Map<String, Value>| {
        properties
            .iter()
            .any(|(key, of)| of.get("const").is_some_and(|of| own.get(key).and_then(Node::value) == Some(of)))
    };
    schema["anyOf"].as_array()?.iter().position(|of| of["properties"].as_object().is_some_and(is))
}

/// The schemas of a table's keys.
pub(super) fn properties<'a>(schema: &'a Value, own: &Fields) -> Option<&'a Map<String, Value>> {
    let schema = kind(schema, own).map_or(schema, |at| &schema["anyOf"][at]);
    schema["properties"].as_object()
}

fn set_defaults(schema: &mut Value, own: &Fields) {
    let schema = match kind(schema, own) {
        Some(at) => &mut schema["anyOf"][at],
        None => schema,
    };
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (key, node) in own {
        match (properties.get_mut(key), node) {
            (Some(property), Node::Table(own)) => set_defaults(property, own),
            (Some(Value::Object(property)), Node::Leaf(value)) if !value.is_null() => {
                property.insert("default".to_owned(), value.clone());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::Config;
    use super::*;

    #[test]
    fn keys_have_meaning_values_and_the_defaults_of_their_place() {
        let schema = schema(&Config::default()).unwrap();
        let at = |path: &str| path.split('.').fold(&schema, |schema, key| &schema["properties"][key]);
        assert_eq!(at("seed")["description"], "Decides everything.");
        assert_eq!((&at("seed")["default"], &at("rate")["default"]), (&1.into(), &serde_json::json!(0.1)));
        assert_eq!((&at("file")["type"], &at("file")["default"]), (&"string".into(), &Value::Null));
        assert_eq!(at("first")["description"], "Where it begins.\n\nA half.");
        assert_eq!((&at("first.size")["default"], &at("second.size")["default"]), (&5.into(), &7.into()));
        assert_eq!(at("how")["oneOf"][1]["const"], "very-fast");
        assert_eq!(at("kind")["anyOf"][1]["properties"]["steps"]["default"], 3);
        let text = schema.to_string();
        assert!(["required", "$ref", "null"].iter().all(|word| !text.contains(word)), "{text}");
    }
}
