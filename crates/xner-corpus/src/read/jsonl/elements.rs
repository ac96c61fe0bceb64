//! The elements of a JSON list that fills a file.

use crate::read::limits::{LONGEST_LINE, mebibytes};

/// Whether a file whose first line of text is `line` is one list of records. A line that begins with a word is a
/// record of its own, `["text", {"entities": []}]`.
pub(super) fn is_list(line: &str) -> bool {
    let rest = line.trim_start().strip_prefix('[').map(str::trim_start);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['{', '[', ']']))
}

/// Cuts a list into its elements, a line at a time. Of an element, white space outside strings is left out, so that it
/// fits a line.
#[derive(Debug, Default)]
pub(super) struct Elements {
    /// How many brackets are open.
    depth: usize,
    string: bool,
    escaped: bool,
    /// Whether the list has ended.
    ended: bool,
    /// The element in hand, and the line at which it begins.
    draft: String,
    line: usize,
    /// Elements that are complete, the last first.
    pub(super) ready: Vec<(String, usize)>,
}

impl Elements {
    /// Adds a line. An error says what stands where it may not.
    pub(super) fn add(&mut self, text: &str, line: usize) -> Result<(), String> {
        let mut found = Vec::new();
        for c in text.chars().chain(['\n']) {
            if self.string {
                self.draft.push(c);
                self.fits()?;
                self.string = self.escaped || c != '"';
                self.escaped = !self.escaped && c == '\\';
                continue;
            }
            if c.is_ascii_whitespace() {
                continue;
            }
            if self.ended {
                return Err(format!("`{c}` stands behind the end of the list of records"));
            }
            if self.depth == 0 {
                // The first character is the bracket by which the list was known.
                self.depth = 1;
                continue;
            }
            if self.depth == 1 && matches!(c, ',' | ']') {
                self.ended = c == ']';
                if !self.draft.is_empty() {
                    found.push((std::mem::take(&mut self.draft), self.line));
                }
                continue;
            }
            if self.draft.is_empty() {
                self.line = line;
            }
            self.string = c == '"';
            self.draft.push(c);
            self.fits()?;
            match c {
                '{' | '[' => self.depth += 1,
                '}' | ']' => self.depth = self.depth.saturating_sub(1).max(1),
                _ => {}
            }
        }
        found.reverse();
        self.ready.splice(0..0, found);
        Ok(())
    }

    fn fits(&self) -> Result<(), String> {
        if self.draft.len() > LONGEST_LINE {
            let most = mebibytes(LONGEST_LINE);
            return Err(format!("the record that begins in line {} is longer than {most}", self.line));
        }
        Ok(())
    }

    /// Whether the list has ended, as it must before the file does.
    pub(super) fn complete(&self) -> bool {
        self.ended
    }
}
