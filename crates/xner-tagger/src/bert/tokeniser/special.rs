//! The special subwords around a window.

use tokenizers::{Encoding, Token, Tokenizer};

use super::describe::Settings;
use super::guard::guarded;
use crate::bert::kind::{Family, Special};

/// What stands before and behind a window's subwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Specials {
    pub(super) before: Vec<u32>,
    pub(super) behind: Vec<u32>,
    /// What stands in the place of a subword that is not to be seen, where there is one.
    pub(super) mask: Option<u32>,
}

impl Specials {
    /// As the tokeniser's post-processor adds them; where it has none, as the settings or the family name them.
    pub(super) fn find(tokenizer: &Tokenizer, settings: &Settings, family: Family) -> Result<Self, String> {
        // As the settings name it; else either family's, for an encoder may have the other's tokeniser.
        let mut named = settings.special("mask_token").into_iter().chain(["[MASK]", "<mask>"]);
        let mask = named.find_map(|subword| tokenizer.token_to_id(subword));
        if tokenizer.get_post_processor().is_some() {
            // One made-up subword, which no special one can be mistaken for.
            let probe = Encoding::from_tokens(vec![Token::new(u32::MAX, String::new(), (0, 0))], 0);
            let around = guarded(|| tokenizer.post_process(probe, None, true))
                .map_err(|said| format!("its post-processor is damaged ({said})"))?
                .map_err(|fault| fault.to_string())?;
            let mut sides = around.get_ids().split(|&id| id == u32::MAX);
            let (Some(before), Some(behind), None) = (sides.next(), sides.next(), sides.next()) else {
                return Err("its post-processor does not keep a sentence in one piece".to_owned());
            };
            return Ok(Self { before: before.to_vec(), behind: behind.to_vec(), mask });
        }
        let default = match family.kind().special {
            Special::Bert => ["[CLS]", "[SEP]"],
            Special::Roberta => ["<s>", "</s>"],
        };
        let find = |key: &str, default: &str| {
            let subword = settings.special(key).unwrap_or(default);
            let id = tokenizer.token_to_id(subword);
            id.ok_or_else(|| format!("has no subword `{subword}`, which is its `{key}`"))
        };
        Ok(Self {
            before: vec![find("cls_token", default[0])?],
            behind: vec![find("sep_token", default[1])?],
            mask,
        })
    }
}
