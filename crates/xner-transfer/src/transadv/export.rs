//! A phase's model: as a tagger, or as a model directory.

use std::path::Path;

use xner_tagger::Features;
use xner_tagger::bert::train::{FineTuned, tags_of};
use xner_train::{Device, TrainBackend, on_device};

use super::config::TransAdvConfig;
use super::corpora::TransAdvCorpora;
use super::weights_file;
use crate::report::Select;
use crate::strategy::Models;
use crate::{Error, Result};

/// Writes the model of a phase that is over (`What::End` and the report tell its folder) to `out`, in Hugging Face's
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
    on_device!(*device, A, card => model::<A>(config, corpora, Some(phase), card)?.save(out))
}

/// Opens the model of a phase that is over, or, without one, what all phases begin with: the pretrained encoder with a
/// new head. `config` and `corpora` are the run's.
///
/// # Errors
/// [`Error::Io`] and faults of the files where `phase` holds no such model.
pub fn open_phase(
    config: &TransAdvConfig,
    corpora: &TransAdvCorpora,
    phase: Option<&Path>,
    device: &Device,
) -> Result<Box<dyn Features>> {
    on_device!(*device, A, card => {
        let tagger = model::<A>(config, corpora, phase, card)?.tagger()?;
        Ok(Box::new(tagger) as Box<dyn Features>)
    })
}

/// The model of a phase, or, without one, what all phases begin with.
fn model<A: TrainBackend>(
    config: &TransAdvConfig,
    corpora: &TransAdvCorpora,
    phase: Option<&Path>,
    card: &A::Device,
) -> Result<FineTuned<A>> {
    let tags = tags_of(config.bert.scheme, &corpora.train)?;
    let mut model = FineTuned::<A>::open(&config.bert, tags, config.seed, card)?;
    if let Some(phase) = phase {
        let models = Models::new(phase, Select::SourceDev);
        weights_file::load(models.of(config.select), None, &mut model)?;
    }
    Ok(model)
}
