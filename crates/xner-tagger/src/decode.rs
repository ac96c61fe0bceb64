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
        let keeping = |open| constraints_from(tags, open);
        Self::build(&parameters(crf)?, tags, keeping, false)
    }

    /// The same that does not keep to the scheme: every sequence of tags may be chosen.
    ///
    /// # Errors
    /// As [`Decoder::new`].
    pub fn unconstrained<B: Backend>(crf: &Crf<B>, tags: &TagSet) -> Result<Self> {
        let all = |_| Constraints::new(tags.len(), |_| true, |_| true, |_, _| true);
        Self::build(&parameters(crf)?, tags, all, false)
    }

    /// For scores of tokens that are logarithms of probabilities: of neighbouring tags only the scheme knows.
    ///
    /// # Errors
    /// [`crate::Error::Crf`] when there are no tags.
    pub fn of_scheme(tags: &TagSet) -> Result<Self> {
        check_tags(tags).map_err(Error::data)?;
        Self::build(&Parameters::zeros(tags.len())?, tags, |open| constraints_from(tags, open), true)
    }

    fn build(
        parameters: &Parameters,
        tags: &TagSet,
        constraints: impl Fn(bool) -> Constraints,
        tokens_alone: bool,
    ) -> Result<Self> {
        check_tags(tags).map_err(Error::data)?;
        let crf = |open| xner_crf::Crf::constrained(parameters, &constraints(open));
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
            Decode::Argmax => Ok(self.highest(self.own(scores)?.chunks_exact(self.tags.len()))),
        }
    }

    /// The best tags of a sentence whose tokens have these probabilities, `[tokens, tags]`: of a decoder that
    /// [`Decoder::of_scheme`] made.
    ///
    /// # Errors
    /// As [`Decoder::best`].
    pub fn best_of(&self, probabilities: &[f32]) -> Result<Vec<Tag>> {
        if probabilities.is_empty() {
            return Ok(Vec::new());
        }
        self.best(&Emissions::new(&logarithms(probabilities), self.tags.len())?)
    }

    /// Each token's own probability of each tag, `[tokens, tags]`: where there are no scores but the tokens', the
    /// softmax of these, else the marginals.
    fn own(&self, scores: &Emissions<'_>) -> Result<Vec<f32>> {
        if !self.tokens_alone {
            return Ok(self.crf.posterior(scores)?.marginals());
        }
        Ok((0..scores.len()).flat_map(|step| softmax(scores.step(step))).collect())
    }

    /// The tag with the highest number in each row; the first of several.
    fn highest<'a>(&self, rows: impl Iterator<Item = &'a [f32]>) -> Vec<Tag> {
        let best = |row: &[f32]| {
            let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            row.iter().position(|&number| number >= most).unwrap_or_default()
        };
        rows.map(|row| self.tags.tags()[best(row)].clone()).collect()
    }

    /// The best tags, their entities with probabilities, and the probabilities of all tags.
    ///
    /// Both are of what chose the tags. Under [`Decode::Viterbi`] and [`Decode::ViterbiOpen`] they are marginals of all
    /// sequences that keep to the scheme. Under [`Decode::Argmax`] they are each token's own, and an entity's is their
    /// product over its tags, times the probability that the next token does not go on with it.
    ///
    /// # Errors
    /// As [`Decoder::best`].
    pub fn tagging(&self, scores: &Emissions<'_>) -> Result<Tagging> {
        let tags = self.best(scores)?;
        if self.decode == Decode::Argmax {
            let probabilities = self.own(scores)?;
            let found = entities(&tags).into_iter();
            let entities = found
                .map(|entity| {
                    let probability = self.own_probability(&probabilities, &tags, &entity);
                    ScoredEntity { entity, probability }
                })
                .collect();
            return Ok(Tagging { tags, entities, probabilities });
        }
        let crf = if self.decode == Decode::ViterbiOpen { &self.open } else { &self.crf };
        let posterior = crf.posterior(scores)?;
        let scored = |entity: Entity| {
            let probability = self.entity_probability(&posterior, &entity)?.clamp(0.0, 1.0) as f32;
            Ok(ScoredEntity { entity, probability })
        };
        let entities = entities(&tags).into_iter().map(scored).collect::<Result<_>>()?;
        Ok(Tagging { tags, entities, probabilities: posterior.marginals() })
    }

    /// The product of the tokens' own probabilities of an entity's tags, and of what follows not to go on with it.
    fn own_probability(&self, own: &[f32], tags: &[Tag], entity: &Entity) -> f32 {
        let width = self.tags.len();
        let at = |token: usize, tag: &Tag| {
            self.tags.id(tag).map_or(0.0, |id| f64::from(own[token * width + usize::from(id)]))
        };
        let whole: f64 = entity.tokens.clone().map(|token| at(token, &tags[token])).product();
        let end = entity.tokens.end;
        let last = tags[end - 1].prefix();
        // Behind an `E` or an `S` whatever follows is no part of the entity.
        let goes_on = if end < tags.len() && matches!(last, Some(Prefix::Begin | Prefix::Inside)) {
            let on = [Prefix::Inside, Prefix::End].map(|prefix| Tag::Part(prefix, entity.kind.clone()));
            on.iter().map(|tag| at(end, tag)).sum()
        } else {
            0.0
        };
        (whole * (1.0 - goes_on)).clamp(0.0, 1.0) as f32
    }

    /// The probability that exactly these tokens are an entity of this type. Where a sentence may begin within an
    /// entity, that is one too.
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
        if self.decode == Decode::ViterbiOpen && start == 0 {
            let within = match (self.tags.scheme(), path.len()) {
                (Scheme::Iob1, _) => Prefix::Begin,
                (Scheme::Iob2, _) | (Scheme::Iobes, 2..) => Prefix::Inside,
                (Scheme::Iobes, _) => Prefix::End,
            };
            if let Some(within) = id(within) {
                let other: Vec<TagId> = [within].into_iter().chain(path[1..].iter().copied()).collect();
                probability += posterior.span_probability(start, &other, &continuing)?;
            }
        }
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

/// Logarithms of probabilities; that of 0 is finite, and that of what is no number is none, so that decoding refuses
/// it.
pub(crate) fn logarithms(probabilities: &[f32]) -> Vec<f32> {
    probabilities.iter().map(|p| if p.is_nan() { *p } else { p.max(f32::MIN_POSITIVE).ln() }).collect()
}

/// A module's scores on the host.
fn parameters<B: Backend>(crf: &Crf<B>) -> Result<Parameters> {
    Ok(Parameters::new(host(crf.transitions.val()), host(crf.opening()), host(crf.closing()))?)
}

/// The probabilities whose logarithms scores are, up to a number that all have in common.
fn softmax(scores: &[f32]) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = scores.iter().map(|&score| f64::from(score - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
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

    #[test]
    fn without_constraints_tags_may_break_the_scheme() {
        let tags = TagSet::new(Scheme::Iobes, ["PER".into()]);
        let device = burn_flex::FlexDevice;
        let mut rng = xner_train::stream(0, xner_train::Purpose::Weights, 0, 0);
        let crf = Crf::<burn_flex::Flex>::new(tags.len(), &device, &mut rng).without_ends();
        let id = |name: &str| usize::from(tags.id(&name.parse().unwrap()).unwrap());
        let mut scores = vec![0.0; 2 * tags.len()];
        (scores[id("I-PER")], scores[tags.len() + id("O")]) = (9.0, 9.0);
        let best = |decoder: Result<Decoder>| {
            let best = decoder.unwrap().best(&Emissions::new(&scores, tags.len()).unwrap()).unwrap();
            best.iter().map(Tag::to_string).collect::<Vec<_>>()
        };
        assert_eq!(best(Decoder::unconstrained(&crf, &tags)), ["I-PER", "O"]);
        assert_ne!(best(Decoder::new(&crf, &tags)), ["I-PER", "O"]);
    }

    /// Scores that are logarithms of probabilities, of the tags in the set's order.
    fn logarithms(rows: &[&[f32]]) -> Vec<f32> {
        rows.iter().flat_map(|row| row.iter().map(|p| p.max(1e-30).ln())).collect()
    }

    fn tagged(scheme: Scheme, decode: Decode, rows: &[&[f32]]) -> Tagging {
        let tags = TagSet::new(scheme, ["PER".into()]);
        let decoder = Decoder::of_scheme(&tags).unwrap().with_decode(decode);
        let scores = logarithms(rows);
        decoder.tagging(&Emissions::new(&scores, tags.len()).unwrap()).unwrap()
    }

    #[test]
    fn what_is_sure_is_sure_however_tags_are_chosen() {
        // `O`, `B-PER`, `I-PER`: an `I` opens the sentence, and another follows; all are sure.
        let rows: [&[f32]; 3] = [&[0.0, 0.0, 1.0], &[0.0, 0.0, 1.0], &[1.0, 0.0, 0.0]];
        for decode in [Decode::Argmax, Decode::ViterbiOpen] {
            let tagging = tagged(Scheme::Iob2, decode, &rows);
            assert_eq!(tagging.entities.len(), 1, "{decode:?}");
            assert_eq!(tagging.entities[0].entity.tokens, 0..2);
            assert!((tagging.entities[0].probability - 1.0).abs() < 1e-6, "{decode:?}: {tagging:?}");
            assert!((tagging.probabilities[2] - 1.0).abs() < 1e-6, "{decode:?}: {tagging:?}");
        }
        for decode in [Decode::Argmax, Decode::ViterbiOpen, Decode::Viterbi] {
            let rows: [&[f32]; 2] = [&[0.0, 1.0, 0.0], &[0.0, 0.0, 1.0]];
            let tagging = tagged(Scheme::Iob2, decode, &rows);
            assert!((tagging.entities[0].probability - 1.0).abs() < 1e-6, "{decode:?}: {tagging:?}");
        }
    }

    #[test]
    fn argmax_tells_the_tokens_own_probabilities() {
        let rows: [&[f32]; 3] = [&[0.3, 0.1, 0.6], &[0.2, 0.0, 0.8], &[0.5, 0.25, 0.25]];
        let tagging = tagged(Scheme::Iob2, Decode::Argmax, &rows);
        assert_eq!(tagging.entities[0].entity.tokens, 0..2);
        // Both are `I-PER`, and the third token does not go on.
        assert!((tagging.entities[0].probability - 0.6 * 0.8 * 0.75).abs() < 1e-6, "{tagging:?}");
        for (found, want) in tagging.probabilities.iter().zip(rows.concat()) {
            assert!((found - want).abs() < 1e-6, "{tagging:?}");
        }
    }

    #[test]
    fn a_path_that_opens_within_an_entity_has_the_probability_of_all_that_do() {
        // Of two tokens, brute force over the sequences of IOB2 that any tag may open.
        let rows: [&[f32]; 2] = [&[0.2, 0.3, 0.5], &[0.4, 0.1, 0.5]];
        let allowed = |first: usize, second: usize| second != 2 || first > 0;
        let weight = |first: usize, second: usize| {
            if allowed(first, second) { rows[0][first] * rows[1][second] } else { 0.0 }
        };
        let all: f32 = (0..9).map(|pair| weight(pair / 3, pair % 3)).sum();
        let tagging = tagged(Scheme::Iob2, Decode::ViterbiOpen, &rows);
        assert_eq!(tagging.entities[0].entity.tokens, 0..2);
        let want = (weight(1, 2) + weight(2, 2)) / all;
        assert!((tagging.entities[0].probability - want).abs() < 1e-5, "{tagging:?}");
    }
}
