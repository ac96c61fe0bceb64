//! A config as people read it: every key with its meaning and its value.

use std::fmt::Write;

use serde_json::Value;

use super::node::{Fields, Node, fields};
use super::read::Settings;
use super::schema::{is_table, properties, whole};
use super::words::comment;
use crate::{Error, Result};

/// A config file in TOML with every key of `config`, what it means, and its value; `about` stands at its head. A key
/// without a value stands behind a `#`, with an example. So does one that has another value in `preset`, a config and
/// what it is called, with both values: the preset decides as long as nobody else does.
///
/// # Errors
/// [`Error::Setting`] for a key that has neither a value nor an example.
pub fn documented<C: Settings>(config: &C, about: &str, preset: Option<(&str, &C)>) -> Result<String> {
    let (schema, own) = (whole::<C>(), fields(config)?);
    let other = preset.map(|(name, config)| Ok::<_, Error>((name, fields(config)?))).transpose()?;
    let unset = match preset {
        Some(_) => "unless they are given one, or, where the presets differ, the preset's",
        None => "unless they are given one",
    };
    let names_files = !config.clone().paths().is_empty();
    let paths = if names_files { " Paths are taken from this file's folder." } else { "" };
    let about = format!(
        "{about} What is left out has the value shown here. Keys behind a `#` have no value {unset}.{paths}"
    );
    let mut text = comment(&about, "") + "\n";
    let other = other.as_ref().map(|(name, own)| (*name, own));
    Table { path: "", schema: &schema, own: &own, other }.write_keys(&mut text)?;
    text.truncate(text.trim_end().len() + 1);
    Ok(text)
}

/// A table, and what stands in it.
#[derive(Clone, Copy)]
struct Table<'a> {
    path: &'a str,
    schema: &'a Value,
    own: &'a Fields,
    /// A preset and what it has here.
    other: Option<(&'a str, &'a Fields)>,
}

impl Table<'_> {
    /// Its keys, then its tables.
    fn write_keys(self, text: &mut String) -> Result<()> {
        let Some(schemas) = properties(self.schema, self.own) else { return Ok(()) };
        let given = self.own.keys();
        let rest = schemas.keys().filter(|key| !self.own.contains_key(*key));
        let (tables, keys): (Vec<_>, Vec<_>) =
            given.chain(rest).map(|key| (key, &schemas[key])).partition(|(_, schema)| is_table(schema));
        for (key, schema) in keys {
            self.write_key(text, key, schema)?;
        }
        for (key, schema) in tables {
            let path = if self.path.is_empty() { key.clone() } else { format!("{}.{key}", self.path) };
            text.push('\n');
            for paragraph in schema["description"].as_str().unwrap_or_default().split("\n\n") {
                *text += &comment(paragraph, "");
            }
            match self.own.get(key).and_then(Node::fields) {
                Some(own) => {
                    let _ = writeln!(text, "[{path}]");
                    let other = self.other.and_then(|(name, all)| Some((name, all.get(key)?.fields()?)));
                    Table { path: &path, schema, own, other }.write_keys(text)?;
                }
                None => {
                    let _ = writeln!(text, "#[{path}]");
                }
            }
        }
        Ok(())
    }

    fn write_key(self, text: &mut String, key: &str, schema: &Value) -> Result<()> {
        let values = self.values(key, schema);
        *text += &comment(schema["description"].as_str().unwrap_or("One of these."), "");
        for (value, meaning) in &values {
            *text += &comment(&format!("- {value}: {meaning}"), "  ");
        }
        // Writing to a string cannot fail.
        let _ = if let Some(value) = self.own.get(key).and_then(Node::value) {
            let other = self.other.and_then(|(name, all)| Some((name, all.get(key)?.value()?)));
            match other.filter(|&(name, other)| other != value && other != name) {
                Some((name, other)) => {
                    writeln!(text, "#{key} = {}  # {name}: {}", toml(value), toml(other))
                }
                None => writeln!(text, "{key} = {}", toml(value)),
            }
        } else {
            let example = schema["examples"].get(0).or(values.first().map(|(value, _)| *value));
            let key = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
            let missing = || Error::setting(&key, "has neither a value nor an example");
            let name = key.rsplit('.').next().unwrap_or_default();
            writeln!(text, "#{name} = {}", toml(example.ok_or_else(missing)?))
        };
        Ok(())
    }

    /// The values that a key may have, and what they mean, where they can be counted.
    fn values<'a>(&'a self, key: &str, schema: &'a Value) -> Vec<(&'a Value, &'a str)> {
        let meaning = |of: &'a Value| of["description"].as_str().unwrap_or_default();
        let constants = |of: &'a Value| Some((of.get("const")?, meaning(of)));
        let kinds = |of: &'a Value| Some((of["properties"][key].get("const")?, meaning(of)));
        let listed = |of: &'a Value| of["oneOf"].as_array();
        if schema.get("const").is_some() {
            return self.schema["anyOf"].as_array().into_iter().flatten().filter_map(kinds).collect();
        }
        let listed = listed(schema).or(listed(&schema["items"]));
        listed.into_iter().flatten().filter(|of| of["deprecated"] != true).filter_map(constants).collect()
    }
}

/// A value as TOML writes it.
fn toml(value: &Value) -> String {
    match value {
        Value::Array(values) => format!("[{}]", values.iter().map(toml).collect::<Vec<_>>().join(", ")),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::Config;
    use super::*;

    #[test]
    fn every_key_is_printed_with_its_meaning_and_value() {
        let text = documented(&Config::default(), "Settings.", None).unwrap();
        let expected = "\
# Settings. What is left out has the value shown here. Keys behind a `#` have no value unless they are given
# one. Paths are taken from this file's folder.

# Decides everything.
seed = 1
# A file.
#file = \"a.txt\"
# The rate.
rate = 0.1
# How fast.
# - \"slow\": Takes its time.
# - \"very-fast\": Does not.
how = \"slow\"

# Where it begins.
# A half.
[first]
# Its size.
size = 5

# Where it ends.
# A half.
[second]
# Its size.
size = 7

# What is done.
[kind]
# One of these.
# - \"none\": Nothing.
# - \"some\": Steps.
kind = \"some\"
# So many.
steps = 3
";
        assert_eq!(text, expected);
        assert_eq!(toml::from_str::<Config>(&text).unwrap(), Config::default());
    }

    #[test]
    fn what_a_preset_has_otherwise_is_left_to_it() {
        let other = Config { rate: 0.5, ..Config::default() };
        let text = documented(&Config::default(), "Settings.", Some(("other", &other))).unwrap();
        assert!(text.contains("\n#rate = 0.1  # other: 0.5\n") && text.contains("\nseed = 1\n"), "{text}");
    }
}
