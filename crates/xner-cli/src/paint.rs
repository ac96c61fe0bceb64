//! Sentences with their entities marked and coloured, for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use xner_corpus::Sentence;
use xner_tagger::ScoredEntity;

/// The sentence's text with `[…]TYPE` around each entity, in colour; the writer strips colours where they are
/// not wanted. `sure` adds the probabilities.
pub(crate) fn sentence(sentence: &Sentence, entities: &[ScoredEntity], sure: bool) -> String {
    let text = sentence.text();
    let (mut painted, mut done) = (String::with_capacity(2 * text.len()), 0);
    for ScoredEntity { entity, probability } in entities {
        let bytes = sentence.bytes(entity.tokens.clone());
        let style = style(entity.kind.as_str());
        painted.push_str(&one_line(&text[done..bytes.start]));
        // Writing to a string cannot fail.
        let kind = one_line(entity.kind.as_str());
        let _ = write!(painted, "{style}[{}]{kind}", one_line(&text[bytes.clone()]));
        if sure {
            let _ = write!(painted, " {probability:.2}");
        }
        let _ = write!(painted, "{style:#}");
        done = bytes.end;
    }
    painted.push_str(&one_line(&text[done..]));
    painted
}

/// The text on one line, without what a terminal would obey.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// A colour for each type; the usual four have their own.
fn style(kind: &str) -> Style {
    const OTHERS: [AnsiColor; 3] = [AnsiColor::Red, AnsiColor::BrightMagenta, AnsiColor::BrightCyan];
    let colour = match kind {
        "PER" => AnsiColor::Green,
        "LOC" => AnsiColor::Cyan,
        "ORG" => AnsiColor::Yellow,
        "MISC" => AnsiColor::Magenta,
        _ => OTHERS[kind.bytes().map(usize::from).sum::<usize>() % OTHERS.len()],
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use xner_corpus::Entity;

    #[test]
    fn entities_are_marked_where_they_are() {
        let text = Sentence::from_tokens(["Zoë", "Ruiz", "in", "Köln", "."]);
        let scored =
            |tokens, kind: &str| ScoredEntity { entity: Entity::new(tokens, kind), probability: 0.5 };
        let painted = sentence(&text, &[scored(0..2, "PER"), scored(3..4, "LOC")], true);
        let plain = anstream::adapter::strip_str(&painted).to_string();
        assert_eq!(plain, "[Zoë Ruiz]PER 0.50 in [Köln]LOC 0.50 .");
    }
}
