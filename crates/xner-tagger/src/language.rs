//! The language that a model was made for.

use std::path::Path;

use serde_json::Value;
use xner_corpus::split::Language;

/// The report of a transfer, and that of training alone, with the side of their configs that is the model's: whatever
/// made a model writes one of them beside it.
const REPORTS: [(&str, &str); 2] = [("transfer-report.json", "target"), ("train-report.json", "data")];

/// The language of the text that a model was made for, as its report says: the target of a transfer, or the language
/// with which the training text is read. `None` for a model without a report, one of the hub for instance.
pub fn language_of(folder: &Path) -> Option<Language> {
    // What is chosen by other weights lies in a folder of the run's.
    let chosen = folder.file_name().is_some_and(|name| name == "by-target" || name == "by-source");
    let parent = folder.parent().filter(|_| chosen);
    let mut found = parent.into_iter().chain([folder]);
    found.find_map(|folder| of_reports(|name| std::fs::read(folder.join(name)).ok()))
}

/// The same where the files are had by their names.
pub(crate) fn of_reports(file: impl Fn(&str) -> Option<Vec<u8>>) -> Option<Language> {
    REPORTS.iter().find_map(|(name, side)| {
        let report: Value = serde_json::from_slice(&file(name)?).ok()?;
        let named = report[side].as_str().and_then(|name| name.parse().ok());
        named.or_else(|| report["config"][side]["read"]["text"]["language"].as_str()?.parse().ok())
    })
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
        let code = |folder: &Path| language_of(folder).map(Language::code);
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
        assert_eq!(code(&folder.path().join("by-target")), Some("es"));
        write("transfer-report.json", "{");
        assert_eq!(code(folder.path()), Some("nl"));
    }
}
