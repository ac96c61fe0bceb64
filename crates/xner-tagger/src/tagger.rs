//! What every tagger can do.

use xner_corpus::{Entity, Sentence, Tag, TagSet};

use crate::Result;

/// A trained tagger. Many threads may tag with one.
pub trait Tagger: Send + Sync {
    /// Tags sentences; the answer has one [`Tagging`] for each, in their order.
    ///
    /// An empty sentence has an empty tagging. A sentence's tagging does not depend on its neighbours (up to
    /// rounding in the probabilities).
    ///
    /// # Errors
    /// A fault of the device.
    fn tag(&self, sentences: &[Sentence]) -> Result<Vec<Tagging>>;

    /// The best tags alone, for scoring: as [`Tagger::tag`], without the probabilities.
    ///
    /// # Errors
    /// As [`Tagger::tag`].
    fn best(&self, sentences: &[Sentence]) -> Result<Vec<Vec<Tag>>> {
        Ok(self.tag(sentences)?.into_iter().map(|tagging| tagging.tags).collect())
    }

    /// The tags that it gives.
    fn tag_set(&self) -> &TagSet;
}

/// A tagger that shows what it makes of words before it scores tags, for figures.
pub trait Features: Tagger {
    /// What the last layer before the tags' scores makes of each token ("common encoder" in Bari et al. 2020): for
    /// each sentence its tokens' features, `[tokens, features]` row by row.
    ///
    /// # Errors
    /// As [`Tagger::tag`].
    fn common(&self, sentences: &[Sentence]) -> Result<Vec<Vec<f32>>>;
}

/// How tags are chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decode {
    /// The best sequence that keeps to the scheme (default).
    #[default]
    Viterbi,
    /// The best sequence that keeps to the scheme but for its first tag, which may be any: a sentence may begin within
    /// an entity, as in the programs that `TransAdv` goes back to.
    ViterbiOpen,
    /// The most probable tag of each token by itself. Such tags may break the scheme; entities are then read off them
    /// as conlleval does.
    Argmax,
}

/// The answer for one sentence.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tagging {
    /// A tag for each token, chosen as the tagger was opened to: by default the best sequence that keeps to the
    /// scheme.
    pub tags: Vec<Tag>,
    /// The entities of these tags, in order.
    pub entities: Vec<ScoredEntity>,
    /// The probability of each tag at each token, `[tokens, tags]` row by row, tags numbered as in
    /// [`Tagger::tag_set`].
    pub probabilities: Vec<f32>,
}

/// An entity and how sure the tagger is of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredEntity {
    /// The entity.
    pub entity: Entity,
    /// The probability that exactly these tokens are an entity of this type.
    pub probability: f32,
}
