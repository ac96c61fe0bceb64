//! The word vectors that the taggers read.

use std::collections::BTreeSet;
use std::path::Path;

use xner_corpus::Sentence;
use xner_embed::Vectors;
use xner_embed::map::{
    self, Chance, Initialiser, MapConfig, MappingFolder, Resources, VectorFiles, checkpoint_folder,
};
use xner_train::{
    Device, Fingerprint, Observer, Purpose, Settings,
    files::{create_folder, read_json, write_json},
    settings::other_run,
    stream, uniform,
};

use super::config::{Words, ZeroResourceConfig};
use super::data::ZeroResourceData;
use super::strategy::{ZeroResource, add_vectors};
use crate::strategy::{of_finished, run_fingerprint};
use crate::{Error, Result};

/// Both languages' word vectors as the taggers of a run read them.
#[derive(Debug, Clone)]
pub struct Space {
    /// The source's; none where they are random, and trained.
    pub source: Option<Vectors>,
    /// The target's.
    pub target: Vectors,
    /// The unsupervised criterion of a mapping that was learnt.
    pub criterion: Option<f64>,
    /// That mapping beside what chance reaches.
    pub chance: Option<Chance>,
}

/// The word vectors of a finished run in `folder`, which was made with this config, its seed among it, and these data.
///
/// # Errors
/// [`Error::Folder`] when the folder holds no run, one that is not finished, or one with another config or other data.
pub fn vectors(config: &ZeroResourceConfig, data: &ZeroResourceData, folder: &Path) -> Result<Space> {
    let config = &config.clone().checked()?;
    of_finished(folder, &run_fingerprint(&ZeroResource, config, data)?, &config.to_json()?)?;
    let mapping = folder.join("mapping");
    let learnt = config.words() == Words::Mapped && data.mapping.is_none();
    if learnt && !mapping.join("report.json").exists() {
        return Err(Error::folder(&mapping, "is not there; the run learnt its mapping in it"));
    }
    space(config, data, &mapping, &Device::Cpu, &mut ())
}

/// Both languages' vectors as they were read; `None` where the config wants random ones.
///
/// # Errors
/// [`Error::Setting`] when there are none, or when a mapping is to be learnt from a dictionary and there is none;
/// [`Error::Data`] when they do not fit each other.
pub(super) fn both<'a>(
    config: &ZeroResourceConfig,
    data: &'a ZeroResourceData,
) -> Result<Option<(&'a Vectors, &'a Vectors)>> {
    if config.words() == Words::Random {
        return Ok(None);
    }
    let (Some(source), Some(target)) = (&data.source.vectors, &data.target.vectors) else {
        let key = if data.source.vectors.is_none() { "source.vectors" } else { "target.vectors" };
        return Err(Error::setting(key, "is missing, expected word vectors"));
    };
    if source.dim() != target.dim() {
        let (source, target) = (source.dim(), target.dim());
        return Err(Error::Data {
            message: format!(
                "the source's word vectors have {source} numbers each, the target's {target}: expected the same (`xner \
                 vectors convert` brings vectors to fewer dimensions)"
            ),
        });
    }
    let learnt = config.words() == Words::Mapped && data.mapping.is_none();
    if learnt && data.dictionary.is_none() {
        let settings = config.mapping.map_config(config.seed)?;
        if matches!(settings.initialiser, Initialiser::Dictionary {}) {
            let message =
                "is missing, but the mapping begins with a dictionary: expected a file of word pairs";
            return Err(Error::setting("mapping.dictionary", message));
        }
    }
    Ok(Some((source, target)))
}

/// The vectors that the config asks for. A mapping that has to be learnt is kept in `folder`, and one that was learnt
/// there before is taken.
pub(super) fn space(
    config: &ZeroResourceConfig,
    data: &ZeroResourceData,
    folder: &Path,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<Space> {
    let kind = config.words();
    let Some((source, target)) = both(config, data)? else {
        let target = random(config, &data.target_words())?;
        return Ok(Space { source: None, target, criterion: None, chance: None });
    };
    let mut chance = None;
    let (mut source, mut target, criterion) = match (kind, &data.mapping) {
        (Words::Mapped, Some(mapping)) => {
            (mapping.apply_source(source)?, mapping.apply_target(target)?, None)
        }
        (Words::Mapped, None) => {
            let learnt = learn(config, data, source, target, folder, device, observer)?;
            let whole = xner_embed::ReadOptions::default();
            chance.clone_from(&learnt.report.chance);
            (learnt.source(&whole)?, learnt.target(&whole)?, Some(learnt.report.criterion))
        }
        _ => (source.clone(), target.clone(), None),
    };
    if config.words.length > 0.0 {
        let factor =
            |vectors: &Vectors| f64::from(config.words.length) / vectors.mean_length().max(f64::MIN_POSITIVE);
        let both = factor(&source);
        // Vectors of one space keep their relation; those of two have none.
        let own = if kind == Words::Mapped { both } else { factor(&target) };
        source = source.scaled(both)?;
        target = target.scaled(own)?;
    }
    Ok(Space { source: Some(source), target, criterion, chance })
}

fn learn(
    config: &ZeroResourceConfig,
    data: &ZeroResourceData,
    source: &Vectors,
    target: &Vectors,
    folder: &Path,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<MappingFolder> {
    let checkpoint = checkpoint_folder(folder);
    let settings = config.mapping.map_config(config.seed)?;
    let mut print = Fingerprint::new();
    // The method is where the other settings came from; they alone decide.
    let alone = MapConfig { method: None, ..settings.clone() };
    print.json(&alone)?;
    add_vectors(data, &mut print);
    let (key, own) = (folder.join(KEY), print.bytes(device.to_string().as_bytes()).digest());
    if folder.join("report.json").exists() {
        // The folder may have been left to a mended config.
        if !key.exists() || read_json::<String>(&key)? != own {
            let json = |config: &MapConfig| serde_json::to_value(config).ok();
            let there = map::open(folder).ok().and_then(|there| json(&there.config));
            let here = json(&settings).unwrap_or_default();
            let what = "holds a mapping with other settings or vectors";
            let why = other_run(what, there.as_ref(), &here, "the vectors, the dictionary or the device");
            return Err(Error::folder(
                folder,
                format!("{why}; take another folder for the run, or remove it"),
            ));
        }
        // It is still there when the run was killed just behind the report.
        map::remove_checkpoint(&checkpoint)?;
        return Ok(map::open(folder)?);
    }
    let resources = Resources {
        dictionary: data.dictionary.as_ref(),
        device: *device,
        checkpoint: Some(&checkpoint),
        ..Resources::default()
    };
    let mapped = map::map(source, target, &settings.clone().check()?, &resources, observer);
    let mapped = mapped.map_err(|fault| match fault {
        // Every stop leaves a checkpoint.
        xner_embed::Error::Stopped { .. } => Error::Stopped { step: 0, checkpoint: Some(checkpoint.clone()) },
        fault => fault.into(),
    })?;
    // First, since a folder with a report is whole.
    create_folder(folder)?;
    write_json(&key, &own)?;
    map::save(folder, &mapped, &settings, source, target, VectorFiles::Native)?;
    Ok(map::open(folder)?)
}

/// The file in a mapping's folder that says what it was learnt from.
const KEY: &str = "learnt-from.json";

/// Random vectors for these words, spread as those that training begins with.
fn random(config: &ZeroResourceConfig, words: &BTreeSet<&str>) -> Result<Vectors> {
    let dim = config.words.random;
    let limit = (3.0 / dim as f32).sqrt();
    let data = uniform(&mut stream(config.seed, Purpose::Words, 1, 0), words.len() * dim, limit);
    Ok(Vectors::from_rows(words, dim, &data)?)
}

impl ZeroResourceData {
    /// All words of the target's texts.
    fn target_words(&self) -> BTreeSet<&str> {
        let labelled = self.target.dev.iter().chain(&self.target.test).map(|labelled| &labelled.sentence);
        self.target.unlabelled.iter().chain(labelled).flat_map(Sentence::tokens).collect()
    }
}
