//! `xner convert IN OUT`.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Result;
use xner_corpus::read::conll::{Block, ConllOptions, TagPlace};
use xner_corpus::read::{Format, Input, Meter, Stream};
use xner_corpus::write::{Output, WriteOptions, Writer};
use xner_corpus::{Error, Labelled, Scheme, Spelling, Tag};

use crate::args::{Layout, perhaps_text, unlike};
use crate::columns::TagFile;
use crate::ending;
use crate::exit::{bad_input, not_empty};
use crate::outputs::Inputs;
use crate::progress::{Progress, note};

/// Convert between formats and tagging schemes
///
/// From columns to columns every line stays as it is but for its tag; other conversions keep tokens and entities.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file to read, plain, .gz, .xz, .bz2 or .zst; - is standard input
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The file to write, plain, .gz, .xz, .bz2 or .zst; - is standard output
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// Format (conll, tsv, conllu, jsonl, brat, text), scheme (iob1, iob2, iobes) or both (conll:iob1) of IN. By
    /// default what its name promises, else JSON lines or columns by the first lines, of any scheme; with a scheme,
    /// tags that break it are refused. JSON lines of doccano, Prodigy, spaCy, Hugging Face and Label Studio are told
    /// apart; conllu has the columns of Universal NER too; brat's entities stand in a file .ann beside IN. Parquet of
    /// Hugging Face's data sets is told by its first bytes, in a program with the feature `parquet`
    #[arg(long, value_name = "WHAT")]
    from: Option<Kind>,
    /// Format (conll, tsv, jsonl, text), scheme or both of OUT. By default what its name promises, else columns; iob2
    #[arg(long, value_name = "WHAT")]
    to: Option<Kind>,
    /// With a scheme in --from: read tags that break it as conlleval reads them, instead of refusing them; how many
    /// there are is said
    #[arg(long, requires = "from")]
    repair: bool,
    #[command(flatten)]
    layout: Layout,
}

/// A format, a scheme, or both with a colon between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Kind {
    format: Option<Format>,
    scheme: Option<Scheme>,
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut kind = Self::default();
        for part in text.split(':').filter(|part| !part.is_empty()) {
            match (part.parse::<Format>(), part.parse::<Scheme>()) {
                (Ok(format), _) if kind.format.is_none() => kind.format = Some(format),
                (_, Ok(scheme)) if kind.scheme.is_none() => kind.scheme = Some(scheme),
                (Ok(_), _) | (_, Ok(_)) => return Err(format!("`{part}` is one too many")),
                _ => {
                    let formats = "a format (conll, tsv, conllu, jsonl, brat, text)";
                    return Err(format!("`{part}` is neither {formats} nor a scheme (iob1, iob2, iobes)"));
                }
            }
        }
        Ok(kind)
    }
}

impl Kind {
    /// The format of a file.
    fn format_of(self, path: &Path) -> Format {
        self.format.or_else(|| Format::guess(path)).unwrap_or(Format::Conll)
    }
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let (from_kind, to_kind) = (args.from.unwrap_or_default(), args.to.unwrap_or_default());
    if to_kind.format.is_none() {
        ending::check(&args.output, Some("--to"))?;
    }
    Inputs::of([&args.input]).spare(&args.output)?;
    let (input, meter, names) = opened(args, from_kind.format)?;
    let format = if names.is_some() { Some(Format::Jsonl) } else { from_kind.format };
    let settled = args.layout.read(format).settle(input);
    let (input, from) = settled.map_err(|fault| unlike(fault.into(), "--from"))?;
    let to = to_kind.format_of(&args.output);
    let mut input = input;
    if from == to && matches!(from, Format::Conll | Format::Tsv) {
        let (found, columns) = input.columns(from, args.layout.columns.conll());
        // A tag among other things in its column cannot be replaced.
        if !columns.conllu {
            return retag((found, columns), meter, args);
        }
        input = found;
    }
    let options = WriteOptions { format: Some(to), scheme: to_kind.scheme.unwrap_or(Scheme::Iob2) };
    let mut read = args.layout.read(Some(from));
    if read.jsonl.label_names.is_empty() {
        read.jsonl.label_names = names.unwrap_or_default();
    }
    if let (Some(scheme), Format::Conll | Format::Tsv) = (from_kind.scheme, from) {
        // Told of all, where the file can be read twice.
        if args.input.as_os_str() != "-" {
            scan(args, from, scheme)?.settle(args, scheme)?;
        }
        read.conll.scheme = (!args.repair).then_some(scheme);
    }
    let (name, mut progress, mut empty) =
        (input.name.clone(), Progress::counter("sentences").of(meter), true);
    let mut writer = Writer::create(&args.output, &options)?;
    for labelled in Stream::new(input, from, &read) {
        writer.write(&labelled.map_err(|fault| in_first(empty, fault.into(), args))?)?;
        progress.add(1);
        empty = false;
    }
    not_empty(!empty, &name)?;
    Ok(writer.finish()?)
}

/// The input, open. Rows of Parquet are JSON lines, and come with the names of their labels.
#[cfg(feature = "parquet")]
fn opened(args: &Args, format: Option<Format>) -> Result<(Input, Meter, Option<Vec<String>>)> {
    use xner_arrow::Rows;

    if format.is_none() && Rows::is_parquet(&args.input) {
        let rows = Rows::open(&args.input).map_err(|fault| bad_input(fault.to_string()))?;
        let names = rows.label_names().to_vec();
        let input = Input { reader: Box::new(rows), name: args.input.clone() };
        return Ok((input, Meter::default(), Some(names)));
    }
    let (input, meter) = Input::metered(&args.input)?;
    Ok((input, meter, None))
}

#[cfg(not(feature = "parquet"))]
fn opened(args: &Args, _: Option<Format>) -> Result<(Input, Meter, Option<Vec<String>>)> {
    let (input, meter) = Input::metered(&args.input)?;
    Ok((input, meter, None))
}

/// Columns to columns: every line stays as it is but for its tag.
fn retag((input, options): (Input, ConllOptions), meter: Meter, args: &Args) -> Result<()> {
    let spelling = options.tags;
    let place = TagPlace::Replace(args.layout.tag_column());
    let scheme = args.to.and_then(|kind| kind.scheme).unwrap_or(Scheme::Iob2);
    let strict = args.from.and_then(|kind| kind.scheme);
    let (mut file, mut progress, mut empty) =
        (TagFile::new((input, options)), Progress::counter("sentences").of(meter), true);
    let mut output = Output::create(&args.output)?;
    let mut broken = Broken::default();
    while let Some(block) = file.next().map_err(|fault| in_first(empty, fault, args))? {
        let tags = parsed(&file, &block, spelling).map_err(|fault| in_first(empty, fault, args))?;
        broken.add(&file, &block, &tags, strict);
        empty &= tags.is_empty();
        if broken.count > 0 && !args.repair {
            // Nothing is written; the others are counted.
            continue;
        }
        let labelled = Labelled::from_tags(block.sentence().clone(), &tags);
        let written = block.write(&labelled.tags(scheme), place, &mut output);
        written.map_err(|fault| output.error(fault))?;
        progress.add(1);
    }
    if let Some(scheme) = strict {
        broken.settle(args, scheme)?;
    }
    not_empty(!empty, &file.name)?;
    Ok(output.finish()?)
}

/// A fault, with what may be its cause where it is in the first sentence of a file of unknown format.
fn in_first(first: bool, fault: anyhow::Error, args: &Args) -> anyhow::Error {
    let unsure = first && args.from.is_none_or(|kind| kind.format.is_none());
    perhaps_text(fault, &args.input, "--from", unsure)
}

/// Tags that break the scheme that they are said to keep to.
#[derive(Debug, Default)]
struct Broken {
    count: usize,
    /// The first of them, with file and line.
    first: Vec<String>,
}

/// So many are named; the others are counted.
const NAMED: usize = 3;

impl Broken {
    fn add(&mut self, file: &TagFile, block: &Block, tags: &[Tag], scheme: Option<Scheme>) {
        for fault in scheme.iter().flat_map(|scheme| scheme.faults(tags)) {
            self.count += 1;
            if self.first.len() < NAMED {
                let place = file.place(block, fault.at);
                self.first.push(format!("{place}: `{}` may not {}", fault.tag, fault.rule));
            }
        }
    }

    /// Says so, where there are any: as a fault, or as a note where they are to be read all the same.
    fn settle(&self, args: &Args, scheme: Scheme) -> Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let name = scheme.to_string().to_uppercase();
        let tags = if self.count == 1 { "tag breaks" } else { "tags break" };
        let mut told = format!("{} {tags} {name}: {}", self.count, self.first.join("; "));
        if self.count > self.first.len() {
            told.push_str("; …");
        }
        if args.repair {
            note(&format!("note: {told}; read as conlleval reads them"));
            return Ok(());
        }
        Err(bad_input(format!(
            "{told}; drop the scheme from --from, and tags of any scheme are read, or give --repair to read these as \
             conlleval does"
        )))
    }
}

/// The tags of a column file that break a scheme.
fn scan(args: &Args, format: Format, scheme: Scheme) -> Result<Broken> {
    let columns = Input::open(&args.input)?.columns(format, args.layout.columns.conll());
    let spelling = columns.1.tags;
    let (mut file, mut broken) = (TagFile::new(columns), Broken::default());
    // What does not read is told by the reading itself.
    while let Ok(Some(block)) = file.next() {
        let Ok(tags) = parsed(&file, &block, spelling) else { break };
        broken.add(&file, &block, &tags, Some(scheme));
    }
    Ok(broken)
}

/// The tags of a block.
fn parsed(file: &TagFile, block: &Block, spelling: Spelling) -> Result<Vec<Tag>> {
    let (path, first) = (|| file.name.clone(), block.first_line());
    let tags = TagFile::tags(block).into_iter().enumerate().map(|(at, text)| {
        spelling.parse(text).map_err(|fault| Error::Tag { path: path(), line: first + at, fault })
    });
    Ok(tags.collect::<Result<Vec<Tag>, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_a_format_a_scheme_or_both() {
        let kind = |text: &str| text.parse::<Kind>();
        let (conll, iob1) = (Some(Format::Conll), Some(Scheme::Iob1));
        assert_eq!(kind("conll"), Ok(Kind { format: conll, scheme: None }));
        assert_eq!(kind("iob1"), Ok(Kind { format: None, scheme: iob1 }));
        assert_eq!(kind("conll:iob1"), Ok(Kind { format: conll, scheme: iob1 }));
        assert!(kind("conll:tsv").is_err() && kind("iob1:iob2").is_err() && kind("xml").is_err());
    }
}
