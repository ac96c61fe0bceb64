//! Text of others in messages: characters that would steer a terminal, or begin a line of their own, are shown.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::path::Path;

/// The text with control characters, marks of direction and line separators escaped, as in `\u{1b}` or `\n`.
///
/// ```
/// use xner_core::escaped;
///
/// assert_eq!(escaped("Köln"), "Köln");
/// assert_eq!(escaped("a\u{1b}[2Jb\n\u{202e}"), "a\\u{1b}[2Jb\\n\\u{202e}");
/// ```
pub fn escaped(text: &str) -> Cow<'_, str> {
    escaped_if(text, steers)
}

/// As [`escaped`], for a message that may have several lines: line feeds stay.
pub fn escaped_lines(text: &str) -> Cow<'_, str> {
    escaped_if(text, |c| c != '\n' && steers(c))
}

/// A path as it stands in messages: as [`Path::display`] shows it, escaped.
///
/// ```
/// use xner_core::shown;
///
/// assert_eq!(shown("a\tb".as_ref()).to_string(), "a\\tb");
/// ```
pub fn shown(path: &Path) -> impl fmt::Display + '_ {
    Shown(path)
}

struct Shown<'a>(&'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escaped(&self.0.to_string_lossy()))
    }
}

fn escaped_if(text: &str, is: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&is) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is(c) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "{}", c.escape_debug());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a character is none that is seen, and changes how what follows it is shown.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_escaped_and_letters_stay() {
        for (text, shown) in [
            ("", ""),
            ("Zürich, 東京, ‘x’, \u{200d}", "Zürich, 東京, ‘x’, \u{200d}"),
            ("a\0\r\n\t\u{7f}\u{9b}", "a\\0\\r\\n\\t\\u{7f}\\u{9b}"),
            ("\u{2028}\u{2066}", "\\u{2028}\\u{2066}"),
        ] {
            assert_eq!(escaped(text), shown);
        }
        assert_eq!(escaped_lines("a\nb\r"), "a\nb\\r");
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_utf8_is_shown_as_ever() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"a\xff\x1b"));
        assert_eq!(shown(path).to_string(), "a\u{fffd}\\u{1b}");
    }
}
