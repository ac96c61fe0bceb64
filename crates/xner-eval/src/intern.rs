//! Tags as small numbers, so that each string of a corpus is parsed once.

use rustc_hash::FxHashMap;
use xner_corpus::{EntityType, Prefix, Scheme, Tag};

use crate::shortcut::Shortcut;
use crate::symbol::{KindId, Mark, OUTSIDE, Symbol, SymbolId};
use crate::{LabelRef, Mode};

/// Why a tag was refused.
pub(crate) enum Refused {
    Empty,
    OutsideScheme(Scheme),
}

/// The tags and types seen so far.
#[derive(Debug, Clone)]
pub(crate) struct Interner {
    mode: Mode,
    shortcut: Shortcut,
    by_text: FxHashMap<Box<str>, SymbolId>,
    by_tag: FxHashMap<EntityType, [Option<SymbolId>; 4]>,
    symbols: Vec<Symbol>,
    kinds: FxHashMap<Box<str>, KindId>,
    kind_names: Vec<Box<str>>,
}

impl Interner {
    pub(crate) fn new(mode: Mode) -> Self {
        let mut new = Self {
            mode,
            shortcut: Shortcut::new(),
            by_text: FxHashMap::default(),
            by_tag: FxHashMap::default(),
            symbols: Vec::new(),
            kinds: FxHashMap::default(),
            kind_names: Vec::new(),
        };
        let none = if mode == Mode::Conll { "" } else { "_" };
        let kind = new.kind(none);
        new.symbols.push(Symbol { mark: Mark::Outside, kind });
        new.by_text.insert("O".into(), OUTSIDE);
        new
    }

    /// The number of a type's name.
    pub(crate) fn kind(&mut self, name: &str) -> KindId {
        if let Some(&id) = self.kinds.get(name) {
            return id;
        }
        let id = self.kind_names.len() as KindId;
        self.kinds.insert(name.into(), id);
        self.kind_names.push(name.into());
        id
    }

    /// The names of the types by number.
    pub(crate) fn kind_names(&self) -> &[Box<str>] {
        &self.kind_names
    }

    #[inline]
    pub(crate) fn symbol(&self, id: SymbolId) -> Symbol {
        self.symbols[id as usize]
    }

    /// The number of a tag, new or known.
    #[inline]
    pub(crate) fn id(&mut self, label: LabelRef<'_>) -> Result<SymbolId, Refused> {
        match label {
            LabelRef::Text("O") | LabelRef::Tag(Tag::Outside) => Ok(OUTSIDE),
            LabelRef::Text(text) => match self.shortcut.get(text) {
                Some(id) => Ok(id),
                None => self.look_up(text),
            },
            LabelRef::Tag(Tag::Part(prefix, kind)) => self.tag_id(*prefix, kind),
        }
    }

    #[cold]
    fn look_up(&mut self, text: &str) -> Result<SymbolId, Refused> {
        let id = match self.by_text.get(text) {
            Some(&id) => id,
            None => self.add(text)?,
        };
        self.shortcut.set(text, id);
        Ok(id)
    }

    fn tag_id(&mut self, prefix: Prefix, kind: &EntityType) -> Result<SymbolId, Refused> {
        let slot = prefix as usize;
        if let Some(id) = self.by_tag.get(kind.as_str()).and_then(|slots| slots[slot]) {
            return Ok(id);
        }
        let id = self.look_up(&Tag::Part(prefix, kind.clone()).to_string())?;
        self.by_tag.entry(kind.clone()).or_default()[slot] = Some(id);
        Ok(id)
    }

    fn add(&mut self, text: &str) -> Result<SymbolId, Refused> {
        if text.is_empty() {
            return Err(Refused::Empty);
        }
        let (mark, kind) = match self.mode {
            Mode::Conll => return Ok(self.add_conll(text)),
            Mode::Seqeval => split_seqeval(text),
            Mode::Strict(scheme) => split_strict(text, scheme).ok_or(Refused::OutsideScheme(scheme))?,
        };
        Ok(self.insert(text, mark, kind))
    }

    fn insert(&mut self, text: &str, mark: Mark, kind: &str) -> SymbolId {
        let kind = self.kind(kind);
        let id = self.symbols.len() as SymbolId;
        self.symbols.push(Symbol { mark, kind });
        self.by_text.insert(text.into(), id);
        id
    }

    /// conlleval compares prefix and type where seqeval compares whole tags: `B`, `B-` and `B-0` are one.
    fn add_conll(&mut self, text: &str) -> SymbolId {
        let (prefix, kind) = split_conll(text);
        let canonical = if kind.is_empty() { prefix } else { text };
        let id = match self.by_text.get(canonical) {
            Some(&id) => id,
            None => self.insert(canonical, mark_conll(prefix), kind),
        };
        self.by_text.insert(text.into(), id);
        id
    }
}

/// Prefix and type. The type `0`, which Perl takes for false, is no type.
fn split_conll(text: &str) -> (&str, &str) {
    let (prefix, kind) = text.split_once('-').unwrap_or((text, ""));
    (prefix, if kind == "0" { "" } else { kind })
}

fn mark_conll(prefix: &str) -> Mark {
    match prefix {
        "O" => Mark::Outside,
        "B" => Mark::Begin,
        "I" => Mark::Inside,
        "E" => Mark::End,
        "." => Mark::Dot,
        "[" => Mark::Open,
        "]" => Mark::Close,
        _ => Mark::Other,
    }
}

/// The first character, and the rest of the tag.
fn first(text: &str) -> (Option<char>, &str) {
    let mut chars = text.chars();
    (chars.next(), chars.as_str())
}

fn letter(prefix: Option<char>) -> Mark {
    match prefix {
        Some('O') => Mark::Outside,
        Some('B') => Mark::Begin,
        Some('I') => Mark::Inside,
        Some('E') => Mark::End,
        Some('S') => Mark::Single,
        Some('.') => Mark::Dot,
        _ => Mark::Other,
    }
}

/// The first character, and the text behind the first `-` after it (without a `-` all of it), or `_` when empty.
fn split_seqeval(text: &str) -> (Mark, &str) {
    let (prefix, rest) = first(text);
    let kind = rest.split_once('-').map_or(rest, |(_, kind)| kind);
    (letter(prefix), if kind.is_empty() { "_" } else { kind })
}

/// The first character, and the rest without the `-` at both its ends, or `_` when empty.
fn split_strict(text: &str, scheme: Scheme) -> Option<(Mark, &str)> {
    let (prefix, rest) = first(text);
    let mark = letter(prefix);
    let allowed = match mark {
        Mark::Outside | Mark::Begin | Mark::Inside => true,
        Mark::End | Mark::Single => scheme == Scheme::Iobes,
        _ => false,
    };
    let kind = rest.trim_matches('-');
    allowed.then_some((mark, if kind.is_empty() { "_" } else { kind }))
}
