//! Labels of a `config.json` as tags.

use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr;

use xner_corpus::{Prefix, Scheme, Tag, TagSet};

use super::config::BertConfig;
use crate::decode::check_tags;
use crate::{Error, Result};

/// A head's tags, and where each stands among its labels.
#[derive(Debug)]
pub(super) struct Labels {
    pub tags: TagSet,
    /// For each tag its row of the head; none for a tag that no label names.
    pub rows: Vec<Option<usize>>,
}

/// The tags of a config's labels. `path` is named in faults.
///
/// The scheme is that of the key `xner`, else IOBES where a label begins with `S-` or `E-`, else IOB2 where one begins
/// with `B-`, else IOB1.
pub(super) fn labels(config: &BertConfig, path: &Path) -> Result<Labels> {
    let fault = |message: String| Error::model(path, message);
    if config.labels.is_empty() {
        return Err(fault("has no `id2label`: an encoder without a head tags nothing".to_owned()));
    }
    let read = |label: &String| Tag::from_str(label).map_err(|e| fault(format!("at `id2label`: {e}")));
    let tags: Vec<Tag> = config.labels.iter().map(read).collect::<Result<_>>()?;
    let has = |wanted: &[Prefix]| {
        tags.iter().any(|tag| matches!(tag, Tag::Part(prefix, _) if wanted.contains(prefix)))
    };
    let scheme = config.xner.as_ref().map_or_else(
        || match (has(&[Prefix::Single, Prefix::End]), has(&[Prefix::Begin])) {
            (true, _) => Scheme::Iobes,
            (false, true) => Scheme::Iob2,
            (false, false) => Scheme::Iob1,
        },
        |keys| keys.scheme,
    );
    // A type that is there several times counts once.
    let types = tags.iter().filter_map(Tag::entity_type).cloned();
    let set = TagSet::new(scheme, types);
    check_tags(&set).map_err(fault)?;
    let mut places: HashMap<&Tag, usize> = HashMap::with_capacity(tags.len());
    for (at, tag) in tags.iter().enumerate() {
        places.entry(tag).or_insert(at);
    }
    let rows: Vec<Option<usize>> = set.tags().iter().map(|tag| places.get(tag).copied()).collect();
    if let Some(label) = tags.iter().position(|tag| set.id(tag).is_none()) {
        let label = &config.labels[label];
        return Err(fault(format!("at `id2label`: `{label}` is no tag of the scheme {scheme}")));
    }
    if rows.iter().flatten().count() != tags.len() {
        return Err(fault("at `id2label`: a label is there twice".to_owned()));
    }
    if rows[0].is_none() {
        return Err(fault("at `id2label`: has no label `O`".to_owned()));
    }
    Ok(Labels { tags: set, rows })
}
