//! Which tags may open, close and follow one another.

use crate::error::{Result, shape};

/// A set of allowed paths: those whose first tag may start, whose last may end, and whose every tag may
/// follow the one before it.
///
/// ```
/// use xner_crf::Constraints;
///
/// // IOB2 over one type, numbered O, B, I: `I` stands only behind `B` or `I`.
/// let iob2 = Constraints::new(3, |i| i != 2, |_| true, |from, to| to != 2 || from != 0);
/// assert!(iob2.allows(&[0, 1, 2, 2]));
/// assert!(!iob2.allows(&[2, 0]) && !iob2.allows(&[0, 2]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraints {
    tags: usize,
    start: Vec<bool>,
    end: Vec<bool>,
    follow: Vec<bool>,
}

impl Constraints {
    /// The constraints that three predicates describe: whether a tag may `start` a sentence, may `end`
    /// one, and whether the second tag may `follow` the first.
    pub fn new(
        tags: usize,
        start: impl Fn(usize) -> bool,
        end: impl Fn(usize) -> bool,
        follow: impl Fn(usize, usize) -> bool,
    ) -> Self {
        let follow = (0..tags * tags).map(|at| follow(at / tags, at % tags)).collect();
        Self { tags, start: (0..tags).map(start).collect(), end: (0..tags).map(end).collect(), follow }
    }

    /// The number of tags.
    pub fn tags(&self) -> usize {
        self.tags
    }

    /// Whether a sentence may open with `tag`.
    pub fn may_start(&self, tag: usize) -> bool {
        self.start.get(tag).is_some_and(|&allowed| allowed)
    }

    /// Whether a sentence may close with `tag`.
    pub fn may_end(&self, tag: usize) -> bool {
        self.end.get(tag).is_some_and(|&allowed| allowed)
    }

    /// Whether `to` may stand directly behind `from`.
    pub fn may_follow(&self, from: usize, to: usize) -> bool {
        to < self.tags && self.follow.get(from * self.tags + to).is_some_and(|&allowed| allowed)
    }

    /// Whether a whole path is allowed; the empty one is.
    pub fn allows(&self, path: &[u16]) -> bool {
        path.first().is_none_or(|&tag| self.may_start(tag.into()))
            && path.last().is_none_or(|&tag| self.may_end(tag.into()))
            && path.windows(2).all(|pair| self.may_follow(pair[0].into(), pair[1].into()))
    }

    pub(crate) fn check(&self, tags: usize) -> Result<()> {
        shape("constraints [tags]", tags, self.tags)
    }
}
