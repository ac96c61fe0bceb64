//! A model.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_arrow::input::{AnyArray, AnyRecordBatch};
use xner::corpus::Sentence;
use xner::{Language, Limit, Threads};

use crate::columns;
use crate::entity::Entity;
use crate::error::raised;

/// A model that finds entities. To be shared among threads.
#[pyclass(frozen, module = "xner")]
#[derive(Debug)]
pub(crate) struct Ner(xner::Ner);

/// Opens a model: a directory, a packed file, a name on the Hugging Face hub; without a name the model in the box.
#[pyfunction]
#[pyo3(signature = (model=None, *, language=None, threads=None))]
pub(crate) fn load(
    py: Python<'_>,
    model: Option<std::path::PathBuf>,
    language: Option<&str>,
    threads: Option<usize>,
) -> PyResult<Ner> {
    let mut builder = xner::Ner::builder();
    if let Some(code) = language {
        let language: Language =
            code.parse().map_err(|fault| PyValueError::new_err(format!("language: {fault}")))?;
        builder = builder.language(language);
    }
    if let Some(threads) = threads {
        builder = builder.threads(Threads::Own(threads));
    }
    let name = match &model {
        None => None,
        Some(path) => Some(
            path.to_str()
                .ok_or_else(|| PyValueError::new_err(format!("model: {} is not UTF-8", path.display())))?,
        ),
    };
    let open = || match name {
        None => builder.built_in(),
        Some(name) => builder.named(name),
    };
    py.detach(open).map(Ner).map_err(|fault| raised(&fault))
}

#[pymethods]
impl Ner {
    /// The entities of a text, in order.
    fn entities(&self, py: Python<'_>, text: &str) -> PyResult<Vec<Entity>> {
        let found = py.detach(|| self.0.entities(text)).map_err(|fault| raised(&fault))?;
        Ok(found.into_iter().map(Entity::from).collect())
    }

    /// The entities of each text; short ones are tagged together.
    fn entities_of(&self, py: Python<'_>, texts: Vec<String>) -> PyResult<Vec<Vec<Entity>>> {
        let found =
            py.detach(|| self.0.entities_of(&texts, &Limit::none())).map_err(|fault| raised(&fault))?;
        Ok(found.into_iter().map(|row| row.into_iter().map(Entity::from).collect()).collect())
    }

    /// The tags of sentences that are split into tokens already.
    fn tags_of(&self, py: Python<'_>, sentences: Vec<Vec<String>>) -> PyResult<Vec<Vec<String>>> {
        let sentences: Vec<Sentence> = sentences.iter().map(Sentence::from_tokens).collect();
        let found =
            py.detach(|| self.0.tags_of(&sentences, &Limit::none())).map_err(|fault| raised(&fault))?;
        Ok(found.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect())
    }

    /// The types of its entities.
    #[getter]
    fn types(&self) -> Vec<String> {
        self.0.tag_set().types().iter().map(ToString::to_string).collect()
    }

    /// The entities of each text of a column: whatever hands out Arrow's arrays.
    fn tag_column<'py>(&self, py: Python<'py>, column: AnyArray) -> PyResult<Bound<'py, PyAny>> {
        columns::of_column(py, &self.0, column)
    }

    /// A table with a column `entities` more: whatever hands out Arrow's record batches.
    fn tag_table<'py>(
        &self,
        py: Python<'py>,
        table: AnyRecordBatch,
        column: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        columns::of_table(py, &self.0, table, column)
    }
}
