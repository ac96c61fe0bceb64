//! From scores to taggings.

use burn::tensor::backend::Backend;
use xner_corpus::{Entity, Prefix, Scheme, Tag, TagId, TagSet, entities};
use xner_crf::{Constraints, Emissions, Parameters, Posterior};
use xner_nn::Crf;
use xner_train::weights::host;

use crate::{Decode, Error, Result, ScoredEntity, Tagging};

/// The tags that a scheme allows to open, close and follow one another.
pub fn constraints(tags: &TagSet) -> Constraints {
    constraints_from(tags, false)
}

/// The same; with `open` any tag may open a sentence.
fn constraints_from(tags: &TagSet, open: bool) -> Constraints {
    let (scheme, all) = (tags.scheme(), tags.tags());
    Constraints::new(
        all.len(),
        |tag| open || scheme.may_start(&all[tag]),
        |tag| scheme.may_end(&all[tag]),
        |from, to| scheme.may_follow(&all[from], &all[to]),
    )
}

/// The most tags. A decoder has eight tables of each tag before each other, in double precision: of 2048 tags they are
/// 270 MB, of the 20,001 of 5,000 types in IOBES they would be 26 GB.
pub const MOST_TAGS: usize = 2048;

/// Says that there are not too many tags.
pub(crate) fn check_tags(tags: &TagSet) -> std::result::Result<(), String> {
    if tags.len() > MOST_TAGS {
        return Err(format!(
            "{} entity types make {} tags of the scheme {}, expected at most {MOST_TAGS}",
            tags.types().len(),
            tags.len(),
            tags.scheme()
        ));
    }
    Ok(())
}

/// Reads sentences' scores under a CRF that keeps to the scheme.
#[derive(Debug)]
pub struct Decoder {
    crf: xner_crf::Crf,
    /// The same where any tag may open a sentence.
    open: xner_crf::Crf,
    tags: TagSet,
    /// Whether there are no scores but the tokens'.
    tokens_alone: bool,
    decode: Decode,
}

impl Decoder {
    /// For a trained CRF and its tags.
    ///
    /// # Errors
    /// [`crate::Error::Crf`] when its scores are not finite, or not those of so many tags.
    pub fn new<B: Backend>(crf: &Crf<B>, tags: &TagSet) -> Result<Self> {
        let parameters =
            Parameters::new(host(crf.transitions.val()), host(crf.start.val()), host(crf.end.val()))?;
        Self::build(&parameters, tags, false)
    }

    /// For scores of tokens that are logarithms of probabilities: of neighbouring tags only the scheme knows.
    ///
    /// # Errors
    /// [`crate::Error::Crf`] when there are no tags.
    pub fn of_scheme(tags: &TagSet) -> Result<Self> {
        check_tags(tags).map_err(Error::data)?;
        Self::build(&Parameters::zeros(tags.len())?, tags, true)
    }

    fn build(parameters: &Parameters, tags: &TagSet, tokens_alone: bool) -> Result<Self> {
        check_tags(tags).map_err(Error::data)?;
        let crf = |open| xner_crf::Crf::constrained(parameters, &constraints_from(tags, open));
        let (crf, open) = (crf(false)?, crf(true)?);
        Ok(Self { crf, open, tags: tags.clone(), tokens_alone, decode: Decode::Viterbi })
    }

    /// The same with another way to choose tags.
    #[must_use]
    pub fn with_decode(self, decode: Decode) -> Self {
        Self { decode, ..self }
    }

    /// The tags.
    pub fn tags(&self) -> &TagSet {
        &self.tags
    }

    /// The best tags of a sentence, `scores` being `[tokens, tags]`.
    ///
    /// # Errors
    /// [`crate::Error::Crf`] for scores that are not finite.
    pub fn best(&self, scores: &Emissions<'_>) -> Result<Vec<Tag>> {
        match self.decode {
            Decode::Viterbi => Ok(self.tags.decode(&self.crf.viterbi(scores)?.tags)),
            Decode::ViterbiOpen => Ok(self.tags.decode(&self.open.viterbi(scores)?.tags)),
            Decode::Argmax if self.tokens_alone => {
                Ok(self.highest((0..scores.len()).map(|step| scores.step(step))))
            }
            Decode::Argmax => {
                let marginals = self.crf.posterior(scores)?.marginals();
                Ok(self.highest(marginals.chunks_exact(self.tags.len())))
            }
        }
    }

    /// The tag with the highest number in each row; the first of several.
    fn highest<'a>(&self, rows: impl Iterator<Item = &'a [f32]>) -> Vec<Tag> {
        let best = |row: &[f32]| {
            let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            row.iter().position(|&number| number >= most).unwrap_or_default()
        };
        rows.map(|row| self.tags.tags()[best(row)].clone()).collect()
    }

    /// The best tags, their entities with probabilities, and the marginal probabilities of all tags.
    ///
    /// # Errors
    /// As [`Decoder::best`].
    pub fn tagging(&self, scores: &Emissions<'_>) -> Result<Tagging> {
        let tags = self.best(scores)?;
        let posterior = self.crf.posterior(scores)?;
        let scored = |entity: Entity| {
            let probability = self.entity_probability(&posterior, &entity)?.clamp(0.0, 1.0) as f32;
            Ok(ScoredEntity { entity, probability })
        };
        let entities = entities(&tags).into_iter().map(scored).collect::<Result<_>>()?;
        Ok(Tagging { tags, entities, probabilities: posterior.marginals() })
    }

    /// The probability that exactly these tokens are an entity of this type.
    ///
    /// # Errors
    /// [`crate::Error::Crf`] when the entity reaches beyond the sentence.
    pub fn entity_probability(&self, posterior: &Posterior<'_>, entity: &Entity) -> Result<f64> {
        let start = entity.tokens.start;
        let id = |prefix| self.tags.id(&Tag::Part(prefix, entity.kind.clone()));
        let inside = id(Prefix::Inside);
        let continuing: Vec<TagId> = match self.tags.scheme() {
            Scheme::Iobes => Vec::new(),
            Scheme::Iob1 | Scheme::Iob2 => inside.into_iter().collect(),
        };
        let alone = [Entity { tokens: 0..entity.tokens.len(), kind: entity.kind.clone() }];
        let tags = self.tags.scheme().tags(&alone, entity.tokens.len());
        let Some(mut path) = tags.iter().map(|tag| self.tags.id(tag)).collect::<Option<Vec<TagId>>>() else {
            return Ok(0.0);
        };
        let mut probability = posterior.span_probability(start, &path, &continuing)?;
        if let (Scheme::Iob1, Some(begin), 1..) = (self.tags.scheme(), id(Prefix::Begin), start) {
            // Behind a token of the same type, `I` continues that token's entity, and `B` opens this one.
            for before in [Some(begin), inside].into_iter().flatten() {
                let longer: Vec<TagId> = [before].into_iter().chain(path.iter().copied()).collect();
                probability -= posterior.span_probability(start - 1, &longer, &continuing)?;
            }
            path[0] = begin;
            probability += posterior.span_probability(start, &path, &continuing)?;
        }
        Ok(probability)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_sentence_may_open_within_an_entity_only_where_that_is_asked_for() {
        let tags = TagSet::new(Scheme::Iob2, ["PER".into()]);
        let id = |name: &str| usize::from(tags.id(&name.parse().unwrap()).unwrap());
        let mut scores = vec![0.0; 2 * tags.len()];
        // `I-PER` is best for both words, `B-PER` next.
        for (word, name, score) in [(0, "I-PER", 3.0), (0, "B-PER", 2.0), (1, "I-PER", 3.0)] {
            scores[word * tags.len() + id(name)] = score;
        }
        let best = |decode| {
            let decoder = Decoder::of_scheme(&tags).unwrap().with_decode(decode);
            let best = decoder.best(&Emissions::new(&scores, tags.len()).unwrap()).unwrap();
            best.iter().map(Tag::to_string).collect::<Vec<_>>()
        };
        assert_eq!(best(Decode::Viterbi), ["B-PER", "I-PER"]);
        assert_eq!(best(Decode::ViterbiOpen), ["I-PER", "I-PER"]);
        assert_eq!(best(Decode::Argmax), ["I-PER", "I-PER"]);
        // Inside a sentence the scheme holds for it too: `O I-PER` cannot be.
        scores[id("O")] = 4.0;
        let decoder = Decoder::of_scheme(&tags).unwrap().with_decode(Decode::ViterbiOpen);
        let best = decoder.best(&Emissions::new(&scores, tags.len()).unwrap()).unwrap();
        assert_ne!(best[0], Tag::Outside);
    }
}
