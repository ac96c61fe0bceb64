//! A phase's model: as a tagger, or as a model directory.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_nn::NerBackend;
use xner_tagger::bert::train::{FineTuned, tags_of};
use xner_tagger::{Device, Tagger, Task, dispatch};

use super::config::TransAdvConfig;
use super::corpora::TransAdvCorpora;
use super::phases::BY_TARGET;
use super::weights_file;
use crate::report::Select;
use crate::{Error, Result};

/// Writes the model of a phase that is over (`Event::PhaseEnd` and the report tell its folder) to `out`, in Hugging Face's
/// layout: a teacher or `Θ_src`, to be looked at or scored. `config` and `corpora` are the run's.
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
    dispatch(*device, Export { of: Of { config, corpora, phase: Some(phase) }, out })?
}

/// Opens the model of a phase that is over, or, without one, what all phases begin with: the pretrained encoder with a new
/// head. `config` and `corpora` are the run's.
///
/// # Errors
/// [`Error::Io`] and faults of the files where `phase` holds no such model.
pub fn open_phase(
    config: &TransAdvConfig,
    corpora: &TransAdvCorpora,
    phase: Option<&Path>,
    device: &Device,
) -> Result<Box<dyn Tagger>> {
    dispatch(*device, Open(Of { config, corpora, phase }))?
}

/// Which model.
struct Of<'a> {
    config: &'a TransAdvConfig,
    corpora: &'a TransAdvCorpora,
    phase: Option<&'a Path>,
}

impl Of<'_> {
    fn model<A>(&self, device: &A::Device) -> Result<FineTuned<A>>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let Self { config, corpora, phase } = self;
        let tags = tags_of(config.bert.scheme, &corpora.train)?;
        let mut model = FineTuned::<A>::open(&config.bert, tags, config.seed, device)?;
        if let Some(phase) = phase {
            let folder = match config.select {
                Select::SourceDev => phase.to_path_buf(),
                Select::TargetDev => phase.join(BY_TARGET),
            };
            let mut weights = weights_file::read_any(&folder)?.split("model/");
            model.set_weights(&mut weights, &folder)?;
            weights.expect_empty(&folder)?;
        }
        Ok(model)
    }
}

struct Open<'a>(Of<'a>);

impl Task for Open<'_> {
    type Answer = Result<Box<dyn Tagger>>;

    fn run<A>(self, device: &A::Device) -> xner_tagger::Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        Ok(self.0.model::<A>(device).and_then(|model| Ok(Box::new(model.tagger()?) as Box<dyn Tagger>)))
    }
}

struct Export<'a> {
    of: Of<'a>,
    out: &'a Path,
}

impl Task for Export<'_> {
    type Answer = Result<()>;

    fn run<A>(self, device: &A::Device) -> xner_tagger::Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        Ok(self.of.model::<A>(device).and_then(|model| Ok(model.save(self.out)?)))
    }
}
