//! A run: phases, the model directory, scores.

use std::path::{Path, PathBuf};

use burn::tensor::backend::AutodiffBackend;
use xner_nn::NerBackend;
use xner_tagger::bert::config::Head;
use xner_tagger::bert::train::tags_of;
use xner_tagger::{Device, Fingerprint, Task, TrainReport, check_entities, dispatch};

use super::config::{AdversaryConfig, Method, TransAdvConfig};
use super::corpora::TransAdvCorpora;
use super::observer::{Event, Observer};
use super::phases::{BY_TARGET, Phase, Workshop};
use super::sets::{Set, Sets, Words};
use super::train::games_of_teachers;
use crate::error::granted;
use crate::folders::Folders;
use crate::identity::{PHASES, claim};
use crate::report::{PhaseFolder, Select, TransferReport, holds_entities, settings};
use crate::{Error, Result, baselines};

/// Trains a tagger for the target language by `method` and writes its model directory to `out`, in Hugging Face's
/// layout.
///
/// In `out` are then, beside the model: `transfer-report.json` with the scores, and, where there are labelled target
/// sentences to choose by, `by-target` or `by-source`: the model with the weights that the other choice gives. What the
/// phases before leave is in `cache` (by default `out/phases`), in folders named by what they depend on: runs with the
/// same cache train what they have in common once.
///
/// The run may be killed at any time: the same call goes on from the last checkpoint, and ends with the same bytes. A
/// run that is finished is not repeated.
///
/// # Errors
/// [`Error::Setting`] and [`Error::Data`] for what cannot be trained; [`Error::Folder`] when `out` holds another run;
/// [`Error::Diverged`] when a loss is no longer finite, with phase and step; faults of training; a stop that the
/// observer asked for is [`xner_tagger::Error::Stopped`].
pub fn run(
    method: Method,
    config: &TransAdvConfig,
    corpora: &TransAdvCorpora,
    out: &Path,
    cache: Option<&Path>,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TransferReport> {
    config.check()?;
    check(method, config, corpora)?;
    let fingerprint = fingerprint(method, config, corpora)?;
    let Some(claim) = claim(out, &fingerprint, device)? else { return TransferReport::read(out) };
    claim.run(|| {
        if let Some(made) = &corpora.made {
            let (coverage, notes) = (&made.coverage, made.coverage.notes(&config.data));
            tell(observer, &Event::Created { coverage, notes: &notes }, out, 0)?;
        }
        let own = out.join(PHASES);
        let folders = Folders::new(out, config.select);
        let cache = cache.unwrap_or(&own);
        let (folders, on) = (&folders, *device);
        let work = Work { method, config, corpora, folders, cache, on, observer: &mut *observer };
        let (training, steps, phases) = dispatch(*device, work)??;
        tell(observer, &Event::Scoring, out, steps)?;
        let scores = folders.scored(&training, &corpora.target_test, device)?;
        let [by_source_dev, by_target_dev] = scores;
        let report = TransferReport {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            method: method.name().to_owned(),
            row: config.row(method),
            source: config.source.language.clone(),
            target: config.target.language.clone(),
            seed: config.seed,
            select: config.select,
            fingerprint,
            mapping_criterion: None,
            parameters: training.parameters,
            steps,
            by_source_dev,
            by_target_dev,
            encoder: None,
            rounds: Vec::new(),
            phases,
            config: settings(&config.without_paths())?,
        };
        report.write(out)?;
        Ok(report)
    })
}

/// Tells an observer; where it asks for a stop between two steps, the run ends here, and the same call goes on.
pub(super) fn tell(observer: &mut dyn Observer, event: &Event<'_>, out: &Path, step: usize) -> Result<()> {
    granted(observer.event(event), step, out)
}

/// What a method ends with.
pub(crate) enum Outcome {
    /// A phase whose model is the result.
    Model(Phase),
    /// A student, whose model directories are written.
    Student(TrainReport),
}

struct Work<'a> {
    method: Method,
    config: &'a TransAdvConfig,
    corpora: &'a TransAdvCorpora,
    folders: &'a Folders,
    cache: &'a Path,
    on: Device,
    observer: &'a mut dyn Observer,
}

impl Task for Work<'_> {
    type Answer = Result<(TrainReport, usize, Vec<PhaseFolder>)>;

    fn run<A>(self, device: &A::Device) -> xner_tagger::Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        Ok(self.trained::<A>(device))
    }
}

impl Work<'_> {
    /// The last phase's report, the steps of all, and their folders.
    fn trained<A>(self, device: &A::Device) -> Result<(TrainReport, usize, Vec<PhaseFolder>)>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let Self { method, config, corpora, folders, cache, on, observer } = self;
        let tags = tags_of(config.bert.scheme, &corpora.train)?;
        let mut shop = Workshop::<A>::new(config, corpora, tags, cache, (on, device), observer)?;
        let outcome = match method {
            Method::TransAdv => super::train(&mut shop, folders)?,
            Method::MbertFt => baselines::mbert_ft(&mut shop)?,
            Method::AdvCe => baselines::advce(&mut shop)?,
            Method::Tsl => baselines::tsl(&mut shop, folders)?,
            Method::UniTrans => baselines::unitrans(&mut shop, folders)?,
            Method::AdvPicker => baselines::advpicker(&mut shop, folders)?,
        };
        let report = match outcome {
            Outcome::Student(report) => report,
            Outcome::Model(phase) => {
                let own: [(&PathBuf, PathBuf); 2] = [
                    (&folders.by_source, phase.folder.clone()),
                    (&folders.by_target, phase.folder.join(BY_TARGET)),
                ];
                let with_target = phase.report.best_target.is_some();
                for (folder, weights) in own.into_iter().take(1 + usize::from(with_target)) {
                    crate::files::create_folder(folder)?;
                    phase.report.write(folder)?;
                    shop.open_at(&weights, &phase)?.0.save(folder)?;
                }
                phase.report
            }
        };
        Ok((report, shop.steps, shop.folders))
    }
}

/// What training could not say as well.
fn check(method: Method, config: &TransAdvConfig, corpora: &TransAdvCorpora) -> Result<()> {
    check_entities("training", &corpora.train)?;
    check_entities("development", &corpora.dev)?;
    check_entities("target development", &corpora.target_dev)?;
    tags_of(config.bert.scheme, &corpora.train)?;
    if corpora.dev.is_empty() {
        return Err(Error::setting("source.dev", "has no sentence, expected some to choose weights by"));
    }
    holds_entities("source.dev", &corpora.dev, &[])?;
    if config.select == Select::TargetDev {
        if corpora.target_dev.is_empty() {
            return Err(Error::setting("target.dev", "has no sentence, but `select` is `target-dev`"));
        }
        holds_entities("target.dev", &corpora.target_dev, &[])?;
    }
    if method.reads_unlabelled() && corpora.unlabelled.is_empty() {
        return Err(Error::setting("target.unlabelled", "has no sentence, expected the target's own text"));
    }
    if method.has_student() && config.bert.head == Head::Crf {
        let message = "is `crf`, expected `softmax`: a student learns probabilities of single words";
        return Err(Error::setting("bert.head", message));
    }
    if method.translates() && corpora.made.is_none() {
        return Err(Error::Data { message: "no translated sentences were made".to_owned() });
    }
    check_games(method, config, corpora)
}

/// What a discriminator's list of sets is told that leaves it nothing to do.
const NOTHING_TO_ASK: &str = "names sets without a word that the discriminator could be asked about, expected one of at most \
     `training.longest` words";

/// What the discriminators of all phases are to be shown is there.
fn check_games(method: Method, config: &TransAdvConfig, corpora: &TransAdvCorpora) -> Result<()> {
    let TransAdvCorpora { train, unlabelled, made, .. } = corpora;
    let sets = Sets { source: train, unlabelled, made: made.as_ref() };
    let [language, order] = method.discriminators(config.ablation);
    if !(language || order) {
        return Ok(());
    }
    if config.bert.freeze_embeddings
        && let Some(layers) = config.bert.layers()?
        && config.bert.freeze_layers >= layers
    {
        let message = format!(
            "is {}, and the encoder has {layers} layers: nothing of it would learn to deceive; expected fewer",
            config.bert.freeze_layers
        );
        return Err(Error::setting("bert.freeze_layers", message));
    }
    let AdversaryConfig { language: words, order: orders, .. } = &config.adversary;
    let lists = [
        (language, "adversary.language.source", &words.source),
        (language, "adversary.language.target", &words.target),
        (order, "adversary.order.ordered", &orders.ordered),
        (order, "adversary.order.shuffled", &orders.shuffled),
    ];
    let longest = config.training.longest;
    for (_, key, list) in lists.into_iter().filter(|(there, ..)| *there) {
        if let Some(set) = list.iter().find(|&&set| !sets.has(set)) {
            let message =
                format!("names `{set}`, which {} does not make, expected {}", method.name(), sets.told());
            return Err(Error::setting(key, message));
        }
        if !list.iter().any(|&set| sets.asks(set, Words::All, longest)) {
            return Err(Error::setting(key, NOTHING_TO_ASK));
        }
    }
    if method == Method::TransAdv && language {
        for (ablation, name, set, words) in games_of_teachers(config.ablation) {
            if let Some(set) = [set, Set::Target].into_iter().find(|&set| !sets.asks(set, words, longest)) {
                let message = format!(
                    "the set `{set}` has no word that the discriminator of the {name} teacher could be asked about: leave it out \
                     (`ablation = \"{ablation}\"`), or make other sets"
                );
                return Err(Error::Data { message });
            }
        }
    }
    Ok(())
}

fn fingerprint(method: Method, config: &TransAdvConfig, corpora: &TransAdvCorpora) -> Result<String> {
    let settings = settings(&config.without_paths())?.to_string();
    let mut print = Fingerprint::new();
    print
        .bytes(method.name().as_bytes())
        .bytes(env!("CARGO_PKG_VERSION").as_bytes())
        .bytes(settings.as_bytes())
        .bytes(xner_tagger::bert::fingerprint(&config.bert.directory()?)?.as_bytes());
    corpora.fingerprint(&mut print);
    Ok(print.digest())
}
