//! The model directory.

use std::path::Path;

use serde::{Deserialize, Serialize};
use xner_corpus::{EntityType, TagSet};
use xner_nn::NerBackend;

use super::alphabet::Alphabet;
use super::lexicon::Lexicon;
use super::model::BiLstmCrf;
use super::settings;
use super::sizes;
use super::tagger::BiLstmTagger;
use super::words::Words;
use crate::config::ModelConfig;
use crate::fingerprint::Fingerprint;
use crate::random::{Purpose, stream};
use crate::tensors::Tensors;
use crate::{Error, Result, Tagger, files, weights};

/// The model type that a `config.json` of this format names.
pub(crate) const MODEL: &str = "bilstm-crf";
/// The format's version.
const VERSION: u32 = 1;
/// The table of word vectors among the tensors.
const VECTORS: &str = "words";

const CONFIG: &str = "config.json";
const TENSORS: &str = "model.safetensors";
const WORDS: &str = "words.txt";
const CHARACTERS: &str = "characters.txt";

/// `config.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    /// [`MODEL`].
    model: String,
    /// [`VERSION`].
    version: u32,
    /// The entity types in the order of the tags.
    types: Vec<EntityType>,
    /// Dimensions of a word vector.
    dim: usize,
    /// Rows of the table of word vectors that training may change.
    head: usize,
    /// Lines of `words.txt`.
    words: usize,
    /// Lines of `characters.txt`; none when the model reads no characters.
    characters: Option<usize>,
    /// A hash of both vocabularies, so that those of another model are not taken for this one's.
    vocabulary: String,
    /// The sizes and switches.
    #[serde(serialize_with = "settings::serialize")]
    settings: ModelConfig,
    /// A hash of `model.safetensors` and of all the keys above, so that neither the weights of another model of the
    /// same shapes nor a changed key are taken for this model's.
    digest: String,
}

/// The parts of a model directory, borrowed.
pub(crate) struct Parts<'a, B: NerBackend> {
    pub(crate) config: &'a ModelConfig,
    pub(crate) model: &'a BiLstmCrf<B>,
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) tags: &'a TagSet,
}

impl<B: NerBackend> Parts<'_, B> {
    /// Writes the directory; `config.json` is the last file, and without it there is no model.
    pub(crate) fn save(&self, folder: &Path) -> Result<()> {
        let Self { config, model, lexicon, tags } = self;
        files::create_folder(folder)?;
        lexicon.words.write(&folder.join(WORDS))?;
        if let Some((alphabet, _)) = &lexicon.characters {
            alphabet.write(&folder.join(CHARACTERS))?;
        }
        let mut tensors = weights::collect(*model);
        tensors.insert(VECTORS, &[lexicon.words.len(), lexicon.dim], lexicon.vectors.clone());
        let hash = tensors.write_hashed(&folder.join(TENSORS), MODEL)?;
        let mut description = Description {
            model: MODEL.to_owned(),
            version: VERSION,
            types: tags.types().to_vec(),
            dim: lexicon.dim,
            head: lexicon.head,
            words: lexicon.words.len() - 1,
            characters: lexicon.characters.as_ref().map(|(alphabet, _)| alphabet.len() - 1),
            vocabulary: vocabulary(&lexicon.words, lexicon.characters.as_ref().map(|(alphabet, _)| alphabet)),
            settings: (*config).clone(),
            digest: String::new(),
        };
        description.digest = description.digest(hash, &folder.join(CONFIG))?;
        files::write_json(&folder.join(CONFIG), &description)
    }
}

impl<B: NerBackend> BiLstmTagger<B> {
    /// Writes the model directory: `config.json`, `model.safetensors`, `words.txt`, `characters.txt`.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, folder: &Path) -> Result<()> {
        let Self { config, model, lexicon, .. } = self;
        Parts { config, model, lexicon, tags: self.tag_set() }.save(folder)
    }

    /// Opens a model directory, and checks every file of it.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that is missing; [`Error::Model`] for one that is cut short, malformed or not
    /// of this model; [`Error::Tensor`] for a tensor that is missing, unexpected, of another shape or not finite.
    pub fn open(folder: &Path, device: &B::Device) -> Result<Self> {
        let description = Description::read(&folder.join(CONFIG))?;
        let Description { types, dim, head, settings, .. } = &description;
        let words = Words::read(&folder.join(WORDS))?;
        let lines = |name: &str, expected: usize, found: usize| {
            let message = format!("has {found} lines, but config.json says {expected}: not of this model");
            if expected == found { Ok(()) } else { Err(Error::model(&folder.join(name), message)) }
        };
        lines(WORDS, description.words, words.len() - 1)?;
        let alphabet = match description.characters {
            None => None,
            Some(expected) => {
                let alphabet = Alphabet::read(&folder.join(CHARACTERS))?;
                lines(CHARACTERS, expected, alphabet.len() - 1)?;
                Some(alphabet)
            }
        };
        if vocabulary(&words, alphabet.as_ref()) != description.vocabulary {
            let message = "its words, or the characters beside it, are not those of this model's config.json";
            return Err(Error::model(&folder.join(WORDS), message));
        }
        let tags = TagSet::new(settings.scheme, types.iter().cloned());
        let path = folder.join(TENSORS);
        let (mut tensors, _, hash) = Tensors::read_hashed(&path)?;
        let vectors = tensors.take(VECTORS, &[words.len(), *dim], &path)?;
        let rows = alphabet.as_ref().map_or(0, Alphabet::len);
        // Before anything is allocated by the sizes that config.json claims.
        for (name, shape) in sizes::expected(settings, rows, *dim, tags.len())
            .map_err(|key| Error::model(&folder.join(CONFIG), format!("`{key}` is too large")))?
        {
            tensors.expect(name, &shape, &path)?;
        }
        // The values are replaced at once; only names and shapes count.
        let mut rng = stream(0, Purpose::Weights, 0, 0);
        let model = BiLstmCrf::new(settings, rows, *dim, tags.len(), device, &mut rng);
        let model = weights::load(model, &mut tensors, &path)?;
        tensors.expect_empty(&path)?;
        if description.digest(hash, &folder.join(CONFIG))? != description.digest {
            let message = "its bytes and the keys of config.json do not belong together: one of the two files is of \
                           another model, or was changed";
            return Err(Error::model(&path, message));
        }
        let characters = alphabet.map(|alphabet| (alphabet, settings.characters.longest));
        let lexicon = Lexicon { words, dim: *dim, vectors, head: *head, characters };
        Self::new(description.settings, model, lexicon, &tags, device.clone())
    }
}

impl Description {
    fn read(path: &Path) -> Result<Self> {
        let text = files::read_text(path)?;
        let mut reader = serde_json::Deserializer::from_str(&text);
        let description: Self = serde_path_to_error::deserialize(&mut reader)
            .map_err(|fault| Error::model(path, format!("at `{}`: {}", fault.path(), fault.inner())))?;
        reader.end().map_err(|fault| Error::model(path, fault.to_string()))?;
        if description.version != VERSION {
            let found = description.version;
            return Err(Error::model(
                path,
                format!("has version {found}, this program reads version {VERSION}"),
            ));
        }
        description.settings.check().map_err(|fault| Error::model(path, fault.to_string()))?;
        if description.dim == 0 || description.head > description.words + 1 {
            return Err(Error::model(path, "`dim` is 0, or `head` is above the number of words"));
        }
        if description.characters.is_some() != description.settings.characters.enabled {
            return Err(Error::model(
                path,
                "`characters` and `settings.characters.use` contradict one another",
            ));
        }
        Ok(description)
    }

    /// What [`Description::digest`] has to be beside a `model.safetensors` of this hash.
    fn digest(&self, tensors: u128, path: &Path) -> Result<String> {
        let keys = serde_json::to_vec(&Self { digest: String::new(), ..self.clone() });
        let keys = keys.map_err(|fault| Error::io(path)(fault.into()))?;
        Ok(Fingerprint::new().bytes(&tensors.to_le_bytes()).bytes(&keys).digest())
    }
}

fn vocabulary(words: &Words, alphabet: Option<&Alphabet>) -> String {
    let characters = alphabet.map(Alphabet::as_text).unwrap_or_default();
    Fingerprint::new().bytes(words.as_text().as_bytes()).bytes(characters.as_bytes()).digest()
}
