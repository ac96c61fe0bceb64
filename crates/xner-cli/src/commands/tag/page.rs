//! Tagged text as a page for browsers, whole in itself.

use std::fmt::Write;

use xner_corpus::split::Language;
use xner_corpus::{EntityType, Sentence};
use xner_tagger::Tagging;

use super::sheet::Unit;

/// Colours on light and on dark ground, told apart by those who see few colours too: Okabe's and Ito's.
const COLOURS: [(&str, &str); 7] = [
    ("#0072b2", "#56b4e9"),
    ("#d55e00", "#ff9a4d"),
    ("#007a5a", "#2fc79c"),
    ("#a83f7d", "#f0a3cf"),
    ("#8a6d00", "#f0e442"),
    ("#5b5bd6", "#a5a5ff"),
    ("#6b6b6b", "#b5b5b5"),
];

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#fff;--ink:#1b1b1b}
body{background:var(--ground);color:var(--ink);font:1.05rem/1.7 system-ui,sans-serif;
max-width:48rem;margin:2rem auto;padding:0 1rem}
p{white-space:pre-wrap;margin:.5rem 0}
mark{background:color-mix(in srgb,var(--c) 18%,var(--ground));color:inherit;
border-bottom:.15em solid var(--c);border-radius:.2em;padding:.05em .2em}
mark small{font-size:.65em;font-weight:700;color:var(--c);margin-inline-start:.4em;unicode-bidi:isolate}
.legend{display:flex;flex-wrap:wrap;gap:.4rem;list-style:none;padding:0;
border-bottom:1px solid #8888;padding-bottom:1rem}
";

/// The head of the page, with a legend of the types.
pub(super) fn head(title: &str, language: Language, types: &[EntityType]) -> String {
    // Those two are no language of a page.
    let lang = Some(language.code()).filter(|&code| !matches!(code, "und" | "mul"));
    let lang = lang.map(|code| format!(" lang=\"{code}\""));
    let mut page = format!(
        "<!DOCTYPE html>\n<html{}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{}</title>\n<style>\n{STYLE}",
        lang.unwrap_or_default(),
        escaped(title)
    );
    // Writing to a string cannot fail.
    for (at, (light, _)) in COLOURS.iter().enumerate() {
        let _ = writeln!(page, ".t{at}{{--c:{light}}}");
    }
    page.push_str("@media (prefers-color-scheme:dark){\n:root{--ground:#161616;--ink:#e8e8e8}\n");
    for (at, (_, dark)) in COLOURS.iter().enumerate() {
        let _ = writeln!(page, ".t{at}{{--c:{dark}}}");
    }
    page.push_str("}\n</style>\n</head>\n<body>\n<ul class=\"legend\">\n");
    for (at, kind) in types.iter().enumerate() {
        let _ = writeln!(
            page,
            "<li><mark class=\"t{}\">{}</mark></li>",
            at % COLOURS.len(),
            escaped(kind.as_str())
        );
    }
    page.push_str("</ul>\n");
    page
}

/// A text with its entities as a paragraph, whose direction is that of its first letters.
pub(super) fn paragraph(unit: &Unit<'_>, types: &[EntityType]) -> String {
    let mut html = String::from("<p dir=\"auto\">");
    let mut done = 0;
    for (sentence, tagging) in unit.sentences.iter().zip(unit.tagged) {
        marks(&mut html, unit.text, sentence, unit.base(sentence), tagging, types, &mut done);
    }
    html.push_str(&escaped(&unit.text[done..]));
    html.push_str("</p>\n");
    html
}

/// The end of the page.
pub(super) const FOOT: &str = "</body>\n</html>\n";

fn marks(
    html: &mut String,
    text: &str,
    sentence: &Sentence,
    base: usize,
    tagging: &Tagging,
    types: &[EntityType],
    done: &mut usize,
) {
    for scored in &tagging.entities {
        let within = sentence.bytes(scored.entity.tokens.clone());
        let (begin, end) = (base + within.start, base + within.end);
        let kind = escaped(scored.entity.kind.as_str());
        let class = types.iter().position(|known| *known == scored.entity.kind).unwrap_or_default();
        html.push_str(&escaped(&text[*done..begin]));
        // Writing to a string cannot fail.
        let _ = write!(
            html,
            "<mark class=\"t{}\" title=\"{kind}, probability {:.3}\">{}<small>{kind}</small></mark>",
            class % COLOURS.len(),
            scored.probability,
            escaped(&text[begin..end])
        );
        *done = end;
    }
}

/// Text that means nothing to a browser but itself. Control characters that HTML does not allow become the mark of what
/// is not shown.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' | '\t' => html.push(c),
            '\r' => html.push_str("&#13;"),
            c if c.is_control() => html.push('\u{fffd}'),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use xner_corpus::Entity;
    use xner_tagger::ScoredEntity;

    use super::*;

    #[test]
    fn everything_is_escaped() {
        let kind = EntityType::new("<b>\"P'");
        let sentence = Sentence::from_tokens(["a<i>", "&", "\"x\"", "\u{7}y"]);
        let entity = Entity { tokens: 0..3, kind: kind.clone() };
        let tagged =
            [Tagging { entities: vec![ScoredEntity { entity, probability: 0.5 }], ..Tagging::default() }];
        let unit = Unit::sentence(&sentence, None, &tagged);
        let types = [kind];
        let paragraph = paragraph(&unit, &types);
        let kind = "&lt;b&gt;&quot;P&#39;";
        assert_eq!(
            paragraph,
            format!(
                "<p dir=\"auto\"><mark class=\"t0\" title=\"{kind}, probability 0.500\">a&lt;i&gt; &amp; \
                 &quot;x&quot;<small>{kind}</small></mark> \u{fffd}y</p>\n"
            )
        );
        let head = head("<x>", Language::ENGLISH, &types);
        assert!(head.contains("<title>&lt;x&gt;</title>") && head.contains("<html lang=\"en\">"), "{head}");
        assert!(head.contains(&format!("<li><mark class=\"t0\">{kind}</mark></li>")), "{head}");
        assert!(head.contains("prefers-color-scheme:dark") && !head.contains("http"), "{head}");
    }
}
