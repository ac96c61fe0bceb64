//! Stands for the reader of `torch.save` files in a program that is built without it.

use std::path::Path;

use super::Listed;
use crate::{Error, Result};

/// There is none.
#[derive(Debug)]
pub(super) enum TorchFile {}

impl TorchFile {
    /// # Errors
    /// [`Error::Model`] always.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Listed>)> {
        let message = "is in PyTorch's own format, and this program is built without the feature `torch`; expected \
                       model.safetensors";
        Err(Error::model(path, message))
    }

    pub(super) fn path(&self) -> &Path {
        match *self {}
    }

    #[allow(clippy::unused_self, reason = "there is none")]
    pub(super) fn read(&self, _: &str) -> Result<Vec<f32>> {
        match *self {}
    }
}
