//! `xner tag`.

mod adapt;
mod columns;
mod documents;
mod feed;
pub(crate) mod model;
mod page;
mod record;
mod sheet;
mod table;
mod target;

use std::io::{IsTerminal, stdin, stdout};
use std::path::{Path, PathBuf};

use anyhow::Result;
use xner_corpus::Scheme;
use xner_corpus::read::{Format, Input, JsonlOptions, Labels};
use xner_corpus::split::Language;
use xner_corpus::write::Output;
use xner_tagger::{Decode, OpenOptions};
use xner_train::Device;

use self::model::{Source, tell_unknown};
use self::sheet::Sheet;
use self::target::Target;
use crate::args::{self, Layout, unlike};
use crate::exit::bad_input;
use crate::outputs::Inputs;
use crate::progress::{Progress, note};

/// So many sentences are tagged at a time: enough for all threads, little enough for memory.
const CHUNK: usize = 2048;
/// The same where the model adapts to each, which takes longer.
const ADAPTED_CHUNK: usize = 128;
/// So many tokens are tagged at a time, however few sentences they make: what bounds the memory of a text without
/// sentence ends.
const TOKENS: usize = 1 << 16;

/// Tag a file or standard input
///
/// Columns come out as they went in, with the predicted tag as one more column. Text and JSON lines come out as
/// JSON lines: `text`, and `entities` with the text, the label, `start` and `end` in characters and `start_byte`
/// and `end_byte` in bytes of `text`, and the probability. A line for each sentence of a text has `offset`, the
/// byte and character of the input at which it begins; a line of JSON keeps its other keys. On a terminal text
/// is shown with its entities marked instead. Other formats: --to, or the name of --output.
///
/// What comes in through a pipe goes out at once. Of a text that is a complete sentence, or a line behind which
/// nothing comes for a tenth of a second; with --lines any line.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The model directory, a file of `xner pack`, or a model's name on the hub; by default the model in the box, which
    /// finds people, places and organisations
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// What to tag, plain, .gz, .xz, .bz2 or .zst; - is standard input; with --text-column a file of
    /// rows or several
    #[arg(long, value_name = "FILE", default_value = "-", num_args = 1..)]
    input: Vec<PathBuf>,
    /// Its format; by default what its name promises, else JSON lines or text by the first lines. What looks like
    /// columns or word vectors must be said to be text
    #[arg(long, value_parser = args::named::<Format>(Format::NAMES))]
    format: Option<Format>,
    /// Where to write; - is standard output; with --text-column a folder
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// The column of text of files of rows: Parquet, Arrow, CSV or JSON lines. Each row group, or 65,536 rows, becomes
    /// a file of the same kind in the folder --output, with a column `entities` more. The same command goes on where
    /// it was stopped
    #[arg(long, value_name = "NAME", conflicts_with_all = ["to", "json", "format", "adapt"])]
    text_column: Option<String>,
    /// What to write; by default what the name of --output promises, else columns for columns, JSON lines for others
    #[arg(long, value_name = "FORMAT")]
    to: Option<Target>,
    /// Columns: the scheme in which tags are written
    #[arg(long, value_parser = args::named::<Scheme>(Scheme::NAMES), default_value = "iob2")]
    scheme: Scheme,
    /// How tags are chosen: viterbi, the best sequence that keeps to the scheme; viterbi-open, the same but that a
    /// sentence may begin within an entity; argmax, each token's most probable tag; by default viterbi, or with
    /// --adapt what its settings say
    #[arg(long, value_parser = args::decode())]
    decode: Option<Decode>,
    /// The same as --to jsonl
    #[arg(long, conflicts_with = "to")]
    json: bool,
    /// Where to compute: cpu, cuda:0 or wgpu:0
    #[arg(long, default_value = "cpu")]
    device: Device,
    #[command(flatten)]
    adaptation: adapt::AdaptArgs,
    #[command(flatten)]
    layout: Layout,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    if let Some(column) = &args.text_column {
        return table::run(args, column);
    }
    let [own] = args.input.as_slice() else {
        return Err(bad_input("--input has several files, expected one, or --text-column for files of rows"));
    };
    let asked = args.to.or(args.json.then_some(Target::Jsonl));
    if asked.is_none() {
        crate::ending::check(&args.output, Some("--to"))?;
    }
    let promised = asked.map_or_else(|| Target::of_name(&args.output), |target| Ok(Some(target)))?;
    let mut inputs = Inputs::of([own]);
    if let Some(model) = &args.model {
        inputs = inputs.and([&PathBuf::from(model)]).model(Path::new(model));
    }
    args.adaptation.inputs(inputs).spare(&args.output)?;
    // What cannot be written is told before a model is opened too.
    Output::probe(&args.output)?;
    // What cannot be read is told before a model is opened, or a corpus indexed.
    if own == Path::new("-") && stdin().is_terminal() {
        note(
            "waiting for text from the terminal; an end of file (Ctrl-D at the beginning of a line) ends it",
        );
    }
    let (input, meter) = Input::metered(own)?;
    let (mut input, format) =
        input.settle(args.format, Format::Text).map_err(|fault| unlike(fault.into(), "--format"))?;
    let model = Source::of(args.model.as_deref())?;
    let tagger = if let Some(tagger) = adapt::open(args, &model)? {
        tagger
    } else {
        let _spinner = Progress::spinner("opening the model");
        let options = OpenOptions::default().with_decode(args.decode.unwrap_or_default());
        model.open(&options, &args.device)?
    };
    let languages = model.languages();
    if args.layout.language.is_none() && format == Format::Text {
        tell_unknown(&mut input, &languages);
    }
    let language = args.layout.language.unwrap_or_else(|| Language::one_of(&languages));
    let terminal = args.output.as_os_str() == "-" && stdout().is_terminal();
    let is_columns = matches!(format, Format::Conll | Format::Tsv | Format::Conllu);
    let target = promised.unwrap_or(match format {
        _ if is_columns => Target::Conll,
        Format::Text | Format::Brat if terminal => Target::Text,
        _ => Target::Jsonl,
    });
    let painted = terminal && target == Target::Text;
    let title = (own.as_path(), language);
    let mut job = Job {
        tagger: tagger.as_ref(),
        chunk: if args.adaptation.wanted() { ADAPTED_CHUNK } else { CHUNK },
        live: is_live(own),
        sheet: Sheet::create(&args.output, target, args.scheme, tagger.tag_set(), painted, title)?,
        progress: Progress::counter("sentences").of(meter).hidden_if(terminal),
    };
    let text = args.layout.text_in(language);
    match format {
        Format::Conll | Format::Tsv | Format::Conllu => columns::run(&mut job, input, args, format)?,
        Format::Jsonl => {
            // What stands in the input as labels is not looked at.
            let options = JsonlOptions { labels: Labels::Ignored, split: text, ..args.layout.jsonl() };
            documents::jsonl(&mut job, input, options)?;
        }
        Format::Text | Format::Brat => documents::text(&mut job, input, text)?,
    }
    job.sheet.finish()
}

/// Whether an input may pause: a pipe, a terminal, a socket, and no file.
fn is_live(path: &Path) -> bool {
    if path != Path::new("-") {
        return std::fs::metadata(path).is_ok_and(|file| !file.is_file());
    }
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let own = stdin().as_fd().try_clone_to_owned();
        let is_file = own.and_then(|own| std::fs::File::from(own).metadata());
        !is_file.is_ok_and(|file| file.is_file())
    }
    #[cfg(not(unix))]
    true
}

/// What every format needs.
struct Job<'a> {
    tagger: &'a dyn xner_tagger::Tagger,
    /// So many sentences are tagged at a time.
    chunk: usize,
    /// Whether the input may pause.
    live: bool,
    sheet: Sheet,
    progress: Progress,
}
