//! Encoders that know nothing yet, for tests, examples, and whoever trains one from nothing.

use std::collections::BTreeSet;
use std::path::Path;

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use xner_train::{Purpose, digest, files, stream, uniform};

use super::config::BertConfig;
use super::kind::{Family, Names, Positions, Qkv};
use super::weights::write_safetensors;
use crate::{Error, Result};

/// The sizes of a new encoder, and the seed of its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomEncoder {
    /// The architecture.
    pub kind: Family,
    /// Numbers in a hidden state.
    pub hidden: usize,
    /// Layers.
    pub layers: usize,
    /// Attention heads; they divide `hidden`.
    pub heads: usize,
    /// Inner size of a feed-forward block.
    pub inner: usize,
    /// The longest window, special subwords included.
    pub positions: usize,
    /// Dropout of hidden states and attention weights.
    pub dropout: f64,
    /// Standard deviation of all weights but norms and biases, which begin as ones and zeros.
    pub deviation: f32,
    /// Decides the weights.
    pub seed: u64,
}

impl Default for RandomEncoder {
    /// A BERT of two layers of 64, which learns a small corpus in seconds.
    fn default() -> Self {
        Self {
            kind: Family::Bert,
            hidden: 64,
            layers: 2,
            heads: 4,
            inner: 128,
            positions: 128,
            dropout: 0.1,
            deviation: 0.02,
            seed: 1,
        }
    }
}

const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

impl RandomEncoder {
    /// Writes the encoder's folder in Hugging Face's layout. Of whatever kind it is, its vocabulary (`WordPiece`,
    /// cased) has these words, and each of their characters, at the beginning of a word and inside one; so it reads
    /// every word that is made of these characters.
    ///
    /// The same words in any order, sizes and seed give the same bytes.
    ///
    /// # Errors
    /// [`Error::Model`] for sizes that do not fit together; [`Error::Io`].
    pub fn write<'w>(&self, words: impl IntoIterator<Item = &'w str>, folder: &Path) -> Result<()> {
        self.write_with(words, |_| None, folder)
    }

    /// The same, but for the embeddings of words that `vectors` has, which are its vectors as they are, `[hidden]`: so
    /// an encoder begins with word vectors of one or, mapped into one space, several languages. Random embeddings have
    /// the deviation `self.deviation`; vectors much longer than these outweigh the positions that are added to them.
    ///
    /// # Errors
    /// Those of [`Self::write`]; [`Error::Model`] for a vector that has not `hidden` numbers.
    pub fn write_with<'w, 'v>(
        &self,
        words: impl IntoIterator<Item = &'w str>,
        vectors: impl Fn(&str) -> Option<&'v [f32]>,
        folder: &Path,
    ) -> Result<()> {
        let vocabulary = vocabulary(words);
        let known: Vec<(usize, &[f32])> =
            vocabulary.iter().enumerate().filter_map(|(row, word)| Some((row, vectors(word)?))).collect();
        if let Some((row, vector)) = known.iter().find(|(_, vector)| vector.len() != self.hidden) {
            let (word, length) = (&vocabulary[*row], vector.len());
            let message = format!(
                "the vector of `{word}` has {length} numbers, and hidden states have {}",
                self.hidden
            );
            return Err(Error::model(folder, message));
        }
        files::create_folder(folder)?;
        digest::clear(folder)?;
        let path = folder.join("config.json");
        let (hidden, rows) = (self.hidden, vocabulary.len());
        let description = self.description(rows);
        files::write_json(&path, &description)?;
        if let Err(fault) = BertConfig::read(&path) {
            // Without it the folder holds no model.
            std::fs::remove_file(&path).map_err(Error::io(&path))?;
            return Err(fault);
        }
        files::write_json(&folder.join("tokenizer_config.json"), &json!({ "do_lower_case": false }))?;
        files::write(&folder.join("vocab.txt"), |file| {
            vocabulary.iter().try_for_each(|subword| writeln!(file, "{subword}"))
        })?;
        let mut tensors = self.tensors(rows);
        for (row, vector) in known {
            // The first tensor is that of the subwords.
            tensors[0].2[row * hidden..][..hidden].copy_from_slice(vector);
        }
        let tensors: Vec<(&str, &[usize], &[f32])> =
            tensors.iter().map(|(name, shape, values)| (name.as_str(), &shape[..], &values[..])).collect();
        write_safetensors(&folder.join("model.safetensors"), &tensors)?;
        digest::write(folder, &["config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"])
    }

    /// All weights, by the names and shapes of the architecture's bare model.
    fn tensors(&self, rows: usize) -> Vec<(String, Vec<usize>, Vec<f32>)> {
        let Self { hidden, inner, .. } = *self;
        let Names { words, positions: places, types, norm, layer, qkv, .. } = &self.kind.kind().names;
        let gated = self.kind == Family::ModernBert;
        let rng = stream(self.seed, Purpose::Weights, 0, 0);
        let mut made = Made { rng, limit: self.limit(), biases: !gated, all: Vec::new() };
        for (name, count) in [(Some(*words), rows), (*places, self.places()), (*types, 2)] {
            if let Some(name) = name {
                made.table(name.to_owned(), [count, hidden]);
            }
        }
        made.norm(norm, hidden);
        let names = &self.kind.kind().names;
        for at in 0..self.layers {
            let part = |name: &str| format!("{layer}{at}.{name}");
            match qkv {
                Qkv::Apart(parts) => parts.iter().for_each(|name| made.dense(&part(name), [hidden, hidden])),
                Qkv::Together(name) => made.dense(&part(name), [3 * hidden, hidden]),
            }
            made.dense(&part(names.out), [hidden, hidden]);
            made.dense(&part(names.up), [if gated { 2 * inner } else { inner }, hidden]);
            made.dense(&part(names.down), [hidden, inner]);
            if !(gated && at == 0) {
                made.norm(&part(names.first), hidden);
            }
            made.norm(&part(names.second), hidden);
        }
        if let Some(name) = names.last {
            made.norm(name, hidden);
        }
        made.all
    }

    /// Rows of the table of positions.
    fn places(&self) -> usize {
        self.positions + usize::from(self.kind.kind().positions == Positions::BehindPadding)
    }

    /// Weights are uniform, with the deviation.
    fn limit(&self) -> f32 {
        self.deviation * 3f32.sqrt()
    }

    /// `config.json`, by the architecture's keys.
    fn description(&self, rows: usize) -> Value {
        let kind = self.kind.kind();
        let mut all = json!({
            "architectures": [format!("{}Model", kind.class)], "model_type": kind.model_type, "vocab_size": rows,
            "max_position_embeddings": self.places(), "initializer_range": self.deviation, "pad_token_id": 0,
        });
        let own = |ours: &'static str| {
            kind.keys.iter().find(|(bert, _)| *bert == ours).map_or(ours, |(_, theirs)| theirs)
        };
        for (key, value) in [
            ("hidden_size", json!(self.hidden)),
            ("num_hidden_layers", json!(self.layers)),
            ("num_attention_heads", json!(self.heads)),
            ("intermediate_size", json!(self.inner)),
            ("hidden_dropout_prob", json!(self.dropout)),
            ("attention_probs_dropout_prob", json!(self.dropout)),
        ] {
            all[own(key)] = value;
        }
        match self.kind {
            Family::DistilBert => all["activation"] = json!("gelu"),
            Family::ModernBert => {
                all["hidden_activation"] = json!("gelu");
                all["mlp_dropout"] = json!(self.dropout);
            }
            Family::Bert | Family::Roberta | Family::XlmRoberta | Family::Electra => {
                all["hidden_act"] = json!("gelu");
                all["type_vocab_size"] = json!(2);
                all["layer_norm_eps"] = json!(1e-12);
            }
        }
        if self.kind == Family::Electra {
            all["embedding_size"] = json!(self.hidden);
        }
        all
    }
}

/// Weights in the making.
struct Made {
    rng: ChaCha8Rng,
    limit: f32,
    /// Whether dense layers and norms have biases.
    biases: bool,
    all: Vec<(String, Vec<usize>, Vec<f32>)>,
}

impl Made {
    fn table(&mut self, name: String, shape: [usize; 2]) {
        let values = uniform(&mut self.rng, shape[0] * shape[1], self.limit);
        self.all.push((name, shape.to_vec(), values));
    }

    fn row(&mut self, name: String, count: usize, value: f32) {
        self.all.push((name, vec![count], vec![value; count]));
    }

    fn dense(&mut self, name: &str, shape: [usize; 2]) {
        self.table(format!("{name}.weight"), shape);
        if self.biases {
            self.row(format!("{name}.bias"), shape[0], 0.0);
        }
    }

    fn norm(&mut self, name: &str, count: usize) {
        self.row(format!("{name}.weight"), count, 1.0);
        if self.biases {
            self.row(format!("{name}.bias"), count, 0.0);
        }
    }
}

/// Special subwords, the characters of words, then the words, in the alphabet's order. BERT cuts words at marks before
/// it looks them up, so what stands in the vocabulary are their parts.
fn vocabulary<'w>(words: impl IntoIterator<Item = &'w str>) -> Vec<String> {
    let (mut characters, mut parts) = (BTreeSet::new(), BTreeSet::new());
    for word in words {
        characters.extend(word.chars().filter(|c| !c.is_whitespace() && !c.is_control()));
        let letters = word.split(|c: char| !c.is_alphanumeric());
        parts.extend(letters.filter(|part| part.chars().nth(1).is_some()));
    }
    let special = SPECIAL.map(str::to_owned).into_iter();
    let characters = characters.into_iter().flat_map(|c| [c.to_string(), format!("##{c}")]);
    special.chain(characters).chain(parts.into_iter().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Tokeniser;
    use super::*;

    fn written(encoder: &RandomEncoder, words: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        encoder.write(words.iter().copied(), folder.path()).unwrap();
        folder
    }

    #[test]
    fn it_reads_every_word_of_its_characters() {
        let folder = written(&RandomEncoder::default(), &["Ana", "vive", "EE.UU.", "niño"]);
        let config = BertConfig::read(&folder.path().join("config.json")).unwrap();
        let tokeniser = Tokeniser::open(folder.path(), &config).unwrap();
        let subwords = |word: &str| -> Vec<String> {
            let ids = tokeniser.encode([word]).unwrap().ids;
            ids.into_iter().map(|id| tokeniser.subword(id).unwrap()).collect()
        };
        assert_eq!(subwords("niño"), ["niño"]);
        assert_eq!(subwords("EE.UU."), ["EE", ".", "UU", "."]);
        assert_eq!(subwords("vino"), ["v", "##i", "##n", "##o"]);
        assert_eq!(subwords("z"), ["[UNK]"]);
    }

    #[test]
    fn the_seed_and_the_set_of_words_decide_the_bytes() {
        let encoder = RandomEncoder { hidden: 8, heads: 2, inner: 6, ..RandomEncoder::default() };
        let bytes = |encoder: &RandomEncoder, words: &[&str]| {
            std::fs::read(written(encoder, words).path().join("model.safetensors")).unwrap()
        };
        let own = bytes(&encoder, &["one", "two"]);
        assert!(own == bytes(&encoder, &["two", "one", "two"]));
        assert!(own != bytes(&RandomEncoder { seed: 2, ..encoder }, &["one", "two"]));
    }

    #[test]
    fn known_words_have_their_vectors_and_no_other_row_moves() {
        let encoder = RandomEncoder { hidden: 2, heads: 1, inner: 3, ..RandomEncoder::default() };
        let folder = tempfile::tempdir().unwrap();
        let vectors = |word: &str| (word == "two").then_some([7.0, 8.0].as_slice());
        encoder.write_with(["one", "two"], vectors, folder.path()).unwrap();
        let rows = |folder: &Path| {
            let words = std::fs::read_to_string(folder.join("vocab.txt")).unwrap();
            let at = words.lines().position(|word| word == "two").unwrap();
            let bytes = std::fs::read(folder.join("model.safetensors")).unwrap();
            let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
            let table = tensors.tensor("embeddings.word_embeddings.weight").unwrap();
            let values = table.data().chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap()));
            (at, values.collect::<Vec<_>>())
        };
        let (at, own) = rows(folder.path());
        let (_, mut plain) = rows(written(&encoder, &["one", "two"]).path());
        plain[2 * at..2 * at + 2].copy_from_slice(&[7.0, 8.0]);
        assert_eq!(own, plain);
    }

    #[test]
    fn a_vector_of_another_size_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let vectors = |word: &str| (word == "two").then_some([1.0].as_slice());
        let fault =
            RandomEncoder::default().write_with(["two"], vectors, folder.path()).unwrap_err().to_string();
        assert!(fault.contains("the vector of `two` has 1 numbers"), "{fault}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let encoder = RandomEncoder { heads: 3, ..RandomEncoder::default() };
        let fault = encoder.write(["one"], folder.path()).unwrap_err().to_string();
        assert!(fault.contains("num_attention_heads"), "{fault}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
