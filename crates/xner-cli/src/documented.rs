//! Documented configs: every setting with its meaning, and the value that it has by default.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde::Serialize;
use toml::Value;

/// A table of a config: its name with dots, what it is about, and its keys.
pub(crate) struct Table<'a>(pub(crate) &'static str, pub(crate) &'a str, pub(crate) &'a [Key]);

/// A key, what it means, and an example value for a key that has no default.
#[derive(Clone, Copy)]
pub(crate) struct Key(pub(crate) &'static str, pub(crate) &'static str, pub(crate) Option<&'static str>);

/// A config with every key of the tables, its meaning, and its value in `defaults`.
pub(crate) fn write(tables: &[Table<'_>], defaults: &impl Serialize) -> Result<String> {
    write_beside(tables, defaults, None::<(&str, &())>)
}

/// The same, where a key may have another value by a preset of this name: such a key stands behind a `#`, so that the preset
/// decides as long as nobody else does.
pub(crate) fn write_beside(
    tables: &[Table<'_>],
    defaults: &impl Serialize,
    preset: Option<(&str, &impl Serialize)>,
) -> Result<String> {
    let value = |config| Value::try_from(config).context("the default settings cannot be written");
    let defaults = Value::try_from(defaults).context("the default settings cannot be written")?;
    let other = preset.map(|(name, config)| Ok::<_, anyhow::Error>((name, value(config)?))).transpose()?;
    let mut text = String::new();
    for Table(name, about, keys) in tables {
        for line in about.lines() {
            writeln!(text, "# {line}")?;
        }
        if !name.is_empty() {
            writeln!(text, "[{name}]")?;
        }
        let path = name.split('.').filter(|part| !part.is_empty());
        let own = |config| path.clone().try_fold(config, |at: &Value, part| at.get(part));
        let (table, others) = (own(&defaults), other.as_ref().map(|(name, config)| (name, own(config))));
        for Key(key, about, example) in *keys {
            writeln!(text, "# {about}")?;
            let others = others.and_then(|(name, table)| Some((name, table?.get(key)?)));
            match (table.and_then(|table| table.get(key)), example) {
                (Some(value), _) => match others.filter(|&(_, other)| *key != "preset" && other != value) {
                    Some((name, other)) => {
                        writeln!(text, "#{key} = {}  # {name}: {}", shown(value), shown(other))?;
                    }
                    None => writeln!(text, "{key} = {}", shown(value))?,
                },
                (None, Some(example)) => writeln!(text, "#{key} = {example}")?,
                (None, None) => {
                    anyhow::bail!("the setting {name}.{key} has neither a default nor an example")
                }
            }
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len() + 1);
    Ok(text)
}

/// A value as people write it: a number of single precision without the digits that it has in double.
fn shown(value: &Value) -> String {
    match value {
        Value::Float(number) if (f64::from(*number as f32) - number).abs() == 0.0 => {
            format!("{:?}", *number as f32)
        }
        value => value.to_string(),
    }
}

/// What every documented config is checked for.
#[cfg(test)]
pub(crate) mod checks {
    #![allow(clippy::unwrap_used)]
    use serde::de::DeserializeOwned;

    use super::{Serialize, Value};

    /// The text parses to the defaults, and with its examples as values to a config that has its keys and no others, but
    /// for those in `apart`: keys and tables that stand elsewhere. That config.
    pub(crate) fn documents<C>(text: &str, apart: &[&str]) -> C
    where
        C: DeserializeOwned + Serialize + Default + PartialEq + std::fmt::Debug,
    {
        assert_eq!(toml::from_str::<C>(text).unwrap(), C::default());
        // The optimiser that has all keys.
        let text = ["sgd", "adam"].iter().fold(text.to_owned(), |text, kind| {
            text.replace(&format!("kind = \"{kind}\""), "kind = \"adamw\"")
        });
        let whole = with_examples(&text);
        let config: C = toml::from_str(&whole).unwrap();
        let mut expected = Value::try_from(&config).unwrap();
        for path in apart {
            let (tables, key) = path.rsplit_once('.').unwrap_or(("", path));
            let table = tables.split('.').filter(|name| !name.is_empty());
            let table = table.fold(&mut expected, |table, name| &mut table[name]).as_table_mut().unwrap();
            assert!(table.remove(key).is_some(), "{path}");
        }
        same_keys(&whole, &expected);
        config
    }

    /// The text has the keys that `config` has, no more, no less; and short lines.
    pub(crate) fn same_keys(text: &str, config: &impl Serialize) {
        let (mut written, mut expected) = (Vec::new(), Vec::new());
        keys(&toml::from_str(text).unwrap(), "", &mut written);
        keys(&Value::try_from(config).unwrap(), "", &mut expected);
        written.sort();
        expected.sort();
        assert_eq!(written, expected);
        for line in text.lines() {
            assert!(line.chars().count() <= 120, "{line}");
        }
    }

    /// The text with its examples as values.
    fn with_examples(text: &str) -> String {
        let line = |line: &str| match line.strip_prefix('#') {
            Some(key) if !key.starts_with(' ') => format!("{key}\n"),
            _ => format!("{line}\n"),
        };
        let whole: String = text.lines().map(line).collect();
        assert_ne!(whole, text);
        whole
    }

    /// The paths of all keys that are no tables.
    fn keys(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Table(table) => {
                for (key, value) in table {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    keys(value, &path, found);
                }
            }
            _ => found.push(path.to_owned()),
        }
    }
}
