//! Statistics of public corpora against `figures.tsv`. It has for each file its sentences, document marks, tokens,
//! entities, entities per type, scheme, and tags outside the scheme. The counts of CoNLL and `FiNER` are those of the
//! papers.
//!
//! The test runs when `XNER_DATA` names a folder with some of these files, under the same names. Otherwise it says that
//! it is skipped.
#![cfg(feature = "xz")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::path::Path;

use xner_corpus::Stats;
use xner_corpus::read::ReadOptions;

#[test]
fn statistics_agree_with_the_table() {
    let Some(folder) = std::env::var_os("XNER_DATA") else {
        eprintln!("skipped: set XNER_DATA to a folder with corpora to compare their statistics");
        return;
    };
    let folder = Path::new(&folder);
    let (mut checked, mut missing) = (0, 0);
    for row in include_str!("figures.tsv").lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [file, sentences, marks, tokens, entities, types, scheme, violations] = cells[..] else {
            panic!("{row}: expected eight columns")
        };
        let path = folder.join(file);
        if !path.exists() {
            missing += 1;
            continue;
        }
        let stats = Stats::of_file(path, &ReadOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        let (seen, outside) = stats.scheme().unwrap();
        let per_type: Vec<String> =
            stats.types.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let found = [
            stats.sentences.to_string(),
            stats.marks.to_string(),
            stats.tokens.to_string(),
            stats.entities.to_string(),
            per_type.join(", "),
            seen.to_string(),
            outside.to_string(),
        ];
        assert_eq!(found, [sentences, marks, tokens, entities, types, scheme, violations], "{file}");
        checked += 1;
    }
    assert!(checked > 0, "{}: none of the files of figures.tsv", folder.display());
    eprintln!("{checked} files agree, {missing} are not there");
}
