//! `xner map-plot DIR`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xner_corpus::EntityType;
use xner_corpus::read::Format;
use xner_embed::Vectors;
use xner_figures::Tsne;

use super::entity_words::{EntityWord, entity_words};
use super::word_plot::{Rows, Side, draw};
use crate::args::{self, Layout};
use crate::exit::{at_least_one, bad_input};
use crate::outputs::Inputs;
use crate::picture::Picture;
use crate::progress::Progress;
use crate::reading::{Reading, mapped};

/// Draw labelled words of both languages before and after mapping: a t-SNE of their vectors, as SVG and PNG
///
/// The words are those that the corpora have inside entities at least every other time, the most frequent first; a
/// word's colour is the type that it has most often, its mark the language. Both panels show the same words: on the
/// left by their own vectors, on the right by those of DIR, all of them scaled to length 1. The picture is the same,
/// byte by byte, for the same seed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder that `xner map` wrote
    #[arg(value_name = "DIR")]
    mapping: PathBuf,
    /// The source language's own vectors
    #[arg(long, value_name = "FILE")]
    source: PathBuf,
    /// The target language's own vectors
    #[arg(long, value_name = "FILE")]
    target: PathBuf,
    /// A labelled corpus of the source language, plain, .gz or .xz
    #[arg(long, value_name = "FILE")]
    source_corpus: PathBuf,
    /// A labelled corpus of the target language
    #[arg(long, value_name = "FILE")]
    target_corpus: PathBuf,
    /// The picture: FIG.svg and FIG.png are written
    #[arg(long, value_name = "FIG")]
    out: PathBuf,
    /// Words of each language
    #[arg(long, value_name = "N", default_value_t = 1000)]
    words: usize,
    /// What the legend calls the source language
    #[arg(long, value_name = "NAME", default_value = "source")]
    source_name: String,
    /// What the legend calls the target language
    #[arg(long, value_name = "NAME", default_value = "target")]
    target_name: String,
    /// Neighbours that a word looks at, softly
    #[arg(long, value_name = "P", default_value_t = 30.0)]
    perplexity: f32,
    /// Decides where the points begin
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print the counts as JSON
    #[arg(long)]
    json: bool,
    /// The corpora's format; by default what each name promises, else columns
    #[arg(long, value_parser = args::named::<Format>(Format::NAMES))]
    format: Option<Format>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    layout: Layout,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    at_least_one("--words", args.words)?;
    let files = [&args.source, &args.target, &args.source_corpus, &args.target_corpus];
    Picture::probe(&args.out, &Inputs::of(files).mapping(&args.mapping))?;
    let spinner = Progress::spinner("reading");
    let options = args.layout.read(args.format);
    let own = [&args.source, &args.target].map(|file| args.reading.open(file));
    let [own_source, own_target] = own;
    let (own_source, own_target) = (own_source?, own_target?);
    if own_source.dim() != own_target.dim() {
        let (source, target) = (own_source.dim(), own_target.dim());
        return Err(bad_input(format!(
            "--source has {source} dimensions and --target {target}, expected the same"
        )));
    }
    let (mapped_source, mapped_target) = mapped(&args.mapping)?;
    let choose = |corpus: &Path, own: &Vectors, mapped: &Vectors| -> Result<Vec<Chosen>> {
        let words = entity_words(corpus, &options)?;
        let chosen: Vec<_> =
            words.iter().filter_map(|word| find(word, own, mapped)).take(args.words).collect();
        if chosen.is_empty() {
            let (file, words) = (corpus.display(), words.len());
            let message = "are among the vectors of that language (are languages and letter case the same?)";
            return Err(bad_input(format!("{file}: none of its {words} entity words {message}")));
        }
        Ok(chosen)
    };
    let source = choose(&args.source_corpus, &own_source, &mapped_source)?;
    let target = choose(&args.target_corpus, &own_target, &mapped_target)?;
    drop(spinner);

    let spinner = Progress::spinner("t-SNE");
    let panel = |title: &str, [a, b]: [&Vectors; 2], at: fn(&Chosen) -> usize| {
        let rows = source.iter().map(|word| a.row(at(word)));
        Rows::unit(title, rows.chain(target.iter().map(|word| b.row(at(word)))), a.dim())
    };
    let rows = [
        panel("(a) monolingual vectors", [&own_source, &own_target], |word| word.own),
        panel("(b) mapped vectors", [&mapped_source, &mapped_target], |word| word.mapped),
    ];
    let settings = Tsne { perplexity: args.perplexity, seed: args.seed, ..Tsne::default() };
    let kinds = |words: &[Chosen]| words.iter().map(|word| word.kind.clone()).collect();
    let source = Side { name: &args.source_name, kinds: kinds(&source) };
    let target = Side { name: &args.target_name, kinds: kinds(&target) };
    let drawn = draw(&args.out, [&source, &target], &rows, &settings, Vec::<String>::new())?;
    drop(spinner);
    if args.json {
        return super::print_json(&drawn);
    }
    super::print(&format!("{}\n{}", drawn.picture, drawn.words(&args.source_name, &args.target_name)))
}

/// A word with its type and its ranks among its language's vectors before and after.
struct Chosen {
    kind: EntityType,
    own: usize,
    mapped: usize,
}

/// A word among both vectors, as it stands or in lower case.
fn find(EntityWord { word, kind, .. }: &EntityWord, own: &Vectors, mapped: &Vectors) -> Option<Chosen> {
    let ranks = |word: &str| {
        let (own, mapped) = (own.rank(word)?, mapped.rank(word)?);
        Some(Chosen { kind: kind.clone(), own, mapped })
    };
    ranks(word).or_else(|| ranks(&word.to_lowercase()))
}
