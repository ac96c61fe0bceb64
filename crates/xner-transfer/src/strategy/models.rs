//! The model directories of both choices of weights.

use std::path::{Path, PathBuf};

use crate::report::Select;

/// The model directories of both choices of weights.
#[derive(Debug, Clone)]
pub struct Models {
    /// Of the weights that are best on the source's development data.
    pub by_source: PathBuf,
    /// Of the weights that are best on the target's.
    pub by_target: PathBuf,
}

impl Models {
    /// The model that `select` chooses is the run's own, the other one a folder in it.
    pub fn new(out: &Path, select: Select) -> Self {
        match select {
            Select::SourceDev => Self { by_source: out.to_owned(), by_target: out.join("by-target") },
            Select::TargetDev => Self { by_source: out.join("by-source"), by_target: out.to_owned() },
        }
    }

    /// That of a choice.
    pub fn of(&self, select: Select) -> &Path {
        match select {
            Select::SourceDev => &self.by_source,
            Select::TargetDev => &self.by_target,
        }
    }
}
