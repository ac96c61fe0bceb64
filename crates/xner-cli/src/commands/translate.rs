//! `xner translate CORPUS`.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use xner_corpus::Scheme;
use xner_corpus::read::{Format, Input, Labels, Stream};
use xner_corpus::write::{Output, WriteOptions, Writer};
use xner_embed::dictionary::Dictionary;
use xner_embed::translate::{
    Chain, Choice, DictionaryTranslator, Strategy, Tally, TranslateConfig, Weights, translate,
};
use xner_transfer::fit::{DictionaryFit, Misfit, Target, settle};

use crate::args::{self, Layout, unlike};
use crate::ending;
use crate::exit::not_empty;
use crate::outputs::Inputs;
use crate::progress::{Progress, note, warn};

/// Translate a labelled corpus word by word, keeping its labels
///
/// A word is looked up as it is and then in lower case; its translation takes over its case; a word without one stays
/// as it is. Entities stay the entities that they were.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The corpus, plain, .gz, .xz, .bz2 or .zst; - is standard input
    corpus: PathBuf,
    /// Word pairs, a line each: source, blank or tab, target and, where there is one, a score: what `xner dictionary`
    /// writes, or any other
    #[arg(long, value_name = "FILE")]
    dictionary: PathBuf,
    /// The translated corpus, plain, .gz, .xz, .bz2 or .zst; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What is translated as one
    #[arg(long, value_parser = args::phrasing(), default_value = "word")]
    strategy: Strategy,
    /// Phrase pairs with a tab between, asked before the dictionary
    #[arg(long, value_name = "FILE")]
    phrases: Option<PathBuf>,
    /// Types of entities that stay untranslated, with commas between; `none` for none
    #[arg(long, value_name = "TYPES", default_value = "PER", value_delimiter = ',')]
    keep: Vec<String>,
    /// Draw each word's translation from its K best instead of taking the best
    #[arg(long, value_name = "K")]
    sample: Option<usize>,
    /// Draw in proportion to exp(score / T) instead of all alike
    #[arg(long, value_name = "T", requires = "sample")]
    temperature: Option<f32>,
    /// Decides what is drawn
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Format of CORPUS; by default what its name promises, else JSON lines or columns by the first lines
    #[arg(long, value_parser = args::named::<Format>(Format::NAMES))]
    format: Option<Format>,
    /// Format of FILE; by default what its name promises, else columns
    #[arg(long, value_parser = args::named::<Format>(Format::NAMES))]
    out_format: Option<Format>,
    /// The scheme of the tags that are written
    #[arg(long, value_parser = args::named::<Scheme>(Scheme::NAMES), default_value = "iob2")]
    scheme: Scheme,
    /// Write the translation also where nearly no word is translated, or most into themselves
    #[arg(long)]
    allow_misfit: bool,
    /// Print the counts as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    layout: Layout,
}

/// The counts, and the share of words that were translated.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    tally: Tally,
    share: f64,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let choice = match (args.sample, args.temperature) {
        (None, _) => Choice::Best,
        (Some(k), None) => Choice::Sample { k, weights: Weights::Uniform },
        (Some(k), Some(temperature)) => Choice::Sample { k, weights: Weights::Softmax { temperature } },
    };
    choice.check()?;
    if args.out_format.is_none() {
        ending::check(&args.out, Some("--out-format"))?;
    }
    let inputs = [&args.corpus, &args.dictionary].into_iter().chain(&args.phrases);
    Inputs::of(inputs).spare(&args.out)?;
    Output::probe(&args.out)?;
    let spinner = Progress::spinner("reading the dictionary");
    let dictionary = Dictionary::read(&args.dictionary)?;
    let mut links = Vec::new();
    if let Some(file) = &args.phrases {
        links.push(DictionaryTranslator::new(Dictionary::read(file)?).with_choice(choice)?);
    }
    links.push(DictionaryTranslator::new(dictionary.clone()).with_choice(choice)?);
    let translator = Chain::new(links);
    drop(spinner);
    let config = TranslateConfig {
        strategy: args.strategy,
        keep_types: args::entity_types(&args.keep),
        seed: args.seed,
    };
    let mut options = args.layout.read(args.format);
    options.jsonl.labels = Labels::Required;
    let (input, meter) = Input::metered(&args.corpus)?;
    let (input, format) = options.settle(input).map_err(|fault| unlike(fault.into(), "--format"))?;
    let sentences = Stream::new(input, format, &options);
    let mut writer =
        Writer::create(&args.out, &WriteOptions { format: args.out_format, scheme: args.scheme })?;
    let on_screen = args.out.as_os_str() == "-";
    let mut progress = Progress::counter("sentences").of(meter).hidden_if(on_screen);
    let (mut tally, mut fit) = (Tally::default(), DictionaryFit::default());
    for labelled in sentences {
        let labelled = labelled?;
        fit.add(&labelled, &config.keep_types);
        writer.write(&translate(&labelled, &translator, &config, &mut tally))?;
        progress.add(1);
    }
    not_empty(tally.sentences > 0, &args.corpus)?;
    let misfit = if args.allow_misfit { Misfit::Note } else { Misfit::Refuse };
    let found = fit.findings(&dictionary, Target::Nothing);
    for text in settle(found, misfit, "to write it all the same, give --allow-misfit")? {
        warn(&format!("note: {text}"));
    }
    writer.finish()?;
    drop(progress);
    if args.json && !on_screen {
        return super::print_json(&Report { tally, share: tally.share() });
    }
    let Tally { sentences, tokens, translated, kept, unknown, .. } = tally;
    note(&format!(
        "{sentences} sentences, {tokens} tokens: {translated} translated, {kept} kept for their type, {unknown} unknown"
    ));
    Ok(())
}
