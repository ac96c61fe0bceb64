//! Tables of runs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use xner_eval::{Column, Error, Kind, Table};

fn table() -> Table {
    let columns = vec![Column::new("F1", Kind::Spread), Column::new("parameters", Kind::Count)];
    Table::new(vec!["row".to_owned()], columns)
}

#[test]
fn missing_figures_and_odd_names_are_plain_to_see() {
    let mut table = table();
    table.add(&["a|b\nc\\"], &[Some(0.5), Some(1000.0)]).unwrap();
    table.add(&["Zoë"], &[None, None]).unwrap();
    table.add(&["a|b\nc\\"], &[None, Some(999.0)]).unwrap();
    table.add(&["a|b\nc\\"], &[Some(0.75), None]).unwrap();
    assert_eq!(
        table.to_string(),
        "\
| row      | runs |                     F1 |   max |            parameters |
|----------|-----:|-----------------------:|------:|----------------------:|
| a\\|b c\\\\ |    3 | 62.50 ± 17.68 (2 of 3) | 75.00 | 999 to 1,000 (2 of 3) |
| Zoë      |    1 |                      - |     - |                     - |
"
    );
    let json = serde_json::to_value(&table).unwrap();
    assert_eq!(json["names"][0], "row");
    assert_eq!(json["columns"][1], serde_json::json!({"name": "parameters", "kind": "count"}));
    assert_eq!(json["rows"][0]["figures"][0]["runs"], 2);
    assert!(json["rows"][1]["figures"][0].is_null());
}

#[test]
fn what_does_not_fit_is_refused_and_adds_nothing() {
    let mut table = table();
    table.add(&["a"], &[Some(1.0), None]).unwrap();
    let before = table.clone();
    assert_eq!(table.add(&[], &[None, None]), Err(Error::CellsDiffer { found: 0, expected: 1 }));
    assert_eq!(table.add(&["a"], &[None]), Err(Error::CellsDiffer { found: 1, expected: 2 }));
    let infinite = table.add(&["a"], &[None, Some(f64::INFINITY)]);
    assert_eq!(infinite, Err(Error::NotFinite { run: 2, value: f64::INFINITY }));
    assert!(table.add(&["b"], &[Some(f64::NAN), None]).is_err());
    assert_eq!(table, before);
    let none = Table::default();
    assert_eq!((none.rows().count(), none.to_string().lines().count()), (0, 2));
}

proptest! {
    /// Every run is in the row of its name, figures are summed up by their definition, and the lines are aligned.
    #[test]
    fn rows_are_their_runs(runs in vec((0..4_usize, option::of(0.0..1.0_f64), option::of(0..3000_u32)), 0..12)) {
        let names = ["α", "b", "c|", "dd"];
        let mut table = table();
        for &(name, f1, count) in &runs {
            table.add(&[names[name]], &[f1, count.map(f64::from)]).unwrap();
        }
        let mut seen = Vec::new();
        for row in table.rows() {
            let of_row = runs.iter().filter(|run| names[run.0] == row.names[0]);
            let first = runs.iter().position(|run| names[run.0] == row.names[0]).unwrap();
            seen.push(first);
            prop_assert_eq!(row.runs, of_row.clone().count());
            let values: Vec<f64> = of_row.filter_map(|run| run.1).collect();
            let figure = row.figures[0];
            prop_assert_eq!(figure.map_or(0, |figure| figure.runs), values.len());
            if let Some(figure) = figure {
                prop_assert!((figure.mean * values.len() as f64 - values.iter().sum::<f64>()).abs() < 1e-9);
                prop_assert!(values.contains(&figure.maximum));
            }
        }
        prop_assert!(seen.is_sorted());
        prop_assert_eq!(table.rows().map(|row| row.runs).sum::<usize>(), runs.len());
        let text = table.to_string();
        let widths: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        prop_assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{}", text);
        prop_assert_eq!(widths.len(), 2 + seen.len());
    }
}
