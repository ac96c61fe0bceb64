//! Configs, and files that are whole or not there.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};
use xner_corpus::read::whole_text;
use xner_corpus::write::Output;
use xner_tagger::config::{key_and_message, located};

use crate::{Error, Result};

/// Reads a TOML config; a fault names file, line and key.
pub(crate) fn read_config<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = whole_text(path)?;
    let fault = |message: String| Error::Config { path: path.to_owned(), message };
    let parsed = toml::Deserializer::parse(&text).map_err(|e| fault(e.to_string()))?;
    serde_path_to_error::deserialize(parsed)
        .map_err(|e| fault(located(&text, &e.path().to_string(), e.inner())))
}

/// What `table` holds; a fault names the key in it, as [`located`] reads it.
pub(crate) fn from_table<T: DeserializeOwned, E: serde::de::Error>(table: Table) -> Result<T, E> {
    serde_path_to_error::deserialize(Value::Table(table)).map_err(
        |e: serde_path_to_error::Error<toml::de::Error>| {
            E::custom(format!("at `{}`: {}", e.path(), e.inner().message()))
        },
    )
}

/// As [`read_config`], with settings in the place of the file's: `key=value`, the key with its sections, the value as
/// TOML writes it or, where it is no such thing, as a text.
pub(crate) fn read_config_with<T: DeserializeOwned>(path: &Path, settings: &[String]) -> Result<T> {
    if settings.is_empty() {
        return read_config(path);
    }
    let text = whole_text(path)?;
    let fault = |message: String| Error::Config { path: path.to_owned(), message };
    let mut table: Table = toml::from_str(&text).map_err(|e| fault(e.to_string()))?;
    for setting in settings {
        set(&mut table, setting)?;
    }
    serde_path_to_error::deserialize(Value::Table(table)).map_err(|e| {
        let at = e.path().to_string();
        let (key, message) = key_and_message(&at, e.inner());
        // A setting may be a whole table or list, in which the fault is.
        let within = |own: &str| {
            key.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let ours = settings.iter().filter_map(|setting| setting.split_once('=')).any(|(own, _)| within(own));
        fault(if ours {
            format!("at `{key}` (from --set): {message}")
        } else {
            located(&text, &at, e.inner())
        })
    })
}

fn set(table: &mut Table, setting: &str) -> Result<()> {
    let Some((key, value)) = setting.split_once('=') else {
        return Err(Error::setting(setting, "has no value, expected key=value"));
    };
    if key.split('.').any(str::is_empty) {
        return Err(Error::setting(setting, "has an empty key, expected key=value"));
    }
    let read: Result<Table, _> = toml::from_str(&format!("value = {value}"));
    // A value with more lines, of which another begins another key, is none.
    let value = read.ok().filter(|read| read.len() == 1).and_then(|mut read| read.remove("value"));
    let value = value.unwrap_or_else(|| Value::String(setting[key.len() + 1..].to_owned()));
    let mut at = table;
    let mut parts = key.split('.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            at.insert(part.to_owned(), value);
            break;
        }
        let entry = at.entry(part).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(inner) = entry else {
            return Err(Error::setting(key, format!("`{part}` is no table")));
        };
        at = inner;
    }
    Ok(())
}

/// `folder`'s `path`, where there is one; an absolute path stays as it is.
pub(crate) fn resolve(path: &mut Option<PathBuf>, folder: &Path) {
    if let Some(relative) = path {
        *relative = folder.join(&*relative);
    }
}

/// Writes `value` as indented JSON with a line end, whole or not at all.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value).map_err(|fault| Error::io(path)(fault.into()))?;
    text.push('\n');
    let mut file = Output::create(path)?;
    file.write_all(text.as_bytes()).map_err(|fault| file.error(fault))?;
    Ok(file.finish()?)
}

/// Reads a JSON file; a fault names file and key.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = whole_text(path)?;
    let mut reader = serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(&mut reader).map_err(|e| match e.path().to_string().as_str() {
        // It is no JSON, or not the whole of it.
        "." | "?" => Error::folder(path, e.inner().to_string()),
        key => Error::folder(path, format!("at `{key}`: {}", e.inner())),
    })
}

/// Makes the folder and those above it.
pub(crate) fn create_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(|fault| {
        if path.is_file() {
            Error::folder(path, "is a file, expected a folder")
        } else {
            Error::io(path)(fault)
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn settings_take_the_place_of_the_files() {
        let mut table: Table = toml::from_str("a = 1\n[b]\nc = \"x\"\nd = 2").unwrap();
        for setting in ["a=2.5", "b.c=cross-word", "b.e.f=true", "g=[1, 2]", "h=a=b", "i=1\nj=2"] {
            set(&mut table, setting).unwrap();
        }
        let expected = "a = 2.5\ng = [1, 2]\nh = \"a=b\"\ni = \"1\\nj=2\"\n[b]\nc = \"cross-word\"\nd = 2\n[b.e]\nf = true";
        assert_eq!(table, toml::from_str(expected).unwrap());
        assert!(set(&mut table, "a").unwrap_err().to_string().contains("key=value"));
        assert!(set(&mut table, "=3").unwrap_err().to_string().contains("empty key"));
        assert!(set(&mut table, "a.b=1").unwrap_err().to_string().contains("no table"));
    }
}
