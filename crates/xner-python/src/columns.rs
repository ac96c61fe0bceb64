//! Columns of Arrow, by its C interface: pyarrow's, pandas', polars'.

use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_schema::Field;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_arrow::input::{AnyArray, AnyRecordBatch};
use pyo3_arrow::{PyChunkedArray, PyTable};
use xner::{Limit, Ner};

use crate::error::{chain, raised};

fn fault(fault: &xner_arrow::Error) -> PyErr {
    match fault {
        xner_arrow::Error::Ner(own) => raised(own),
        other => PyValueError::new_err(chain(other)),
    }
}

/// An array for each chunk; pyarrow's `ChunkedArray`.
pub(crate) fn of_column<'py>(py: Python<'py>, ner: &Ner, column: AnyArray) -> PyResult<Bound<'py, PyAny>> {
    let (chunks, field) = column.into_chunked_array()?.into_inner();
    let found = py.detach(|| -> PyResult<Vec<_>> {
        let tag = |chunk: &Arc<dyn Array>| {
            xner_arrow::entities(ner, chunk.as_ref(), field.name(), &Limit::none()).map_err(|own| fault(&own))
        };
        chunks.iter().map(|chunk| Ok(Arc::new(tag(chunk)?) as Arc<dyn Array>)).collect()
    })?;
    let named = Field::new(xner_arrow::ENTITIES, xner_arrow::entities_type(), true);
    PyChunkedArray::try_new(found, Arc::new(named))?.into_pyarrow(py)
}

/// pyarrow's `Table`.
pub(crate) fn of_table<'py>(
    py: Python<'py>,
    ner: &Ner,
    table: AnyRecordBatch,
    column: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let (batches, schema) = table.into_table()?.into_inner();
    let found = py.detach(|| -> PyResult<Vec<_>> {
        let tag =
            |batch| xner_arrow::tag_batch(ner, batch, column, &Limit::none()).map_err(|own| fault(&own));
        // A table without rows has its column too.
        if batches.is_empty() {
            return Ok(vec![tag(&RecordBatch::new_empty(schema.clone()))?]);
        }
        batches.iter().map(tag).collect()
    })?;
    let schema = found[0].schema();
    PyTable::try_new(found, schema)?.into_pyarrow(py)
}
