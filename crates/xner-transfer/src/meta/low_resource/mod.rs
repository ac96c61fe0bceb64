//! Models fine-tuned on small parts of the target's labelled text (table 6).

mod config;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xner_corpus::Labelled;
use xner_corpus::sample::subset;
use xner_corpus::write::remove_partial;
use xner_eval::Summary;
use xner_tagger::bert::train::{
    Dev, EncoderLearner, FineTuneOptimiser, FineTuned, FoundGradients, Lessons, Supervised,
};
use xner_tagger::{Decode, evaluate};
use xner_train::{
    Checked, Device, Event, Fingerprint, Flow, Moment, Observer, Settings, TrainBackend, TrainReport,
    TrainingLoop, What, check_entities,
    files::{create_folder, read_json, write_json},
    holds_entities, on_device,
};

pub use self::config::{LowResourceConfig, TunedParts};
pub use crate::report::LOW_RESOURCE as REPORT;
use crate::report::TestScores;
use crate::strategy::{PHASE_FORMAT, begun, of_no_run};
use crate::{Error, Result};

/// `low-resource.json`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowResourceReport {
    /// The version of this crate.
    pub version: String,
    /// The language.
    pub language: String,
    /// Sentences that parts were drawn from.
    pub sentences: usize,
    /// The seeds of the draws.
    pub draws: Vec<u64>,
    /// A row for each share and model.
    pub rows: Vec<LowResourceRow>,
}

/// A model tuned on one share, for each draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowResourceRow {
    /// The model's name.
    pub model: String,
    /// The share.
    pub share: f64,
    /// So many sentences.
    pub sentences: usize,
    /// The scores of each draw, in the order of the report's `draws`.
    pub scores: Vec<TestScores>,
    /// F1 over the draws.
    pub f1: Option<Summary>,
}

/// The places of a share of so many sentences, in order: at least one. With one draw, a larger share holds every
/// smaller one.
pub fn part(sentences: usize, share: f64, draw: u64) -> Vec<usize> {
    let count = ((share * sentences as f64).round() as usize).clamp(1, sentences.max(1));
    subset(sentences, count.min(sentences), draw)
}

/// Tunes each of some models, given by name and model directory, on nested parts of the target's sentences, and scores
/// it on its test sentences. No development data are looked at: the last weights count.
///
/// What is tuned is not kept; its scores are, in `out`, a folder for each. A call that was killed goes on where it was;
/// one with more models, shares or draws takes what is there, and does the rest.
///
/// # Errors
/// [`Error::Setting`] and [`Error::Data`] for what cannot be tuned; [`Error::Folder`] when `out` holds a run, or scores
/// that this call would not; faults of the models' files and of training.
pub fn run(
    config: &LowResourceConfig,
    [train, test]: [&[Labelled]; 2],
    models: &[(String, PathBuf)],
    out: &Path,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<LowResourceReport> {
    let config = &config.clone().checked()?;
    check_entities("training", train)?;
    check_entities("test", test)?;
    for (what, corpus) in [("train", train), ("test", test)] {
        if corpus.is_empty() {
            return Err(Error::setting(what, "has no sentence"));
        }
        holds_entities(what, corpus, &config.drop_types)?;
    }
    if let Some((at, (name, _))) =
        models.iter().enumerate().find(|(at, (name, _))| models[..*at].iter().any(|(other, _)| other == name))
    {
        let message =
            format!("model {} is called `{name}`, as one before it; give them names of their own", at + 1);
        return Err(Error::Data { message });
    }
    of_no_run(out)?;
    keeps(config, models, out)?;
    for (_, folder) in models {
        on_device!(*device, A, card => check::<A>(config, train, folder, card))?;
    }
    create_folder(out)?;
    remove_partial(out)?;
    let mut rows = Vec::new();
    for &share in &config.shares {
        for (name, folder) in models {
            let mut scores = Vec::new();
            for &draw in &config.draws {
                let own = part(train.len(), share, draw).into_iter();
                let own: Vec<Labelled> = own.map(|at| train[at].clone()).collect();
                let phase = format!("{name} {:.3} % draw {draw}", 100.0 * share);
                let begin = Event { phase: &phase, what: What::Begin { sentences: own.len() } };
                if observer.event(&begin) == Flow::Stop {
                    let checkpoint = begun(out).then(|| out.to_owned());
                    return Err(Error::Stopped { step: 0, checkpoint });
                }
                // Names that differ only in characters unfit for a path still get folders of their own, and shares that
                // are printed alike.
                let name = phase.replace(|c: char| !c.is_alphanumeric() && c != '.', "-");
                let print = Fingerprint::new().bytes(phase.as_bytes()).bytes(&share.to_le_bytes()).digest();
                let own_out = out.join(format!("{name}-{}", &print[..8]));
                let tuning = Tuning { config, phase: &phase, train: &own, test, folder, out: &own_out };
                scores.push(on_device!(*device, A, card => tuning.tuned::<A>(*device, card, observer))?);
            }
            let f1: Vec<f64> = scores.iter().map(|scores| scores.f1).collect();
            let f1 = Summary::of(&f1).ok();
            let sentences = part(train.len(), share, 0).len();
            rows.push(LowResourceRow { model: name.clone(), share, sentences, scores, f1 });
        }
    }
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let (language, draws) = (config.language.clone(), config.draws.clone());
    let report = LowResourceReport { version, language, sentences: train.len(), draws, rows };
    write_json(&out.join(REPORT), &report)?;
    Ok(report)
}

/// Refuses a folder with scores of a model, a share or a draw that this call does not ask for: its report would be
/// without them.
fn keeps(config: &LowResourceConfig, models: &[(String, PathBuf)], out: &Path) -> Result<()> {
    let path = out.join(REPORT);
    if !path.exists() {
        return Ok(());
    }
    let report: LowResourceReport = read_json(&path)?;
    let row = report.rows.iter().find(|row| {
        !config.shares.contains(&row.share) || !models.iter().any(|(name, _)| *name == row.model)
    });
    let lost = match row {
        Some(row) => format!("the model `{}` on the share {}", row.model, row.share),
        None => match report.draws.iter().find(|draw| !config.draws.contains(draw)) {
            Some(draw) => format!("the draw {draw}"),
            None => return Ok(()),
        },
    };
    let message = format!(
        "has scores of {lost}, which this call would leave out; ask for it too, or take another folder"
    );
    Err(Error::folder(&path, message))
}

/// Opens a model and looks at all labels, before the first model is tuned.
fn check<A: TrainBackend>(
    config: &LowResourceConfig,
    train: &[Labelled],
    folder: &Path,
    card: &A::Device,
) -> Result<()> {
    let model = opened::<A>(config, folder, card)?;
    for (at, labelled) in train.iter().enumerate() {
        let fault = |fault| Error::model(folder, format!("`train`, sentence {}: {fault}", at + 1));
        model.tags().encode(labelled).map_err(fault)?;
    }
    Ok(())
}

/// The model of a folder, to be tuned.
fn opened<A: TrainBackend>(
    config: &LowResourceConfig,
    folder: &Path,
    device: &A::Device,
) -> Result<FineTuned<A>> {
    let model = FineTuned::<A>::reopen(folder, &config.bert.settings(), config.seed, device);
    model.map_err(|fault| named(fault, folder))
}

/// Without a file's name in it, a fault is between the model and the config or the corpus.
fn named(fault: Error, folder: &Path) -> Error {
    match fault {
        fault @ (Error::Setting { .. } | Error::Corpus(_)) => Error::model(folder, fault.to_string()),
        fault => fault,
    }
}

/// A model that is tuned on some sentences.
struct Tuning<'a> {
    config: &'a Checked<LowResourceConfig>,
    phase: &'a str,
    train: &'a [Labelled],
    test: &'a [Labelled],
    folder: &'a Path,
    out: &'a Path,
}

impl Tuning<'_> {
    fn tuned<A: TrainBackend>(
        &self,
        device: Device,
        card: &A::Device,
        observer: &mut dyn Observer,
    ) -> Result<TestScores> {
        let &Self { config, phase, train, test, folder, out } = self;
        let settings = config.to_json()?;
        let mut print = Fingerprint::new();
        print.bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(PHASE_FORMAT);
        for (key, value) in settings.as_object().into_iter().flatten() {
            // What others are tuned on does not matter.
            if key != "shares" && key != "draws" {
                print.bytes(key.as_bytes()).bytes(value.to_string().as_bytes());
            }
        }
        print.bytes(xner_tagger::bert::fingerprint(folder)?.as_bytes()).corpus(train).corpus(test);
        print.bytes(device.to_string().as_bytes());
        let longest = config.training.longest;
        let kept = train.iter().filter(|labelled| labelled.sentence.len() <= longest);
        let plan = TrainingLoop {
            phase,
            trained: true,
            seed: config.seed,
            training: &config.training,
            settings,
            fingerprint: print.digest(),
            left_out: train.len() - kept.clone().count(),
        };
        create_folder(out)?;
        if plan.finished(out)?.is_none() {
            let model = opened::<A>(config, folder, card)?;
            let examples = kept.map(|one| model.examples(one)).collect::<Result<Vec<_>>>();
            let examples = examples.map_err(|fault| named(fault, folder))?;
            let optimiser = FineTuneOptimiser::new(config.training.optimiser, config.training.clip, &model);
            let sentences = Supervised { examples, at_once: config.bert.at_once };
            let lessons = Tuned { sentences, decode: config.decode.into(), test };
            let (dev, decode) = (Dev::default(), Decode::default());
            let mut learner = EncoderLearner { model, lessons, optimiser, dev, decode };
            plan.run(&mut learner, out, None, observer)?;
        }
        read_json(&out.join(SCORES))
    }
}

/// What a tuned model leaves.
const SCORES: &str = "scores.json";
/// Says that its folder is whole: it is written last.
const WHOLE: &str = "config.json";

/// The sentences of a model in tuning, that leaves its scores alone.
struct Tuned<'a> {
    sentences: Supervised,
    decode: Decode,
    test: &'a [Labelled],
}

impl<A: TrainBackend> Lessons<A> for Tuned<'_> {
    fn sentences(&self) -> usize {
        self.sentences.examples.len()
    }

    fn gradient(
        &mut self,
        model: &mut FineTuned<A>,
        batch: &[usize],
        at: &Moment,
    ) -> Result<FoundGradients<A::InnerBackend>> {
        self.sentences.gradient(model, batch, at)
    }

    fn save(&self, model: &FineTuned<A>, folder: &Path, report: &TrainReport) -> Result<()> {
        let tagger = model.tagger()?.with_decode(self.decode);
        let scores: TestScores = (&evaluate(&tagger, self.test)?).into();
        report.write(folder)?;
        write_json(&folder.join(SCORES), &scores)?;
        write_json(&folder.join(WHOLE), &serde_json::json!({ "tuned": report.fingerprint }))
    }
}
