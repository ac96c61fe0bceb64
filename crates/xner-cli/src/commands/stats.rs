//! `xner stats FILE…`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use xner_corpus::read::{Format, Input, Labels, Stream};
use xner_corpus::{Error, Scheme, Stats};

use crate::args::{self, Layout, unlike};
use crate::exit::not_empty;
use crate::progress::Progress;

/// Count sentences, tokens and entities
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The files, plain, .gz, .xz, .bz2 or .zst; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Their format; by default what each name promises, else JSON lines or columns by the first lines
    #[arg(long, value_parser = args::named::<Format>(Format::NAMES))]
    format: Option<Format>,
    /// Refuse columns whose tags break this scheme
    #[arg(long, value_parser = args::named::<Scheme>(Scheme::NAMES))]
    scheme: Option<Scheme>,
    /// Print JSON: a list with an object for each file
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    layout: Layout,
}

/// The counts of a file. In JSON: `file`, `sentences`, `tokens`, `entities`, `types`, `marks`, and the scheme
/// that fits best with the number of places that break it.
#[derive(Serialize)]
struct Counted<'a> {
    file: &'a Path,
    #[serde(flatten)]
    stats: Stats,
    scheme: Option<Scheme>,
    scheme_faults: usize,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let counted = args.files.iter().map(|file| count(file, args)).collect::<Result<Vec<_>>>()?;
    if args.json {
        return super::print_json(&counted);
    }
    let mut text = String::new();
    for one in &counted {
        describe(one, &mut text);
    }
    super::print(&text)
}

fn count<'a>(file: &'a Path, args: &Args) -> Result<Counted<'a>> {
    let mut options = args.layout.read(args.format);
    options.conll.scheme = args.scheme;
    options.jsonl.labels = Labels::Required;
    let (input, meter) = Input::metered(file)?;
    let (input, format) = options.settle(input).map_err(|fault| unlike(fault.into(), "--format"))?;
    let mut progress = Progress::counter("sentences").of(meter);
    let mut stats = Stats::default();
    let mut sentences = Stream::new(input, format, &options);
    while let Some(labelled) = sentences.next() {
        let unsure = args.format.is_none() && stats.sentences == 0;
        let perhaps_text = |fault: Error| args::perhaps_text(fault.into(), file, "--format", unsure);
        let labelled = labelled.map_err(perhaps_text)?;
        stats.add(&labelled, sentences.tags());
        progress.add(1);
    }
    stats.marks = sentences.marks();
    let name = if file == Path::new("-") { Path::new("<stdin>") } else { file };
    not_empty(stats.sentences > 0, name)?;
    let (scheme, scheme_faults) = stats.scheme().unzip();
    Ok(Counted { file, stats, scheme, scheme_faults: scheme_faults.unwrap_or(0) })
}

fn describe(counted: &Counted<'_>, text: &mut String) {
    let Counted { file, stats, scheme, scheme_faults } = counted;
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}", file.display());
    let rows = [("sentences", stats.sentences), ("tokens", stats.tokens), ("entities", stats.entities)];
    for (name, count) in rows {
        let _ = writeln!(text, "  {name:<12}{count:>10}");
    }
    for (kind, count) in &stats.types {
        let _ = writeln!(text, "    {:<10}{count:>10}", kind.as_str());
    }
    if stats.marks > 0 {
        let _ = writeln!(text, "  {:<12}{:>10}", "documents", stats.marks);
    }
    match scheme {
        Some(scheme) if *scheme_faults > 0 => {
            let _ = writeln!(
                text,
                "  {:<12}{:>10}, broken in {scheme_faults} places",
                "scheme",
                scheme.to_string()
            );
        }
        Some(scheme) => {
            let _ = writeln!(text, "  {:<12}{:>10}", "scheme", scheme.to_string());
        }
        None => {}
    }
}
