//! The phases of which all methods are made: models tuned on labelled sets, students of soft labels.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use serde::Serialize;
use xner_corpus::{Labelled, Sentence, TagSet};
use xner_tagger::bert::train::{Dev, FineTuned, tags_of};
use xner_tagger::decode::Decoder;
use xner_tagger::{Features, Tagger};
use xner_train::{
    Fingerprint, Purpose, Settings, Tensors, TrainBackend, TrainReport, TrainingLoop, What,
    config::TrainingConfig, score, stream, weights,
};

use super::adversary::{Adversary, Discriminators, GameLists};
use super::config::{AdversaryConfig, StudentStart, TransAdvConfig};
use super::corpora::TransAdvCorpora;
use super::discriminators::LanguageDiscriminator;
use super::distil::{Distillation, Lesson, SoftLoss};
use super::learner::AdversarialLearner;
use super::sets::{Set, Sets, Words, word_languages, word_orders};
use super::train::united;
use super::weights_file;
use crate::report::{Select, TeacherScores};
use crate::strategy::{PHASE_FORMAT, Phase, Phases, Place, Plan};
use crate::{Error, Result};

/// How far the seeds are apart that one run uses: nobody's next seed is one of them.
const SEEDS_APART: u64 = 1_000_003;

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

/// What a student is called, how it learns, and where it is left.
pub(crate) struct StudentPlan<'a> {
    pub(crate) name: &'a str,
    pub(crate) loss: SoftLoss,
    pub(crate) place: Place,
    /// Whether its scores are divided by a temperature in the end.
    pub(crate) calibrate: bool,
    /// Whether it is left as it is in the end, and not as it did best on development data.
    pub(crate) to_the_end: bool,
}

/// Trains the phases of a method.
pub(crate) struct PhaseTrainer<'a, 'p, A: AutodiffBackend> {
    pub(crate) config: &'a TransAdvConfig,
    pub(crate) corpora: &'a TransAdvCorpora,
    pub(crate) phases: &'a mut Phases<'p>,
    device: &'a A::Device,
    tags: TagSet,
    /// The seed of the next phases.
    seed: u64,
    /// The hash of encoder, tags, settings and seed, and of the development data.
    base: String,
    teachers: Vec<Teacher>,
}

/// What a teacher says of the test sentences.
struct Teacher {
    name: String,
    weight: f32,
    /// `[words, tags]` of each sentence.
    said: Vec<Vec<f32>>,
}

impl<'a, 'p, A: TrainBackend> PhaseTrainer<'a, 'p, A> {
    pub(crate) fn new(
        config: &'a TransAdvConfig,
        corpora: &'a TransAdvCorpora,
        device: &'a A::Device,
        phases: &'a mut Phases<'p>,
    ) -> Result<Self> {
        let tags = tags_of(config.bert.scheme, &corpora.train)?;
        let (base, teachers, seed) = (String::new(), Vec::new(), config.seed);
        let mut trainer = Self { config, corpora, phases, device, tags, seed, base, teachers };
        trainer.take_seed(1)?;
        Ok(trainer)
    }

    /// The next phases have the config's seed, or one of its own for each number above 1.
    pub(crate) fn take_seed(&mut self, number: usize) -> Result<()> {
        let Self { config, corpora, .. } = *self;
        self.seed = config.seed.wrapping_add(SEEDS_APART.wrapping_mul(number as u64 - 1));
        let mut print = Fingerprint::new();
        print.bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(PHASE_FORMAT);
        print.bytes(self.phases.device.to_string().as_bytes());
        print.json(&(&config.without_paths().bert, self.seed, config.select))?;
        print.bytes(xner_tagger::bert::fingerprint(&config.bert.directory()?)?.as_bytes());
        for tag in self.tags.tags() {
            print.bytes(tag.to_string().as_bytes());
        }
        print.corpus(&corpora.dev).corpus(&corpora.target_dev);
        self.base = print.digest();
        Ok(())
    }

    /// The number of tags.
    pub(crate) fn tags(&self) -> usize {
        self.tags.len()
    }

    /// The states that a phase's model has of every word of the unlabelled text, `[words, width]` of each sentence.
    pub(crate) fn states(&mut self, phase: &Phase) -> Result<Vec<Vec<f32>>> {
        self.labelling()?;
        self.open(phase)?.0.tagger()?.common(&self.corpora.unlabelled)
    }

    /// The pretrained encoder with a new head.
    fn fresh(&self) -> Result<FineTuned<A>> {
        FineTuned::open(&self.config.bert, self.tags.clone(), self.seed, self.device)
    }

    /// What a phase begins with: another phase's model, as [`PhaseTrainer::open`] has it, or the encoder.
    fn begin(&self, from: Option<&Phase>) -> Result<(FineTuned<A>, Tensors)> {
        from.map_or_else(|| Ok((self.fresh()?, Tensors::default())), |from| self.open(from))
    }

    /// A phase's model with the weights that the config selects, and its discriminators' weights.
    pub(crate) fn open(&self, phase: &Phase) -> Result<(FineTuned<A>, Tensors)> {
        self.open_by(phase, self.config.select)
    }

    /// A phase's model, and the language discriminator that it had.
    pub(crate) fn with_discriminator(
        &self,
        phase: &Phase,
    ) -> Result<(FineTuned<A>, LanguageDiscriminator<A::InnerBackend>)> {
        let (model, mut weights) = self.open(phase)?;
        let (width, config) = (model.config().hidden_size, &self.config.adversary);
        let mut rng = stream(self.config.seed, Purpose::Adversary, 0, 0);
        let (hidden, normalise) = (config.language.hidden, config.normalise);
        let own = LanguageDiscriminator::new(width, hidden, normalise, self.device, &mut rng);
        let mut language = weights.split("language.");
        Ok((model, weights::load(own, &mut language, phase.models.of(self.config.select))?))
    }

    /// The same with the weights of either choice.
    pub(crate) fn open_by(&self, phase: &Phase, select: Select) -> Result<(FineTuned<A>, Tensors)> {
        let mut model = self.fresh()?;
        let discriminators =
            weights_file::load(phase.models.of(select), Some(&phase.report.fingerprint), &mut model)?;
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
        print.json(&(sets, games, training))?;
        let all = self.sets();
        let train: Vec<&Labelled> = sets.iter().flat_map(|&set| all.labelled(set)).collect();
        for &set in sets {
            print.corpus(all.labelled(set));
        }
        let with_discriminators = games.language.is_some() || games.order.is_some();
        if with_discriminators {
            // Of the adversary's lists only those of this phase count, so that methods that have it in common share it.
            let AdversaryConfig { generator_rate, discriminator_rate, batch, language, order, .. } =
                &config.adversary;
            let AdversaryConfig { normalise, steps, threshold, .. } = config.adversary;
            let hidden = [(games.language.is_some(), language.hidden), (games.order.is_some(), order.hidden)];
            let hidden = hidden.map(|(there, hidden)| there.then_some(hidden));
            print.json(&(generator_rate, discriminator_rate, batch, hidden))?;
            print.json(&(normalise, steps, threshold, games.order.is_some() && order.both_ways))?;
            for &set in games.sets() {
                all.fingerprint(set, &mut print);
            }
        }
        let plan = self.plan(name, training, print.digest(), from.is_some(), Place::Shared)?;
        let plan = plan.of(train.iter().map(|labelled| &labelled.sentence));
        if let Some(phase) = self.phases.finished(&plan)? {
            return Ok(phase);
        }

        let (model, mut discriminators) = self.begin(from)?;
        let adversary = if with_discriminators {
            let lists = self.lists(games, &model)?;
            let which = [lists.languages.is_some(), lists.orders.is_some()];
            let width = model.config().hidden_size;
            let own = Discriminators::<A>::new(&config.adversary, which, width, self.seed, self.device);
            let mut adversary = Adversary::new(
                &config.adversary,
                training.optimiser,
                training.clip,
                training.batch,
                config.bert.at_once,
                self.seed,
                lists,
                own,
            );
            let known = discriminators.split("language.");
            if which == [true, false] && !known.is_empty() {
                let mut language = Tensors::default();
                language.extend("language.", known);
                adversary.set_weights(&mut language, Path::new("discriminators"))?;
            }
            Some(adversary)
        } else {
            None
        };
        // An epoch goes through the longest of the labelled set and the language discriminator's lists; shorter ones
        // are gone through again. The order discriminator's, which are made of the labelled set, do not lengthen it.
        let epoch = games
            .language
            .iter()
            .flat_map(|(lists, _)| lists)
            .map(|list| all.len(list, training.longest))
            .max();
        let (at_once, epoch) = (config.bert.at_once, epoch.unwrap_or(0));
        let mut learner =
            AdversarialLearner::new(model, train, self.dev(), training, at_once, epoch, adversary)?;
        self.phases.train(&plan, &mut learner)
    }

    /// A student of soft labels, whose model directories are the run's. `source` is the method's source model.
    pub(crate) fn student(
        &mut self,
        source: &Phase,
        lessons: &[Lesson<'_>],
        hard_weight: f32,
    ) -> Result<TrainReport> {
        let place = Place::Models(self.phases.models.clone());
        let (loss, calibrate, to_the_end) = (SoftLoss::Square, false, false);
        let plan = StudentPlan { name: "student", loss, place, calibrate, to_the_end };
        Ok(self.student_into(plan, source, lessons, hard_weight)?.report)
    }

    /// A student that learns and is left as the plan says.
    pub(crate) fn student_into(
        &mut self,
        plan: StudentPlan<'_>,
        source: &Phase,
        lessons: &[Lesson<'_>],
        hard_weight: f32,
    ) -> Result<Phase> {
        let StudentPlan { name, loss, place, calibrate, to_the_end } = plan;
        let mut training = self.config.distillation.training(&self.config.training);
        if to_the_end {
            // One evaluation, behind the last step.
            (training.choose_start, training.evaluate_every, training.patience) = (false, usize::MAX, 0);
        }
        let mut print = Fingerprint::new();
        print.bytes(self.base.as_bytes());
        print.json(&(&training, hard_weight))?;
        let from = match self.config.distillation.start {
            StudentStart::Pretrained => None,
            StudentStart::Source => Some(source),
        };
        print.bytes(from.map_or("", |from| &from.report.fingerprint).as_bytes());
        if loss != SoftLoss::Square || calibrate {
            print.json(&(loss, calibrate))?;
        }
        for Lesson { sentence, soft, hard, weights } in lessons {
            print.words(sentence.tokens()).floats(soft);
            if !weights.is_empty() {
                print.floats(weights);
            }
            let hard: Vec<f32> = hard.iter().map(|tag| tag.map_or(-1.0, f32::from)).collect();
            print.floats(&hard);
        }
        let plan = self.plan(name, &training, print.digest(), from.is_some(), place)?;
        let plan = plan.of(lessons.iter().map(|lesson| lesson.sentence));
        let model = self.begin(from)?.0;
        let at_once = self.config.bert.at_once;
        let dev = self.dev();
        let mut learner = Distillation::learner(model, lessons, dev, &training, at_once, loss, hard_weight)?;
        if matches!(plan.place, Place::Shared) {
            learner.lessons = learner.lessons.of_phase();
        }
        if calibrate {
            learner.lessons = learner.lessons.calibrated_on(&self.corpora.dev);
        }
        self.phases.train(&plan, &mut learner)
    }

    /// The probabilities that a phase's model gives every word of the unlabelled text, `[words, tags]` of each
    /// sentence. What it says of the test sentences is kept for the report, by the teacher's name and weight.
    pub(crate) fn soft_labels(&mut self, name: &str, weight: f32, phase: &Phase) -> Result<Vec<Vec<f32>>> {
        self.labelling()?;
        let tagger = self.open(phase)?.0.tagger()?;
        let said = |sentences: &[Sentence]| -> Result<Vec<Vec<f32>>> {
            let tagged = tagger.tag(sentences)?;
            Ok(tagged.into_iter().map(|tagging| tagging.probabilities).collect())
        };
        if !self.corpora.target_test.is_empty() {
            let test: Vec<Sentence> =
                self.corpora.target_test.iter().map(|labelled| labelled.sentence.clone()).collect();
            self.teachers.push(Teacher { name: name.to_owned(), weight, said: said(&test)? });
        }
        said(&self.corpora.unlabelled)
    }

    /// How the teachers that were asked do on the test sentences themselves, and the mean of what they say, by their
    /// weights, where there are several.
    pub(crate) fn teacher_scores(&self) -> Result<Vec<TeacherScores>> {
        let decoder = Decoder::of_scheme(&self.tags)?;
        let scored = |name: &str, said: &[Vec<f32>]| -> Result<TeacherScores> {
            let tags = said.iter().map(|said| decoder.best_of(said)).collect::<Result<Vec<_>>>()?;
            let scores = score(&self.corpora.target_test, &tags)?;
            Ok(TeacherScores { name: name.to_owned(), scores: (&scores).into() })
        };
        let mut found = Vec::with_capacity(self.teachers.len() + 1);
        for Teacher { name, said, .. } in &self.teachers {
            found.push(scored(name, said)?);
        }
        if self.teachers.len() > 1 {
            let all: Vec<_> =
                self.teachers.iter().map(|teacher| (teacher.weight, teacher.said.clone())).collect();
            found.push(scored("mean", &united(&all))?);
        }
        Ok(found)
    }

    /// Tells that a model is about to go through the unlabelled text.
    pub(crate) fn labelling(&mut self) -> Result<()> {
        self.phases.tell("labelling", What::Begin { sentences: self.corpora.unlabelled.len() })
    }

    fn lists(&self, games: &Games, model: &FineTuned<A>) -> Result<GameLists> {
        let sets = self.sets();
        // Longer sentences are left out here too.
        let longest = self.config.training.longest;
        let pieces = |sentence: &Sentence| {
            if sentence.len() > longest { Ok(Vec::new()) } else { model.pieces(sentence) }
        };
        let mut lists = GameLists::default();
        if let Some(([one, two], words)) = &games.language {
            let list = |which: &[Set]| some(word_languages(&sets, which, *words, pieces)?, which);
            lists.languages = Some([list(one)?, list(two)?]);
        }
        if let Some([ordered, shuffled]) = &games.order {
            let list = |which: &[Set]| some(word_orders(&sets, which, pieces)?, which);
            lists.orders = Some([list(ordered)?, list(shuffled)?]);
        }
        Ok(lists)
    }

    fn plan<'b>(
        &self,
        phase: &'b str,
        training: &'b TrainingConfig,
        fingerprint: String,
        trained: bool,
        place: Place,
    ) -> Result<Plan<'b>> {
        let (seed, settings) = (self.seed, self.config.to_json()?);
        let work = TrainingLoop { phase, seed, training, settings, fingerprint, trained, left_out: 0 };
        Ok(Plan { work, sentences: 0, place })
    }
}

/// What was found in these sets. Words there are; but it may be none that the tokeniser knows a subword of.
fn some<T>(found: Vec<T>, which: &[Set]) -> Result<Vec<T>> {
    if !found.is_empty() {
        return Ok(found);
    }
    let names: Vec<String> = which.iter().map(|set| format!("`{set}`")).collect();
    Err(Error::data(format!(
        "of the sets {} no word has a subword that the discriminator could be asked about, expected text in the encoder's \
         writing",
        names.join(", ")
    )))
}
