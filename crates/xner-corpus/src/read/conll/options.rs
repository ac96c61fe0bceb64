//! How a column file is laid out.

use serde::{Deserialize, Serialize};

use crate::read::Format;
use crate::{Scheme, Spelling};

/// A column: 0 is the first, 1 the second; -1 is the last, -2 the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Column(pub i32);

impl Column {
    /// The first column.
    pub const FIRST: Self = Self(0);
    /// The last column.
    pub const LAST: Self = Self(-1);

    /// The column's place in a row of `width` columns.
    pub fn of(self, width: usize) -> Option<usize> {
        let at =
            if self.0 < 0 { width.checked_sub(self.0.unsigned_abs() as usize)? } else { self.0 as usize };
        (at < width).then_some(at)
    }
}

/// What stands between two columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Separator {
    /// A tab if the first row has one, else blanks.
    #[default]
    Auto,
    /// One tab; tokens may hold spaces.
    Tab,
    /// Any number of spaces and tabs.
    Blank,
}

/// What to do with a row that has another number of columns than the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Ragged {
    /// The file is refused.
    #[default]
    Refuse,
    /// The row is read, as long as it has the token and the tag.
    Allow,
}

/// Columns, with tabs or not: which of them are read, and how.
///
/// The default is what the CoNLL shared tasks have: the token first, the tag last, in any scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ConllOptions {
    /// The token's column: 0 is the first, -1 the last.
    pub token: Column,
    /// The tag's column.
    pub tag: Option<Column>,
    /// What stands between columns.
    pub separator: Separator,
    /// What becomes of a row with another number of columns than the first.
    pub ragged: Ragged,
    /// Whether a line between sentences that begins with `# `, or is `#` alone, is a comment.
    pub comments: bool,
    /// Whether tokens carry a language prefix such as `en:`, to be removed. It is the same for all tokens of a
    /// sentence; a token without it is refused.
    pub language_prefix: bool,
    /// Whether rows begin with their number, tabs between, as in `CoNLL-U` and in the files of Universal NER. A row
    /// `1-2` or `1.1` is passed over, and a line that begins with `#` is a comment. The first column then means the
    /// second, the token; the last means the tag: under `NER=` in the last of ten columns, else the third column.
    pub conllu: bool,
    /// How tags are spelt: as one would expect, or as types alone.
    pub tags: Spelling,
    /// The scheme whose rules the tags must keep to. By default any tags are taken, and read as conlleval reads them.
    #[cfg_attr(feature = "schema", schemars(example = &"iob2"))]
    pub scheme: Option<Scheme>,
}

impl Default for ConllOptions {
    fn default() -> Self {
        Self {
            token: Column::FIRST,
            tag: Some(Column::LAST),
            separator: Separator::Auto,
            ragged: Ragged::Refuse,
            comments: false,
            language_prefix: false,
            conllu: false,
            tags: Spelling::Auto,
            scheme: None,
        }
    }
}

impl ConllOptions {
    /// Token and tag with a tab between, as in `WikiAnn`.
    pub fn tsv() -> Self {
        Self { separator: Separator::Tab, ..Self::default() }
    }

    /// The same for a format of columns: tabs stand between those of [`Format::Tsv`], numbers before those of
    /// [`Format::Conllu`].
    #[must_use]
    pub fn of_format(self, format: Format) -> Self {
        match format {
            Format::Tsv => Self { separator: Separator::Tab, ..self },
            Format::Conllu => Self { separator: Separator::Tab, conllu: true, ..self },
            _ => self,
        }
    }

    /// One token a row, without tags. Other columns are ignored.
    pub fn unlabelled() -> Self {
        Self { tag: None, ..Self::default() }
    }
}
