//! Doc comments as the text of a config's comments.

/// Columns of a comment, its `# ` included.
const WIDTH: usize = 110;

/// A doc comment's first paragraph as plain text in one line: without the brackets of links, and without a last
/// sentence that says the default, for the value stands beside it and may be another there. What only a reader of the
/// library needs stands in a later paragraph.
pub(super) fn plain(doc: &str) -> String {
    let mut text =
        doc.split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    // [`Name`] and [`Name`](address) become `Name`.
    while let Some(start) = text.find("[`") {
        let Some(length) = text[start..].find("`]") else { break };
        let end = start + length;
        let address =
            text[end + 2..].strip_prefix('(').and_then(|rest| rest.find(')')).map_or(0, |at| at + 2);
        text = format!("{}{}{}", &text[..start], &text[start + 1..=end], &text[end + 2 + address..]);
    }
    let start = text.rfind(". ").map_or(0, |at| at + 2);
    if is_default(&text[start..]) {
        text.truncate(start);
    }
    text.trim_end().to_owned()
}

/// Whether a sentence is `Default X.`, with one word or one span of code.
fn is_default(sentence: &str) -> bool {
    let Some(value) = sentence.strip_prefix("Default ").and_then(|rest| rest.strip_suffix('.')) else {
        return false;
    };
    let code = value.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
    code.map_or(!value.contains(' '), |code| !code.contains('`'))
}

/// The text as lines of comment; those after the first begin with `indent`.
pub(super) fn comment(text: &str, indent: &str) -> String {
    let (mut lines, mut line) = (String::new(), "#".to_owned());
    for word in text.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines += &line;
            lines.push('\n');
            line = format!("#{indent}");
        }
        line.push(' ');
        line += word;
    }
    lines + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doc_comment_becomes_prose() {
        for (doc, expected) in [
            ("Units of each.\nDefault 2048.", "Units of each."),
            (
                "Its mean,\nas in [`Mean`] and [`Other::of`](Self). Default `a b`.",
                "Its mean, as in `Mean` and `Other::of`.",
            ),
            ("Default 1,000,000.", ""),
            ("Many. Default `PER`: names.", "Many. Default `PER`: names."),
            ("`[a]`: it.\n\nAnd more.", "`[a]`: it."),
        ] {
            assert_eq!(plain(doc), expected);
        }
    }

    #[test]
    fn long_comments_are_wrapped() {
        let text = comment(&"word ".repeat(40).trim_end().replace("word", "words"), "  ");
        assert!(text.lines().all(|line| line.starts_with("# ") && line.chars().count() <= WIDTH));
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with("#   words")));
    }
}
