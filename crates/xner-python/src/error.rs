//! Faults as Python's exceptions.

use pyo3::PyErr;
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use xner::{Error, ErrorKind};

/// What the caller mends is `ValueError`; what the system or the hub did not give is `OSError`.
pub(crate) fn raised(fault: &Error) -> PyErr {
    let told = chain(fault);
    match fault.kind() {
        ErrorKind::BadInput => PyValueError::new_err(told),
        ErrorKind::Io | ErrorKind::Hub => PyOSError::new_err(told),
        _ => PyRuntimeError::new_err(told),
    }
}

/// A fault and what it comes from, in one line.
pub(crate) fn chain(fault: &dyn std::error::Error) -> String {
    let mut told = fault.to_string();
    let mut source = fault.source();
    while let Some(fault) = source {
        let next = fault.to_string();
        if !told.contains(&next) {
            told = format!("{told}: {next}");
        }
        source = fault.source();
    }
    told
}
