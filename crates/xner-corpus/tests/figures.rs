//! Statistics against published figures.
//!
//! Runs when `XNER_DATA` names a folder with corpora and a `README.md` whose tables have a row a file:
//! the file (in backquotes), sentences, a paper's count, tokens, entities, a paper's count, counts per type,
//! columns, scheme. Says so when it is skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::path::Path;

use xner_corpus::Stats;
use xner_corpus::read::ReadOptions;

fn first_number(cell: &str) -> usize {
    let digits: String = cell.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("`{cell}` does not begin with a number"))
}

#[test]
fn statistics_agree_with_the_tables() {
    let Some(folder) = std::env::var_os("XNER_DATA") else {
        eprintln!("skipped: set XNER_DATA to a folder with corpora to compare their statistics");
        return;
    };
    let folder = Path::new(&folder);
    let tables = std::fs::read_to_string(folder.join("README.md")).expect("XNER_DATA holds a README.md");
    let mut checked = 0;
    for row in tables.lines().filter(|line| line.starts_with("| `data/")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [file, sentences, _, tokens, entities, _, types, _, scheme] = cells[..] else { continue };
        let file = file.trim_matches('`').strip_prefix("data/").unwrap();
        let stats =
            Stats::of_file(folder.join(file), &ReadOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(stats.sentences, first_number(sentences), "sentences of {file}");
        assert_eq!(stats.tokens, first_number(tokens), "tokens of {file}");
        assert_eq!(stats.entities, first_number(entities), "entities of {file}");
        let counts: Vec<String> = stats.types.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        assert_eq!(counts.join(", "), types, "entities per type of {file}");
        let (seen, odd) = stats.scheme().unwrap();
        let (name, note) = scheme.split_once(' ').unwrap_or((scheme, "(0 odd"));
        assert_eq!(seen.to_string(), name.to_lowercase(), "scheme of {file}");
        assert_eq!(odd, first_number(note.trim_start_matches('(')), "tags of {file} outside its scheme");
        // "(946 mark lines)", "287 begin with a mark": the last number of the cell's note.
        let marks = sentences.split_once('(').and_then(|(_, note)| {
            note.split(|c: char| !c.is_ascii_digit()).rfind(|part| !part.is_empty())?.parse().ok()
        });
        assert_eq!(stats.marks, marks.unwrap_or(0), "document marks of {file}");
        checked += 1;
    }
    assert!(checked > 0, "no table rows in {}", folder.display());
    eprintln!("{checked} files agree");
}
