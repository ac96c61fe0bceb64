//! The phases of which all methods are made: models tuned on labelled sets, students of soft labels.
//!
//! A phase's folder is named by all that it depends on, so that two runs that have it in common train it once, and a run
//! that was killed goes on where it was.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use burn::tensor::backend::AutodiffBackend;
use serde::Serialize;
use xner_corpus::{Labelled, Sentence, TagSet};
use xner_nn::NerBackend;
use xner_tagger::bert::train::FineTuned;
use xner_tagger::config::TrainingConfig;
use xner_tagger::train::{Event as Training, Learner, TrainingLoop};
use xner_tagger::{Device, Fingerprint, Flow, Tagger, Tensors, TrainReport};

use super::adversary::{Adversary, Discriminators, Shown};
use super::config::{AdversaryConfig, StudentStart, TransAdvConfig};
use super::corpora::TransAdvCorpora;
use super::discriminators::LanguageDiscriminator;
use super::distil::{DistilLearner, Lesson};
use super::learner::{AdversarialLearner, Dev};
use super::observer::{Event, Observer};
use super::run::tell;
use super::sets::{Set, Sets, Words, word_languages, word_orders};
use super::weights_file;
use crate::files::create_folder;
use crate::identity::PHASE_FORMAT;
use crate::report::{self, PhaseFolder, Select};
use crate::{Error, Result};

/// A model that a phase trained: the weights in its folder, on top of the pretrained encoder.
#[derive(Debug, Clone)]
pub(crate) struct Phase {
    pub(crate) folder: PathBuf,
    pub(crate) report: TrainReport,
}

/// The folder, in a phase's, of the weights that are best on the target's development data.
pub(crate) const BY_TARGET: &str = "by-target";

/// What the discriminators of a phase are shown.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Games {
    /// The two lists of the language discriminator, and the words that it is asked about.
    pub(crate) language: Option<([Vec<Set>; 2], Words)>,
    /// Sets in order, and shuffled ones.
    pub(crate) order: Option<[Vec<Set>; 2]>,
}

impl Games {
    /// All sets that anyone is shown, as often as they are.
    fn sets(&self) -> impl Iterator<Item = &Set> {
        let language = self.language.iter().flat_map(|(lists, _)| lists);
        language.chain(self.order.iter().flatten()).flatten()
    }
}

/// Where phases are trained.
pub(crate) struct Workshop<'a, A: AutodiffBackend> {
    pub(crate) config: &'a TransAdvConfig,
    pub(crate) corpora: &'a TransAdvCorpora,
    pub(crate) cache: &'a Path,
    pub(crate) device: &'a A::Device,
    pub(crate) observer: &'a mut dyn Observer,
    tags: TagSet,
    /// The hash of encoder, tags, settings and seed, and of the development data.
    base: String,
    /// Steps of all phases so far.
    pub(crate) steps: usize,
    /// The phases so far, without students.
    pub(crate) folders: Vec<PhaseFolder>,
}

impl<'a, A> Workshop<'a, A>
where
    A: AutodiffBackend + NerBackend,
    A::InnerBackend: NerBackend,
{
    pub(crate) fn new(
        config: &'a TransAdvConfig,
        corpora: &'a TransAdvCorpora,
        tags: TagSet,
        cache: &'a Path,
        (on, device): (Device, &'a A::Device),
        observer: &'a mut dyn Observer,
    ) -> Result<Self> {
        let mut shop = Self {
            config,
            corpora,
            cache,
            device,
            observer,
            tags,
            base: String::new(),
            steps: 0,
            folders: Vec::new(),
        };
        let mut print = Fingerprint::new();
        print.bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(PHASE_FORMAT);
        print.bytes(on.to_string().as_bytes());
        settings(&mut print, &(&config.without_paths().bert, config.seed, config.select))?;
        print.bytes(xner_tagger::bert::fingerprint(&config.bert.directory()?)?.as_bytes());
        for tag in shop.tags.tags() {
            print.bytes(tag.to_string().as_bytes());
        }
        print.corpus(&corpora.dev).corpus(&corpora.target_dev);
        shop.base = print.digest();
        Ok(shop)
    }

    /// The pretrained encoder with a new head.
    fn fresh(&self) -> Result<FineTuned<A>> {
        Ok(FineTuned::open(&self.config.bert, self.tags.clone(), self.config.seed, self.device)?)
    }

    /// A phase's model with the weights that the config selects, and its discriminators' weights.
    pub(crate) fn open(&self, phase: &Phase) -> Result<(FineTuned<A>, Tensors)> {
        let folder = match self.config.select {
            Select::SourceDev => phase.folder.clone(),
            Select::TargetDev => phase.folder.join(BY_TARGET),
        };
        self.open_at(&folder, phase)
    }

    /// The language discriminator of a phase that had one.
    pub(crate) fn language_discriminator(
        &self,
        phase: &Phase,
    ) -> Result<LanguageDiscriminator<A::InnerBackend>> {
        let (model, mut weights) = self.open(phase)?;
        let (width, config) = (model.config().hidden_size, &self.config.adversary);
        let mut rng = xner_tagger::stream(self.config.seed, xner_tagger::Purpose::Adversary, 0, 0);
        let own = LanguageDiscriminator::new(width, config.language.hidden, self.device, &mut rng);
        let mut language = weights.split("language.");
        Ok(xner_tagger::weights::load(own, &mut language, &phase.folder)?)
    }

    /// The model whose weights lie in `folder`.
    pub(crate) fn open_at(&self, folder: &Path, phase: &Phase) -> Result<(FineTuned<A>, Tensors)> {
        let mut weights = weights_file::read(folder, &phase.report.fingerprint)?;
        let (mut own, discriminators) = (weights.split("model/"), weights.split("discriminators/"));
        let mut model = self.fresh()?;
        model.set_weights(&mut own, folder)?;
        own.expect_empty(folder)?;
        Ok((model, discriminators))
    }

    fn sets(&self) -> Sets<'a> {
        let TransAdvCorpora { train, unlabelled, made, .. } = self.corpora;
        Sets { source: train, unlabelled, made: made.as_ref() }
    }

    fn dev(&self) -> Dev<'a> {
        Dev { source: &self.corpora.dev, target: &self.corpora.target_dev }
    }

    /// A model tuned on labelled sets, from the pretrained encoder or from another phase's model, against
    /// discriminators or without. Those of `from`, where it has the same, go on.
    pub(crate) fn tuned(
        &mut self,
        name: &str,
        sets: &[Set],
        from: Option<&Phase>,
        games: &Games,
        training: &TrainingConfig,
    ) -> Result<Phase> {
        let config = self.config;
        let mut print = Fingerprint::new();
        print.bytes(self.base.as_bytes());
        print.bytes(from.map_or("", |from| &from.report.fingerprint).as_bytes());
        settings(&mut print, &(sets, games, training))?;
        let all = self.sets();
        let train: Vec<&Labelled> = sets.iter().flat_map(|&set| all.labelled(set)).collect();
        for &set in sets {
            print.corpus(all.labelled(set));
        }
        let with_discriminators = games.language.is_some() || games.order.is_some();
        if with_discriminators {
            // Of the adversary's lists only those of this phase count, so that methods that have it in common share it.
            let AdversaryConfig { generator_rate, discriminator_rate, batch, language, order } =
                &config.adversary;
            let hidden = [(games.language.is_some(), language.hidden), (games.order.is_some(), order.hidden)];
            let hidden = hidden.map(|(there, hidden)| there.then_some(hidden));
            settings(&mut print, &(generator_rate, discriminator_rate, batch, hidden))?;
            for &set in games.sets() {
                all.fingerprint(set, &mut print);
            }
        }
        let fingerprint = print.digest();
        let folder = self.folder(name, &fingerprint);
        let plan = Plan::new(name, training, fingerprint, train.iter().map(|labelled| &labelled.sentence));
        if let Some(report) = self.finished(&plan, &folder)? {
            return self.shared(name, folder, report, true);
        }

        let (model, mut discriminators) = match from {
            Some(from) => self.open(from)?,
            None => (self.fresh()?, Tensors::default()),
        };
        let adversary = if with_discriminators {
            let shown = self.shown(games, &model)?;
            let which = [shown.languages.is_some(), shown.orders.is_some()];
            let width = model.config().hidden_size;
            let own = Discriminators::<A>::new(&config.adversary, which, width, config.seed, self.device);
            let rates = [training.optimiser.rate(), training.clip];
            let (batch, seed) = ([training.batch, config.bert.at_once], config.seed);
            let mut adversary =
                Adversary::new(&config.adversary, training.optimiser, rates, batch, seed, shown, own);
            let known = |prefix: &str| discriminators.iter().any(|(name, _)| name.starts_with(prefix));
            if which == [true, false] && known("language.") {
                let mut language = Tensors::default();
                language.extend("language.", discriminators.split("language."));
                adversary.set_weights(&mut language, &folder)?;
            }
            Some(adversary)
        } else {
            None
        };
        // An epoch goes through the longest of the labelled set and the language discriminator's lists; shorter ones are
        // gone through again. The order discriminator's, which are made of the labelled set, do not lengthen it.
        let epoch = games
            .language
            .iter()
            .flat_map(|(lists, _)| lists)
            .map(|list| all.len(list, training.longest))
            .max();
        let at_once = [config.bert.at_once, epoch.unwrap_or(0)];
        let mut learner = AdversarialLearner::new(model, train, self.dev(), training, at_once, adversary)?;
        let tally = learner.tally();
        let report = self.run(&plan, &folder, &mut learner, &|observer: &mut dyn Observer| {
            if with_discriminators {
                return observer.event(&Event::Game { name, tally: tally.get() });
            }
            Flow::Continue
        })?;
        self.shared(name, folder, report, false)
    }

    /// A student of soft labels, whose model directory is `out`; that of the weights that are best on the target's
    /// development data is `by_target`. `source` is the method's source model.
    pub(crate) fn student(
        &mut self,
        source: &Phase,
        lessons: &[Lesson<'_>],
        hard_weight: f32,
        out: &Path,
        by_target: &Path,
    ) -> Result<TrainReport> {
        let training = self.config.distillation.training(&self.config.training);
        let mut print = Fingerprint::new();
        print.bytes(self.base.as_bytes());
        settings(&mut print, &(&training, hard_weight))?;
        let from = match self.config.distillation.start {
            StudentStart::Pretrained => None,
            StudentStart::Source => Some(source),
        };
        print.bytes(from.map_or("", |from| &from.report.fingerprint).as_bytes());
        for Lesson { sentence, soft, hard } in lessons {
            print.words(sentence.tokens()).floats(soft);
            let hard: Vec<f32> = hard.iter().map(|tag| tag.map_or(-1.0, f32::from)).collect();
            print.floats(&hard);
        }
        let name = "student";
        let sentences = lessons.iter().map(|lesson| lesson.sentence);
        let plan = Plan::new(name, &training, print.digest(), sentences);
        let model = match from {
            Some(from) => self.open(from)?.0,
            None => self.fresh()?,
        };
        let at_once = self.config.bert.at_once;
        let mut learner = DistilLearner::new(model, lessons, self.dev(), &training, at_once, hard_weight)?;
        let there = self.finished(&plan, out)?.is_some();
        let report = self.run_at(&plan, out, Some(by_target), &mut learner, &|_| Flow::Continue)?;
        Ok(self.end(name, out.to_owned(), report, there)?.report)
    }

    /// The probabilities that a phase's model gives every word of the unlabelled text, `[words, tags]` of each
    /// sentence.
    pub(crate) fn soft_labels(&mut self, phase: &Phase) -> Result<Vec<Vec<f32>>> {
        self.labelling()?;
        let tagger = self.open(phase)?.0.tagger()?;
        let tagged = tagger.tag(&self.corpora.unlabelled)?;
        Ok(tagged.into_iter().map(|tagging| tagging.probabilities).collect())
    }

    /// Tells that a model is about to go through the unlabelled text.
    pub(crate) fn labelling(&mut self) -> Result<()> {
        let event = Event::Labelling { sentences: self.corpora.unlabelled.len() };
        tell(self.observer, &event, self.cache, self.steps)
    }

    fn shown(&self, games: &Games, model: &FineTuned<A>) -> Result<Shown> {
        let sets = self.sets();
        // Longer sentences are left out here too.
        let longest = self.config.training.longest;
        let pieces = |sentence: &Sentence| {
            if sentence.len() > longest { Ok(Vec::new()) } else { model.pieces(sentence) }
        };
        let mut shown = Shown::default();
        if let Some(([one, two], words)) = &games.language {
            let list = |which: &[Set]| {
                let found = word_languages(&sets, which, *words, pieces)?;
                if found.is_empty() { Err(nothing(which)) } else { Ok(found) }
            };
            shown.languages = Some([list(one)?, list(two)?]);
        }
        if let Some([ordered, shuffled]) = &games.order {
            let list = |which: &[Set]| {
                let found = word_orders(&sets, which, pieces)?;
                if found.is_empty() { Err(nothing(which)) } else { Ok(found) }
            };
            shown.orders = Some([list(ordered)?, list(shuffled)?]);
        }
        Ok(shown)
    }

    fn folder(&self, name: &str, fingerprint: &str) -> PathBuf {
        self.cache.join(format!("{name}-{}", &fingerprint[..16]))
    }

    fn finished(&self, plan: &Plan<'_>, folder: &Path) -> Result<Option<TrainReport>> {
        Ok(self.training_loop(plan, folder, None)?.finished()?)
    }

    fn training_loop<'b>(
        &self,
        plan: &'b Plan<'_>,
        out: &'b Path,
        target_out: Option<&'b Path>,
    ) -> Result<TrainingLoop<'b>> {
        Ok(TrainingLoop {
            seed: self.config.seed,
            training: plan.training,
            settings: report::settings(&self.config.without_paths())?,
            fingerprint: plan.fingerprint.clone(),
            left_out: plan.left_out,
            out,
            target_out,
        })
    }

    fn run(
        &mut self,
        plan: &Plan<'_>,
        folder: &Path,
        learner: &mut dyn Learner,
        evaluated: &dyn Fn(&mut dyn Observer) -> Flow,
    ) -> Result<TrainReport> {
        let by_target = folder.join(BY_TARGET);
        let target = (!self.corpora.target_dev.is_empty()).then_some(by_target.as_path());
        self.run_at(plan, folder, target, learner, evaluated)
    }

    fn run_at(
        &mut self,
        plan: &Plan<'_>,
        folder: &Path,
        by_target: Option<&Path>,
        learner: &mut dyn Learner,
        evaluated: &dyn Fn(&mut dyn Observer) -> Flow,
    ) -> Result<TrainReport> {
        create_folder(folder)?;
        let by_target = by_target.filter(|_| !self.corpora.target_dev.is_empty());
        let training = self.training_loop(plan, folder, by_target)?;
        let observer = &mut *self.observer;
        tell(observer, &Event::Phase { name: plan.name, sentences: plan.sentences }, folder, self.steps)?;
        let mut watch = |event: &Training<'_>| {
            let mut flow = observer.event(&Event::Training(event));
            if matches!(event, Training::Evaluated(_)) && evaluated(&mut *observer) == Flow::Stop {
                flow = Flow::Stop;
            }
            flow
        };
        training.run(learner, &mut watch).map_err(|fault| match fault {
            fault @ xner_tagger::Error::Diverged { .. } => {
                Error::Diverged { phase: plan.name.to_owned(), source: Box::new(fault) }
            }
            fault => fault.into(),
        })
    }

    /// The end of a phase that runs may share.
    fn shared(&mut self, name: &str, folder: PathBuf, report: TrainReport, cached: bool) -> Result<Phase> {
        let own = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.folders.push(PhaseFolder { name: name.to_owned(), folder: own });
        self.end(name, folder, report, cached)
    }

    fn end(&mut self, name: &str, folder: PathBuf, report: TrainReport, cached: bool) -> Result<Phase> {
        self.steps += report.steps;
        // A student's folder may hold the run's cache, which is none of it.
        let by_target = folder.join(BY_TARGET);
        let bytes = size(&folder) + size(&by_target);
        tell(self.observer, &Event::PhaseEnd { name, cached, bytes, folder: &folder }, &folder, self.steps)?;
        Ok(Phase { folder, report })
    }
}

/// What a phase's training loop must know.
struct Plan<'a> {
    name: &'a str,
    training: &'a TrainingConfig,
    fingerprint: String,
    sentences: usize,
    /// Of these, the empty ones, and those above `training.longest`.
    left_out: usize,
}

impl<'a> Plan<'a> {
    fn new<'s>(
        name: &'a str,
        training: &'a TrainingConfig,
        fingerprint: String,
        sentences: impl ExactSizeIterator<Item = &'s Sentence>,
    ) -> Self {
        let count = sentences.len();
        let kept = sentences.filter(|sentence| (1..=training.longest).contains(&sentence.len())).count();
        Self { name, training, fingerprint, sentences: count, left_out: count - kept }
    }
}

/// Words there are, but none that the tokeniser knows a subword of.
fn nothing(which: &[Set]) -> Error {
    let names: Vec<String> = which.iter().map(|set| format!("`{set}`")).collect();
    let message = format!(
        "of the sets {} no word has a subword that the discriminator could be asked about, expected text in the encoder's \
         writing",
        names.join(", ")
    );
    Error::Data { message }
}

fn settings(print: &mut Fingerprint, settings: &impl Serialize) -> Result<()> {
    let text =
        serde_json::to_string(settings).map_err(|fault| Error::io(Path::new("config"))(fault.into()))?;
    print.bytes(text.as_bytes());
    Ok(())
}

/// The bytes of the files in a folder, without those in folders below; what cannot be read counts nothing.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok().filter(Metadata::is_file)).map(|data| data.len()).sum()
}
