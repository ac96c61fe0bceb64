//! What is wrong in a config file, told with key and line.

use toml::de::{DeTable, DeValue};

/// What `fault` says of a config file's `text` at `key` (`training.optimiser.rate`, or `.` for the whole file): the
/// key, the line on which the file gives it, and the fault in words. An unknown field's own name is added to the key
/// of its section, and a fault that begins with ``at `key`: `` is at that key.
#[must_use]
pub fn located(text: &str, key: &str, fault: &toml::de::Error) -> String {
    let (key, message) = key_and_message(key, fault);
    let line = line_of(text, &key).map(|line| format!(", line {line}")).unwrap_or_default();
    if key.is_empty() { message } else { format!("at `{key}`{line}: {message}") }
}

/// The key that `fault` is at, from the file's root, and what it is, without the names that Rust has for numbers.
#[must_use]
pub fn key_and_message(key: &str, fault: &toml::de::Error) -> (String, String) {
    let below = |key: &str, inner: &str| {
        let parts = [key.trim_matches('.'), inner.trim_matches('.')];
        parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
    };
    let (mut key, mut message) = (below(key, ""), in_words(fault.message()));
    let own = message.strip_prefix("at `").and_then(|rest| rest.split_once("`: "));
    if let Some((inner, rest)) = own {
        (key, message) = (below(&key, inner), rest.to_owned());
    }
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    if let Some(unknown) = unknown.filter(|unknown| key.rsplit('.').next() != Some(unknown)) {
        key = below(&key, unknown);
    }
    (key, message)
}

/// A kind of value as Rust names it, in words.
fn in_words(message: &str) -> String {
    const KINDS: [(&str, &str); 6] = [
        ("usize", "a whole number, 0 or above"),
        ("u64", "a whole number, 0 or above"),
        ("u32", "a whole number, 0 or above"),
        ("i32", "a whole number"),
        ("f32", "a number"),
        ("f64", "a number"),
    ];
    // Further lines repeat the key.
    let message = message.lines().next().unwrap_or_default();
    let kind = |(rust, words): &(&str, &str)| {
        Some(format!("{}expected {words}", message.strip_suffix(&format!("expected {rust}"))?))
    };
    KINDS.iter().find_map(kind).unwrap_or_else(|| message.to_owned())
}

/// The line, from 1, on which `text` gives `key`, or the innermost of its sections that it has.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let (mut table, mut found) = (Some(root.get_ref()), None);
    for part in key.split('.') {
        let part = part.split('[').next().unwrap_or_default();
        let Some((name, value)) =
            table.and_then(|table| table.iter().find(|(name, _)| name.get_ref().replace('-', "_") == part))
        else {
            break;
        };
        found = Some(name.span().start);
        table = match value.get_ref() {
            DeValue::Table(inner) => Some(inner),
            _ => None,
        };
    }
    Some(text.get(..found?)?.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "seed = 1\n\n[training]\nepochs = 3\noptimiser.rate = 1\n[training.schedule]\nkind = 'x'\n";

    #[test]
    fn a_key_is_found_on_its_line_however_it_is_written() {
        for (key, line) in [
            ("seed", Some(1)),
            ("training.epochs", Some(4)),
            ("training.optimiser.rate", Some(5)),
            ("training.schedule.kind", Some(7)),
            ("training.absent", Some(3)),
            ("training.epochs[2]", Some(4)),
            ("absent", None),
            ("", None),
        ] {
            assert_eq!(line_of(TEXT, key), line, "{key}");
        }
        assert_eq!(line_of("a = ", "a"), None);
    }

    #[test]
    fn a_fault_names_key_line_and_kind() {
        use serde::de::Error;
        let fault = |message: &str| toml::de::Error::custom(message);
        for (key, message, expected) in [
            (
                "training",
                "unknown field `epochs`, expected `x`",
                "at `training.epochs`, line 4: unknown field `epochs`, expected `x`",
            ),
            (
                "training.epochs",
                "unknown field `epochs`, expected `x`",
                "at `training.epochs`, line 4: unknown field `epochs`, expected `x`",
            ),
            (".", "unknown field `sede`, expected `x`", "at `sede`: unknown field `sede`, expected `x`"),
            (".", "at `training.epochs`: is odd", "at `training.epochs`, line 4: is odd"),
            (
                "training",
                "at `.`: unknown field `epochs`, expected `x`",
                "at `training.epochs`, line 4: unknown field `epochs`, expected `x`",
            ),
            (
                "seed",
                "invalid type: string \"x\", expected u64\nin `seed`",
                "at `seed`, line 1: invalid type: string \"x\", expected a whole number, 0 or above",
            ),
            (".", "is odd", "is odd"),
        ] {
            assert_eq!(located(TEXT, key, &fault(message)), expected);
        }
    }
}
