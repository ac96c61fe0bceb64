//! What is printed and serialised.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use xner_corpus::Entity;
use xner_eval::{Calibrator, Confusion, Counts, Mode, Runs, Scores, paired_bootstrap, score};

fn scores() -> Scores {
    let gold = [vec!["B-PER", "I-PER", "O", "B-LOC"], vec!["B-LOC", "O"]];
    let predicted = [vec!["B-PER", "I-PER", "O", "O"], vec!["B-LOC", "B-ORGANISATION"]];
    score(Mode::Conll, &gold, &predicted).unwrap()
}

#[test]
fn scores_print_as_a_table() {
    assert_eq!(
        scores().to_string(),
        "\
\x20             precision     recall         f1    support      found    correct
micro             66.67      66.67      66.67          3          3          2
LOC              100.00      50.00      66.67          2          1          1
ORGANISATION       0.00       0.00       0.00          0          1          0
PER              100.00     100.00     100.00          1          1          1
accuracy 66.67 over 6 tokens, 2 sentences
"
    );
}

#[test]
fn scores_have_the_documented_json() {
    let scores = score(Mode::Conll, &[["B-PER", "O"]], &[["B-PER", "O"]]).unwrap();
    let figures = r#"{"precision":1.0,"recall":1.0,"f1":1.0,"support":1,"found":1,"correct":1}"#;
    let json = serde_json::to_string(&scores).unwrap();
    assert_eq!(
        json,
        format!(
            r#"{{"overall":{figures},"types":{{"PER":{figures}}},"accuracy":1.0,"sentences":1,"tokens":2,"correct_tokens":2}}"#
        )
    );
    assert_eq!(serde_json::from_str::<Scores>(&json).unwrap(), scores);
}

#[test]
fn an_empty_corpus_scores_nothing() {
    let none: [[&str; 0]; 0] = [];
    let scores = score(Mode::Conll, &none, &none).unwrap();
    assert_eq!(scores, Scores::default());
    let printed = scores.conlleval().to_string();
    assert_eq!(printed, "processed 0 tokens with 0 phrases; found: 0 phrases; correct: 0.\n");
}

#[test]
fn confusion_prints_as_a_table() {
    let mut confusion = Confusion::default();
    let entity = Entity::new;
    confusion
        .add(
            &[entity(0..2, "PER"), entity(3..5, "LOC"), entity(8..9, "LOC")],
            &[entity(0..2, "LOC"), entity(4..5, "LOC"), entity(6..7, "PER")],
        )
        .unwrap();
    assert_eq!(
        confusion.to_string(),
        "\
gold \\ pred          LOC          PER  overlapping       missed
LOC                    0            0            1            1
PER                    1            0            0            0
overlapping            1            0
spurious               0            1
"
    );
    assert_eq!(
        serde_json::to_string(&confusion).unwrap(),
        r#"{"types":{"PER":{"LOC":1}},"boundaries":{"LOC":{"gold_overlapping":1,"missed":1,"predicted_overlapping":1,"spurious":0},"PER":{"gold_overlapping":0,"missed":0,"predicted_overlapping":0,"spurious":1}}}"#
    );
}

#[test]
fn runs_print_mean_deviation_and_maximum() {
    let worse = score(Mode::Conll, &[["B-PER", "B-LOC"]], &[["B-PER", "O"]]).unwrap();
    let better = score(Mode::Conll, &[["B-PER", "O"]], &[["B-PER", "O"]]).unwrap();
    let runs = Runs::of(&[worse.clone(), better]).unwrap();
    assert_eq!(
        runs.to_string(),
        "\
micro     83.33 ± 23.57 (max 100.00)
LOC       0.00 ± 0.00 (max 0.00)
PER       100.00 ± 0.00 (max 100.00)
accuracy  75.00 ± 35.36 (max 100.00)
"
    );
    assert_eq!(Runs::of(&[worse]).unwrap().accuracy.to_string(), "50.00 (max 50.00)");
}

#[test]
fn calibration_prints_its_table() {
    let mut calibrator = Calibrator::new(2).unwrap();
    let gold = [Entity::new(0..1, "PER"), Entity::new(2..3, "LOC")];
    let predicted = [Entity::new(0..1, "PER"), Entity::new(2..3, "ORG")];
    calibrator.add_entities(&gold, &predicted, &[0.9, 0.7]).unwrap();
    assert_eq!(
        calibrator.finish().to_string(),
        "\
\x20 probability      count  confidence  accuracy
0.000 - 0.500          0           -         -
0.500 - 1.000          2      0.8000    0.5000
expected calibration error 0.3000, maximum 0.3000, 2 predictions
"
    );
}

#[test]
fn significance_prints_on_a_line() {
    let right = Counts { correct: 1, found: 1, gold: 1 };
    let wrong = Counts { correct: 0, ..right };
    let test = paired_bootstrap(&[right; 4], &[wrong; 4], 99, 1).unwrap();
    assert_eq!(
        test.to_string(),
        "A 100.00, B 0.00: difference 100.00, p = 0.0100, 95% interval 100.00 to 100.00 (99 rounds)"
    );
}
