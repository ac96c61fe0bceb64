//! A tagger and how it is fed.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use xner_corpus::split::TextOptions;
use xner_corpus::{Sentence, Tag};
use xner_tagger::{Tagger, Tagging};

use super::job::Job;
use super::{Limit, TextEntity};
use crate::{Error, Result};

/// Words that are tagged at a time where nobody looks at the clock: enough for all threads, little enough for memory.
const UNLIMITED: usize = 1 << 13;
/// How long a piece of work takes, where somebody does.
const PIECE: Duration = Duration::from_millis(10);

/// A tagger, how text is split for it, and how fast it was.
pub(super) struct Engine {
    pub(super) tagger: Arc<dyn Tagger>,
    pub(super) text: TextOptions,
    /// Words that it tags in the time of a [`PIECE`].
    pace: AtomicUsize,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Engine");
        shown.field("types", &self.tagger.tag_set().types()).field("text", &self.text).finish_non_exhaustive()
    }
}

impl Engine {
    pub(super) fn new(tagger: Arc<dyn Tagger>, text: TextOptions) -> Self {
        Self { tagger, text, pace: AtomicUsize::new(128) }
    }

    /// The entities of each text.
    pub(super) fn run<'t>(
        &self,
        texts: impl Iterator<Item = &'t str>,
        limit: &Limit,
    ) -> Result<Vec<Vec<TextEntity>>> {
        let mut jobs: Vec<Job<'_>> = texts.map(|text| Job::new(text, limit.clone())).collect();
        limit.check()?;
        let mut first = 0;
        while first < jobs.len() {
            limit.check()?;
            let words = if limit.is_some() { self.words() } else { UNLIMITED };
            let (mut pieces, mut owners, mut count) = (Vec::new(), Vec::new(), 0);
            let mut at = first;
            while at < jobs.len() && count < words {
                count += jobs[at].next(&self.text, words - count, &mut pieces)?;
                owners.resize(pieces.len(), at);
                if !jobs[at].ended() {
                    break;
                }
                at += 1;
            }
            for ((tagging, piece), owner) in self.tag(&pieces)?.into_iter().zip(&pieces).zip(owners) {
                jobs[owner].add(piece, tagging)?;
            }
            first = at;
        }
        Ok(jobs.into_iter().map(|job| job.found).collect())
    }

    /// The tags of each sentence.
    pub(super) fn tags(&self, sentences: &[Sentence], limit: &Limit) -> Result<Vec<Vec<Tag>>> {
        limit.check()?;
        let mut found = Vec::with_capacity(sentences.len());
        let mut rest = sentences;
        while !rest.is_empty() {
            limit.check()?;
            let words = if limit.is_some() { self.words() } else { UNLIMITED };
            let mut count = 0;
            let end = rest.iter().position(|sentence| {
                count += sentence.len();
                count >= words
            });
            let (piece, others) = rest.split_at(end.map_or(rest.len(), |last| last + 1));
            found.extend(self.tag(piece)?.into_iter().map(|tagging| tagging.tags));
            rest = others;
        }
        Ok(found)
    }

    /// Words for one piece of work.
    pub(super) fn words(&self) -> usize {
        self.pace.load(Ordering::Relaxed)
    }

    /// Tags pieces. A tagger that panics, or answers too little, is a fault.
    pub(super) fn tag(&self, pieces: &[Sentence]) -> Result<Vec<Tagging>> {
        if pieces.is_empty() {
            return Ok(Vec::new());
        }
        let begin = Instant::now();
        let tagged = catch_unwind(AssertUnwindSafe(|| self.tagger.tag(pieces)));
        let taggings = tagged.map_err(|_| Error::other("the tagger panicked"))??;
        if taggings.len() != pieces.len() {
            let (found, expected) = (taggings.len(), pieces.len());
            return Err(Error::data(format!("the tagger gave {found} answers for {expected} sentences")));
        }
        self.learn(pieces.iter().map(Sentence::len).sum(), begin.elapsed());
        Ok(taggings)
    }

    /// Learns how fast the tagger is, a quarter of each time: one that the system held up says little.
    fn learn(&self, words: usize, time: Duration) {
        let now = words as f64 * PIECE.as_secs_f64() / time.as_secs_f64().max(1e-6);
        let before = self.words() as f64;
        // A few words say more of the call than of the tagger.
        if words as f64 >= before / 4.0 || now < before {
            let next = 0.75 * before + 0.25 * now.min(4.0 * before);
            self.pace.store((next as usize).clamp(16, UNLIMITED), Ordering::Relaxed);
        }
    }
}
