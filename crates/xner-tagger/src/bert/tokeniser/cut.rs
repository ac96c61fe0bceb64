//! A tokeniser with fewer subwords: those that the texts of a task use.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use xner_corpus::Sentence;

use super::Tokeniser;
use super::cache::Cache;
use super::describe::{self, Settings};
use super::special::Specials;
use crate::bert::config::BertConfig;
use crate::{Error, Result};

/// How often texts use each subword.
#[derive(Debug, Clone, Default)]
pub struct Uses(BTreeMap<u32, u64>);

impl Uses {
    /// Counts the subwords of sentences.
    ///
    /// # Errors
    /// As [`Tokeniser::encode`].
    pub fn add<'s>(
        &mut self,
        tokeniser: &Tokeniser,
        sentences: impl IntoIterator<Item = &'s Sentence>,
    ) -> Result<()> {
        for sentence in sentences {
            for id in tokeniser.encode(sentence.tokens())?.ids {
                *self.0.entry(id).or_default() += 1;
            }
        }
        Ok(())
    }

    /// The subwords to keep, in their order: at most `most`, the most frequent ones of those used at least `least`
    /// times. Special ones are kept besides, and single characters that were seen, of which all others can be put
    /// together.
    pub fn kept(&self, tokeniser: &Tokeniser, least: u64, most: usize) -> Vec<u32> {
        let mut kept: BTreeSet<u32> = tokeniser.added().collect();
        let text = |id: &u32| tokeniser.subword(*id).unwrap_or_default();
        let seen: BTreeSet<char> =
            self.0.keys().flat_map(|id| text(id).chars().collect::<Vec<_>>()).collect();
        let rows = tokeniser.inner.get_vocab_size(true) as u32;
        kept.extend((0..rows).filter(|id| {
            let whole = text(id);
            let mut rest = whole.trim_start_matches("##").trim_start_matches('\u{2581}').chars();
            match (rest.next(), rest.next()) {
                (Some(one), None) => seen.contains(&one),
                // The mark of a word's beginning alone.
                (None, _) => !whole.is_empty(),
                _ => false,
            }
        }));
        let mut used: Vec<(u64, u32)> =
            self.0.iter().filter(|(_, count)| **count >= least).map(|(id, count)| (*count, *id)).collect();
        used.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, id) in used {
            if kept.len() >= most {
                break;
            }
            kept.insert(id);
        }
        kept.into_iter().collect()
    }
}

impl Tokeniser {
    /// The special subwords and others that were added to the model's.
    pub(super) fn added(&self) -> impl Iterator<Item = u32> {
        let mut ids: Vec<u32> = self.inner.get_added_tokens_decoder().keys().copied().collect();
        for named in ["[UNK]", "<unk>"] {
            ids.extend(self.inner.token_to_id(named));
        }
        ids.into_iter()
    }

    /// The tokeniser with these subwords alone, in rising order; `config` is that of the encoder with as many rows.
    ///
    /// # Errors
    /// [`Error::Model`] for byte pairs, of which none can be left out, and for a file that does not read.
    pub fn cut(&self, kept: &[u32], config: &BertConfig) -> Result<Self> {
        let fault = |message: String| Error::model(&self.path, message);
        let new: BTreeMap<u64, u32> = kept.iter().map(|&id| u64::from(id)).zip(0..).collect();
        let mut file: Value = serde_json::from_str(&self.text).map_err(|found| fault(found.to_string()))?;
        vocabulary(&mut file["model"], &new).map_err(fault)?;
        if let Some(added) = file["added_tokens"].as_array_mut() {
            for token in added {
                renumber(&mut token["id"], &new).map_err(fault)?;
            }
        }
        processor(&mut file["post_processor"], &new).map_err(fault)?;
        let settings = self.settings_cut(&new)?;
        let describe::Parsed { inner, passed, text, .. } =
            describe::parse(file.to_string(), config.vocab_size).map_err(fault)?;
        let named: Settings = Settings::of(settings.clone());
        let specials = Specials::find(&inner, &named, config.family).map_err(fault)?;
        let settings = Value::Object(settings).to_string() + "\n";
        let (path, growth, cache) = (self.path.clone(), passed.growth, Cache::default());
        Ok(Self { path, inner, growth, specials, cache, text, settings })
    }

    /// The settings, whose list of added subwords has their new numbers.
    fn settings_cut(&self, new: &BTreeMap<u64, u32>) -> Result<serde_json::Map<String, Value>> {
        let mut settings: serde_json::Map<String, Value> = serde_json::from_str(&self.settings)
            .map_err(|found| Error::model(&self.path, found.to_string()))?;
        if let Some(Value::Object(added)) = settings.get_mut("added_tokens_decoder") {
            *added = std::mem::take(added)
                .into_iter()
                .filter_map(|(id, token)| Some((new.get(&id.parse().ok()?)?.to_string(), token)))
                .collect();
        }
        Ok(settings)
    }
}

/// The new number in the place of the old one.
fn renumber(id: &mut Value, new: &BTreeMap<u64, u32>) -> Result<(), String> {
    let found = id.as_u64().and_then(|id| new.get(&id));
    let Some(found) = found else { return Err(format!("names the subword {id}, which is not kept")) };
    *id = json!(found);
    Ok(())
}

/// The model's list of subwords.
fn vocabulary(model: &mut Value, new: &BTreeMap<u64, u32>) -> Result<(), String> {
    let kind = model["type"].as_str().unwrap_or_default().to_owned();
    match &mut model["vocab"] {
        Value::Array(pieces) if kind == "Unigram" => {
            let mut at = 0..;
            pieces.retain(|_| at.next().is_some_and(|id| new.contains_key(&id)));
            renumber(&mut model["unk_id"], new)
        }
        Value::Object(words) if kind == "WordPiece" => {
            words.retain(|_, id| renumber(id, new).is_ok());
            Ok(())
        }
        _ => Err(format!(
            "is a tokeniser of kind `{kind}`, of which no subword can be left out, expected `Unigram` or \
                          `WordPiece`"
        )),
    }
}

/// What adds special subwords.
fn processor(part: &mut Value, new: &BTreeMap<u64, u32>) -> Result<(), String> {
    for key in ["sep", "cls"] {
        if let Some(id) = part.get_mut(key).and_then(|pair| pair.get_mut(1)) {
            renumber(id, new)?;
        }
    }
    if let Some(Value::Object(specials)) = part.get_mut("special_tokens") {
        for ids in specials.values_mut().filter_map(|special| special.get_mut("ids")?.as_array_mut()) {
            ids.iter_mut().try_for_each(|id| renumber(id, new))?;
        }
    }
    match part.get_mut("processors").and_then(Value::as_array_mut) {
        Some(parts) => parts.iter_mut().try_for_each(|part| processor(part, new)),
        None => Ok(()),
    }
}
