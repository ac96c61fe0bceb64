//! Text into sentences and words: whole, in pieces of any size, and on several threads.
#![no_main]

use std::io::BufReader;

use libfuzzer_sys::fuzz_target;
use xner_corpus::read::text::Reader;
use xner_corpus::split::{Language, Sentences, TextOptions, sentence_ranges, sentences};

fuzz_target!(|bytes: &[u8]| {
    // The first three bytes choose the language, the way and the size of pieces.
    let [language, way, size, text @ ..] = bytes else { return };
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start_matches('\u{feff}');
    let languages: Vec<Language> = Language::all().collect();
    let language = languages[usize::from(*language) % languages.len()];
    let way = if way % 4 == 0 { Sentences::Lines } else { Sentences::Split };
    let options = TextOptions { language, sentences: way };

    let ranges = sentence_ranges(text, &options);
    let mut at = 0;
    for range in &ranges {
        assert!(range.start < range.end && text[at..range.start].trim().is_empty());
        assert_eq!(text[range.clone()].trim(), &text[range.clone()]);
        at = range.end;
    }
    assert!(text[at..].trim().is_empty());

    let found = sentences(text, &options);
    for sentence in &found {
        assert!(way == Sentences::Lines || sentence.len() <= 512);
        assert!(text[sentence.offset()..].starts_with(sentence.text()));
    }
    let source = BufReader::with_capacity(usize::from(*size) + 1, text.as_bytes());
    let read: Vec<_> =
        Reader::new(source, "input", options.clone()).map(|next| next.expect("UTF-8")).collect();
    assert_eq!(read, found);

    // So long that several threads split it.
    let times = (1 << 17) / text.len().max(1) + 1;
    if times < 2000 {
        let long = text.repeat(times);
        let mut at = 0;
        for range in sentence_ranges(&long, &options).iter().take(50) {
            let rest = &long[at..];
            let first = sentence_ranges(&rest[..rest.floor_char_boundary(70_000)], &options)[0].clone();
            assert_eq!(at + first.start..at + first.end, range.clone());
            at = range.end;
        }
    }
});
