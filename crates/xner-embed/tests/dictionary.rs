//! Dictionaries from files and back: layouts, phrases, order, faults with their lines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use std::fs;
use std::io::Write;

use proptest::prelude::*;
use xner_embed::dictionary::{Dictionary, DictionaryWriter};
use xner_embed::{Error, Vectors};

type Listed = Vec<(String, String, Option<f32>)>;

fn read(text: impl AsRef<[u8]>) -> Result<Listed, String> {
    let dictionary = Dictionary::read_from(text.as_ref(), "f").map_err(|error| error.to_string())?;
    Ok(listed(&dictionary))
}

fn listed(dictionary: &Dictionary) -> Listed {
    let pair = |(source, translation): (&str, xner_embed::dictionary::Translation<'_>)| {
        (source.to_owned(), translation.word.to_owned(), translation.score)
    };
    dictionary.iter().map(pair).collect()
}

fn pairs(text: impl AsRef<[u8]>) -> Vec<(String, String)> {
    read(text).unwrap().into_iter().map(|(source, target, _)| (source, target)).collect()
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(source, target)| ((*source).to_owned(), (*target).to_owned())).collect()
}

#[test]
fn layouts() {
    let want = owned(&[("dog", "perro"), ("dog", "can"), ("cat", "gato")]);
    for text in [
        "dog perro\ndog can\ncat gato\n",
        "dog\tperro\ndog\tcan\ncat\tgato",
        "\u{feff}dog  perro \r\n\r\ncat gato\r\n  \t \r\ndog\tcan\r\n",
        " dog perro\ndog perro\ndog can\ncat gato\ndog perro\n",
    ] {
        let mut found = pairs(text);
        found.sort_by_key(|(source, _)| source != "dog");
        assert_eq!(found, want, "{text:?}");
    }
    // Blanks of other kinds belong to words.
    assert_eq!(pairs("10\u{a0}000 dix\u{3000}mille\n"), owned(&[("10\u{a0}000", "dix\u{3000}mille")]));
}

#[test]
fn phrases_and_scores() {
    let text =
        "New York\tNueva York\t0.5\nNew York\tNY\nLondon Londres -1e-3\nNew York\tNueva York\t0.9\n3 4 5\n";
    let row = |source: &str, target: &str, score| (source.to_owned(), target.to_owned(), score);
    assert_eq!(
        read(text).unwrap(),
        [
            row("New York", "Nueva York", Some(0.5)),
            row("New York", "NY", None),
            row("London", "Londres", Some(-1e-3)),
            row("3", "4", Some(5.0)),
        ]
    );
}

#[test]
fn faults_have_a_line() {
    for (text, want) in [
        ("a b\nword\n", "f:2: expected 2 columns, or 3 with a score, found 1"),
        ("a\tb\n\nNew York Nueva York\n", "f:3: expected 2 columns, or 3 with a score, found 4"),
        ("New York Gotham\n", "f:1: column 3 should be a score, `Gotham` is no number; between phrases"),
        ("a\tb\tc\n", "f:1: column 3 should be a score, `c` is no number"),
        ("a\tb\t1\t2\n", "f:1: expected 2 columns, or 3 with a score, with tabs between, found 4"),
        ("a\t\n", "f:1: column 2 is empty"),
        ("\tb\n", "f:1: column 1 is empty"),
        ("a\tb\t \n", "f:1: column 3 is empty"),
        ("a b nan\n", "f:1: the score `nan` is not finite"),
        ("a\tb\t1e99\n", "f:1: the score `1e99` is not finite"),
        ("a b\r\rc d\n", "f:1: "),
        ("", "f: no word pairs"),
        ("\n \n\t\n", "f: no word pairs"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(want), "{text:?}: {error}");
    }
    assert_eq!(read(b"a b\nc \xff\n").unwrap_err(), "f:2: invalid UTF-8 at byte 3 of the line");
    let error = read(vec![b'a'; 1 << 21]).unwrap_err();
    assert_eq!(error, "f:1: the line is longer than 1048576 bytes");
    let error = Dictionary::read("/no/such.txt").unwrap_err().to_string();
    assert!(error.starts_with("/no/such.txt: "), "{error}");
}

#[test]
fn compressed_and_cut_short() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<(String, String, Option<f32>)> =
        (0..3000).map(|n| (format!("s{}", n / 3), format!("t{n}"), Some(n as f32 / 7.0))).collect();
    let dictionary = Dictionary::from_scored(rows.clone()).unwrap();
    for name in ["d.txt", "d.txt.gz", "d.txt.xz"] {
        let path = folder.path().join(name);
        dictionary.write(&path).unwrap();
        let again = Dictionary::read(&path).unwrap();
        assert_eq!(listed(&again), rows);
        assert_eq!(again.name(), path);
        assert_eq!(again, dictionary);
        if name != "d.txt" {
            let whole = fs::read(&path).unwrap();
            fs::write(&path, &whole[..whole.len() / 2]).unwrap();
            let error = Dictionary::read(&path).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("cut short"), "{error}");
        }
    }
    assert!(dictionary.write(folder.path().join("no/d.txt")).is_err());
}

#[test]
fn an_unfinished_file_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.txt");
    let mut writer = DictionaryWriter::create(&path).unwrap();
    writer.write("a", "b", None).unwrap();
    let error = writer.write("a", "b\nc", None).unwrap_err().to_string();
    assert_eq!(error, "pair 1: the target `b\\nc` holds a tab or a line break");
    drop(writer);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn pairs_must_fit_a_file() {
    for (source, target, score) in [
        ("", "b", None),
        ("a", " b", None),
        ("a ", "b", None),
        ("a\tc", "b", None),
        ("a", "b\r", None),
        ("a", "b", Some(f32::INFINITY)),
    ] {
        let error = Dictionary::from_scored([("x", "y", None), (source, target, score)]).unwrap_err();
        assert!(matches!(error, Error::Pair { row: 1, .. }), "{error}");
    }
}

#[test]
fn look_up_restrict_invert() {
    let dictionary =
        Dictionary::from_pairs([("a", "x"), ("b", "x"), ("a", "y"), ("c", "z"), ("a", "x")]).unwrap();
    assert_eq!((dictionary.len(), dictionary.pairs(), dictionary.is_empty()), (3, 4, false));
    assert_eq!(dictionary.sources().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(dictionary.translations("a").map(|t| t.word).collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(dictionary.translations("A").len(), 0);
    assert!(dictionary.contains("c") && !dictionary.contains("x"));
    let inverted = Dictionary::from_pairs([("x", "a"), ("x", "b"), ("y", "a"), ("z", "c")]).unwrap();
    assert_eq!(dictionary.inverted(), inverted);
    let some = dictionary.restricted(|source| source != "b", |target| target != "x");
    assert_eq!(some, Dictionary::from_pairs([("a", "y"), ("c", "z")]).unwrap());
    assert!(dictionary.restricted(|_| true, |_| false).is_empty());
}

#[test]
fn ranks_count_what_is_unknown() {
    let vectors = |words: &[&str]| Vectors::from_rows(words, 1, &vec![1.0; words.len()]).unwrap();
    let (source, target) = (vectors(&["b", "a", "d"]), vectors(&["y", "x"]));
    let dictionary =
        Dictionary::from_pairs([("a", "x"), ("b", "q"), ("a", "y"), ("a", "r"), ("c", "x")]).unwrap();
    let ranks = dictionary.ranks(&source, &target).unwrap();
    assert_eq!(ranks.pairs, [(1, 1), (1, 0)]);
    assert_eq!((ranks.unknown, ranks.words, ranks.known_words), (3, 3, 1));
    let dictionary = Dictionary::read_from("b q\nA x\nc x\n".as_bytes(), "dir/f.txt").unwrap();
    let error = dictionary.ranks(&source, &target).unwrap_err().to_string();
    assert!(
        error.starts_with("dir/f.txt: none of its 3 pairs has both words among the vectors, which know 1 of"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(
        rows in prop::collection::vec(
            ("[ab\u{feff}\u{a0}é#][ab é\u{85}]{0,3}[abc]", "[^ \t\r\n]{1,3}( [^ \t\r\n]{1,3}){0,2}",
             prop::option::of(any::<f32>().prop_filter("finite", |score| score.is_finite()))),
            1..30,
        ),
        ending in prop::sample::select(vec!["txt", "gz", "xz"]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("d.{ending}"));
        let dictionary = Dictionary::from_scored(rows.clone()).unwrap();
        dictionary.write(&path).unwrap();
        let again = Dictionary::read(&path).unwrap();
        prop_assert_eq!(listed(&again), listed(&dictionary));
        // The first of equal pairs, sources in the order of their first pair.
        let mut want: Listed = Vec::new();
        for row in &rows {
            if !want.iter().any(|known| (&known.0, &known.1) == (&row.0, &row.1)) {
                want.push(row.clone());
            }
        }
        want.sort_by_key(|row| rows.iter().position(|known| known.0 == row.0));
        prop_assert_eq!(listed(&dictionary), want);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(prop::sample::select(b"ab \t\n\r.1-e\xff\xc3\xbc".to_vec()), 0..80)) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        if let Ok(dictionary) = Dictionary::read(file.path()) {
            prop_assert!(!dictionary.is_empty());
        }
    }
}
