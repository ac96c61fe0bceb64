//! The language that a model was made for.

use std::path::Path;

use serde_json::Value;
use xner_corpus::split::Language;

/// The report of a transfer, and that of training alone, with the side of their configs that is the model's: whatever
/// made a model writes one of them beside it.
const REPORTS: [(&str, &str); 2] = [("transfer-report.json", "target"), ("train-report.json", "data")];

/// The languages of the texts that a model is for, as its `config.json` says, or else its report: the target of a
/// transfer, or the language with which the training text is read. Empty for a model that says nothing, one of the hub
/// for instance.
pub fn languages_of(folder: &Path) -> Vec<Language> {
    // What is chosen by other weights lies in a folder of the run's.
    let chosen = folder.file_name().is_some_and(|name| name == "by-target" || name == "by-source");
    let parent = folder.parent().filter(|_| chosen);
    let found = parent
        .into_iter()
        .chain([folder])
        .map(|folder| of_files(|name| std::fs::read(folder.join(name)).ok()));
    found.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

/// The same where the files are had by their names.
pub(crate) fn of_files(file: impl Fn(&str) -> Option<Vec<u8>>) -> Vec<Language> {
    let json = |name: &str| -> Option<Value> { serde_json::from_slice(&file(name)?).ok() };
    let config = json("config.json").unwrap_or_default();
    if let Some(said) = config["xner"]["languages"].as_array().filter(|said| !said.is_empty()) {
        return said.iter().filter_map(|code| code.as_str()?.parse().ok()).collect();
    }
    let report = REPORTS.iter().find_map(|(name, side)| {
        let report = json(name)?;
        let named = report[side].as_str().and_then(|name| name.parse().ok());
        named.or_else(|| report["config"][side]["read"]["text"]["language"].as_str()?.parse().ok())
    });
    report.into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reports_tell_the_language() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let code = |folder: &Path| languages_of(folder).first().copied().map(Language::code);
        assert_eq!(code(folder.path()), None);
        write("train-report.json", r#"{"config": {"data": {"read": {"text": {"language": "nl"}}}}}"#);
        assert_eq!(code(folder.path()), Some("nl"));
        // The name of a transfer's target goes over what its text is read as, where it names a language.
        let report = |name: &str| {
            format!(
                r#"{{"target": "{name}", "config": {{"target": {{"read": {{"text": {{"language": "es"}}}}}}}}}}"#
            )
        };
        for (name, want) in [("German", "de"), ("pt-BR", "pt"), ("target", "es")] {
            write("transfer-report.json", &report(name));
            assert_eq!(code(folder.path()), Some(want), "{name}");
        }
        write("by-target/config.json", "{}");
        // The run's report goes over that of a phase.
        write(
            "by-target/train-report.json",
            r#"{"config": {"data": {"read": {"text": {"language": "en"}}}}}"#,
        );
        assert_eq!(code(&folder.path().join("by-target")), Some("es"));
        // What the model itself says goes over its report.
        write("config.json", r#"{"xner": {"languages": ["fi", "hu"]}}"#);
        let found: Vec<&str> = languages_of(folder.path()).into_iter().map(Language::code).collect();
        assert_eq!(found, ["fi", "hu"]);
        write("config.json", r#"{"xner": {}}"#);
        write("transfer-report.json", "{");
        assert_eq!(code(folder.path()), Some("nl"));
    }
}
