//! Configs as they are printed: with their documentation, or as a schema.

use anyhow::Result;
use xner_train::Settings;
use xner_train::settings::{documented, schema};

/// The arguments beside which no other is needed.
pub(super) const PRINTED: [&str; 2] = ["print_config", "print_schema"];

/// What of a config is printed.
#[derive(Debug, clap::Args)]
// Whoever takes them has a group of that name.
#[group(skip)]
pub(super) struct Args {
    /// Print a config with every setting, its meaning and its default
    #[arg(long, exclusive = true)]
    print_config: bool,
    /// Print the JSON schema of the config, by which editors check and complete it
    #[arg(long, exclusive = true)]
    print_schema: bool,
}

impl Args {
    /// Prints what is asked for, and says whether anything is.
    pub(super) fn print<C: Settings>(&self, about: &str, preset: Option<(&str, &C)>) -> Result<bool> {
        let asked = self.print_config || self.print_schema;
        if asked {
            print(self.print_schema, &C::default(), about, preset)?;
        }
        Ok(asked)
    }
}

/// Prints a config's schema, or the config itself.
pub(super) fn print<C: Settings>(
    as_schema: bool,
    config: &C,
    about: &str,
    preset: Option<(&str, &C)>,
) -> Result<()> {
    if as_schema {
        super::print_json(&schema(config)?)
    } else {
        super::print(&documented(config, about, preset)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fmt::Debug;

    use toml::{Table, Value};
    use xner_embed::map::{MapConfig, Method};
    use xner_tagger::TrainConfig;
    use xner_tagger::bert::train::BertTrainConfig;
    use xner_transfer::bwet::BwetConfig;
    use xner_transfer::meta::low_resource::LowResourceConfig;
    use xner_transfer::meta::{MetaConfig, Preset};
    use xner_transfer::transadv::TransAdvConfig;
    use xner_transfer::zero_resource::ZeroResourceConfig;

    use super::*;

    /// The printed config parses to what it was printed of, and with its examples as values to a config that has its
    /// keys and no others. That config.
    fn documents<C: Settings + PartialEq + Debug>(config: &C) -> C {
        let text = documented(config, "Settings.", None).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
        assert_eq!(toml::from_str::<C>(&text).unwrap(), *config);
        // The optimiser that has all keys.
        let text =
            text.replace("kind = \"sgd\"", "kind = \"adamw\"").replace("kind = \"adam\"", "kind = \"adamw\"");
        let given = |line: &str| match line.strip_prefix('#') {
            Some(key) if !key.starts_with(' ') => format!("{key}\n"),
            _ => format!("{line}\n"),
        };
        let whole: Table = toml::from_str(&text.lines().map(given).collect::<String>()).unwrap();
        let read: C = Value::Table(whole.clone()).try_into().unwrap();
        assert_eq!(keys(&whole.into()), keys(&Value::try_from(&read).unwrap()));
        read
    }

    /// The paths of all keys that are no tables, but for those in a table that is told as a whole.
    fn keys(value: &Value) -> Vec<String> {
        let Value::Table(table) = value else { return vec![String::new()] };
        let inner = |(key, value): (&String, &Value)| {
            keys(value).into_iter().map(move |of| format!("{key}.{of}")).collect::<Vec<_>>()
        };
        let mut all: Vec<String> = table.iter().flat_map(|(key, value)| inner((key, value))).collect();
        all.retain(|key| !key.starts_with("augmented.training."));
        all.sort();
        all
    }

    #[test]
    fn every_printed_config_has_every_key_and_its_default() {
        documents(&TrainConfig::default()).check().unwrap();
        documents(&BertTrainConfig::default()).check().unwrap();
        documents(&ZeroResourceConfig::default()).check().unwrap();
        // A mapping stands beside a file in them, of which one is wanted.
        documents(&BwetConfig::default());
        documents(&TransAdvConfig::default());
        documents(&MetaConfig::default()).check().unwrap();
        documents(&LowResourceConfig::default()).check().unwrap();
        for &method in Method::ALL {
            documents(&MapConfig::preset(method));
        }
    }

    #[test]
    fn another_preset_may_be_named_in_the_config_of_meta_learning() {
        let released = MetaConfig::preset(Preset::Released);
        let text = documented(&MetaConfig::default(), "Settings.", Some(("released", &released))).unwrap();
        assert_eq!(toml::from_str::<MetaConfig>(&text).unwrap(), MetaConfig::default());
        let text = text.replace("preset = \"paper\"", "preset = \"released\"");
        assert_eq!(toml::from_str::<MetaConfig>(&text).unwrap(), released);
    }
}
