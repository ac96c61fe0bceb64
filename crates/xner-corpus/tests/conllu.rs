//! CoNLL-U and the columns of Universal NER.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;

use xner_corpus::read::conll::Blocks;
use xner_corpus::read::{Column, ConllOptions, Format, Input, ReadOptions, Stream, read_corpus};
use xner_corpus::write::{WriteOptions, write_corpus};
use xner_corpus::{Labelled, Result};

/// Two sentences: a token of two words, a word that is not in the text, comments, a token with a space.
const UNER: &str = "# sent_id = a\n# text = Ana fährt zum Markt\n1\tAna\tB-PER\t-\tx\n2\tfährt\tO\t-\tx\n\
    3-4\tzum\tO\t-\tx\n3\tzu\tO\t-\tx\n4\tdem\tO\t-\tx\n4.1\tleer\tB-LOC\t-\tx\n5\tMarkt\tO\t-\tx\n\n\
    # sent_id = b\n1\tNew York\tB-LOC\t-\tx\n2\tCity\tI-LOC\t-\tx\n\n";

fn conllu() -> String {
    let rows = UNER.lines().map(|line| match line.split('\t').collect::<Vec<_>>().as_slice() {
        [id, word, tag, ..] => {
            let misc = match *tag {
                "O" if *word == "fährt" => "_".to_owned(),
                tag => format!("SpaceAfter=No|ner={tag}"),
            };
            format!("{id}\t{word}\t_\tX\t_\t_\t0\troot\t_\t{misc}\n")
        }
        _ => format!("{line}\n"),
    });
    rows.collect()
}

fn read(text: &str, format: Format, options: &ReadOptions) -> Result<Vec<Labelled>> {
    let input = Input::from_reader(std::io::Cursor::new(text.to_owned().into_bytes()), "f")?;
    Stream::new(input, format, options).collect()
}

fn shown(corpus: &[Labelled]) -> Vec<(String, Vec<(&str, &str)>)> {
    let names = |labelled: &Labelled| labelled.sentence.tokens().collect::<Vec<_>>().join("|");
    let found = |l: &'_ Labelled| l.entities.iter().map(|e| e.tokens.clone()).collect::<Vec<_>>();
    corpus
        .iter()
        .map(|l| {
            let parts = found(l).into_iter().zip(&l.entities);
            (names(l), parts.map(|(tokens, e)| (l.sentence.slice(tokens), e.kind.as_str())).collect())
        })
        .collect()
}

#[test]
fn both_are_read_under_any_name_of_columns() {
    let want = [
        ("Ana|fährt|zu|dem|Markt".to_owned(), vec![("Ana", "PER")]),
        ("New York|City".to_owned(), vec![("New York City", "LOC")]),
    ];
    let with_comments = conllu();
    let bare = with_comments.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect();
    for text in [UNER.to_owned(), conllu(), UNER.replace('\n', "\r\n"), bare] {
        for format in [Format::Conll, Format::Tsv, Format::Conllu] {
            assert_eq!(shown(&read(&text, format, &ReadOptions::default()).unwrap()), want, "{format}");
        }
    }
}

#[test]
fn what_is_not_in_this_dress_stays_columns() {
    let read = |text: &str| {
        let corpus = read(text, Format::Conll, &ReadOptions::default()).unwrap();
        corpus[0].sentence.text().to_owned()
    };
    assert_eq!(read("1\tAna\tB-PER\n2\tsang\tO\n"), "1 2");
    assert_eq!(read("1 O\n2 O\n"), "1 2");
    assert_eq!(read("1\tO\n"), "1");
}

#[test]
fn columns_that_are_named_are_taken() {
    let text = UNER
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect::<Vec<_>>()
        .join("\n")
        .replace("4.1\tleer\tB-LOC\t-\tx\n", "");
    let named = ConllOptions { token: Column(1), tag: Some(Column(2)), ..ConllOptions::default() };
    let options = ReadOptions { conll: named, ..ReadOptions::default() };
    let found = read(&text, Format::Conll, &options).unwrap();
    assert!(shown(&found)[0].0.contains("fährt|zum|zu|dem"), "rows as they stand");
    let fourth = ConllOptions { tag: Some(Column(4)), conllu: true, ..ConllOptions::default() };
    let options = ReadOptions { conll: fourth, ..ReadOptions::default() };
    assert!(read(UNER, Format::Conll, &options).unwrap_err().to_string().starts_with("f:3: `x` is no tag"));
}

#[test]
fn faults_have_a_line() {
    let fault = |text: &str| read(text, Format::Conllu, &ReadOptions::default()).unwrap_err().to_string();
    let unlabelled = "1\tAna\t_\tX\t_\t_\t0\troot\t_\tEntity=(e1)\n";
    assert_eq!(
        fault(unlabelled),
        "f:1: no row of this CoNLL-U file has `NER=` in its last column: it has no labels"
    );
    let options = ReadOptions { conll: ConllOptions::unlabelled(), ..ReadOptions::default() };
    assert_eq!(read(unlabelled, Format::Conllu, &options).unwrap().len(), 1);
    assert_eq!(
        fault("# a\nAna\tO\n"),
        "f:2: a row of CoNLL-U begins with `Ana`, expected a number, 1-2 or 1.1"
    );
    assert_eq!(fault("1\tAna\n"), "f:1: no tag column: it would be column 2, the row has 2");
    assert_eq!(fault("1\tAna\tO\n2\tx\n"), "f:2: no tag column: it would be column 2, the row has 2");
    assert_eq!(fault("1\tAna\tO\n2\tx\tO\ty\n"), "f:2: expected 3 columns as in the rows before, found 4");
    assert_eq!(fault("1\t\tO\n"), "f:1: the token is empty");
}

#[test]
fn it_is_written_in_other_formats_only() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = read(UNER, Format::Conllu, &ReadOptions::default()).unwrap();
    let (tsv, conllu) = (folder.path().join("a.tsv"), folder.path().join("a.conllu"));
    write_corpus(&tsv, &corpus, &WriteOptions::default()).unwrap();
    assert_eq!(read_corpus(&tsv, &ReadOptions::default()).unwrap(), corpus);
    let error = write_corpus(&conllu, &corpus, &WriteOptions::default()).unwrap_err().to_string();
    assert_eq!(error, "cannot write labelled text as conllu: this format is only read");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn blocks_keep_every_line() {
    let options = ConllOptions { tag: None, ..ConllOptions::default() }.of_format(Format::Conllu);
    let blocks: Vec<_> = Blocks::new(UNER.as_bytes(), "f", options).collect::<Result<_>>().unwrap();
    assert_eq!(blocks.iter().map(|block| block.sentence().len()).collect::<Vec<_>>(), [5, 2]);
    let raw: String =
        blocks.iter().flat_map(|b| b.rows().map(|r| format!("{}{}", r.text, r.ending))).collect();
    assert_eq!(raw, UNER);
}
