//! The model directory.

use std::path::{Path, PathBuf};

use burn::module::Module;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use xner_corpus::read::regular_text;
use xner_corpus::{EntityType, TagSet};
use xner_nn::NerBackend;
use xner_train::{Fingerprint, Purpose, Tensors, files, stream, weights};

use super::alphabet::Alphabet;
use super::lexicon::Lexicon;
use super::model::BiLstmCrf;
use super::settings;
use super::sizes;
use super::tagger::{BiLstmTagger, LexiconTagger, Network};
use super::words::Words;
use crate::config::{AugmentConfig, ModelConfig};
use crate::decode::check_tags;
use crate::{Error, Result, Tagger};

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
    /// The second encoder's settings, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    augment: Option<AugmentConfig>,
    /// A hash of `model.safetensors` and of all the keys above, so that neither the weights of another model of the
    /// same shapes nor a changed key are taken for this model's.
    digest: String,
}

/// What tells a newer format, whatever other keys it has.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

/// The parts of a model directory to be.
pub(crate) struct Parts<'a> {
    /// The model type.
    pub(crate) kind: &'static str,
    pub(crate) config: &'a ModelConfig,
    /// The second encoder's settings, where there is one.
    pub(crate) augment: Option<&'a AugmentConfig>,
    pub(crate) weights: Tensors,
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) tags: &'a TagSet,
}

impl Parts<'_> {
    /// Writes the directory; `config.json` is the last file, and without it there is no model.
    pub(crate) fn save(self, folder: &Path) -> Result<()> {
        let Self { kind, config, augment, weights: mut tensors, lexicon, tags } = self;
        files::create_folder(folder)?;
        lexicon.words.write(&folder.join(WORDS))?;
        if let Some((alphabet, _)) = &lexicon.characters {
            alphabet.write(&folder.join(CHARACTERS))?;
        }
        tensors.insert(VECTORS, &[lexicon.words.len(), lexicon.dim], lexicon.vectors.clone());
        let hash = tensors.write_hashed(&folder.join(TENSORS), kind)?;
        let mut description = Description {
            model: kind.to_owned(),
            version: VERSION,
            types: tags.types().to_vec(),
            dim: lexicon.dim,
            head: lexicon.head,
            words: lexicon.words.len() - 1,
            characters: lexicon.characters.as_ref().map(|(alphabet, _)| alphabet.len() - 1),
            vocabulary: vocabulary(&lexicon.words, lexicon.characters.as_ref().map(|(alphabet, _)| alphabet)),
            settings: config.clone(),
            augment: augment.cloned(),
            digest: String::new(),
        };
        description.digest = description.digest(hash, &folder.join(CONFIG))?;
        files::write_json(&folder.join(CONFIG), &description)
    }
}

/// The parts of a model directory, read and checked, but for the network that is to be made of `tensors`.
pub(crate) struct Opened {
    pub(crate) config: ModelConfig,
    pub(crate) augment: Option<AugmentConfig>,
    pub(crate) tags: TagSet,
    pub(crate) lexicon: Lexicon,
    /// The network's weights: all that `shapes` told, in those shapes, and no others.
    pub(crate) tensors: Tensors,
    /// The file of the weights.
    pub(crate) path: PathBuf,
}

/// The sizes that the shapes of a network's weights follow from.
pub(crate) struct Sizes<'a> {
    pub(crate) config: &'a ModelConfig,
    pub(crate) augment: Option<&'a AugmentConfig>,
    /// Rows of the embedding of characters.
    pub(crate) characters: usize,
    pub(crate) dim: usize,
    pub(crate) tags: usize,
}

/// The name and shape of each weight; the key of a size that is too large.
pub(crate) type Shapes = std::result::Result<Vec<(String, Vec<usize>)>, &'static str>;

impl Opened {
    /// Reads a model directory of the type `kind`, and checks every file of it. `shapes` tells the network's weights.
    pub(crate) fn read(folder: &Path, kind: &str, shapes: impl FnOnce(&Sizes<'_>) -> Shapes) -> Result<Self> {
        let description = Description::read(&folder.join(CONFIG), kind)?;
        let Description { types, dim, head, settings, augment, .. } = &description;
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
        check_tags(&tags).map_err(|message| Error::model(&folder.join(CONFIG), message))?;
        let path = folder.join(TENSORS);
        let (mut tensors, _, hash) = Tensors::read_hashed(&path)?;
        let vectors = tensors.take(VECTORS, &[words.len(), *dim], &path)?;
        let characters = alphabet.as_ref().map_or(0, Alphabet::len);
        let sizes =
            Sizes { config: settings, augment: augment.as_ref(), characters, dim: *dim, tags: tags.len() };
        // Before anything is allocated by the sizes that config.json claims.
        let expected = shapes(&sizes)
            .map_err(|key| Error::model(&folder.join(CONFIG), format!("`{key}` is too large")))?;
        for (name, shape) in &expected {
            tensors.expect(name, shape, &path)?;
        }
        tensors.expect_only(|name| expected.iter().any(|(known, _)| known == name), &path)?;
        if description.digest(hash, &folder.join(CONFIG))? != description.digest {
            let message = "its bytes and the keys of config.json do not belong together: one of the two files is of \
                           another model, or was changed";
            return Err(Error::model(&path, message));
        }
        let characters = alphabet.map(|alphabet| (alphabet, settings.characters.longest));
        let lexicon = Lexicon { words, dim: *dim, vectors, head: *head, characters };
        Ok(Self { config: description.settings, augment: description.augment, tags, lexicon, tensors, path })
    }

    /// The tagger of the network that `build` makes of these parts, of the rows of the embedding of characters, and of
    /// random numbers. Its values are replaced at once; only names and shapes count.
    pub(crate) fn tagger<B: NerBackend, N: Network<B> + Module<B>>(
        mut self,
        device: &B::Device,
        build: impl FnOnce(&Self, usize, &mut ChaCha8Rng) -> N,
    ) -> Result<LexiconTagger<B, N>> {
        let characters = self.lexicon.characters.as_ref().map_or(0, |(alphabet, _)| alphabet.len());
        let model = build(&self, characters, &mut stream(0, Purpose::Weights, 0, 0));
        let model = weights::load(model, &mut self.tensors, &self.path)?;
        LexiconTagger::new(self.config, model, self.lexicon, &self.tags, device.clone())
    }
}

impl<B: NerBackend> BiLstmTagger<B> {
    /// Writes the model directory: `config.json`, `model.safetensors`, `words.txt`, `characters.txt`.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, folder: &Path) -> Result<()> {
        let Self { config, model, lexicon, .. } = self;
        let (weights, tags) = (weights::collect(model), self.tag_set());
        Parts { kind: MODEL, config, augment: None, weights, lexicon, tags }.save(folder)
    }

    /// Opens a model directory, and checks every file of it.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that is missing; [`Error::Model`] for one that is cut short, malformed or not
    /// of this model; [`Error::Tensor`] for a tensor that is missing, unexpected, of another shape or not finite.
    pub fn open(folder: &Path, device: &B::Device) -> Result<Self> {
        Opened::read(folder, MODEL, sizes::expected)?.tagger(device, |own, characters, rng| {
            BiLstmCrf::new(&own.config, characters, own.lexicon.dim, own.tags.len(), device, rng)
        })
    }
}

impl Description {
    fn read(path: &Path, kind: &str) -> Result<Self> {
        let text = regular_text(path)?;
        let newer = serde_json::from_str(&text).ok().filter(|Head { version }| *version > VERSION);
        if let Some(Head { version }) = newer {
            let message = format!(
                "has version {version}, this program reads versions up to {VERSION}: a newer program wrote it"
            );
            return Err(Error::model(path, message));
        }
        let mut reader = serde_json::Deserializer::from_str(&text);
        let description: Self = serde_path_to_error::deserialize(&mut reader)
            .map_err(|fault| Error::model(path, format!("at `{}`: {}", fault.path(), fault.inner())))?;
        reader.end().map_err(|fault| Error::model(path, fault.to_string()))?;
        if description.model != kind {
            let found = &description.model;
            return Err(Error::model(path, format!("is a model of type `{found}`, expected `{kind}`")));
        }
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
        let own = description.augment.as_ref().is_some_and(|augment| augment.own_characters);
        if description.characters.is_some() != (description.settings.characters.enabled || own) {
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
