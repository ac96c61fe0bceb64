//! Column files: layouts, marks, and writing them back.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write;

use RowKind::{Blank, Comment, Mark, Token};
use xner_corpus::read::conll::{Blocks, DOCUMENT_MARK, Reader, RowKind, TagPlace};
use xner_corpus::read::{Column, ConllOptions, Ragged, Separator};
use xner_corpus::{Labelled, Scheme, Tag};

fn read(text: &str, options: &ConllOptions) -> Result<Vec<Labelled>, String> {
    Reader::new(text.as_bytes(), "f", options.clone()).collect::<Result<_, _>>().map_err(|e| e.to_string())
}

fn plain(text: &str) -> Vec<Labelled> {
    read(text, &ConllOptions::default()).unwrap()
}

/// `Ada Lovelace[PER] | in London[LOC]` for a quick look.
fn shown(corpus: &[Labelled]) -> String {
    let sentence = |labelled: &Labelled| {
        let mut words: Vec<String> = labelled.sentence.tokens().map(str::to_owned).collect();
        for entity in &labelled.entities {
            write!(words[entity.tokens.end - 1], "[{}]", entity.kind).unwrap();
        }
        words.join(" ")
    };
    corpus.iter().map(sentence).collect::<Vec<_>>().join(" | ")
}

const WANT: &str = "Ada Lovelace[PER] sang | Köln[LOC]";

#[test]
fn layouts() {
    let four = "Ada NNP I-NP I-PER\nLovelace NNP I-NP I-PER\nsang VBD I-VP O\n\nKöln NNP I-NP I-LOC\n\n";
    assert_eq!(shown(&plain(four)), WANT);
    assert_eq!(shown(&plain(&four.replace('\n', "\r\n"))), WANT, "CR LF");
    assert_eq!(shown(&plain(&format!("\u{feff}{four}"))), WANT, "byte order mark");
    assert_eq!(shown(&plain(&four.replace(' ', "\t"))), WANT, "tabs");
    assert_eq!(shown(&plain(&four.replace(' ', "   "))), WANT, "many spaces");
    assert_eq!(shown(&plain(four.trim_end())), WANT, "no line end at the end");
    assert_eq!(shown(&plain(&four.replace("\n\n", "\n\n \t\n\n"))), WANT, "many empty lines");
    assert_eq!(shown(&plain(&format!("\n\n{four}"))), WANT, "empty lines at the head");
}

#[test]
fn any_column() {
    let text = "1 Ada B-PER x\n2 sang O y\n";
    for (token, tag) in [(1, 2), (-3, -2), (1, -2), (-3, 2)] {
        let options =
            ConllOptions { token: Column(token), tag: Some(Column(tag)), ..ConllOptions::default() };
        assert_eq!(shown(&read(text, &options).unwrap()), "Ada[PER] sang");
    }
    let options = ConllOptions { token: Column(1), ..ConllOptions::unlabelled() };
    assert_eq!(shown(&read(text, &options).unwrap()), "Ada sang");
    assert_eq!(shown(&read("Ada\nsang\n\nx\n", &ConllOptions::unlabelled()).unwrap()), "Ada sang | x");
    assert_eq!(Column(-1).of(0), None);
    assert_eq!(
        (Column(-3).of(3), Column(-4).of(3), Column(3).of(3), Column(i32::MIN).of(3)),
        (Some(0), None, None, None)
    );
}

#[test]
fn tabs_let_tokens_hold_spaces() {
    let corpus = read("New York\tB-LOC\nis big\tO\n", &ConllOptions::tsv()).unwrap();
    assert_eq!(corpus[0].sentence.tokens().collect::<Vec<_>>(), ["New York", "is big"]);
    // Other white space separates no columns.
    assert_eq!(plain("10\u{a0}000 O\n")[0].sentence.token(0), "10\u{a0}000");
    let blank = ConllOptions { separator: Separator::Blank, ..ConllOptions::default() };
    assert_eq!(read("Ada\tx O\nb\ty O\n", &blank).unwrap()[0].sentence.token(0), "Ada");
}

#[test]
fn marks_are_no_tokens() {
    let alone = "-DOCSTART- -X- O O\n\nAda NNP x I-PER\nLovelace NNP x I-PER\nsang VBD x O\n\n-DOCSTART- O\n\nKöln x x I-LOC\n";
    let inside =
        "-DOCSTART- -DOCSTART- O\nAda N B-PER\nLovelace N I-PER\nsang V O\n\n-DOCSTART-\nKöln N B-LOC\n";
    for text in [alone, inside] {
        let mut reader = Reader::new(text.as_bytes(), "f", ConllOptions::default());
        let corpus: Vec<_> = reader.by_ref().map(Result::unwrap).collect();
        assert_eq!((shown(&corpus).as_str(), reader.marks()), (WANT, 2));
    }
    // A mark without an empty line before it ends the sentence.
    assert_eq!(shown(&plain("Ada O\n-DOCSTART- O\nKöln O\n")), "Ada | Köln");
    assert_eq!(shown(&plain("-DOCSTART-x O\n")), "-DOCSTART-x");
    assert_eq!(plain("-DOCSTART- O\n\n"), []);
}

#[test]
fn comments_on_request() {
    let text = "# id 1\nAda B-PER\n# O\nsang O\n\n#\nKöln B-LOC\n";
    let options = ConllOptions { comments: true, ..ConllOptions::default() };
    // Inside a sentence `#` is a token like any other.
    assert_eq!(shown(&read(text, &options).unwrap()), "Ada[PER] # sang | Köln[LOC]");
    assert!(read(text, &ConllOptions::default()).is_err());
}

#[test]
fn language_prefixes() {
    let options = ConllOptions { language_prefix: true, ..ConllOptions::tsv() };
    let text = "en:Ada\tB-PER\nen:de:x\tO\nen::\tO\n\nzh-classical:史\tO\n";
    assert_eq!(shown(&read(text, &options).unwrap()), "Ada[PER] de:x : | 史");
    assert_eq!(
        read("Ada\tO\n", &options).unwrap_err(),
        "f:1: token `Ada` has no language prefix such as `en:`"
    );
    let mixed = read("en:Ada\tO\nde:x\tO\n", &options).unwrap_err();
    assert_eq!(mixed, "f:2: token `de:x` lacks its sentence's language prefix `en:`");
    assert_eq!(read("en:\tO\n", &options).unwrap_err(), "f:1: the token is empty");
}

#[test]
fn faults_have_a_line() {
    let fault = |text: &str| read(text, &ConllOptions::default()).unwrap_err();
    assert_eq!(fault("Ada N O\n\nKöln O\n"), "f:3: expected 3 columns as in the rows before, found 2");
    assert_eq!(fault("Ada\n"), "f:1: no tag column: it would be column -1, the row has 1");
    assert_eq!(fault("\tO\n"), "f:1: the token is empty");
    let tag = fault("Ada O\r\nKöln LOC\r\n");
    let said = "f:2: `LOC` is no tag: expected `O`, or `B-`, `I-`, `E-` or `S-` and an entity type (types alone are ";
    assert!(tag.starts_with(said) && tag.ends_with("`bare`)"), "{tag}");
    assert!(fault("Ada\t\n").starts_with("f:1: `` is no tag"));
    let third = ConllOptions { token: Column(2), ..ConllOptions::default() };
    assert_eq!(
        read("a O\n", &third).unwrap_err(),
        "f:1: no token column: it would be column 2, the row has 2"
    );
    for tag in [-1, 1] {
        let same = ConllOptions { token: Column(1), tag: Some(Column(tag)), ..ConllOptions::default() };
        let want = format!("f:1: the tag column ({tag}) is the token column (1)");
        assert_eq!(read("a O\n", &same).unwrap_err(), want);
    }
    let strict = ConllOptions { scheme: Some(Scheme::Iob2), comments: true, ..ConllOptions::default() };
    let text = "Ada B-PER\n\n# c\n-DOCSTART- O\nsang O\nx I-PER\n";
    assert_eq!(read(text, &strict).unwrap_err(), "f:6: tag `I-PER` breaks IOB2: it may not follow `O`");
    // Read as conlleval does when not strict.
    assert_eq!(shown(&plain("sang O\nx I-PER\ny I-LOC\n")), "sang x[PER] y[LOC]");
    let ragged = ConllOptions { ragged: Ragged::Allow, ..ConllOptions::default() };
    assert_eq!(shown(&read("Ada N B-PER\nsang O\n", &ragged).unwrap()), "Ada[PER] sang");
    assert!(read("Ada N B-PER\nsang\n", &ragged).unwrap_err().contains("f:2: no tag column"));
}

#[test]
fn a_reader_ends_after_an_error() {
    let mut reader = Reader::new("Ada O\n\nx\n\ny O\n".as_bytes(), "f", ConllOptions::default());
    assert!(reader.next().unwrap().is_ok());
    assert!(reader.next().unwrap().is_err());
    assert!(reader.next().is_none());
}

fn rewritten(text: &str, options: &ConllOptions, place: TagPlace, tag: &str) -> String {
    let mut out = Vec::new();
    for block in Blocks::new(text.as_bytes(), "f", options.clone()) {
        let block = block.unwrap();
        let tags = vec![tag.parse::<Tag>().unwrap(); block.sentence().len()];
        block.write(&tags, place, &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn blocks_keep_every_line() {
    let unlabelled = ConllOptions { comments: true, ..ConllOptions::unlabelled() };
    let text = "\n# c\n-DOCSTART- -X-\n\nAda N\nsang V\n\n\nKöln N\n \n\n";
    let appended = rewritten(text, &unlabelled, TagPlace::Append, "B-X");
    assert_eq!(appended, "\n# c\n-DOCSTART- -X- O\n\nAda N B-X\nsang V B-X\n\n\nKöln N B-X\n \n\n");
    let blocks: Vec<_> = Blocks::new(text.as_bytes(), "f", unlabelled.clone()).map(Result::unwrap).collect();
    let tokens: Vec<_> = blocks.iter().map(|block| (block.sentence().text(), block.first_line())).collect();
    assert_eq!(tokens, [("Ada sang", 5), ("Köln", 9), ("", 11)]);
    let kinds: Vec<_> = blocks[0].rows().map(|row| row.kind).collect();
    assert_eq!(kinds, [Blank, Comment, Mark, Blank, Token, Token, Blank]);
    // Tabs, CR LF, a missing last line end: all stay.
    assert_eq!(
        rewritten("New York\tx\r\n\r\nb\ty", &unlabelled, TagPlace::Append, "O"),
        "New York\tx\tO\r\n\r\nb\ty\tO"
    );
    let single = ConllOptions { separator: Separator::Tab, ..ConllOptions::unlabelled() };
    assert_eq!(rewritten("New York\n", &single, TagPlace::Append, "O"), "New York\tO\n");
    let replaced = rewritten(
        "Ada  B-A n\n-DOCSTART- x\n\nb O m\n",
        &ConllOptions { ragged: Ragged::Allow, ..unlabelled },
        TagPlace::Replace(Column(1)),
        "S-B",
    );
    assert_eq!(replaced, "Ada  S-B n\n-DOCSTART- O\n\nb S-B m\n");
    assert_eq!(DOCUMENT_MARK, "-DOCSTART-");
}

#[test]
fn a_mark_without_a_tag_stays_when_tags_are_replaced() {
    let text = "-DOCSTART-\n\nAda O\nran O\n\n-DOCSTART- \r\n\nBob O\n-DOCSTART- O\n";
    let want = text.replace("Ada O", "Ada B-A").replace("ran O", "ran B-A").replace("Bob O", "Bob B-A");
    for column in [-1, 1] {
        let replace = TagPlace::Replace(Column(column));
        assert_eq!(rewritten(text, &ConllOptions::default(), replace, "B-A"), want, "{column}");
    }
    let tabs = "-DOCSTART-\n\nNew York\tO\n";
    let options = ConllOptions { separator: Separator::Tab, ..ConllOptions::default() };
    let replaced = rewritten(tabs, &options, TagPlace::Replace(Column::LAST), "B-A");
    assert_eq!(replaced, "-DOCSTART-\n\nNew York\tB-A\n");
}

#[test]
fn blocks_and_reader_agree() {
    let text = "a O\nb O\n\n\n-DOCSTART- O\nc O\n\n-DOCSTART- O\n\nd O\n-DOCSTART- O\ne O";
    let blocks =
        Blocks::new(text.as_bytes(), "f", ConllOptions::default()).map(|b| b.unwrap().sentence().clone());
    let blocks: Vec<_> = blocks.filter(|sentence| !sentence.is_empty()).collect();
    let sentences: Vec<_> = plain(text).into_iter().map(|labelled| labelled.sentence).collect();
    assert_eq!(blocks, sentences);
    let fault = Blocks::new("a O\nb\n".as_bytes(), "f", ConllOptions::default()).next().unwrap();
    assert!(fault.unwrap_err().to_string().starts_with("f:2: "));
}

#[test]
fn a_cell_is_the_text_of_a_column() {
    let cells = |text: &str, column| -> Vec<Option<String>> {
        let blocks = Blocks::new(text.as_bytes(), "f", ConllOptions { tag: None, ..ConllOptions::default() });
        let cells = |block: xner_corpus::read::conll::Block| {
            let cell = |row| block.cell(row, Column(column)).map(str::to_owned);
            block.rows().map(cell).collect::<Vec<_>>()
        };
        blocks.flat_map(|block| cells(block.unwrap())).collect()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(cells("Ada NNP B-PER\nran  VBD  O \n", -1), [some("B-PER"), some("O")]);
    assert_eq!(cells("Ada NNP B-PER\nran VBD O\n", 1), [some("NNP"), some("VBD")]);
    assert_eq!(cells("New York\tB-LOC\n", -1), [some("B-LOC")]);
    // A row of one column has a token and nothing else; a mark may stand alone.
    assert_eq!(cells("-DOCSTART-\n\nAda\n", -1), [None, None, None]);
    assert_eq!(cells("Ada B-PER\n", 2), [None]);
}
