//! The tags of a column file in the letters that scores are counted in.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use xner_corpus::read::conll::Block;
use xner_corpus::{Prefix, Scheme, Spelling, Tag};

use crate::columns::TagFile;

/// What the tags that were read are spelt with.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Letters {
    /// There is an `S` or an `E`, which conlleval reads otherwise than IOBES means it.
    pub(super) singles: bool,
    /// There is an `L`, `U`, `M` or `W`, which BILOU and BMEWO alone have.
    pub(super) others: bool,
}

/// Reads tags, each once.
pub(super) struct Texts {
    spelling: Spelling,
    known: HashMap<Box<str>, (Arc<str>, Option<Prefix>)>,
    pub(super) letters: Letters,
}

impl Texts {
    pub(super) fn new(spelling: Spelling) -> Self {
        Self { spelling, known: HashMap::new(), letters: Letters::default() }
    }

    /// The tags of a sentence. One that is none, or of a scheme other than `allowed`, is refused with its line.
    pub(super) fn read(
        &mut self,
        file: &TagFile,
        block: &Block,
        allowed: Option<Scheme>,
    ) -> Result<Vec<Arc<str>>> {
        let texts = TagFile::tags(block).into_iter().enumerate();
        texts
            .map(|(at, text)| {
                let (read, prefix) = self.one(text).map_err(|message| file.fault(block, at, &message))?;
                match (allowed, prefix) {
                    (Some(scheme), Some(prefix)) if !scheme.prefixes().contains(&prefix) => {
                        Err(file.fault(block, at, &format!("tag `{text}` is not of scheme {scheme}")))
                    }
                    _ => Ok(read),
                }
            })
            .collect()
    }

    /// The tags of marks; what is none stays as it is.
    pub(super) fn of_marks(&mut self, texts: Vec<&str>) -> Vec<Arc<str>> {
        texts.into_iter().map(|text| self.one(text).map_or_else(|_| text.into(), |(read, _)| read)).collect()
    }

    fn one(&mut self, text: &str) -> Result<(Arc<str>, Option<Prefix>), String> {
        if let Some(known) = self.known.get(text) {
            return Ok(known.clone());
        }
        let (read, prefix) = read(text, self.spelling)?;
        if self.spelling != Spelling::Bare {
            let letter = text.chars().next().map(|c| c.to_ascii_uppercase());
            self.letters.singles |= matches!(prefix, Some(Prefix::Single));
            self.letters.others |= prefix.is_some() && matches!(letter, Some('L' | 'U' | 'M' | 'W'));
        }
        let known: (Arc<str>, _) = (read.into(), prefix);
        self.known.insert(text.into(), known.clone());
        Ok(known)
    }
}

/// A tag as [`Tag`] spells it, or a prefix alone, and its prefix.
fn read(text: &str, spelling: Spelling) -> Result<(String, Option<Prefix>), String> {
    if text.is_empty() {
        return Err("the tag is empty".to_owned());
    }
    // A file may have entities of one kind that has no name.
    let alone = match text {
        "B" | "b" => Some(Prefix::Begin),
        "I" | "i" => Some(Prefix::Inside),
        "E" | "S" | "L" | "U" | "M" | "W" if spelling == Spelling::Auto => {
            spelling.parse(&format!("{text}-x")).ok().and_then(|tag| tag.prefix())
        }
        _ => None,
    };
    if let Some(prefix) = alone.filter(|_| spelling != Spelling::Bare) {
        return Ok((prefix.letter().to_string(), Some(prefix)));
    }
    let tag: Tag = spelling.parse(text).map_err(|fault| fault.to_string())?;
    Ok((tag.to_string(), tag.prefix()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_those_of_iobes() {
        for (text, want) in [
            ("O", "O"),
            ("o", "O"),
            ("B-PER", "B-PER"),
            ("b_per", "B-per"),
            ("L-PER", "E-PER"),
            ("U-PER", "S-PER"),
            ("W-PER", "S-PER"),
            ("M-PER", "I-PER"),
            ("B", "B"),
            ("I", "I"),
            ("U", "S"),
        ] {
            assert_eq!(read(text, Spelling::Auto).map(|(read, _)| read), Ok(want.to_owned()), "{text}");
        }
        assert_eq!(read("PER", Spelling::Bare).map(|(read, _)| read), Ok("I-PER".to_owned()));
        for text in ["", "PER", "X-PER", "B-", "-"] {
            assert!(read(text, Spelling::Auto).is_err(), "{text}");
        }
        assert!(read("L-PER", Spelling::Strict).is_err() && read("B-PER", Spelling::Bare).is_err());
    }
}
