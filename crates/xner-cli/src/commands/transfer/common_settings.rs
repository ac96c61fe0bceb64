//! What settings of several methods have in common.

use crate::documented::{Key, Table};

/// `[dictionary]`
pub(super) const DICTIONARY: Table<'_> = Table(
    "dictionary",
    "Where translations come from: a mapping or a file.",
    &[
        Key(
            "mapping",
            "A folder that `xner map` wrote: each source word's translation is its nearest by CSLS.",
            Some("\"map\""),
        ),
        Key("file", "A file of word pairs, source first, in the place of a mapping.", Some("\"en-es.txt\"")),
        Key("prefer_others", "Whether a word becomes itself only where nothing else is listed.", None),
        Key("csls", "With a mapping: neighbours over which CSLS takes its means.", None),
        Key("mutual", "With a mapping: only pairs that are each other's nearest.", None),
        Key(
            "limit",
            "With a mapping: only so many of each language's words; by default all.",
            Some("200000"),
        ),
    ],
);
