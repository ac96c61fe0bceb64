//! Which names training never sees.

use std::collections::HashMap;

use crate::Language;
use crate::draw::Draw;
use crate::lexicon::{Concept, Form, Lexicon};
use crate::pattern::Segment;

/// For each concept, whether it is held out of training. Only names are, and only those whose tokens are in no other
/// name and are no word of any language, so that training sees no part of them. Of these a share is held out.
pub(crate) fn choose(lexicon: &Lexicon, seed: u64, share: f64) -> Vec<bool> {
    let mut owners: HashMap<&str, Vec<usize>> = HashMap::new();
    for (id, concept) in lexicon.concepts.iter().enumerate() {
        for token in Language::ALL.into_iter().flat_map(|language| tokens(concept, language)) {
            let ids = owners.entry(token).or_default();
            if ids.last() != Some(&id) {
                ids.push(id);
            }
        }
    }
    let is_word = |token: &str| lexicon.literals.iter().any(|words| words.contains_key(token));
    let mut draw = Draw::new(seed, "held out");
    lexicon
        .concepts
        .iter()
        .map(|concept| {
            // Every concept has a draw, so that whether a name is held out does not depend on other lines of the data.
            let drawn = draw.unit() < share;
            let mut tokens = Language::ALL.into_iter().flat_map(|language| tokens(concept, language));
            drawn && is_plain_name(concept) && tokens.all(|token| owners[token].len() == 1 && !is_word(token))
        })
        .collect()
}

fn is_plain_name(concept: &Concept) -> bool {
    concept.slots.is_empty() && matches!(concept.forms[0], Form::Name(..))
}

/// The literal tokens of a name in a language.
fn tokens(concept: &Concept, language: Language) -> impl Iterator<Item = &str> {
    let pattern = match &concept.forms[language as usize] {
        Form::Name(_, pattern) => pattern.as_slice(),
        _ => &[],
    };
    pattern.iter().flatten().filter_map(|segment| match segment {
        Segment::Literal(text) => Some(text.as_str()),
        _ => None,
    })
}
