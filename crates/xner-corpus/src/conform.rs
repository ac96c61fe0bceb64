//! Whether tags keep to a scheme, and which scheme tags seem to be in.

use serde::Serialize;
use xner_core::{ErrorKind, escaped};

use crate::{Scheme, Tag};

/// A tag that its scheme does not allow where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "tag `{tag}` breaks {scheme}: it may not {rule}",
    tag = escaped(&tag.to_string()),
    scheme = scheme.to_string().to_uppercase(),
    rule = escaped(rule)
)]
pub struct SchemeError {
    /// The scheme.
    pub scheme: Scheme,
    /// The offending token, from 0.
    pub at: usize,
    /// Its tag.
    pub tag: Tag,
    /// What it may not do, such as ``follow `O` ``.
    pub rule: String,
}

impl SchemeError {
    /// What a caller does with it.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::BadInput
    }
}

impl Scheme {
    /// Whether the tags of a sentence are exactly as the scheme would write them.
    ///
    /// # Errors
    /// [`SchemeError`] for the first tag that may not follow the one before it, open or close the sentence.
    pub fn validate(self, tags: &[Tag]) -> Result<(), SchemeError> {
        self.faults(tags).next().map_or(Ok(()), Err)
    }

    /// All tags of a sentence that the scheme would not write where they stand.
    ///
    /// ```
    /// use xner_corpus::{Scheme, Tag};
    ///
    /// let tags: Vec<Tag> = ["B-LOC", "O", "B-PER"].iter().map(|tag| tag.parse().unwrap()).collect();
    /// assert_eq!(Scheme::Iob1.faults(&tags).map(|fault| fault.at).collect::<Vec<_>>(), [0, 2]);
    /// ```
    pub fn faults(self, tags: &[Tag]) -> impl Iterator<Item = SchemeError> + '_ {
        let fault = move |at: usize, rule| SchemeError { scheme: self, at, tag: tags[at].clone(), rule };
        let within = tags.iter().enumerate().filter_map(move |(at, tag)| {
            match at.checked_sub(1).map(|before| &tags[before]) {
                None if !self.may_start(tag) => Some(fault(at, "open a sentence".to_owned())),
                Some(before) if !self.may_follow(before, tag) => {
                    Some(fault(at, format!("follow `{before}`")))
                }
                _ => None,
            }
        });
        let last = tags.last().filter(|last| !self.may_end(last));
        within.chain(last.map(|_| fault(tags.len() - 1, "close a sentence".to_owned())))
    }

    /// The scheme that the tags of some sentences seem to be in: see [`SchemeTally`].
    pub fn detect<'a>(sentences: impl IntoIterator<Item = &'a [Tag]>) -> Option<Self> {
        let mut tally = SchemeTally::default();
        sentences.into_iter().for_each(|tags| tally.add(tags));
        tally.best()
    }
}

/// Counts, for each scheme, the places where tags break it. The scheme that is broken least is the likely one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SchemeTally {
    parts: usize,
    violations: [usize; 3],
}

impl SchemeTally {
    const SCHEMES: [Scheme; 3] = [Scheme::Iob2, Scheme::Iob1, Scheme::Iobes];

    /// Counts the tags of one sentence.
    pub fn add(&mut self, tags: &[Tag]) {
        let mut before = &Tag::Outside;
        for tag in tags.iter().chain([&Tag::Outside]) {
            if *tag != Tag::Outside || *before != Tag::Outside {
                self.parts += usize::from(*tag != Tag::Outside);
                for (violations, scheme) in self.violations.iter_mut().zip(Self::SCHEMES) {
                    *violations += usize::from(!scheme.may_follow(before, tag));
                }
            }
            before = tag;
        }
    }

    /// The scheme with the fewest faults; `None` when no tag was part of an entity.
    pub fn best(&self) -> Option<Scheme> {
        let least = (0..3).min_by_key(|&scheme| self.violations[scheme])?;
        (self.parts > 0).then_some(Self::SCHEMES[least])
    }

    /// In how many places the tags break `scheme`.
    pub fn violations(&self, scheme: Scheme) -> usize {
        Self::SCHEMES
            .iter()
            .zip(self.violations)
            .filter(|(one, _)| **one == scheme)
            .map(|(_, violations)| violations)
            .sum()
    }
}
