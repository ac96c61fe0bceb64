//! `xner train`.

mod rates;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use toml::Spanned;
use xner_corpus::read::whole_text;
use xner_corpus::write::FolderLock;
use xner_eval::Scores;
use xner_tagger::bert::train::BertTrainConfig;
use xner_tagger::config::DataConfig;
use xner_tagger::{TrainConfig, TrainData, bert};
use xner_train::{
    Device, Error, Evaluation, FoundRate, Observer, RateSweep, Settings, TrainReport, corpus_notes,
    read_labelled,
};

use super::printed::{self, PRINTED};
use crate::args::positive;
use crate::exit::bad_input;
use crate::interrupt;
use crate::outputs::{Force, Inputs, Kind, MODEL_FILES, tell_left};
use crate::progress::{Progress, note};
use crate::watch::Watch;

/// Train a tagger from a config file
///
/// A run that was stopped or killed goes on from its last checkpoint when the same command is given again, and
/// ends with the same bytes as one that never stopped. Ctrl-C stops after the step in hand, with a checkpoint.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The config file (TOML); --print-config prints one
    #[arg(long, value_name = "FILE", required_unless_present_any = PRINTED)]
    config: Option<PathBuf>,
    /// The model directory to be
    #[arg(long, value_name = "DIR", required_unless_present_any = ["print_config", "print_schema", "find_rate"])]
    out: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
    /// Go on from the checkpoint in the model directory; it is an error if there is none
    #[arg(long)]
    resume: bool,
    /// Decides everything random, in place of the config's `seed`
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// A setting in the place of the config's, as in --set training.epochs=3
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Where to compute: cpu, cuda:0 or wgpu:0
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// Print the final scores as JSON
    #[arg(long)]
    json: bool,
    /// Try learning rates instead of training: each for --steps steps from the same start, with F1 and loss as a table
    /// and the rate to take. Nothing is written
    #[arg(long, conflicts_with_all = ["out", "resume"])]
    find_rate: bool,
    /// With --find-rate: the rates to try; by default the config's own, and some from a tenth to ten times it
    #[arg(long, value_name = "R,R,…", value_delimiter = ',')]
    rates: Vec<f64>,
    /// With --find-rate: steps with each rate; by default 100
    #[arg(long, value_name = "N", value_parser = positive())]
    steps: Option<usize>,
    /// Print a config with every setting, its meaning and its default; bert: that of a pretrained encoder's fine-tuning
    #[arg(long, value_name = "MODEL", num_args = 0..=1, default_missing_value = "bilstm-crf", exclusive = true)]
    #[arg(value_parser = ["bilstm-crf", "bert"])]
    print_config: Option<String>,
    /// Print the JSON schema of such a config, by which editors check and complete it
    #[arg(long, value_name = "MODEL", num_args = 0..=1, default_missing_value = "bilstm-crf", exclusive = true)]
    #[arg(value_parser = ["bilstm-crf", "bert"])]
    print_schema: Option<String>,
}

/// The final scores, as fractions.
#[derive(Serialize)]
struct Outcome<'a> {
    model: &'a Path,
    steps: usize,
    parameters: usize,
    /// The best evaluation on the development data, whose weights the model has.
    dev: Option<&'a Evaluation>,
    /// The model's scores on the test data.
    test: Option<Scores>,
    /// What should be known before the model is used.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    seconds: f64,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let as_schema = args.print_schema.is_some();
    if let Some(model) = args.print_schema.or(args.print_config) {
        return if model == "bert" {
            let about = "Settings of `xner train` for a pretrained encoder. Every key but `model`, `data.train` and \
                         `bert.encoder` may be left out.";
            printed::print(as_schema, &BertTrainConfig::default(), about, None)
        } else {
            let about = "Settings of `xner train`. Every key but `data.train` may be left out.";
            printed::print(as_schema, &TrainConfig::default(), about, None)
        };
    }
    // Both are there: clap requires them.
    let (config_file, out) = (args.config.unwrap_or_default(), args.out.unwrap_or_default());
    let plan = Plan::read(&config_file, &args.set, args.seed)?;
    if args.find_rate {
        let steps = args.steps.unwrap_or(RateSweep::default().steps);
        let sweep = RateSweep { rates: args.rates, steps };
        return rates::run(&plan, &config_file, &sweep, &args.device, args.json);
    }
    // The parser would let them pass, since --find-rate and --out exclude each other.
    if args.steps.is_some() || !args.rates.is_empty() {
        return Err(bad_input("--rates and --steps are of --find-rate, which is missing"));
    }
    if args.resume
        && !out.join("checkpoint/state.safetensors").is_file()
        && !out.join("config.json").is_file()
    {
        return Err(bad_input(format!("{}: there is no checkpoint to resume from", out.display())));
    }
    plan.inputs(&config_file).spare_in(&out, &MODEL_FILES)?;
    Kind::Model.claim(&out, args.force)?;
    // Before anything is read: a folder that cannot be written to, or that another process has, is told at once.
    let made = FolderLock::take(&out)?.release();
    let begun = Instant::now();
    let spinner = Progress::spinner("reading");
    // Read before training, so that a fault is told now and not at the end.
    let DataConfig { test, read, .. } = plan.data();
    let test = test.as_ref().map(|path| read_labelled("data.test", path, read)).transpose()?;
    let data = plan.read_data().with_context(|| format!("{}: cannot train", config_file.display()))?;
    drop(spinner);
    let scored = [("data.test", test.as_deref().unwrap_or_default())];
    for text in corpus_notes(&data.train, &scored, &[]) {
        note(&format!("note: {text}"));
    }
    interrupt::listen();
    let mut watch = Watch::new(interrupt::asked);
    let report = plan.train(data, &out, &args.device, &mut watch);
    let report = report.map_err(|fault| in_config(fault, &config_file))?;
    drop(watch);
    drop(made);
    tell_left(&out);
    interrupt::done();
    let test = match test {
        Some(test) => {
            let _spinner = Progress::spinner("scoring the test data");
            Some(xner_tagger::evaluate(xner_tagger::open(&out, &args.device)?.as_ref(), &test)?)
        }
        None => None,
    };
    let TrainReport { steps, parameters, best, notes, .. } = &report;
    let seconds = begun.elapsed().as_secs_f64();
    let outcome = Outcome {
        model: &out,
        steps: *steps,
        parameters: *parameters,
        dev: best.as_ref(),
        test,
        notes,
        seconds,
    };
    if args.json { super::print_json(&outcome) } else { super::print(&text(&outcome)) }
}

/// What the config file is of.
enum Plan {
    BiLstm(TrainConfig),
    Bert(BertTrainConfig),
}

impl Plan {
    fn read(path: &Path, set: &[String], seed: Option<u64>) -> Result<Self> {
        // A file that does not read is told of below.
        let text = whole_text(path).unwrap_or_default();
        if BertTrainConfig::is_named_in(&text) {
            let config = BertTrainConfig::read_with(path, set)?;
            return Ok(Self::Bert(BertTrainConfig { seed: seed.unwrap_or(config.seed), ..config }));
        }
        if let Some((name, line)) = named_model(&text) {
            return Err(bad_input(format!(
                "{}:{line}: `model` is `{name}`, expected `bert`, or the table [model] of the char-BiLSTM-CRF",
                path.display()
            )));
        }
        let config = TrainConfig::read_with(path, set)?;
        Ok(Self::BiLstm(TrainConfig { seed: seed.unwrap_or(config.seed), ..config }))
    }

    fn inputs(&self, file: &Path) -> Inputs {
        match self {
            Self::BiLstm(config) => Inputs::of([file]).settings(config),
            Self::Bert(config) => Inputs::of([file]).settings(config),
        }
    }

    fn data(&self) -> &DataConfig {
        match self {
            Self::BiLstm(config) => &config.data,
            Self::Bert(config) => &config.data,
        }
    }

    fn read_data(&self) -> xner_tagger::Result<TrainData> {
        match self {
            Self::BiLstm(config) => TrainData::read(config),
            Self::Bert(config) => TrainData::labelled(&config.data),
        }
    }

    fn train(
        &self,
        data: TrainData,
        out: &Path,
        device: &Device,
        watch: &mut Watch,
    ) -> xner_tagger::Result<TrainReport> {
        match self {
            Self::BiLstm(config) => xner_tagger::train(config, data, out, device, watch),
            Self::Bert(config) => bert::train::train(config, &data, out, device, watch),
        }
    }

    fn find_rate(
        &self,
        data: TrainData,
        sweep: &RateSweep,
        device: &Device,
        observer: &mut dyn Observer,
    ) -> xner_tagger::Result<FoundRate> {
        match self {
            Self::BiLstm(config) => xner_tagger::find_rate(config, data, sweep, device, observer),
            Self::Bert(config) => bert::train::find_rate(config, &data, sweep, device, observer),
        }
    }
}

/// The model that a config names, where it names one and has no table of settings, and the line.
fn named_model(text: &str) -> Option<(String, usize)> {
    #[derive(Deserialize)]
    struct Named {
        model: Spanned<String>,
    }
    let Named { model } = toml::from_str(text).ok()?;
    let before = text.get(..model.span().start)?;
    Some((model.into_inner(), before.matches('\n').count() + 1))
}

/// A fault with the config's name, where it is one of a setting.
fn in_config(fault: Error, file: &Path) -> anyhow::Error {
    let setting = matches!(fault, Error::Setting { .. });
    let fault = anyhow::Error::from(fault);
    if setting { fault.context(format!("{}: cannot train", file.display())) } else { fault }
}

fn text(outcome: &Outcome<'_>) -> String {
    let Outcome { model, steps, dev, test, notes, seconds, .. } = outcome;
    let mut text = format!("{steps} steps in {seconds:.0} s; the model is in {}\n", model.display());
    if let Some(Evaluation { epoch, step, precision, recall, f1, .. }) = dev {
        let [precision, recall, f1] = [precision, recall, f1].map(|score| 100.0 * score);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "development: precision {precision:.2}, recall {recall:.2}, F1 {f1:.2} (epoch {epoch}, step {step})"
        );
    }
    if let Some(test) = test {
        let _ = write!(text, "test:\n{test}");
    }
    for note in *notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}
