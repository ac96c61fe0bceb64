//! `xner eval GOLD PRED`.

mod lengths;
mod systems;
mod texts;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use xner_corpus::Scheme;
use xner_eval::{LengthTable, Mode, Scores, Significance, approximate_randomisation, paired_bootstrap};

use self::lengths::LengthArgs;
use self::systems::{Judged, score_files};
use crate::args::{self, Columns};
use crate::exit::{at_least_one, bad_input};
use crate::picture::Picture;
use crate::progress::{Progress, warn};

/// Score two column files; the last column is the tag, unless --tag-column says otherwise
///
/// Entities are counted as conlleval counts them, and tokens too: a `-DOCSTART-` row that has a tag in both files is a
/// token. Both files must have the same tokens in the same sentences.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// The right tags: a column file, plain, .gz, .xz, .bz2 or .zst; - is standard input, for one of the files
    gold: PathBuf,
    /// The predicted tags: the same tokens
    #[arg(value_name = "PRED")]
    predicted: PathBuf,
    /// The scheme of the tags. A tag whose prefix the scheme does not have is refused (`S-` in iob2); the order of
    /// the tags is not checked, and an `I-` that begins an entity counts as conlleval counts it, unless --strict.
    /// With iobes, which conlleval does not know, entities are counted as seqeval counts them by default: by the
    /// same rules, and `S-` is an entity. Without a scheme any prefixes are read, as conlleval reads them: an `S-`
    /// begins an entity only where the type changes
    #[arg(long, value_parser = args::named::<Scheme>(Scheme::NAMES))]
    scheme: Option<Scheme>,
    /// Count only what is well-formed in the scheme (by default iob2), as seqeval's strict mode does
    #[arg(long)]
    strict: bool,
    /// A second system's tags: adds its scores and whether the difference is more than chance
    #[arg(long, value_name = "PRED2")]
    against: Option<PathBuf>,
    /// Rounds of each significance test
    #[arg(long, value_name = "N", default_value_t = 10_000, requires = "against")]
    rounds: u32,
    /// Decides what the significance tests draw
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print JSON, all scores as fractions
    #[arg(long)]
    json: bool,
    /// Print what conlleval prints
    #[arg(long, conflicts_with_all = ["json", "strict", "against"])]
    conlleval: bool,
    #[command(flatten)]
    lengths: LengthArgs,
    #[command(flatten)]
    columns: Columns,
}

impl Args {
    /// How tags are read as entities. conlleval knows no `S-`, so IOBES has seqeval's default reading, which is
    /// conlleval's with `S-` understood.
    fn mode(&self) -> Mode {
        match (self.strict, self.scheme) {
            (true, scheme) => Mode::Strict(scheme.unwrap_or(Scheme::Iob2)),
            (false, Some(Scheme::Iobes)) => Mode::Seqeval,
            (false, _) => Mode::Conll,
        }
    }

    /// The scheme whose prefixes alone are allowed.
    fn allowed(&self) -> Option<Scheme> {
        self.scheme.or(self.strict.then_some(Scheme::Iob2))
    }
}

/// What is printed as JSON: the scores, and further keys behind them.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    scores: Scores,
    mode: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_length: Option<LengthTable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<Comparison>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length_plot: Option<Picture>,
    /// What should be known before the scores are believed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<&'static str>,
}

/// Said of `S-` where no scheme was given.
const SINGLES: &str = "there are `S-` tags, which conlleval does not know: to it one begins an entity only where the type \
                       changes; for IOBES give --scheme iobes";

/// Said of tags in other letters than those of IOBES, where no scheme was given.
const BILOU: &str = "there are tags of BILOU or BMEWO: they are read as IOBES (--scheme iobes)";

/// A second system: its scores, and the tests of the difference (A is the first system).
#[derive(Serialize)]
struct Comparison {
    #[serde(flatten)]
    scores: Scores,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_length: Option<LengthTable>,
    approximate_randomisation: Significance,
    paired_bootstrap: Significance,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    at_least_one("--rounds", args.against.as_ref().map_or(1, |_| args.rounds as usize))?;
    let lengths = args.lengths.lengths()?;
    let files: Vec<_> = std::iter::once(&args.predicted).chain(&args.against).collect();
    args.lengths.probe(files.iter().copied().chain([&args.gold]))?;
    let given =
        [("GOLD", Some(&args.gold)), ("PRED", Some(&args.predicted)), ("--against", args.against.as_ref())];
    let stdin: Vec<_> = given
        .iter()
        .filter(|(_, file)| file.is_some_and(|f| f == Path::new("-")))
        .map(|(name, _)| *name)
        .collect();
    if stdin.len() > 1 {
        let names = stdin.join(" and ");
        return Err(bad_input(format!("{names} are both `-`, but only one file can be standard input")));
    }
    let score = |args: &Args| {
        score_files(&args.gold, &files, &args.columns.conll(), args.mode(), args.allowed(), lengths)
    };
    let mut named = args.scheme;
    let mut scored = score(args)?;
    let unnamed = args.scheme.is_none() && !args.strict;
    let mut notes = Vec::new();
    if unnamed && scored.letters.others {
        // conlleval would take an `L` for the middle of something.
        if !stdin.is_empty() {
            return Err(bad_input(
                "there are tags of BILOU or BMEWO: give --scheme iobes, which they are read as",
            ));
        }
        named = Some(Scheme::Iobes);
        scored = score(&Args { scheme: named, ..args.clone() })?;
        notes.push(BILOU);
    } else if unnamed && scored.letters.singles {
        notes.push(SINGLES);
    }
    let mode = Args { scheme: named, ..args.clone() }.mode();
    for text in &notes {
        warn(&format!("note: {text}"));
    }
    let second = if args.against.is_some() { scored.systems.pop() } else { None };
    let Some(first) = scored.systems.pop() else { return Ok(()) };
    let against = second.as_ref().map(|second| compare(&first, second, args)).transpose()?;
    let tables = [Some(&first), second.as_ref()].map(|system| system.and_then(|s| s.by_length.as_ref()));
    let drawn: Vec<(&Path, _)> = files.iter().map(|file| file.as_path()).zip(tables).collect();
    let length_plot = args.lengths.draw(&drawn)?;
    let report = Report {
        against,
        by_length: args.lengths.printed(first.by_length.as_ref()),
        scores: first.scores,
        mode: mode.to_string(),
        length_plot,
        notes,
    };
    if args.json {
        super::print_json(&report)
    } else if args.conlleval {
        super::print(&report.scores.conlleval().to_string())
    } else {
        super::print(&text(&report))
    }
}

fn compare(first: &Judged, second: &Judged, args: &Args) -> Result<Comparison> {
    let _spinner = Progress::spinner("comparing the systems");
    let (a, b) = (&first.counts, &second.counts);
    Ok(Comparison {
        approximate_randomisation: approximate_randomisation(a, b, args.rounds, args.seed)?,
        paired_bootstrap: paired_bootstrap(a, b, args.rounds, args.seed)?,
        by_length: args.lengths.printed(second.by_length.as_ref()),
        scores: second.scores.clone(),
    })
}

fn text(report: &Report) -> String {
    // Writing to a string cannot fail.
    let lengths = |text: &mut String, table: &Option<LengthTable>| {
        let _ = table.iter().try_for_each(|table| write!(text, "\n{table}"));
    };
    let mut text = report.scores.to_string();
    lengths(&mut text, &report.by_length);
    if let Some(against) = &report.against {
        let _ = write!(text, "\nagainst\n{}", against.scores);
        lengths(&mut text, &against.by_length);
        let _ = writeln!(text, "\napproximate randomisation: {}", against.approximate_randomisation);
        let _ = writeln!(text, "paired bootstrap: {}", against.paired_bootstrap);
    }
    if let Some(picture) = &report.length_plot {
        let _ = writeln!(text, "\n{picture}");
    }
    text
}
