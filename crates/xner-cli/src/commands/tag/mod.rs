//! `xner tag`.

mod adapt;
mod columns;
mod documents;
pub(super) mod head;
mod record;

use std::path::PathBuf;

use anyhow::Result;
use xner_corpus::Scheme;
use xner_corpus::read::{Format, Input};
use xner_corpus::write::Output;
use xner_tagger::{Decode, OpenOptions};
use xner_train::Device;

use self::documents::Look;
use super::source_index::model_folder;
use crate::args::{self, Layout};
use crate::exit::bad_input;
use crate::progress::Progress;

/// So many sentences are tagged at a time: enough for all threads, little enough for memory.
const CHUNK: usize = 2048;
/// The same where the model adapts to each, which takes longer.
const ADAPTED_CHUNK: usize = 128;

/// Tag a file or standard input
///
/// Columns come out as they went in, with the predicted tag as one more column. Text and JSON lines come out as
/// JSON lines: `text`, and `entities` with the text, the label, `start` and `end` in characters and `start_byte`
/// and `end_byte` in bytes of `text`, and the probability. A line for each sentence of a text has `offset`, the
/// byte and character of the input at which it begins; a line of JSON keeps its other keys. On a terminal text
/// is shown with its entities marked instead.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The model directory, or a model's name on the hub
    #[arg(long, value_name = "DIR")]
    model: String,
    /// What to tag, plain, .gz or .xz; - is standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    input: PathBuf,
    /// Its format; by default what its name promises, else text, unless it looks like columns: then it must be said
    #[arg(long, value_parser = args::named::<Format>(Format::NAMES))]
    format: Option<Format>,
    /// Where to write; - is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Columns: the scheme in which tags are written
    #[arg(long, value_parser = args::named::<Scheme>(Scheme::NAMES), default_value = "iob2")]
    scheme: Scheme,
    /// How tags are chosen: viterbi, the best sequence that keeps to the scheme; viterbi-open, the same but that a
    /// sentence may begin within an entity; argmax, each token's most probable tag; by default viterbi, or with
    /// --adapt what its settings say
    #[arg(long, value_parser = args::decode())]
    decode: Option<Decode>,
    /// Text: JSON lines on a terminal too
    #[arg(long)]
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
    let known = args.format.or_else(|| Format::guess(&args.input));
    let format = known.unwrap_or(Format::Text);
    if args.json && matches!(format, Format::Conll | Format::Tsv | Format::Conllu) {
        return Err(bad_input("--json is for text; columns are written as columns"));
    }
    crate::ending::check(&args.output, None)?;
    // What cannot be read is told before a model is opened, or a corpus indexed.
    let input = Input::open(&args.input)?;
    let model = model_folder(&args.model)?;
    let tagger = if let Some(tagger) = adapt::open(args, &model)? {
        tagger
    } else {
        let options = OpenOptions::default().with_decode(args.decode.unwrap_or_default());
        xner_tagger::open_with(&model, &options, &args.device)?
    };
    let input = if known.is_some() { input } else { head::prose(input, "--format")? };
    let terminal = args.output.as_os_str() == "-" && std::io::IsTerminal::is_terminal(&std::io::stdout());
    let mut job = Job {
        tagger: tagger.as_ref(),
        chunk: if args.adaptation.wanted() { ADAPTED_CHUNK } else { CHUNK },
        output: Output::create(&args.output)?,
        progress: Progress::counter("sentences").hidden_if(terminal),
    };
    match format {
        Format::Conll | Format::Tsv | Format::Conllu => columns::run(&mut job, input, args, format)?,
        Format::Jsonl => documents::jsonl(&mut job, input, args.layout.jsonl())?,
        Format::Text | Format::Brat => {
            let look = if terminal && !args.json { Look::Painted } else { Look::Json };
            documents::text(&mut job, input, args.layout.text(), look)?;
        }
    }
    Ok(job.output.finish()?)
}

/// What every format needs.
struct Job<'a> {
    tagger: &'a dyn xner_tagger::Tagger,
    /// So many sentences are tagged at a time.
    chunk: usize,
    output: Output,
    progress: Progress,
}
