//! Labelled text of every format and dress: what is read, written and read again must be the same.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use xner_corpus::read::{Align, Format, Input, JsonlOptions, ReadOptions, Stream};
use xner_corpus::write::{check_conll, write_conll, write_jsonl};
use xner_corpus::{Labelled, Result, Scheme, Spelling};

fn read(bytes: &[u8], format: Format, options: &ReadOptions) -> Result<Vec<Labelled>> {
    let input = Input::from_reader(Cursor::new(bytes.to_vec()), "input")?;
    Stream::new(input, format, options).collect()
}

fuzz_target!(|bytes: &[u8]| {
    // The first byte chooses the options.
    let [choice, bytes @ ..] = bytes else { return };
    let mut options = ReadOptions::default();
    options.conll.comments = choice & 1 != 0;
    options.conll.tags = if choice & 2 != 0 { Spelling::Bare } else { Spelling::Auto };
    options.jsonl = JsonlOptions {
        align: if choice & 4 != 0 { Align::Widen } else { Align::Refuse },
        label_names: ["O", "B-PER", "I-PER"].map(str::to_owned).into(),
        tags: options.conll.tags,
        ..JsonlOptions::default()
    };
    for format in [Format::Conll, Format::Tsv, Format::Conllu, Format::Jsonl] {
        let Ok(found) = read(bytes, format, &options) else { continue };
        for labelled in &found {
            assert!(!labelled.sentence.is_empty());
            assert!(labelled.sentence.tokens().all(|token| !token.is_empty()));
            let mut at = 0;
            for entity in &labelled.entities {
                assert!(at <= entity.tokens.start && entity.tokens.start < entity.tokens.end);
                assert!(entity.tokens.end <= labelled.sentence.len());
                at = entity.tokens.end;
            }
            let magic = labelled.sentence.text().starts_with("PAR1\x15");
            let mut lines = Vec::new();
            write_jsonl(labelled, &mut lines).expect("memory can be written");
            let again =
                read(&lines, Format::Jsonl, &ReadOptions::default()).expect("what was written is read");
            assert_eq!(again[0].entities, labelled.entities);
            assert_eq!(again[0].sentence.text(), labelled.sentence.text());
            // A byte order mark at the head, the first bytes of another format, and what looks like numbered rows, are
            // read as such: not here.
            if !magic && check_conll(labelled, '\t').is_ok() && !labelled.sentence.text().starts_with('\u{feff}') {
                let mut rows = Vec::new();
                write_conll(labelled, Scheme::Iob2, '\t', &mut rows).expect("memory can be written");
                let again =
                    read(&rows, Format::Tsv, &ReadOptions::default()).expect("what was written is read");
                assert_eq!(again[0].entities, labelled.entities);
            }
        }
    }
});
