//! `xner teach-mask CORPUS`.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use xner_corpus::write::FolderLock;
use xner_tagger::bert::train::{MaskLessons, TaughtMask, teach_mask};

use super::raw_text::RawText;
use super::source_index::model_folder;
use crate::exit::at_least_one;
use crate::outputs::{Force, Inputs, Kind};
use crate::progress::Progress;

/// Teach an encoder what its mask means, from raw text
///
/// Encoders of sentences have often never met their own mask, and its vector says something by chance: a tagger then
/// takes masked words for names. The copy that is written has another vector for the mask, by which the state of a
/// masked word comes near that of the word seen; all else is the same.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    text: RawText,
    /// A directory of Hugging Face's layout with its weights in one .safetensors; or a model's name on the hub
    #[arg(long, value_name = "DIR")]
    model: String,
    /// The folder of the encoder with the new vector
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Steps
    #[arg(long, value_name = "N", default_value_t = MaskLessons::default().steps)]
    steps: usize,
    /// Sentences of a step
    #[arg(long, value_name = "N", default_value_t = MaskLessons::default().batch)]
    batch: usize,
    /// The first rate of Adam, which falls in a line
    #[arg(long, value_name = "R", default_value_t = MaskLessons::default().rate, value_parser = rate)]
    rate: f64,
    /// The share of words that are masked
    #[arg(long, value_name = "P", default_value_t = MaskLessons::default().share, value_parser = share)]
    share: f64,
    /// Decides sentences and words
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    force: Force,
    /// Print what was reached as JSON
    #[arg(long)]
    json: bool,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if rate.is_finite() && rate > 0.0 { Ok(rate) } else { Err("expected a finite number above 0".to_owned()) }
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if share > 0.0 && share < 1.0 { Ok(share) } else { Err("expected a number between 0 and 1".to_owned()) }
}

/// What was made.
#[derive(Serialize)]
struct Report {
    out: PathBuf,
    #[serde(flatten)]
    taught: TaughtMask,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    at_least_one("--steps", args.steps)?;
    at_least_one("--batch", args.batch)?;
    let folder = model_folder(&args.model)?;
    Inputs::of(&args.text.corpora).model(&folder).spare_run(&args.out)?;
    Kind::Model.claim(&args.out, args.force)?;
    let _lock = FolderLock::take(&args.out)?;
    let sentences = args.text.read()?;
    let lessons = MaskLessons {
        steps: args.steps,
        batch: args.batch,
        rate: args.rate,
        share: args.share,
        seed: args.seed,
        ..MaskLessons::default()
    };
    let mut progress = Progress::steps(args.steps, 0);
    let mut told = |_, _| progress.add(1);
    let taught = teach_mask(&folder, &args.out, &sentences, &lessons, &args.text.device, &mut told)?;
    drop(progress);
    if args.json {
        return super::print_json(&Report { out: args.out.clone(), taught });
    }
    let TaughtMask { mask, steps, before, after } = taught;
    super::print(&format!(
        "subword {mask}, the mask: {steps} steps; loss on other sentences {before:.4} before, {after:.4} now; the \
         encoder is in {}\n",
        args.out.display()
    ))
}
