//! Scores of tags.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use xner::corpus::Scheme;
use xner::eval::{Mode, Score, Scorer};

fn fields<'py>(py: Python<'py>, score: &Score) -> PyResult<Bound<'py, PyDict>> {
    let fields = PyDict::new(py);
    fields.set_item("precision", score.precision)?;
    fields.set_item("recall", score.recall)?;
    fields.set_item("f1-score", score.f1)?;
    fields.set_item("support", score.support)?;
    Ok(fields)
}

/// What seqeval's `classification_report(gold, predicted, output_dict=True)` gives; with `scheme`, what its
/// `mode="strict"` does.
#[pyfunction]
#[pyo3(signature = (gold, predicted, *, scheme=None))]
pub(crate) fn score<'py>(
    py: Python<'py>,
    gold: Vec<Vec<String>>,
    predicted: Vec<Vec<String>>,
    scheme: Option<&str>,
) -> PyResult<Bound<'py, PyDict>> {
    let mode = match scheme {
        None => Mode::Seqeval,
        Some(name) => {
            let scheme: Scheme =
                name.parse().map_err(|fault| PyValueError::new_err(format!("scheme: {fault}")))?;
            Mode::Strict(scheme)
        }
    };
    let (left, right) = (gold.len(), predicted.len());
    if left != right {
        return Err(PyValueError::new_err(format!("gold has {left} sentences, predicted {right}")));
    }
    let scores = py
        .detach(|| {
            let mut scorer = Scorer::new(mode);
            for (gold, predicted) in gold.iter().zip(&predicted) {
                scorer.add(gold, predicted)?;
            }
            Ok::<_, xner::eval::Error>(scorer.finish())
        })
        .map_err(|fault| PyValueError::new_err(fault.to_string()))?;
    let report = PyDict::new(py);
    for (kind, score) in &scores.types {
        report.set_item(kind, fields(py, score)?)?;
    }
    report.set_item("micro avg", fields(py, &scores.overall)?)?;
    report.set_item("macro avg", fields(py, &scores.macro_average())?)?;
    report.set_item("weighted avg", fields(py, &scores.weighted_average())?)?;
    Ok(report)
}
