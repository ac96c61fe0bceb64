//! Arguments that several commands take.

use std::path::Path;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, value_parser};
use serde::de::{DeserializeOwned, IntoDeserializer, value};
use xner_corpus::read::conll::{Column, ConllOptions, Ragged};
use xner_corpus::read::jsonl::label_names;
use xner_corpus::read::{Align, Format, JsonlOptions, Looks, ReadOptions};
use xner_corpus::split::{Language, Sentences, TextOptions};
use xner_corpus::{EntityType, Error, Spelling};
use xner_embed::translate::Strategy;
use xner_tagger::Decode;

use crate::exit::bad_input;

/// A value by its name in configs, which shells can complete.
pub(crate) fn named<T>(names: impl Into<PossibleValuesParser>) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    names.into().try_map(|name| T::deserialize(IntoDeserializer::<value::Error>::into_deserializer(name)))
}

/// A way to choose tags by its name, which shells can complete.
pub(crate) fn decode() -> impl TypedValueParser<Value = Decode> {
    PossibleValuesParser::new(["viterbi", "viterbi-open", "argmax"]).map(|name| match name.as_str() {
        "argmax" => Decode::Argmax,
        "viterbi-open" => Decode::ViterbiOpen,
        _ => Decode::Viterbi,
    })
}

/// A number of at least 1.
pub(crate) fn positive() -> impl TypedValueParser<Value = usize> {
    value_parser!(u32).range(1..).map(|number| number as usize)
}

/// A seed that a config file may have too: TOML's numbers have a sign.
pub(crate) fn seed() -> impl TypedValueParser<Value = u64> {
    value_parser!(u64).range(..=i64::MAX as u64)
}

/// A fault with the option by which the format of a file is given, where the file looks like something else.
pub(crate) fn unlike(fault: anyhow::Error, option: &str) -> anyhow::Error {
    let Some(Error::Looks { path, looks, otherwise }) = fault.downcast_ref::<Error>() else { return fault };
    let path = path.display();
    let meant = match looks {
        Looks::Columns => "conll",
        Looks::Prose => "text",
        Looks::Json => "jsonl",
        _ => {
            let how = format!("with {option} {otherwise} it is read so all the same");
            return bad_input(format!("{path}: looks like {looks}; {how}"));
        }
    };
    bad_input(format!("{path}: looks like {looks}; give {option} {meant} or {option} {otherwise}"))
}

/// Names of labels that stand as numbers in a file, from a file or a list.
#[derive(Debug, Clone)]
pub(crate) struct LabelNames(Vec<String>);

impl FromStr for LabelNames {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self, Error> {
        let bare = |fault| label_names(given, Spelling::Bare).map_err(|_| fault);
        label_names(given, Spelling::Auto).or_else(bare).map(Self)
    }
}

/// A fault in the first sentence of a file that was taken for columns because neither its name nor the user said what
/// it is (`unsure`): it may be plain text, and `option` is what says so.
pub(crate) fn perhaps_text(fault: anyhow::Error, path: &Path, option: &str, unsure: bool) -> anyhow::Error {
    let columns = matches!(
        fault.downcast_ref::<Error>(),
        Some(Error::Tag { .. } | Error::MissingColumn { .. } | Error::Ragged { .. })
    );
    if unsure && columns && Format::guess(path).is_none() {
        return bad_input(format!("{fault}; if this is plain text, give {option} text"));
    }
    fault
}

/// What a translator takes as one.
pub(crate) fn phrasing() -> impl TypedValueParser<Value = Strategy> {
    let phrases = "Entities, and what stands between them, as phrases: the longest parts that are known";
    named([
        PossibleValue::new("word").help("Word by word"),
        PossibleValue::new("phrase").help(phrases),
        PossibleValue::new("word-and-phrase").help("Entities as phrases, all else word by word"),
    ])
}

/// The entity types that a list names; `none` names none.
pub(crate) fn entity_types(names: &[String]) -> Vec<EntityType> {
    names.iter().filter(|name| *name != "none").map(|name| EntityType::new(name)).collect()
}

/// How column files are laid out.
#[derive(Debug, Clone, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Columns {
    /// Columns: where the token is; 0 is the first column, -1 the last
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    #[arg(help_heading = "Layout of the input")]
    token_column: i32,
    /// Columns: where the tag is
    #[arg(long, value_name = "N", default_value_t = -1, allow_negative_numbers = true)]
    #[arg(help_heading = "Layout of the input")]
    tag_column: i32,
    /// Columns: lines between sentences that begin with `# ` are comments
    #[arg(long, help_heading = "Layout of the input")]
    comments: bool,
    /// Columns: allow rows of unequal width
    #[arg(long, help_heading = "Layout of the input")]
    ragged: bool,
    /// Columns: tokens carry a language prefix such as `en:`, to be removed
    #[arg(long, help_heading = "Layout of the input")]
    language_prefix: bool,
    /// How tags are spelt: auto, as B-PER, `b_per` or in the letters of BILOU and BMEWO; strict, in those of IOBES
    /// alone; bare, as types alone
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = named::<Spelling>(Spelling::NAMES))]
    #[arg(help_heading = "Layout of the input")]
    pub(crate) tags: Spelling,
}

/// How the files are laid out.
#[derive(Debug, Clone, Args)]
pub(crate) struct Layout {
    #[command(flatten)]
    pub(crate) columns: Columns,
    /// JSON lines: what becomes of an entity that cuts a token: the file is refused, or the entity widened to the token
    #[arg(long, value_name = "HOW", default_value = "refuse", value_parser = named::<Align>(["refuse", "widen"]))]
    #[arg(help_heading = "Layout of the input")]
    align: Align,
    /// JSON lines: the names of labels that are numbers, in their order: a file with a name a line or in JSON, or a
    /// list such as O,B-PER,I-PER
    #[arg(long, value_name = "FILE|LIST", help_heading = "Layout of the input")]
    labels: Option<LabelNames>,
    /// Text: its language, a BCP 47 code such as nl or pt-BR, for splitting it into sentences and words; und for one
    /// that has no rules of its own. By default en, and to `xner tag` the language that its model was made for
    #[arg(long, value_name = "CODE", help_heading = "Layout of the input")]
    pub(crate) language: Option<Language>,
    /// Text: one sentence a line
    #[arg(long, help_heading = "Layout of the input")]
    lines: bool,
}

impl Columns {
    pub(crate) fn conll(&self) -> ConllOptions {
        ConllOptions {
            token: Column(self.token_column),
            tag: Some(Column(self.tag_column)),
            ragged: if self.ragged { Ragged::Allow } else { Ragged::Refuse },
            comments: self.comments,
            language_prefix: self.language_prefix,
            tags: self.tags,
            ..ConllOptions::default()
        }
    }
}

impl Layout {
    pub(crate) fn tag_column(&self) -> Column {
        Column(self.columns.tag_column)
    }

    pub(crate) fn text(&self) -> TextOptions {
        self.text_in(self.language.unwrap_or_default())
    }

    /// The same for a text of a language.
    pub(crate) fn text_in(&self, language: Language) -> TextOptions {
        let sentences = if self.lines { Sentences::Lines } else { Sentences::Split };
        TextOptions { language, sentences }
    }

    pub(crate) fn jsonl(&self) -> JsonlOptions {
        let names = self.labels.as_ref().map(|LabelNames(names)| names.clone());
        JsonlOptions {
            align: self.align,
            split: self.text(),
            label_names: names.unwrap_or_default(),
            tags: self.columns.tags,
            ..JsonlOptions::default()
        }
    }

    pub(crate) fn read(&self, format: Option<Format>) -> ReadOptions {
        ReadOptions { format, conll: self.columns.conll(), jsonl: self.jsonl(), text: self.text() }
    }
}
