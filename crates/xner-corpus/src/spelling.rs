//! How tags are spelt in a file.

use serde::{Deserialize, Serialize};

use crate::{EntityType, ParseTagError, Prefix, Tag};

/// How the tags of a file are spelt.
///
/// ```
/// use xner_corpus::Spelling;
///
/// // BILOU and BMEWO have letters of their own for the places that IOBES has.
/// assert_eq!(Spelling::Auto.parse("L-PER")?, "E-PER".parse()?);
/// assert_eq!(Spelling::Auto.parse("b_PER")?, "B-PER".parse()?);
/// // A type alone is no tag unless the file is said to be spelt so.
/// assert!(Spelling::Auto.parse("PER").is_err());
/// assert_eq!(Spelling::Bare.parse("PER")?, "I-PER".parse()?);
/// # Ok::<(), xner_corpus::ParseTagError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Spelling {
    /// What cannot be mistaken: `B-PER`, with `-` or `_` between, with the letters of IOBES, BILOU (`L`, `U`) and
    /// BMEWO (`M`, `W`), small or capital. Types stay as they are spelt.
    #[default]
    Auto,
    /// `O`, and `B-`, `I-`, `E-` or `S-` before a type, as [`Tag`] has them.
    Strict,
    /// A type alone, `PER`, or `O`. Tokens of one type side by side are one entity.
    Bare,
}

impl Spelling {
    /// The tag that a text stands for.
    ///
    /// # Errors
    /// [`ParseTagError`] for a text that is no tag in this spelling.
    pub fn parse(self, text: &str) -> Result<Tag, ParseTagError> {
        let fault = || ParseTagError(text.to_owned());
        match self {
            Self::Strict => text.parse(),
            Self::Bare => match text {
                "" => Err(fault()),
                "O" | "o" => Ok(Tag::Outside),
                _ if parted(text).is_some() => Err(fault()),
                _ => Ok(Tag::Part(Prefix::Inside, EntityType::new(text))),
            },
            Self::Auto if text == "o" || text == "O" => Ok(Tag::Outside),
            Self::Auto => {
                let (prefix, kind) = parted(text).ok_or_else(fault)?;
                Ok(Tag::Part(prefix, EntityType::new(kind)))
            }
        }
    }
}

/// The prefix and the type of a tag in any of the letters.
fn parted(text: &str) -> Option<(Prefix, &str)> {
    let prefix = match text.chars().next()?.to_ascii_uppercase() {
        'B' => Prefix::Begin,
        'I' | 'M' => Prefix::Inside,
        'E' | 'L' => Prefix::End,
        'S' | 'U' | 'W' => Prefix::Single,
        _ => return None,
    };
    let kind = text.get(1..)?.strip_prefix(['-', '_'])?;
    (!kind.is_empty()).then_some((prefix, kind))
}

xner_core::named!(Spelling, "spelling of tags", { Auto = "auto", Strict = "strict", Bare = "bare" });
