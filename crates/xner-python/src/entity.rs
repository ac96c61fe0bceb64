//! An entity.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use xner::TextEntity;

/// An entity in a text.
#[pyclass(frozen, get_all, eq, module = "xner")]
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entity {
    kind: String,
    text: String,
    start: usize,
    end: usize,
    start_byte: usize,
    end_byte: usize,
    probability: f32,
}

impl From<TextEntity> for Entity {
    fn from(found: TextEntity) -> Self {
        Self {
            kind: found.kind.to_string(),
            text: found.text,
            start: found.characters.start,
            end: found.characters.end,
            start_byte: found.bytes.start,
            end_byte: found.bytes.end,
            probability: found.probability,
        }
    }
}

#[pymethods]
impl Entity {
    fn __repr__(&self) -> String {
        let Self { kind, text, start, end, probability, .. } = self;
        format!(
            "Entity(kind={kind:?}, text={text:?}, start={start}, end={end}, probability={probability:.3})"
        )
    }

    /// What `json.dumps` takes.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let fields = PyDict::new(py);
        fields.set_item("kind", &self.kind)?;
        fields.set_item("text", &self.text)?;
        fields.set_item("start", self.start)?;
        fields.set_item("end", self.end)?;
        fields.set_item("start_byte", self.start_byte)?;
        fields.set_item("end_byte", self.end_byte)?;
        fields.set_item("probability", self.probability)?;
        Ok(fields)
    }
}
