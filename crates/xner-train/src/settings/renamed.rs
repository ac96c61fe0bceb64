//! Keys that were once spelt otherwise.

use std::fmt;

use toml::{Table, Value};

/// A key that a file gives in a spelling that it no longer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The key as it is given, with its tables.
    pub old: String,
    /// The key as it is spelt now.
    pub new: String,
}

impl fmt::Display for Renamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key `{}` is now spelt `{}`", self.old, self.new)
    }
}

/// Spells the keys of `table`, and of the tables in it, with `_` for `-`. Returns those that were spelt otherwise, with
/// `section` before them.
///
/// # Errors
/// A message that names a key which is there in both spellings.
pub fn snake_keys(table: &mut Table, section: &str) -> Result<Vec<Renamed>, String> {
    let below = |key: &str| if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
    let (mut renamed, mut own) = (Vec::new(), Table::new());
    for (old, mut value) in std::mem::take(table) {
        let new = old.replace('-', "_");
        if let Value::Table(inner) = &mut value {
            renamed.extend(snake_keys(inner, &below(&new))?);
        }
        if new != old {
            renamed.push(Renamed { old: below(&old), new: below(&new) });
        }
        if own.insert(new.clone(), value).is_some() {
            return Err(format!("at `{}`: is given twice, in an old spelling too", below(&new)));
        }
    }
    *table = own;
    Ok(renamed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn old_keys_are_spelt_anew_and_told() {
        let mut table: Table =
            toml::from_str("seed = 1\n[refinement]\nkind = \"self-learning\"\nearly-cutoff = 5").unwrap();
        let renamed = snake_keys(&mut table, "mapping").unwrap();
        assert_eq!(
            table,
            toml::from_str("seed = 1\n[refinement]\nkind = \"self-learning\"\nearly_cutoff = 5").unwrap()
        );
        let expected =
            "the key `mapping.refinement.early-cutoff` is now spelt `mapping.refinement.early_cutoff`";
        assert_eq!(renamed.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
        let mut both: Table = toml::from_str("a-b = 1\na_b = 2").unwrap();
        assert!(snake_keys(&mut both, "").unwrap_err().contains("`a_b`"));
    }
}
