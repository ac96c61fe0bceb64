//! `xner transadv-data`.

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Serialize;
use xner_corpus::Scheme;
use xner_corpus::read::Format;
use xner_corpus::write::FolderLock;
use xner_embed::translate::Strategy;
use xner_train::Settings;
use xner_transfer::fit::{DictionaryFit, Misfit, Target, settle};
use xner_transfer::transadv::data::{self, Coverage, WithoutEntities, Words};
use xner_transfer::transadv::{SETS_SEED, TransAdvConfig, TransAdvCorpora};

use crate::args::{self, Layout};
use crate::exit::bad_input;
use crate::outputs::{Force, Inputs, Kind, SETS};
use crate::progress::{Progress, note, warn};

/// Make the data that TransAdv is trained on: a labelled corpus translated, code-switched and shuffled
///
/// DIR gets target.conll (translated, labels copied), source-swi.conll and target-swi.conll (either language's
/// sentences with the other's entities), source-shu.conll and target-shu.conll (words shuffled within each entity and
/// each context). Sentence by sentence the files are parallel. What became of the words is printed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The labelled corpus, plain, .gz or .xz
    #[arg(long, value_name = "FILE", required_unless_present = "config")]
    source: Option<PathBuf>,
    /// Word pairs, source first, a line each
    #[arg(long, value_name = "FILE", required_unless_present_any = ["config", "mapping"])]
    dictionary: Option<PathBuf>,
    /// A folder that `xner map` wrote, in the place of a dictionary: each word's translation is its nearest by CSLS
    #[arg(long, value_name = "DIR", conflicts_with = "dictionary")]
    mapping: Option<PathBuf>,
    /// Phrase pairs with a tab between, asked before the dictionary
    #[arg(long, value_name = "FILE")]
    phrases: Option<PathBuf>,
    /// A config of `xner transfer transadv`: the files are what a run by it is trained on. Its sections `source`,
    /// `dictionary` and `data`, and `phrases`, count; an option given beside it goes over it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A setting in the place of the config's, as in --set data.strategy=phrase
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The folder of the files that are made
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    force: Force,
    /// What is translated as one [default: word]
    #[arg(long, value_parser = args::phrasing())]
    strategy: Option<Strategy>,
    /// Types of entities that stay untranslated, with commas between; `none` for none [default: PER]
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    keep: Option<Vec<String>>,
    /// Leave sentences without entities out of the code-switched files
    #[arg(long)]
    drop_without_entities: bool,
    /// Decides the order of shuffled words [default: 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Format of the corpus; by default what its name promises, else columns
    #[arg(long, value_parser = args::named::<Format>(Format::NAMES), requires = "source")]
    format: Option<Format>,
    /// The scheme of the tags that are written
    #[arg(long, value_parser = args::named::<Scheme>(Scheme::NAMES), default_value = "iob2")]
    scheme: Scheme,
    /// Make the data also where nearly no word is translated, or most into themselves
    #[arg(long)]
    allow_misfit: bool,
    /// Print the counts as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    layout: Layout,
}

/// The counts, and the shares of words that were translated.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    coverage: Coverage,
    entity_share: f64,
    context_share: f64,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let config = args.config()?;
    let Some(train) = &config.source.train else {
        return Err(bad_input("no corpus is named: expected --source, or `source.train` in the config"));
    };
    let inputs = Inputs::of([&args.config, &args.phrases].into_iter().flatten()).settings(&config);
    inputs.spare_in(&args.out, &SETS)?;
    Kind::Sets.claim(&args.out, args.force)?;
    let _lock = FolderLock::take(&args.out)?;
    let spinner = Progress::spinner("reading, and making the dictionary");
    let source = TransAdvCorpora::source(&config)?;
    let dictionary = data::opened(&config.dictionary)?;
    let found = DictionaryFit::of(&source, &config.data.keep_types).findings(&dictionary, Target::Nothing);
    let translator = data::chained(dictionary, config.phrases.as_deref())?;
    drop(spinner);
    let misfit = if args.allow_misfit { Misfit::Note } else { config.misfit.unwrap_or_default() };
    for text in settle(found, misfit, "to make them all the same, give --allow-misfit")? {
        warn(&format!("note: {text}"));
    }
    let sets = data::create(&source, &translator, &config.data, args.seed.unwrap_or(SETS_SEED))
        .with_context(|| format!("{}: no data can be made", train.display()))?;
    sets.write(&args.out, args.scheme)?;
    let coverage = sets.coverage;
    coverage.notes(&config.data).iter().for_each(|text| note(&format!("note: {text}")));
    if args.json {
        let (entity_share, context_share) = (coverage.entity_words.share(), coverage.context_words.share());
        return super::print_json(&Report { coverage, entity_share, context_share });
    }
    super::print(&described(&coverage))
}

impl Args {
    /// The config file's settings with the options' in their place.
    fn config(&self) -> Result<TransAdvConfig> {
        let mut config = match &self.config {
            Some(path) => TransAdvConfig::read_with(path, &self.set)?,
            None => TransAdvConfig::read_over(None, None, &self.set, &mut |_| {})?,
        };
        if let Some(source) = &self.source {
            (config.source.train, config.source.sentences) = (Some(source.clone()), None);
            config.source.read = self.layout.read(self.format);
        }
        if self.dictionary.is_some() || self.mapping.is_some() {
            config.dictionary.file.clone_from(&self.dictionary);
            config.dictionary.mapping.clone_from(&self.mapping);
        }
        if self.phrases.is_some() {
            config.phrases.clone_from(&self.phrases);
        }
        config.data.strategy = self.strategy.unwrap_or(config.data.strategy);
        if let Some(keep) = &self.keep {
            config.data.keep_types = args::entity_types(keep);
        }
        if self.drop_without_entities {
            config.data.without_entities = WithoutEntities::Drop;
        }
        Ok(config)
    }
}

fn described(coverage: &Coverage) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{:<34}{:>10}", "sentences", coverage.sentences);
    for (name, count) in [
        ("without entities", coverage.without_entities),
        ("code-switching changes nothing", coverage.unswitched),
        ("shuffling leaves the source", coverage.unshuffled_source),
        ("shuffling leaves the target", coverage.unshuffled_target),
    ] {
        let _ = writeln!(text, "  {name:<32}{count:>10}");
    }
    let _ = writeln!(text, "{:<34}{:>10}", "entities", coverage.entities);
    let _ = writeln!(text, "  {:<32}{:>10}", "with other words in translation", coverage.switched_entities);
    for (name, words) in [("of entities", coverage.entity_words), ("of context", coverage.context_words)] {
        let Words { source, target, translated, same, phrases, kept, unknown, marks } = words;
        let _ = writeln!(text, "{:<34}{source:>10}", format!("words {name}"));
        let share = format!("({:.1} % of those that could be)", 100.0 * words.share());
        let _ = writeln!(text, "  {:<32}{translated:>10}  {share}", "translated");
        for (name, count) in [
            ("into themselves among these", same),
            ("phrases among these", phrases),
            ("kept for their type", kept),
            ("not in the dictionary", unknown),
            ("numbers and marks among these", marks),
            ("words in translation", target),
        ] {
            let _ = writeln!(text, "  {name:<32}{count:>10}");
        }
    }
    text
}
