//! Plain text: sentences and words in several languages, offsets, long inputs.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use xner_corpus::Sentence;
use xner_corpus::read::text::Reader;
use xner_corpus::split::{Sentences, TextOptions, sentences, word_ranges};

fn options(language: &str) -> TextOptions {
    TextOptions { language: language.parse().unwrap(), ..TextOptions::default() }
}

fn split(language: &str, text: &str) -> Vec<String> {
    sentences(text, &options(language)).iter().map(|sentence| sentence.text().to_owned()).collect()
}

fn words(language: &str, text: &str) -> String {
    word_ranges(text, language.parse().unwrap())
        .into_iter()
        .map(|range| &text[range])
        .collect::<Vec<_>>()
        .join("|")
}

fn read(text: &str, options: TextOptions) -> Vec<Sentence> {
    Reader::new(text.as_bytes(), "f", options).map(Result::unwrap).collect()
}

#[test]
fn sentences_of_several_languages() {
    assert_eq!(
        split(
            "en",
            "Dr. Smith's U.S. visit ended on Jan. 5. J. R. Hart stayed. \"Why?\" he asked. It cost $3.50!"
        ),
        [
            "Dr. Smith's U.S. visit ended on Jan. 5.",
            "J. R. Hart stayed.",
            "\"Why?\" he asked.",
            "It cost $3.50!"
        ]
    );
    assert_eq!(
        split("de", "Am 3. Oktober kam Prof. Dr. Weber z. B. nach Bonn. Er blieb."),
        ["Am 3. Oktober kam Prof. Dr. Weber z. B. nach Bonn.", "Er blieb."]
    );
    assert_eq!(
        split("es", "¿Quién vino? ¡Nadie! El Sr. Gil vive en EE. UU. desde mayo."),
        ["¿Quién vino?", "¡Nadie!", "El Sr. Gil vive en EE. UU. desde mayo."]
    );
    assert_eq!(split("zh", "他在北京。她呢？"), ["他在北京。", "她呢？"]);
    assert_eq!(split("hi", "वह गया। वह आई।"), ["वह गया।", "वह आई।"]);
    assert_eq!(split("ar", "هل عاد؟ نعم."), ["هل عاد؟", "نعم."]);
    assert_eq!(split("und", "One here. Two there."), ["One here.", "Two there."]);
}

#[test]
fn empty_lines_end_sentences_and_line_breaks_do_not() {
    assert_eq!(split("en", "A head\n\nIt is\nlong. Yes\r\n \r\nno"), ["A head", "It is\nlong.", "Yes", "no"]);
    let lines = TextOptions { sentences: Sentences::Lines, ..TextOptions::default() };
    let found = sentences("One. Two.\nthree\n\nfour", &lines);
    assert_eq!(found.iter().map(Sentence::text).collect::<Vec<_>>(), ["One. Two.", "three", "four"]);
    assert_eq!(read("One. Two.\nthree\n\nfour", lines), found);
    assert!(sentences(" \n\n\t\u{200b} ", &TextOptions::default()).is_empty());
}

#[test]
fn words_as_the_corpora_have_them() {
    for (language, text, want) in [
        ("en", "Dr. Smith's U.S. visit, he didn't say.", "Dr.|Smith|'s|U.S.|visit|,|he|did|n't|say|."),
        ("en", "They’re well-known (in the U.K.).", "They|’re|well-known|(|in|the|U.K.|)|."),
        (
            "en",
            "On 1996-08-22 it fell 3/4, to 1,234.5%... Or -- 2-0?",
            "On|1996-08-22|it|fell|3/4|,|to|1,234.5|%|...|Or|--|2-0|?",
        ),
        (
            "en",
            "See https://a.org/b?c=d-e, or ask j.doe@b.co.uk.",
            "See|https://a.org/b?c=d-e|,|or|ask|j.doe@b.co.uk|.",
        ),
        (
            "en",
            "J. Hart came to \"it.\" O'Brien's boys' pen",
            "J.|Hart|came|to|\"|it|.|\"|O'Brien's|boys|'|pen",
        ),
        (
            "de",
            "Am 3. Oktober war z. B. Prof. Weber bzw. Frau Groß da.",
            "Am|3.|Oktober|war|z.|B.|Prof.|Weber|bzw.|Frau|Groß|da|.",
        ),
        ("es", "¿El Sr. Gil? ¡Sí!", "¿|El|Sr.|Gil|?|¡|Sí|!"),
        ("fr", "L'eau d’Évian, aujourd'hui qu'il", "L'|eau|d’|Évian|,|aujourd'hui|qu'|il"),
        ("nl", "in 's-Hertogenbosch, 't huis", "in|'s-Hertogenbosch|,|'t|huis"),
        ("nl", "in ’s-Gravenhage 's avonds", "in|’s-Gravenhage|'s|avonds"),
        ("en", "in 's-Hertogenbosch, Gerard 't Hooft", "in|'s-Hertogenbosch|,|Gerard|'t|Hooft"),
        ("en", "the 's-curve' it", "the|'|s-curve|'|it"),
        ("fr", "d'Artagnan l’a vu", "d'|Artagnan|l’|a|vu"),
        ("it", "il dott. Rossi", "il|dott.|Rossi"),
        ("zh", "他在北京2008年。", "他|在|北|京|2008|年|。"),
        ("ar", "ذهب، ثم عاد.", "ذهب|،|ثم|عاد|."),
        ("ar", "\u{200f}عمان\u{200f}، \u{2067}عمان\u{2069}.", "عمان|،|عمان|."),
        (
            "en",
            "\u{2068}Ada\u{2069}'s \u{feff}Oslo\u{200e}, (\u{202a}U.S.\u{202c}) x",
            "Ada|'s|Oslo|,|(|U.S|.|)|x",
        ),
        ("en", "a\u{200b} \u{200e}b 👩\u{200d}🚀 -x- '-", "a|b|👩\u{200d}🚀|-|x|-|'|-"),
    ] {
        assert_eq!(words(language, text), want, "{text}");
    }
}

#[test]
fn offsets_are_the_files_bytes() {
    let text = "\u{feff}Köln ist groß. Bonn nicht.\r\n\r\nUnd Ulm? ";
    let found = read(text, options("de"));
    assert_eq!(found.len(), 3);
    for sentence in &found {
        assert!(text[sentence.offset()..].starts_with(sentence.text()), "{sentence:?}");
    }
    assert_eq!(found[0].offset(), 3);
}

#[test]
fn invalid_utf8_has_a_line() {
    let bytes = b"one.\n\ntwo \xff.\n";
    let mut reader = Reader::new(&bytes[..], "f", TextOptions::default());
    assert_eq!(reader.next().unwrap().unwrap().text(), "one.");
    assert_eq!(reader.next().unwrap().unwrap_err().to_string(), "f:3: invalid UTF-8 at byte 5 of the line");
    assert!(reader.next().is_none());
    let cut = Reader::new(&b"a\xc3"[..], "f", TextOptions::default()).next().unwrap();
    assert!(cut.unwrap_err().to_string().contains("invalid UTF-8 at byte 2"));
}

#[test]
fn long_paragraphs_and_lines_are_split_piece_by_piece() {
    let line = "Ärger kam auf. ".repeat(60_000);
    let found = read(&line, options("de"));
    assert_eq!(found.len(), 60_000);
    for sentence in found {
        assert_eq!(&line[sentence.offset()..sentence.offset() + sentence.text().len()], "Ärger kam auf.");
    }
    let endless = "wört ".repeat(200_000);
    let found = read(&endless, options("de"));
    assert_eq!(found.iter().map(Sentence::len).sum::<usize>(), 200_000);
    let unbroken = "é".repeat(400_000);
    assert_eq!(read(&unbroken, options("fr")).iter().map(|s| s.text().len()).sum::<usize>(), unbroken.len());
}

#[test]
fn sentences_stay_short_whatever_the_text() {
    // Unclosed quotation marks, numbering, addresses: nothing holds a sentence together for ever.
    for piece in ["\"", "(", ". ", "a.b", "'", "« ", "1. ", "-", "“a", "@", "a@b.c "] {
        let text = piece.repeat(100_000 / piece.len());
        let found = read(&text, TextOptions::default());
        assert!(found.iter().all(|sentence| sentence.text().len() <= 1 << 14), "{piece:?}");
        let visible: usize = found.iter().flat_map(Sentence::tokens).map(str::len).sum();
        assert_eq!(visible, text.len() - text.matches(' ').count(), "{piece:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_visible_character_is_in_one_word(
        text in "([a-zA-Zé.,'’\"()/@3-]|[ \n]|\\PC|\n\n|Dr\\. |U\\.S\\.){0,40}",
        language in prop::sample::select(vec!["en", "de", "es", "fr", "nl", "zh", "und"]),
    ) {
        let mut seen = vec![0; text.len()];
        for sentence in sentences(&text, &options(language)) {
            for token in 0..sentence.len() {
                let bytes = sentence.bytes(token..token + 1);
                (bytes.start..bytes.end).for_each(|byte| seen[sentence.offset() + byte] += 1);
            }
        }
        for (at, c) in text.char_indices() {
            if c.is_alphanumeric() || c.is_ascii_punctuation() {
                prop_assert_eq!(seen[at], 1, "{:?} at {}", c, at);
            } else if c.is_whitespace() {
                prop_assert_eq!(seen[at], 0, "white space at {}", at);
            }
        }
    }

    #[test]
    fn the_reader_finds_what_the_splitter_finds(text in "([a-zé]{1,5}|[.?!] |\n|\n\n|Dr\\. ){0,30}") {
        prop_assert_eq!(read(&text, options("en")), sentences(&text, &options("en")));
    }
}

#[test]
fn characters_agree_with_counting() {
    let text = format!("\u{feff} Zoë mag Köln. 😀 Και εδώ.\n\n{}Ж. Ende", "Ä ".repeat(50_000));
    let mut reader = Reader::new(text.as_bytes(), "f", options("de"));
    let mut count = 0;
    while let Some(sentence) = reader.next() {
        let offset = sentence.unwrap().offset();
        assert_eq!(reader.character(), text[..offset].chars().count(), "byte {offset}");
        count += 1;
    }
    assert!(count > 3, "{count}");
}

/// Gives its parts one by one, and a pause behind each.
struct Pausing(Vec<&'static [u8]>, bool);

impl std::io::Read for Pausing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        unreachable!("it is read as a buffer")
    }
}

impl std::io::BufRead for Pausing {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.1 = !self.1;
        if self.1 {
            Ok(self.0.first().unwrap_or(&&b""[..]))
        } else {
            Err(std::io::ErrorKind::WouldBlock.into())
        }
    }

    fn consume(&mut self, _: usize) {
        if !self.0.is_empty() {
            self.0.remove(0);
        }
    }
}

/// Where the language is to be guessed, a sentence that is complete does not wait for 4 KiB: not at a pause, and not
/// before a fault.
#[test]
fn a_language_that_is_guessed_holds_nothing_back() {
    let texts = |reader: &mut dyn Iterator<Item = xner_corpus::Result<Sentence>>| -> Vec<String> {
        reader.map_while(Result::ok).map(|sentence| sentence.text().to_owned()).collect()
    };
    let parts = vec![&b"Ada left. Otto st"[..], &b"ayed.\n"[..]];
    let mut reader = Reader::new(Pausing(parts, false), "f", options("mul"));
    assert_eq!(reader.next().unwrap().unwrap().text(), "Ada left.");
    assert_eq!(texts(&mut reader), ["Otto stayed."]);
    let mut reader = Reader::new(&b"Ada left. Otto stayed. \xff"[..], "f", options("mul"));
    let want = texts(&mut Reader::new(&b"Ada left. Otto stayed. \xff"[..], "f", options("en")));
    assert!(!want.is_empty());
    assert_eq!(texts(&mut reader), want);
}
