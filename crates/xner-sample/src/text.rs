//! Tokens as running text.

use std::ops::Range;

use xner_corpus::Sentence;

/// The sentence as it would be printed: no space before a comma or behind an opening quote.
///
/// The tokens stay what they are; only their places in the text change.
///
/// ```
/// use xner_corpus::Sentence;
///
/// let tokens = Sentence::from_tokens(["\"", "Why", "?", "\"", ",", "asked", "Berlin", "'s", "mayor", "."]);
/// let natural = xner_sample::natural(&tokens);
/// assert_eq!(natural.text(), "\"Why?\", asked Berlin's mayor.");
/// assert_eq!(natural.token(6), "Berlin");
/// ```
pub fn natural(sentence: &Sentence) -> Sentence {
    let mut text = String::with_capacity(sentence.text().len());
    let mut spans: Vec<Range<usize>> = Vec::with_capacity(sentence.len());
    let mut quoted = false;
    let mut tight = true;
    for token in sentence.tokens() {
        let closes = match token {
            "," | "." | ";" | ":" | "?" | "!" | ")" | "'s" => true,
            "\"" => quoted,
            _ => false,
        };
        if !tight && !closes {
            text.push(' ');
        }
        spans.push(text.len()..text.len() + token.len());
        text.push_str(token);
        tight = match token {
            "(" | "¿" | "¡" => true,
            "\"" => !quoted,
            _ => false,
        };
        quoted ^= token == "\"";
    }
    // By construction the spans are in order and within the text.
    Sentence::from_spans(text, spans).unwrap_or_else(|| sentence.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacing_follows_the_marks() {
        for (tokens, want) in [
            (vec!["¿", "Por", "qué", "?"], "¿Por qué?"),
            (vec!["Rose", "(", "Kent", ")", "won", "3-1", "."], "Rose (Kent) won 3-1."),
            (vec!["in", "\"", "Night", "Flight", "\"", "."], "in \"Night Flight\"."),
            (vec![], ""),
        ] {
            let sentence = Sentence::from_tokens(&tokens);
            let natural = natural(&sentence);
            assert_eq!(natural.text(), want);
            assert!(natural.tokens().eq(tokens.iter().copied()));
        }
    }
}
