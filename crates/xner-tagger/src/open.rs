//! From the device that is chosen at run time to the backend that is chosen when compiling.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_corpus::read::regular_text;
use xner_train::{Device, on_device};

use crate::augmented::{self, AugmentedTagger};
#[cfg(feature = "bert")]
use crate::bert::BertTagger;
use crate::bilstm::{BiLstmTagger, MODEL};
use crate::{Error, Features, OpenOptions, Result, Tagger, is_model};

/// The kinds of model that a `config.json` of ours names.
pub(crate) const BUILT_IN: [&str; 2] = [MODEL, augmented::MODEL];

/// Opens a model directory on a device.
///
/// # Errors
/// [`Error::Io`], [`Error::Model`] and [`Error::Tensor`] name the file, and the key or tensor, that is missing,
/// cut short or does not fit; [`Error::Device`] for a device that cannot be used.
pub fn open(folder: &Path, device: &Device) -> Result<Box<dyn Tagger>> {
    open_with(folder, &OpenOptions::default(), device)
}

/// As [`open`], with other tags chosen, or kinds of model beside those that are built in.
///
/// # Errors
/// As [`open`], and the opener's of a kind of your own.
pub fn open_with(folder: &Path, options: &OpenOptions, device: &Device) -> Result<Box<dyn Tagger>> {
    let head = Head::read(folder)?;
    match head.model.as_deref().and_then(|kind| options.kinds.opener(kind)) {
        Some(opener) => opener(folder, options, device),
        None => Ok(built_in(folder, &head, options, device)?),
    }
}

/// As [`open`], of a kind that is built in, with what figures show.
///
/// # Errors
/// As [`open`].
pub fn open_features(folder: &Path, device: &Device) -> Result<Box<dyn Features>> {
    built_in(folder, &Head::read(folder)?, &OpenOptions::default(), device)
}

fn built_in(folder: &Path, head: &Head, options: &OpenOptions, device: &Device) -> Result<Box<dyn Features>> {
    let decode = options.decode;
    match head.model.as_deref() {
        Some(MODEL) => on_device!(*device, A, card => {
            boxed(BiLstmTagger::<Inner<A>>::open(folder, card).map(|tagger| tagger.with_decode(decode)))
        }),
        Some(augmented::MODEL) => on_device!(*device, A, card => {
            boxed(AugmentedTagger::<Inner<A>>::open(folder, card).map(|tagger| tagger.with_decode(decode)))
        }),
        Some(other) => {
            let mut known: Vec<&str> = BUILT_IN.into_iter().chain(options.kinds.names()).collect();
            known.sort_unstable();
            let known = known.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
            let message = format!(
                "is a model of type `{other}`, expected {known}, or a token classifier of Hugging Face's layout; a \
                 newer program may know it, or it is a kind of your own that is to be registered"
            );
            Err(Error::model(&folder.join(CONFIG), message))
        }
        #[cfg(feature = "bert")]
        None => on_device!(*device, A, card => {
            boxed(BertTagger::<Inner<A>>::open(folder, card).map(|tagger| tagger.with_decode(decode)))
        }),
        #[cfg(not(feature = "bert"))]
        None => {
            let message = "names no `model`: a token classifier of Hugging Face's layout? This program is built \
                           without the feature `bert`";
            Err(Error::model(&folder.join(CONFIG), message))
        }
    }
}

/// The file that tells a model's kind.
const CONFIG: &str = "config.json";

/// The keys by which a model's kind is told; Hugging Face's layout has other keys.
#[derive(serde::Deserialize)]
struct Head {
    model: Option<String>,
}

impl Head {
    fn read(folder: &Path) -> Result<Self> {
        is_model(folder)?;
        let path = folder.join(CONFIG);
        serde_json::from_str(&regular_text(&path)?).map_err(|fault| Error::model(&path, fault.to_string()))
    }
}

/// The backend of a model that is not trained.
pub(crate) type Inner<A> = <A as AutodiffBackend>::InnerBackend;

pub(crate) fn boxed<T: Features + 'static>(tagger: Result<T>) -> Result<Box<dyn Features>> {
    Ok(Box::new(tagger?))
}
