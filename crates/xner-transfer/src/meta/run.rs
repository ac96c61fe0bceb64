//! A run: the index, the base model or meta-training, scores with adaptation and without.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use rayon::ThreadPoolBuilder;
use xner_corpus::{Labelled, Sentence, Tag};
use xner_nn::NerBackend;
use xner_tagger::bert::train::{BertLearner, BertTrainConfig, FineTuned, tags_of};
use xner_tagger::bert::{BertConfig, Tokeniser, Windows};
use xner_tagger::train::{Event as Training, Learner, TrainingLoop};
use xner_tagger::{
    Decode, Device, Fingerprint, Flow, Tagger, Task, TrainData, TrainReport, check_entities, dispatch,
};

use super::adapt::AdaptedTagger;
use super::case::{Case, Cases};
use super::config::{Ablation, MetaConfig, Overlap, Start};
use super::corpora::MetaCorpora;
use super::index::{Origin, Pretrained, SentenceIndex, enough};
use super::learner::MetaLearner;
use super::observer::{Event, Observer};
use super::progress::Progress;
use super::tasks::Tasks;
use crate::error::granted;
use crate::files::create_folder;
use crate::identity::{PHASE_FORMAT, PHASES, claim};
use crate::report::{Adapted, Select, Selected, TestScores, TransferReport, holds_entities, settings};
use crate::{Error, Result};

/// What reports call it.
pub(super) const METHOD: &str = "meta";
/// Sentences that are adapted to between two words to the observer.
const CHUNK: usize = 128;

/// Meta-trains a tagger on the source and writes its model directory to `out`, in Hugging Face's layout; scores it on the
/// target's test sentences as it is, and adapted to each of them.
///
/// In `out` are then, beside the model: `transfer-report.json` with both scores, and `adaptation.json`, the sentences whose
/// tags adaptation changed, with those that the model was adapted by. The base model, where it is needed, the meta-trained one
/// and the vectors of sentences are in `cache` (by default `out/phases`): runs with the same cache make them once, whatever
/// language they are scored on.
///
/// The run may be killed at any time: the same call goes on from the last checkpoint, and ends with the same bytes. A
/// run that is finished is not repeated.
///
/// # Errors
/// [`Error::Setting`] and [`Error::Data`] for what cannot be trained; [`Error::Folder`] when `out` holds another run;
/// [`Error::Diverged`] when a loss is no longer finite, with phase and step; faults of training; a stop that the
/// observer asked for is [`xner_tagger::Error::Stopped`].
pub fn run(
    config: &MetaConfig,
    corpora: &MetaCorpora,
    out: &Path,
    cache: Option<&Path>,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TransferReport> {
    config.check()?;
    check_entities("training", &corpora.train)?;
    check_entities("development", &corpora.dev)?;
    check_entities("test", &corpora.target_test)?;
    if corpora.dev.is_empty() {
        return Err(Error::setting("source.dev", "has no sentence, expected some to choose weights by"));
    }
    // Before anything that takes long: what would be found out only behind it.
    holds_entities("source.dev", &corpora.dev, &config.drop_types)?;
    holds_entities("source.train", &corpora.train, &config.drop_types)?;
    if !corpora.target_test.is_empty() {
        holds_entities("target.test", &corpora.target_test, &config.drop_types)?;
    }
    let fingerprint = fingerprint(config, corpora)?;
    let Some(claim) = claim(out, &fingerprint, device)? else {
        Progress::remove(out)?;
        return TransferReport::read(out);
    };
    claim.run(|| {
        let own = out.join(PHASES);
        let cache = cache.unwrap_or(&own);
        create_folder(cache)?;
        let folder = config.bert.directory()?;
        let encoder = Pretrained::new(&folder, config.similarity.representation(), *device)?;
        fits(config, &folder)?;
        let cut = cut(config, corpora, &folder)?;
        let corpora = cut.as_ref().unwrap_or(corpora);
        enough(corpora.train.len(), config.similarity.k, 1)?;
        let sentences: Vec<_> = corpora.train.iter().map(|labelled| labelled.sentence.clone()).collect();
        granted(observer.event(&Event::Indexing { done: 0, sentences: sentences.len() }), 0, out)?;
        let (index, answer) = index(cache, &encoder, &sentences, observer)?;
        granted(answer, 0, out)?;
        if let Origin::MadeAnew(fault) = index.vectors().origin() {
            granted(observer.event(&Event::Note(&format!("{fault}; its vectors are made anew"))), 0, out)?;
        }
        let mut work = Work {
            config,
            corpora,
            out,
            cache,
            device: *device,
            observer,
            fingerprint: &fingerprint,
            steps: 0,
        };
        dispatch(*device, Whole { work: &mut work, index, encoder })?
    })
}

/// The source's index, which the observer is told of as it grows. A wish to stop is granted when the vectors are in the cache.
fn index(
    cache: &Path,
    encoder: &Pretrained,
    sentences: &[Sentence],
    observer: &mut dyn Observer,
) -> Result<(SentenceIndex, Flow)> {
    let (tell, told) = std::sync::mpsc::channel();
    // Sentences are done on any thread, but the observer lives on this one. The work has a pool as large as the caller's: this
    // thread may be one of the caller's, and waits.
    let threads = rayon::current_num_threads();
    std::thread::scope(|scope| {
        let making = scope.spawn(move || {
            let done = |more| tell.send(more).unwrap_or_default();
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let pool =
                pool.map_err(|fault| Error::Data { message: format!("threads to index in: {fault}") })?;
            pool.install(|| SentenceIndex::open_or_make_with(Some(cache), encoder, sentences, &done))
        });
        let (mut done, mut flow) = (0, Flow::Continue);
        for more in told {
            done += more;
            if observer.event(&Event::Indexing { done, sentences: sentences.len() }) == Flow::Stop {
                flow = Flow::Stop;
            }
        }
        let index = making.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok((index, flow))
    })
}

/// What training would find out only behind the vectors or the base model: settings do not fit the encoder, or words cannot
/// be masked. `folder` is the encoder's.
fn fits(config: &MetaConfig, folder: &Path) -> Result<()> {
    let encoder = BertConfig::read(&folder.join("config.json"))?;
    config.bert.check_against(&encoder)?;
    if config.ablation == Ablation::NoMetaTraining || config.meta_masking().ratio == 0.0 {
        return Ok(());
    }
    Ok(super::learner::mask(&Tokeniser::open(folder, &encoder)?).map(|_| ())?)
}

/// Long sentences as the config wants them, where it does not want them whole. `folder` is the encoder's.
///
/// # Errors
/// Faults of the encoder's files, and of windows that are too short.
pub fn cut(config: &MetaConfig, corpora: &MetaCorpora, folder: &Path) -> Result<Option<MetaCorpora>> {
    if config.overlap == Overlap::Once {
        return Ok(None);
    }
    let tokeniser = Tokeniser::open(folder, &BertConfig::read(&folder.join("config.json"))?)?;
    let windows = Windows::new(config.bert.length, config.bert.overlap, tokeniser.specials());
    let windows = windows.map_err(|fault| match fault {
        xner_tagger::Error::Setting { key, message } => Error::setting(&format!("bert.{key}"), message),
        other => other.into(),
    })?;
    Ok(Some(corpora.clone().cut(&windows, &tokeniser)?))
}

struct Work<'a> {
    config: &'a MetaConfig,
    corpora: &'a MetaCorpora,
    out: &'a Path,
    cache: &'a Path,
    device: Device,
    observer: &'a mut dyn Observer,
    fingerprint: &'a str,
    /// Steps of all phases.
    steps: usize,
}

struct Whole<'a, 'b> {
    work: &'b mut Work<'a>,
    index: SentenceIndex,
    encoder: Pretrained,
}

impl Task for Whole<'_, '_> {
    type Answer = Result<TransferReport>;

    fn run<A>(self, device: &A::Device) -> xner_tagger::Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let Self { work, index, encoder } = self;
        Ok(work
            .trained::<A>(&index, device)
            .and_then(|training| work.scored::<A>(&training, index, encoder, device)))
    }
}

impl Work<'_> {
    /// Trains what the config asks for; its model directory is then `out`.
    fn trained<A>(&mut self, index: &SentenceIndex, device: &A::Device) -> Result<TrainReport>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let MetaConfig { ablation, meta, bert, seed, similarity, training, .. } = self.config;
        // First, since a source that is too small should be told of before anything is trained.
        let similar = index.tasks(similarity.k)?;
        if *ablation == Ablation::NoMetaTraining {
            let (model, report) = self.base::<A>(device)?;
            report.write(self.out)?;
            model.save(self.out)?;
            return Ok(report);
        }
        let model = match meta.start {
            Start::Base => self.base::<A>(device)?.0,
            Start::Pretrained => {
                FineTuned::<A>::open(bert, tags_of(bert.scheme, &self.corpora.train)?, *seed, device)?
            }
        };
        let tasks = Tasks::new(&model, &self.corpora.train, &similar, training.longest)?;
        let left_out = self.corpora.train.len() - tasks.tasks.len();
        let count = tasks.tasks.len();
        let mut print = Fingerprint::new();
        print.bytes(env!("CARGO_PKG_VERSION").as_bytes());
        print.bytes(settings(&self.config.of_meta_training())?.to_string().as_bytes());
        print.corpus(&self.corpora.train).corpus(&self.corpora.dev);
        // Whose vectors they are says tokeniser, sizes and device too.
        print.bytes(index.vectors().encoder().as_bytes()).bytes(PHASE_FORMAT);
        model.fingerprint(&mut print);
        let fingerprint = print.digest();
        let folder = self.cache.join(format!("meta-{}", &fingerprint[..16]));
        let mut learner = MetaLearner::new(self.config, model, tasks, &self.corpora.dev)?;
        let training = self.config.meta_training();
        let plan = TrainingLoop {
            seed: *seed,
            training: &training,
            settings: settings(&self.config.of_meta_training())?,
            fingerprint,
            left_out,
            out: &folder,
            target_out: None,
        };
        let report = self.phase("meta", count, &plan, &mut learner)?;
        drop(learner);
        report.write(self.out)?;
        FineTuned::<A>::reopen(&folder, bert, *seed, device)?.save(self.out)?;
        Ok(report)
    }

    /// The base model: fine-tuned on the source. Trained once for all runs with the same cache.
    fn base<A>(&mut self, device: &A::Device) -> Result<(FineTuned<A>, TrainReport)>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let MetaConfig { bert, training, seed, .. } = self.config;
        let (bert, training) = (bert.clone(), training.clone());
        let config = BertTrainConfig { seed: *seed, bert, training, ..BertTrainConfig::default() };
        let MetaCorpora { train, dev, .. } = self.corpora;
        let data = TrainData { train: train.clone(), dev: dev.clone(), ..TrainData::default() };
        let (mut learner, fingerprint) = BertLearner::<A>::new(&config, data, device)?;
        let encoder = xner_tagger::bert::fingerprint(&config.bert.directory()?)?;
        let mut print = Fingerprint::new();
        print
            .bytes(fingerprint.as_bytes())
            .bytes(encoder.as_bytes())
            .bytes(self.device.to_string().as_bytes());
        let fingerprint = print.bytes(PHASE_FORMAT).digest();
        let folder = self.cache.join(format!("base-{}", &fingerprint[..16]));
        let plan = TrainingLoop {
            seed: *seed,
            training: &config.training,
            settings: settings(&config.without_paths())?,
            fingerprint,
            left_out: learner.left_out(),
            out: &folder,
            target_out: None,
        };
        let report = self.phase("base", train.len(), &plan, &mut learner)?;
        Ok((FineTuned::reopen(&folder, &config.bert, *seed, device)?, report))
    }

    fn phase(
        &mut self,
        name: &str,
        sentences: usize,
        plan: &TrainingLoop<'_>,
        learner: &mut dyn Learner,
    ) -> Result<TrainReport> {
        create_folder(plan.out)?;
        let cached = plan.finished()?.is_some();
        if !cached {
            self.tell(&Event::Phase { name, sentences })?;
        }
        let observer = &mut *self.observer;
        let mut watch = |event: &Training<'_>| {
            if cached { Flow::Continue } else { observer.event(&Event::Training(event)) }
        };
        let report = plan.run(learner, &mut watch).map_err(|fault| match fault {
            fault @ xner_tagger::Error::Diverged { .. } => {
                Error::Diverged { phase: name.to_owned(), source: Box::new(fault) }
            }
            fault => fault.into(),
        })?;
        self.steps += report.steps;
        self.tell(&Event::PhaseEnd { name, cached })?;
        Ok(report)
    }

    /// Tells the observer; where it asks for a stop, the run ends here, and the same call goes on.
    fn tell(&mut self, event: &Event<'_>) -> Result<()> {
        granted(self.observer.event(event), self.steps, self.out)
    }

    /// Scores the model in `out` as it is and adapted, and writes the reports.
    fn scored<A>(
        &mut self,
        training: &TrainReport,
        index: SentenceIndex,
        encoder: Pretrained,
        device: &A::Device,
    ) -> Result<TransferReport>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let (config, files) = (self.config, encoder.files().to_owned());
        let mut selected = training.best.as_ref().map(Selected::of);
        let test = &self.corpora.target_test;
        if let Some(selected) = selected.as_mut().filter(|_| !test.is_empty()) {
            self.tell(&Event::Scoring)?;
            let mut plain = xner_tagger::open(self.out, &self.device)?;
            plain.decode_by(Decode::from(config.decode));
            let sentences: Vec<_> = test.iter().map(|labelled| labelled.sentence.clone()).collect();
            let before = plain.best(&sentences)?;
            drop(plain);
            selected.target_test = Some(scored(test, &before)?);
            if config.adaptation.score {
                selected.adapted = Some(self.adapted::<A>(&sentences, &before, index, encoder, device)?);
            }
        }
        let report = TransferReport {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            method: METHOD.to_owned(),
            row: config.row(),
            source: config.source.language.clone(),
            target: config.target.language.clone(),
            seed: config.seed,
            select: Select::SourceDev,
            fingerprint: self.fingerprint.to_owned(),
            mapping_criterion: None,
            parameters: training.parameters,
            steps: self.steps,
            by_source_dev: selected,
            by_target_dev: None,
            encoder: Some(files),
            rounds: Vec::new(),
            phases: Vec::new(),
            config: settings(&config.without_paths())?,
        };
        report.write(self.out)?;
        Progress::remove(self.out)?;
        Ok(report)
    }

    /// The scores of the model in `out` adapted to each test sentence; `before` are the tags that it gives as it is. What
    /// adaptation changed is written.
    fn adapted<A>(
        &mut self,
        sentences: &[Sentence],
        before: &[Vec<Tag>],
        index: SentenceIndex,
        encoder: Pretrained,
        device: &A::Device,
    ) -> Result<Adapted>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let config = self.config;
        let MetaCorpora { train, target_test: test, .. } = self.corpora;
        let model = FineTuned::<A>::reopen(self.out, &config.bert, config.seed, device)?;
        // Another device may have trained another model, and found others similar.
        let mut key = Fingerprint::new();
        key.bytes(self.fingerprint.as_bytes()).bytes(index.vectors().encoder().as_bytes());
        model.fingerprint(&mut key);
        let key = key.digest();
        let cache = Some(self.cache);
        let adapted = AdaptedTagger::new(model, train, index, Box::new(encoder), cache, config)?;
        // A run that was stopped here goes on behind the last chunk.
        let mut done = Progress::of(self.out, &key)?;
        let mut after = done.tags()?;
        for chunk in sentences.chunks(CHUNK).skip(after.len().div_ceil(CHUNK)) {
            self.tell(&Event::Adapting { done: after.len(), sentences: test.len() })?;
            let tags = adapted.best(chunk)?;
            done.add(self.out, &tags)?;
            after.extend(tags);
        }
        self.tell(&Event::Adapting { done: after.len(), sentences: test.len() })?;
        let scores = scored(test, &after)?;
        let mut cases = Vec::new();
        for (number, chunk) in sentences.chunks(CHUNK).enumerate() {
            let begin = number * CHUNK;
            let changed = (begin..begin + chunk.len()).filter(|&at| before[at] != after[at]);
            let changed: Vec<usize> = changed.collect();
            if !changed.is_empty() {
                // The chunks whose vectors are in the cache.
                let similar = adapted.similar(chunk)?;
                let case = |at: usize| {
                    Case::new(at, &test[at], &before[at], &after[at], &similar[at - begin], train)
                };
                cases.extend(changed.into_iter().map(case));
            }
        }
        let changed = cases.len();
        Cases { cases }.write(self.out)?;
        Ok(Adapted { scores, sentences: test.len(), changed })
    }
}

/// The scores of tags.
fn scored(test: &[Labelled], tags: &[Vec<Tag>]) -> Result<TestScores> {
    let gold = test.iter().map(|labelled| (labelled.entities.as_slice(), labelled.sentence.len()));
    Ok((&xner_tagger::score(gold, tags)?).into())
}

fn fingerprint(config: &MetaConfig, corpora: &MetaCorpora) -> Result<String> {
    let mut print = Fingerprint::new();
    let settings = settings(&config.without_paths())?.to_string();
    print.bytes(METHOD.as_bytes()).bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(settings.as_bytes());
    print.bytes(xner_tagger::bert::fingerprint(&config.bert.directory()?)?.as_bytes());
    corpora.fingerprint(&mut print);
    Ok(print.digest())
}
