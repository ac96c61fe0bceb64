//! A tagger that adapts to each sentence by a labelled corpus.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xner_corpus::Sentence;
use xner_corpus::read::Format;
use xner_tagger::Tagger;
use xner_train::Settings;
use xner_transfer::meta::index::{Pretrained, Represent};
use xner_transfer::meta::{MetaConfig, MetaCorpora, TrainedBy, cut, open_adapted, read_source};

use super::model::Source;
use crate::commands::source_index::{model_folder, source_index};
use crate::exit::bad_input;
use crate::outputs::Inputs;
use crate::progress::warn;

#[derive(Debug, clap::Args)]
pub(super) struct AdaptArgs {
    /// Adapt the model to each sentence by the sentences of this labelled corpus that are most similar to it
    #[arg(long, value_name = "SOURCE_CORPUS")]
    adapt: Option<PathBuf>,
    /// With --adapt: a config of `xner transfer meta`; by default the settings by which the model was trained, as its
    /// folder's report has them, or the paper's
    #[arg(long, value_name = "FILE", requires = "adapt")]
    adapt_config: Option<PathBuf>,
    /// With --adapt-config: a setting in the place of the config's, as in --adapt-set adaptation.steps=2
    #[arg(long, value_name = "KEY=VALUE", requires = "adapt_config")]
    adapt_set: Vec<String>,
    /// With --adapt: the pretrained encoder that says what is similar; by default the config's `bert.encoder`
    #[arg(long, value_name = "DIR", requires = "adapt")]
    adapt_encoder: Option<String>,
    /// With --adapt: the folder in which the corpus's vectors are kept
    #[arg(long, value_name = "DIR", requires = "adapt")]
    adapt_cache: Option<PathBuf>,
}

impl AdaptArgs {
    /// The inputs, and what adapting reads.
    pub(super) fn inputs(&self, inputs: Inputs) -> Inputs {
        let files = [&self.adapt, &self.adapt_config].into_iter().flatten();
        let inputs = inputs.and(files);
        self.adapt_encoder
            .as_ref()
            .map(PathBuf::from)
            .iter()
            .fold(inputs, |inputs, folder| inputs.model(folder))
    }

    /// Whether the model is to adapt.
    pub(super) fn wanted(&self) -> bool {
        self.adapt.is_some()
    }
}

/// The adapting tagger, where one is wanted.
pub(super) fn open(args: &super::Args, own: &Source) -> Result<Option<Box<dyn Tagger>>> {
    let AdaptArgs { adapt, adapt_config, adapt_encoder, adapt_cache, .. } = &args.adaptation;
    let Some(corpus) = adapt else { return Ok(None) };
    let Source::Folder(own) = own else {
        return Err(bad_input(
            "--adapt needs --model with the directory of a model that was trained to adapt",
        ));
    };
    let trained = MetaConfig::of_model(own)?;
    let config = config(args, trained.as_ref(), adapt_config.as_deref(), corpus)?;
    let encoder = match (adapt_encoder, &config.bert.encoder) {
        (Some(encoder), _) => encoder.clone(),
        (None, Some(encoder)) => encoder.to_string_lossy().into_owned(),
        (None, None) => {
            let message = "--adapt needs the pretrained encoder: give --adapt-encoder, or --adapt-config with \
                           `bert.encoder`";
            return Err(bad_input(message));
        }
    };
    let folder = model_folder(&encoder)?;
    let train = read_source(&config, corpus)?;
    let corpora = MetaCorpora { train, ..MetaCorpora::default() };
    // The input's long sentences stay whole, whatever the config says: each word is tagged once.
    let source = cut(&config, &corpora, &folder)?.unwrap_or(corpora).train;
    let representation = config.similarity.representation();
    let encoder = Pretrained::new(&folder, representation, args.device)?;
    if trained
        .as_ref()
        .and_then(|trained| trained.encoder.as_ref())
        .is_some_and(|there| there != encoder.files())
    {
        let model = own.display();
        warn(&format!(
            "{}: {model} was trained with another encoder, by which other sentences are similar",
            folder.display()
        ));
    }
    let sentences: Vec<Sentence> = source.iter().map(|labelled| labelled.sentence.clone()).collect();
    let index = |encoder: &dyn Represent| source_index(adapt_cache.as_deref(), encoder, &sentences);
    let tagger =
        open_adapted(own, &source, &index, Box::new(encoder), None, &config, args.decode, &args.device);
    let context = || {
        let paper = match (&trained, adapt_config) {
            (None, None) => " with the paper's settings (--adapt-config names others)",
            _ => "",
        };
        format!("{} cannot be adapted by {}{paper}", own.display(), corpus.display())
    };
    Ok(Some(tagger.with_context(context)?))
}

/// The file's settings, those by which the model was trained, or the paper's.
fn config(
    args: &super::Args,
    trained: Option<&TrainedBy>,
    file: Option<&Path>,
    corpus: &Path,
) -> Result<MetaConfig> {
    let Some(file) = file else {
        let paper = || {
            let mut config = MetaConfig::default();
            config.source.read = args.layout.read(Format::guess(corpus));
            config
        };
        return Ok(trained.map_or_else(paper, |trained| trained.config.clone()));
    };
    let config = MetaConfig::read_with(file, &args.adaptation.adapt_set)?;
    if let Some(trained) = trained {
        let other = config.adapts_otherwise(&trained.config);
        if !other.is_empty() {
            let model = args.model.as_deref().unwrap_or_default();
            warn(&format!(
                "{}: {model} was trained with other settings: {}",
                file.display(),
                other.join(", ")
            ));
        }
    }
    Ok(config)
}
