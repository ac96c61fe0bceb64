//! The Python module `xner._xner`: what `python/xner/__init__.pyi` describes.

mod columns;
mod entity;
mod error;
mod ner;
mod score;

use pyo3::prelude::*;

/// What `xner` is made of.
#[pymodule]
mod _xner {
    #[pymodule_export]
    use crate::entity::Entity;
    #[pymodule_export]
    use crate::ner::{Ner, load};
    #[pymodule_export]
    use crate::score::score;
}
