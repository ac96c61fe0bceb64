//! The config of mapping.

use std::path::PathBuf;

use toml::Table;
use xner_embed::map::MapConfig;

use super::Settings;
use super::renamed::{Renamed, snake_keys};
use crate::Result;

impl Settings for MapConfig {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        Vec::new()
    }

    /// Keys were once spelt with `-`.
    fn respell(table: &mut Table) -> Result<Vec<Renamed>, String> {
        snake_keys(table, "")
    }

    fn check(&self) -> Result<()> {
        Self::check(self.clone())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use xner_embed::map::{Method, ProcrustesConfig, Refinement};

    use super::*;

    #[test]
    fn a_file_is_laid_over_the_method() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.toml");
        let preset = MapConfig::preset(Method::SelfLearning);
        let mut notes = Vec::new();
        let mut read = |text: &str, set: &[&str]| {
            std::fs::write(&file, text).unwrap();
            let set: Vec<String> = set.iter().map(ToString::to_string).collect();
            MapConfig::read_over(Some(&preset), Some(&file), &set, &mut |key| notes.push(key.new.clone()))
        };
        assert_eq!(read("", &[]).unwrap(), preset);
        let changed = read("seed = 7\n[refinement]\nkeep = 0.5\n", &["limit=3"]).unwrap();
        assert_eq!((changed.seed, changed.limit), (7, 3));
        assert_eq!((changed.initialiser, changed.finish), (preset.initialiser.clone(), preset.finish));
        let supervised = Refinement::Procrustes(ProcrustesConfig::supervised());
        let other = "[refinement]\nkind = \"procrustes\"\nrank-limit = 10000\ninduction = \"intersection\"\n";
        assert_eq!(read(other, &[]).unwrap().refinement, supervised);
        for (text, set, parts) in [
            ("sed = 7", &[][..], ["at `sed`, line 1", "unknown field"]),
            ("\nseed = \"a\"", &[], ["at `seed`, line 2", "a whole number"]),
            ("[refinement]\nkind = \"x\"", &[], ["at `refinement", "`x`"]),
            ("[refinement]\n\nearly-cutoff = -1", &[], ["at `refinement`, line 1", "a whole number"]),
            (
                "[finish]\nsource-reweight = 1\nsource_reweight = 1",
                &[],
                ["at `finish.source_reweight`", "twice"],
            ),
            ("", &["finish.whitened=true"], ["at `finish.whitened` (from --set)", "unknown field"]),
            ("limit = 0", &[], ["`limit` is 0", "at least 1"]),
        ] {
            let fault = read(text, set).unwrap_err().to_string();
            assert!(fault.contains("c.toml") && parts.iter().all(|part| fault.contains(part)), "{fault}");
        }
        notes.dedup();
        assert_eq!(notes, ["refinement.rank_limit", "refinement.early_cutoff"]);
        let fault = MapConfig::read_over(None, None, &["limit=x".to_owned()], &mut |_| {}).unwrap_err();
        assert!(fault.to_string().starts_with("--set: at `limit` (from --set): "), "{fault}");
    }
}
