//! A phase's model as a model directory.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_nn::NerBackend;
use xner_tagger::bert::train::{FineTuned, tags_of};
use xner_tagger::{Device, Task, dispatch};

use super::config::TransAdvConfig;
use super::corpora::TransAdvCorpora;
use super::phases::BY_TARGET;
use super::weights_file;
use crate::report::Select;
use crate::{Error, Result};

/// Writes the model of a phase that is over (`Event::PhaseEnd` tells its folder) to `out`, in Hugging Face's layout: a
/// teacher or `Θ_src`, to be looked at or scored. `config` and `corpora` are the run's.
///
/// # Errors
/// [`Error::Io`] and faults of the files where `phase` holds no such model; [`Error::Folder`] when `out` holds a model
/// already.
pub fn export(
    config: &TransAdvConfig,
    corpora: &TransAdvCorpora,
    phase: &Path,
    out: &Path,
    device: &Device,
) -> Result<()> {
    if out.join("config.json").exists() {
        return Err(Error::folder(out, "holds a model already; take another folder"));
    }
    dispatch(*device, Export { config, corpora, phase, out })?
}

struct Export<'a> {
    config: &'a TransAdvConfig,
    corpora: &'a TransAdvCorpora,
    phase: &'a Path,
    out: &'a Path,
}

impl Task for Export<'_> {
    type Answer = Result<()>;

    fn run<A>(self, device: &A::Device) -> xner_tagger::Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let Self { config, corpora, phase, out } = self;
        let folder = match config.select {
            Select::SourceDev => phase.to_owned(),
            Select::TargetDev => phase.join(BY_TARGET),
        };
        let tags = tags_of(config.bert.scheme, &corpora.train)?;
        let mut model = FineTuned::<A>::open(&config.bert, tags, config.seed, device)?;
        let mut weights = weights_file::read_any(&folder)?.split("model/");
        model.set_weights(&mut weights, &folder)?;
        weights.expect_empty(&folder)?;
        Ok(model.save(out).map_err(Error::from))
    }
}
