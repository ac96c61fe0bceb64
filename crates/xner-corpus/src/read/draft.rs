//! A sentence that is being read. Its buffers are kept from one sentence to the next.

use std::ops::Range;

use crate::Sentence;

#[derive(Debug, Default)]
pub(crate) struct Draft {
    text: String,
    spans: Vec<Range<u32>>,
}

impl Draft {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Adds a token behind a space. False when the sentence would grow beyond the offsets of its spans.
    #[must_use]
    pub(crate) fn push(&mut self, token: &str) -> bool {
        if !self.spans.is_empty() {
            self.text.push(' ');
        }
        let start = self.text.len();
        self.text.push_str(token);
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(self.text.len())) else {
            return false;
        };
        self.spans.push(start..end);
        true
    }

    /// The sentence, in exactly the memory it needs.
    pub(crate) fn sentence(&self) -> Sentence {
        Sentence::from_parts(self.text.as_str().into(), self.spans.as_slice().into())
    }
}
