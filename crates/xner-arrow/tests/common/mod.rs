//! A tagger that needs no model.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use std::sync::Arc;

use xner::Ner;
use xner::corpus::{Entity, Scheme, Sentence, Tag, TagSet};
use xner::tagger::{ScoredEntity, Tagger, Tagging};

/// Takes each word with a capital for a person.
struct Capitals(TagSet);

impl Tagger for Capitals {
    fn tag(&self, sentences: &[Sentence]) -> xner::Result<Vec<Tagging>> {
        let tagging = |sentence: &Sentence| {
            let mut tagging = Tagging { tags: vec![Tag::Outside; sentence.len()], ..Tagging::default() };
            for (at, token) in sentence.tokens().enumerate() {
                if token.chars().next().is_some_and(char::is_uppercase) {
                    let entity = Entity { tokens: at..at + 1, kind: "PER".into() };
                    tagging.entities.push(ScoredEntity { entity, probability: 0.5 });
                    tagging.tags[at] = "B-PER".parse().unwrap();
                }
            }
            tagging
        };
        Ok(sentences.iter().map(tagging).collect())
    }

    fn tag_set(&self) -> &TagSet {
        &self.0
    }
}

pub fn ner() -> Ner {
    let tagger: Arc<dyn Tagger> = Arc::new(Capitals(TagSet::new(Scheme::Iob2, ["PER".into()])));
    Ner::builder().tagger(tagger).unwrap()
}
