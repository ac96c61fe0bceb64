//! What may stand for a tag.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use xner_corpus::Tag;

/// A tag as a scorer takes it: the string of a column, or a [`Tag`].
pub trait Label {
    /// The tag within.
    fn as_label(&self) -> LabelRef<'_>;
}

/// A borrowed tag.
#[derive(Debug, Clone, Copy)]
pub enum LabelRef<'a> {
    /// As it stands in a column.
    Text(&'a str),
    /// Parsed.
    Tag(&'a Tag),
}

impl fmt::Display for LabelRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Tag(tag) => tag.fmt(f),
        }
    }
}

impl Label for Tag {
    fn as_label(&self) -> LabelRef<'_> {
        LabelRef::Tag(self)
    }
}

macro_rules! text_label {
    ($($text:ty),*) => {$(
        impl Label for $text {
            fn as_label(&self) -> LabelRef<'_> {
                LabelRef::Text(self)
            }
        }
    )*};
}
text_label!(str, String, Box<str>, Arc<str>, Cow<'_, str>);

impl<L: Label + ?Sized> Label for &L {
    fn as_label(&self) -> LabelRef<'_> {
        (**self).as_label()
    }
}
