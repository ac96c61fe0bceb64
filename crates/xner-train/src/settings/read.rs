//! What every config can do: be read, checked, and told without its paths.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as Fault};
use toml::{Table, Value};
use xner_corpus::read::whole_text;

use super::fault::{key_and_message, located};
use super::renamed::Renamed;
use crate::{Error, Result};

/// A config: a struct that is read from TOML, whose doc comments are its documentation.
pub trait Settings: Serialize + DeserializeOwned + JsonSchema + Default + Clone {
    /// The files and folders that it names. Relative ones are taken from the config file's folder, and no report tells
    /// them.
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>>;

    /// The encoder that it names, where it has one: a path as the others if there is such a folder, else a name on the
    /// hub.
    fn encoder(&mut self) -> Option<&mut Option<PathBuf>> {
        None
    }

    /// Spells keys that a file gives as they once were spelt as they are now, and says which they are.
    ///
    /// # Errors
    /// Names a key that is there in both spellings.
    fn respell(_table: &mut Table) -> Result<Vec<Renamed>, String> {
        Ok(Vec::new())
    }

    /// Checks every value's range, and that no two contradict one another.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that is wrong.
    fn check(&self) -> Result<()>;

    /// Reads and checks a config file.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Corpus`] for text that is not UTF-8; [`Error::Config`], with line and key, for what
    /// does not parse, unknown keys among it, and for a value out of range.
    fn read(path: &Path) -> Result<Self> {
        Self::read_with(path, &[])
    }

    /// As [`Settings::read`], with settings in the place of the file's: `key=value` each, the key with its sections
    /// as in `training.epochs=3`, the value as TOML writes it or, where it is no such thing, as a text.
    ///
    /// # Errors
    /// As [`Settings::read`]; [`Error::Setting`] for what is no setting.
    fn read_with(path: &Path, settings: &[String]) -> Result<Self> {
        Self::read_over(None, Some(path), settings, &mut |_| {})
    }

    /// As [`Settings::read_with`], where the settings may be all that is given, where what is left out may be that of
    /// `base`, and where `note` hears of each key that is given as it once was spelt.
    ///
    /// # Errors
    /// As [`Settings::read_with`].
    fn read_over(
        base: Option<&Self>,
        path: Option<&Path>,
        settings: &[String],
        note: &mut dyn FnMut(&Renamed),
    ) -> Result<Self> {
        let text = path.map_or_else(|| Ok(String::new()), whole_text)?;
        let path = path.unwrap_or(Path::new("--set"));
        let fault = |message: String| Error::Config { path: path.to_owned(), message };
        let mut table: Table = toml::from_str(&text).map_err(|e| fault(e.to_string()))?;
        for setting in settings {
            set(&mut table, setting)?;
        }
        let wrong = |at: &str, e: &toml::de::Error| {
            let (key, message) = key_and_message(at, e);
            fault(if given(settings, &key) {
                format!("at `{key}` (from --set): {message}")
            } else {
                located(&text, at, e)
            })
        };
        let renamed = Self::respell(&mut table).map_err(|message| wrong(".", &Fault::custom(message)))?;
        renamed.iter().for_each(note);
        if let Some(base) = base {
            complete(&mut table, Table::try_from(base).map_err(|e| fault(e.to_string()))?);
        }
        let mut config: Self = serde_path_to_error::deserialize(Value::Table(table))
            .map_err(|e| wrong(&e.path().to_string(), e.inner()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for path in config.paths().into_iter().flatten() {
            *path = folder.join(&*path);
        }
        if let Some(Some(encoder)) = config.encoder()
            && folder.join(&*encoder).exists()
        {
            *encoder = folder.join(&*encoder);
        }
        config.check().map_err(|e| fault(e.to_string()))?;
        Ok(config)
    }

    /// The config, which an algorithm may take now.
    ///
    /// # Errors
    /// As [`Settings::check`].
    fn checked(self) -> Result<Checked<Self>> {
        self.check()?;
        Ok(Checked(self))
    }

    /// The same config with no paths in it: what a report tells, wherever it was made.
    #[must_use]
    fn without_paths(&self) -> Self {
        let mut config = self.clone();
        config.paths().into_iter().for_each(|path| *path = None);
        if let Some(encoder) = config.encoder() {
            *encoder = None;
        }
        config
    }

    /// As [`Settings::without_paths`], as JSON: for reports and fingerprints.
    ///
    /// # Errors
    /// [`Error::Io`] for numbers that JSON has not.
    fn to_json(&self) -> Result<serde_json::Value> {
        serde_json::to_value(self.without_paths())
            .map_err(|fault| Error::io(Path::new("config"))(fault.into()))
    }
}

/// A config that was checked. An algorithm takes no other.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked<C>(C);

impl<C> Deref for Checked<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

/// Whether `key` is one of the settings, or within one that is a table or list.
fn given(settings: &[String], key: &str) -> bool {
    let within = |own: &str| {
        let rest = key.strip_prefix(&*own.replace('-', "_"));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    settings.iter().filter_map(|setting| setting.split_once('=')).any(|(own, _)| within(own))
}

/// Puts `key=value` into a table.
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
    let (sections, last) = key.rsplit_once('.').unwrap_or(("", key));
    let mut at = table;
    for part in sections.split('.').filter(|part| !part.is_empty()) {
        let entry = at.entry(part).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(inner) = entry else {
            return Err(Error::setting(key, format!("`{part}` is no table")));
        };
        at = inner;
    }
    at.insert(last.to_owned(), value);
    Ok(())
}

/// What a table holds, with `base`'s values where it leaves out any; a fault names the key in it, as [`located`]
/// reads it. It serves to read a table whose defaults are not those of its type.
///
/// # Errors
/// What does not fit, behind its key.
pub fn over<T: Serialize + DeserializeOwned, E: Fault>(base: &T, mut own: Table) -> Result<T, E> {
    complete(&mut own, Table::try_from(base).map_err(E::custom)?);
    serde_path_to_error::deserialize(Value::Table(own)).map_err(
        |e: serde_path_to_error::Error<toml::de::Error>| {
            E::custom(format!("at `{}`: {}", e.path(), e.inner().message()))
        },
    )
}

/// Puts the values of `defaults` where `own` has none. `adam` and `adamw` share what both have, the rate before all;
/// of `sgd` nothing is another's, nor of another kind of anything else.
pub fn complete(own: &mut Table, defaults: Table) {
    for (key, value) in defaults {
        match own.get_mut(&key) {
            None => drop(own.insert(key, value)),
            Some(Value::Table(inner)) => {
                let Value::Table(mut value) = value else { continue };
                let kind = |of: &Table| of.get("kind").and_then(|kind| kind.as_str()).map(str::to_owned);
                let both = [kind(inner).or_else(|| kind(&value)), kind(&value)];
                let adam = |kind: &Option<String>| matches!(kind.as_deref(), Some("adam" | "adamw"));
                if both[0] == both[1] {
                    complete(inner, value);
                } else if both.iter().all(adam) {
                    value.remove("weight_decay");
                    complete(inner, value);
                }
            }
            Some(_) => {}
        }
    }
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
