//! Rows that begin with their number, as those of CoNLL-U and of Universal NER do.

/// What the first column of such a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Id {
    /// `3`: a word.
    Word,
    /// `3-4`, the words of which a token is made, or `3.1`, a word that is not in the text.
    Passed,
}

/// Reads the first column. `None` where it is no number.
pub(super) fn id(text: &str) -> Option<Id> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once(['-', '.']) {
        Some((first, second)) => (is_number(first) && is_number(second)).then_some(Id::Passed),
        None => is_number(text).then_some(Id::Word),
    }
}

/// The columns of CoNLL-U.
pub(super) const WIDTH: usize = 10;
/// The keys, in any case, under which the last column of CoNLL-U has a tag.
const KEYS: [&str; 2] = ["NER", "NE"];

/// The tag in the last column of CoNLL-U: `NER=B-PER` among others, or the tag alone.
pub(super) fn misc_tag(misc: &str) -> Option<&str> {
    if is_tag(misc) {
        return Some(misc);
    }
    let fields = misc.split('|').filter_map(|field| field.split_once('='));
    let mut named = fields.filter(|(key, _)| KEYS.iter().any(|name| key.eq_ignore_ascii_case(name)));
    named.next().map(|(_, tag)| tag)
}

fn is_tag(text: &str) -> bool {
    let mut chars = text.chars();
    text == "O"
        || chars.next().is_some_and(|c| c.is_ascii_alphabetic())
            && chars.next() == Some('-')
            && text.len() > 2
}

/// Whether the first lines of a column file are in this dress. `None` where they do not tell yet.
///
/// They are if the first row is number 1 of a sentence and has the columns of CoNLL-U, or has comments before it and a
/// tag in the third column.
pub(in crate::read) fn is_numbered(head: &str, whole: bool) -> Option<bool> {
    let mut comments = false;
    for line in head.split_inclusive('\n') {
        if !line.ends_with('\n') && !whole {
            return None;
        }
        let line = line.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
        if line == "#" || line.starts_with("# ") {
            comments = true;
        } else if !line.trim().is_empty() {
            let columns: Vec<&str> = line.split('\t').collect();
            let first = columns[0].split(['-', '.']).next().unwrap_or_default();
            let begins = id(columns[0]).is_some() && matches!(first, "0" | "1");
            let head = |text: &str| text == "_" || id(text) == Some(Id::Word);
            let conllu = columns.len() == WIDTH && head(columns[6]);
            let uner = comments && columns.get(2).is_some_and(|tag| is_tag(tag));
            return Some(begins && (conllu || uner));
        }
    }
    whole.then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told() {
        for (text, want) in [("1", Some(Id::Word)), ("12", Some(Id::Word)), ("1-2", Some(Id::Passed))] {
            assert_eq!(id(text), want, "{text}");
        }
        assert_eq!(id("8.1"), Some(Id::Passed));
        for text in ["", "a", "1-", "-1", "1.x", "1-2-3", "²"] {
            assert_eq!(id(text), None, "{text}");
        }
    }

    #[test]
    fn first_lines_tell() {
        let row = "1\tAda\t_\tPROPN\t_\t_\t0\troot\t_\tNER=B-PER\n";
        for (head, want) in [
            (row, Some(true)),
            ("# text = Ada\n1\tAda\tB-PER\t-\t-\n", Some(true)),
            ("# a\r\n1-2\tzum\tO\r\n", Some(true)),
            ("1\tAda\tB-PER\t-\t-\n", Some(false)),
            ("Ada\tB-PER\n", Some(false)),
            ("# a\nAda\tB-PER\n", Some(false)),
            ("# a\n", None),
            ("# a\n1\tAda", None),
            ("2 Ada B-PER\n", Some(false)),
        ] {
            assert_eq!(is_numbered(head, false), want, "{head}");
        }
        assert_eq!(is_numbered("# a\n1\tAda\tO", true), Some(true));
        assert_eq!(is_numbered("", true), Some(false));
    }
}
