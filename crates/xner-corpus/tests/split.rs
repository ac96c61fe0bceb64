//! Sentence ends by language, languages by their codes, and what holds for every text.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufReader, Read};

use proptest::prelude::*;
use xner_core::ErrorKind;
use xner_corpus::Sentence;
use xner_corpus::read::text::Reader;
use xner_corpus::split::{Language, Sentences, TextOptions, sentence_ranges, sentences};

fn options(language: &str) -> TextOptions {
    TextOptions { language: language.parse().unwrap(), ..TextOptions::default() }
}

/// Each text is written with `|` in the place of the white space between two sentences.
#[test]
fn sentences_end_where_readers_of_the_language_end_them() {
    for (language, marked) in [
        ("en", "He uses C# .NET and Go.|Dr. Smith's U.S. visit ended on Jan. 5.|J. R. Hart stayed."),
        (
            "en",
            "See No. 5 at St. Louis.|The U.S.|The end.|I live in Washington D.C.|He left.|Wait... what?|Yes.",
        ),
        ("en", "\"Why?\" he asked.|\"I know.\"|(He did.)|She left at 5 p.m. on Friday.|1. The list"),
        ("en", "Is it?|What now?!|No...|It is.|So it ended…|Then nothing."),
        ("de", "Der 1. FC Köln spielte.|Im 19. Jahrhundert war es so.|Ludwig XIV. König von Frankreich."),
        (
            "de",
            "Am 3. Oktober kam Prof. Dr. Weber z. B. nach Bonn.|Er blieb bis 1990.|Danach ging er.|„Ja.“|Gut.",
        ),
        (
            "fr",
            "M. Dupont est venu.|Le Dr. Petit aussi.|César mourut en 44 av. J.-C. à Rome.|Il avait régné.",
        ),
        ("fr", "Il vivait en 44 av. J.-C.|Il régnait.|« Vraiment ? »|Oui !|Mme. Curie aussi."),
        ("it", "Il dott. Rossi è qui.|Anche il sig. Bianchi.|È vero."),
        ("es", "Vive en el n.º 5 de la calle.|El Sr. Gil vive en EE. UU. desde mayo.|¿Quién?|¡Nadie!|Ya."),
        ("pt", "O Sr. Silva mora no n.º 3.|O Dr. Sá também.|Foi no séc. XIX."),
        ("pl", "To dr hab. Jan Kowalski, ul. Długa.|Nie wiem."),
        ("nl", "Dhr. Jansen kwam bijv. in mei.|'t Is zo.|'s Avonds is het koud."),
        ("da", "Den 3. Division vandt.|Hr. Holm kom kl. 5.|Det var sent."),
        ("fi", "Tapahtui 5. Toukokuuta esim. Turussa.|Se oli siinä."),
        ("hu", "A 3. helyen.|Kr. e. 5. században.|Az jó volt."),
        ("ru", "А. С. Пушкин родился в 1799 г. в Москве.|Он жил на ул. Ленина."),
        ("sr", "Г. Петровић је дошао.|Он је рекао не."),
        ("el", "Τι είναι;|Δεν ξέρω.|Ο κ. Παππάς ήρθε."),
        ("hi", "डॉ. सिंह आए।|वह गया।|ए. पी. जे. अब्दुल कलाम आए।"),
        ("ar", "هل عاد؟|نعم.|ذهب إلى البيت."),
        ("ur", "وہ گیا۔|وہ آئی۔"),
        ("hy", "Նա եկավ։|Նա գնաց։"),
        ("am", "መጣ።|ሄደ።"),
        ("und", "One here.|Two there."),
    ] {
        let text = marked.replace('|', " ");
        let found: Vec<&str> =
            sentence_ranges(&text, &options(language)).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found.join("|"), marked, "{language}");
    }
    for (language, marked) in
        [("zh", "他在北京。|她呢？|“好。”|他说。"), ("ja", "はい。|「いいえ！」と言った。")]
    {
        let text = marked.replace('|', "");
        let found: Vec<&str> =
            sentence_ranges(&text, &options(language)).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found.join("|"), marked, "{language}");
    }
}

#[test]
fn languages_are_known_by_their_tags_and_names() {
    for (given, code) in [
        ("NL", "nl"),
        ("nl-NL", "nl"),
        ("nl_BE", "nl"),
        ("dutch", "nl"),
        ("zh-Hant-TW", "zh"),
        ("und", "und"),
    ] {
        assert_eq!(given.parse::<Language>().unwrap().code(), code);
    }
    for (given, nearest) in [
        ("klingon", "`ln`"),
        ("nld", "`nl`"),
        ("swahilli", "`sw`"),
        ("", "`en`"),
        ("en-", "`en`"),
        ("nl-", "`nl`"),
    ] {
        let fault = given.parse::<Language>().unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput);
        assert!(fault.to_string().contains(nearest), "{fault}");
    }
    let read: TextOptions = serde_json::from_str(r#"{"language": "pt-BR"}"#).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap()["language"], "pt");
    let fault = serde_json::from_str::<TextOptions>(r#"{"language": "klingon"}"#).unwrap_err();
    assert!(fault.to_string().contains("`klingon` is no language"), "{fault}");
}

#[test]
fn every_language_is_found_by_its_code_and_by_its_name() {
    for language in Language::all() {
        assert_eq!(language.code().parse(), Ok(language));
        assert_eq!(language.name().to_uppercase().parse(), Ok(language));
        assert!(!sentences("A b. C d.", &TextOptions { language, ..TextOptions::default() }).is_empty());
    }
}

#[test]
fn a_text_without_ends_comes_in_bounded_sentences() {
    for piece in ["word ", "字", "a.b ", "it's ", "ไ", "x² ", "ি", "—", "\u{64f}ـ ", "x."] {
        let text = piece.repeat(20_000);
        let found = sentences(&text, &options("en"));
        assert!(found.iter().all(|sentence| sentence.len() <= 512), "{piece:?}");
        let words: usize = found.iter().flat_map(Sentence::tokens).map(str::len).sum();
        assert_eq!(words, text.len() - text.matches(' ').count(), "{piece:?}");
        assert_eq!(read(&text, &options("en"), 1000), found, "{piece:?}");
    }
    let lines = TextOptions { sentences: Sentences::Lines, ..TextOptions::default() };
    let long = format!("{}\nshort", "word ".repeat(20_000));
    let found = sentences(&long, &lines);
    assert_eq!(found.iter().map(|s| s.text().len()).collect::<Vec<_>>(), [65_534, 34_464, 5]);
    assert_eq!(read(&long, &lines, 1000), found);
}

#[test]
fn nothing_and_invisible_characters_are_no_sentences() {
    for text in ["", "\u{feff}", "\u{200b}\u{200f}", " \n\u{2066}\u{2069}\n\n\u{ad}", "\u{feff}\n"] {
        assert!(sentences(text, &options("en")).is_empty(), "{text:?}");
        assert!(read(text, &options("en"), 1).is_empty(), "{text:?}");
    }
}

/// What a reader makes of a source that gives so many bytes at a time.
fn read(text: &str, options: &TextOptions, bytes: usize) -> Vec<Sentence> {
    let source = BufReader::with_capacity(bytes, text.as_bytes().take(u64::MAX));
    Reader::new(source, "f", options.clone()).map(Result::unwrap).collect()
}

fn threads(count: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap()
}

/// Text with all that the splitter looks at, in any order.
fn any_text(pieces: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[A-Za-zÀ-ž]{1,9} ",
        2 => prop::sample::select(vec![
            ". ", ".\n", "! ", "? ", "... ", "… ", "。", "！”", "। ", "؟ ", "\n\n", " \r\n", ".) ", ".\" ", " \" ", "“ ",
            " » ", "Dr. ", "U.S. ", "z. B. ", "3. ", "1990. ", "'t Is ", "; ", "-", "\u{200f}", "\u{feff}", "The ",
            "der ", "a.b",
        ]).prop_map(str::to_owned),
        1 => "\\PC{1,3}",
    ];
    prop::collection::vec(piece, 0..pieces).prop_map(|pieces| pieces.concat())
}

fn any_options() -> impl Strategy<Value = TextOptions> {
    let languages: Vec<Language> = Language::all().collect();
    let ways = prop::sample::select(vec![Sentences::Split, Sentences::Split, Sentences::Lines]);
    (prop::sample::select(languages), ways)
        .prop_map(|(language, sentences)| TextOptions { language, sentences })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sentences_are_in_order_and_hold_all_that_is_visible(text in any_text(60), options in any_options()) {
        let mut at = 0;
        for range in sentence_ranges(&text, &options) {
            prop_assert!(range.start < range.end && text[at..range.start].trim().is_empty());
            prop_assert_eq!(text[range.clone()].trim(), &text[range.clone()]);
            at = range.end;
        }
        prop_assert!(text[at..].trim().is_empty());
        for sentence in sentences(&text, &options) {
            prop_assert!(text[sentence.offset()..].starts_with(sentence.text()));
            for token in sentence.tokens() {
                let mark = |c: char| {
                    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                        || c == '\u{feff}'
                };
                prop_assert!(!token.starts_with(mark) && !token.ends_with(mark), "{:?}", token);
            }
        }
    }

    #[test]
    fn pieces_of_any_size_give_the_same(text in any_text(60), options in any_options(), bytes in 1..90_usize) {
        let text = text.trim_start_matches('\u{feff}');
        prop_assert_eq!(read(text, &options, bytes), sentences(text, &options));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn threads_and_pieces_do_not_change_a_long_text(
        part in any_text(300),
        options in any_options(),
        times in 30..200_usize,
    ) {
        let text = part.trim_start_matches('\u{feff}').repeat(times);
        let found = threads(1).install(|| sentence_ranges(&text, &options));
        prop_assert_eq!(&threads(5).install(|| sentence_ranges(&text, &options)), &found);
        let streamed: Vec<usize> = read(&text, &options, 100_000).iter().map(Sentence::offset).collect();
        let whole: Vec<usize> = sentences(&text, &options).iter().map(Sentence::offset).collect();
        prop_assert_eq!(streamed, whole);
        // Oracle: one sentence after the other, each found in the text from its beginning on.
        let mut at = 0;
        for range in found.iter().take(200) {
            let rest = &text[at..text.floor_char_boundary(at + 70_000)];
            let first = sentence_ranges(rest, &options)[0].clone();
            prop_assert_eq!(at + first.start..at + first.end, range.clone());
            at = range.end;
        }
    }
}
