//! Distillation as a strategy.

use std::path::{Path, PathBuf};

use xner_corpus::{Labelled, Sentence, TagSet};
use xner_tagger::bert::train::{Dev, FineTuned};
use xner_tagger::bert::{self, quantise, write_smaller};
use xner_tagger::{open, open_features};
use xner_train::{
    Checked, Fingerprint, Result, Settings, TrainBackend, TrainingLoop, What, files, on_device,
    read_unlabelled,
};

use super::config::DistilConfig;
use super::labels::{self, mixed};
use crate::strategy::{Common, Corpora, Phases, Place, Plan, Strategy, Trained};
use crate::text::{labelled, limited, limited_by, maybe_labelled};
use crate::transadv::{Distillation, Lesson};

/// A smaller model of a teacher, which learns what the teacher says of labelled and raw text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Distil;

/// What a run works on.
#[derive(Debug, Default)]
pub struct DistilData {
    /// Labelled sentences, which the teacher labels too.
    pub train: Vec<Labelled>,
    /// Labelled sentences by which weights are chosen.
    pub dev: Vec<Labelled>,
    /// Raw text; may be empty.
    pub unlabelled: Vec<Sentence>,
    /// Labelled target sentences; may be empty.
    pub target_dev: Vec<Labelled>,
    /// Labelled target sentences to be scored in the end; may be empty.
    pub target_test: Vec<Labelled>,
}

impl DistilData {
    /// All that the student learns of: the labelled sentences first.
    fn sentences(&self) -> Vec<&Sentence> {
        self.train.iter().map(|labelled| &labelled.sentence).chain(&self.unlabelled).collect()
    }
}

impl Strategy for Distil {
    type Config = DistilConfig;
    type Data = DistilData;

    fn name(&self) -> &'static str {
        "distil"
    }

    fn common<'a>(&self, config: &'a DistilConfig) -> Common<'a> {
        Common {
            seed: config.seed,
            row: config.row.clone(),
            select: config.select,
            source: &config.source.language,
            target: &config.target.language,
            drop_types: &[],
        }
    }

    fn read(&self, config: &DistilConfig) -> Result<DistilData> {
        let DistilConfig { source, target, .. } = config;
        let train = labelled("source.train", source.train.as_ref(), &source.read)?;
        let dev = labelled("source.dev", source.dev.as_ref(), &source.read)?;
        let unlabelled = match &target.unlabelled {
            Some(path) => {
                limited_by(read_unlabelled(path, &target.read)?, target.sentences, |sentence| sentence)
            }
            None => Vec::new(),
        };
        let target_dev = maybe_labelled("target.dev", target.dev.as_ref(), &target.read)?;
        Ok(DistilData {
            train: limited(train, source.sentences),
            dev: limited(dev, source.dev_sentences),
            unlabelled,
            target_dev: limited(target_dev, target.dev_sentences),
            target_test: maybe_labelled("target.test", target.test.as_ref(), &target.read)?,
        })
    }

    fn corpora<'a>(&self, data: &'a DistilData) -> Corpora<'a> {
        let DistilData { train, dev, target_dev, target_test, .. } = data;
        Corpora { train, dev, target_dev, target_test, source_test: &[] }
    }

    fn fingerprint(
        &self,
        config: &Checked<DistilConfig>,
        data: &DistilData,
        print: &mut Fingerprint,
    ) -> Result<()> {
        print.bytes(bert::fingerprint(config.teacher()?)?.as_bytes());
        print.corpus(&data.train).corpus(&data.dev).sentences(&data.unlabelled);
        Ok(())
    }

    fn train(
        &self,
        config: &Checked<DistilConfig>,
        data: &DistilData,
        phases: &mut Phases<'_>,
    ) -> Result<Trained> {
        on_device!(phases.device, A, card => trained::<A>(config, data, card, phases))
    }
}

fn trained<A: TrainBackend>(
    config: &Checked<DistilConfig>,
    data: &DistilData,
    card: &A::Device,
    phases: &mut Phases<'_>,
) -> Result<Trained> {
    let teacher = teacher(config, phases)?;
    let (soft, tags) = soft_labels(&teacher, data, phases)?;
    let gold = config.teacher.gold as f32;
    let mut lessons = Vec::with_capacity(soft.len());
    for (at, (sentence, soft)) in data.sentences().into_iter().zip(soft).enumerate() {
        let soft = match data.train.get(at) {
            Some(labelled) => mixed(soft, labelled, &tags, gold)?,
            None => soft,
        };
        lessons.push(Lesson { sentence, soft, hard: Vec::new(), weights: Vec::new() });
    }
    let start = start(config, data, phases)?;
    let mut model = FineTuned::<A>::reopen(&start, &config.bert(), config.seed, card)?;
    if let Some(share) = config.student.dropout {
        model = model.with_dropout(share);
    }
    let mut print = Fingerprint::new();
    print.bytes(phases.fingerprint().as_bytes());
    let (training, settings) = (&config.training, config.to_json()?);
    let (phase, fingerprint) = ("student", print.digest());
    let work = TrainingLoop {
        phase,
        seed: config.seed,
        training,
        settings,
        fingerprint,
        trained: true,
        left_out: 0,
    };
    let plan = Plan { work, sentences: 0, place: Place::Models(phases.models.clone()) };
    let plan = plan.of(lessons.iter().map(|lesson| lesson.sentence));
    let dev = Dev { source: &data.dev, target: &data.target_dev };
    let at_once = config.student.at_once;
    let soft = config.teacher.loss;
    let mut learner = Distillation::learner(model, &lessons, dev, training, at_once, soft, 0.0)?;
    if config.teacher.states > 0.0 {
        let (features, weight) = (open_features(&teacher, &phases.device)?, config.teacher.states as f32);
        learner.lessons = learner.lessons.with_states(features, weight, &lessons, training.longest);
    }
    Ok(phases.train(&plan, &mut learner)?.report.into())
}

/// The folder of the teacher that is asked: its own, or that of one in 8 bits, in the cache.
fn teacher(config: &Checked<DistilConfig>, phases: &mut Phases<'_>) -> Result<PathBuf> {
    let teacher = config.teacher()?;
    if !config.teacher.eight_bits {
        return Ok(teacher.clone());
    }
    let mut print = Fingerprint::new();
    print.bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(bert::fingerprint(teacher)?.as_bytes());
    let folder = phases.cache.join(format!("teacher-{}", &print.digest()[..16]));
    if !folder.join("config.json").exists() {
        phases.tell("teacher in 8 bits", What::Begin { sentences: 0 })?;
        quantise(teacher, &folder, None, 8)?;
    }
    Ok(folder)
}

/// What the teacher says of all sentences, and its tags. It is kept in the cache, for it takes long.
fn soft_labels(
    teacher: &Path,
    data: &DistilData,
    phases: &mut Phases<'_>,
) -> Result<(Vec<Vec<f32>>, TagSet)> {
    let tagger = open(teacher, &phases.device)?;
    let tags = tagger.tag_set().clone();
    let sentences = data.sentences();
    let mut print = Fingerprint::new();
    print.bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(phases.device.to_string().as_bytes());
    print.bytes(bert::fingerprint(teacher)?.as_bytes()).corpus(&data.train).sentences(&data.unlabelled);
    let path = phases.cache.join(format!("labels-{}.safetensors", &print.digest()[..16]));
    if path.exists() {
        return Ok((labels::read(&path, &sentences, tags.len())?, tags));
    }
    phases.tell("labelling", What::Begin { sentences: sentences.len() })?;
    let mut soft = Vec::with_capacity(sentences.len());
    for some in sentences.chunks(labels::AT_ONCE) {
        soft.extend(labels::labels(tagger.as_ref(), some)?);
        let share = soft.len() as f64 / sentences.len() as f64;
        phases.tell("labelling", What::measured("sentences labelled, share", share))?;
    }
    files::create_folder(phases.cache)?;
    labels::write(&path, &soft, tags.len())?;
    Ok((soft, tags))
}

/// The folder of the student's first weights.
fn start(config: &Checked<DistilConfig>, data: &DistilData, phases: &mut Phases<'_>) -> Result<PathBuf> {
    let (teacher, smaller) = (config.teacher()?, config.smaller());
    let mut print = Fingerprint::new();
    print.bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(bert::fingerprint(teacher)?.as_bytes());
    print.json(&(&smaller.layers, smaller.inner, smaller.subwords, smaller.least))?;
    print.corpus(&data.train).sentences(&data.unlabelled);
    let folder = phases.cache.join(format!("start-{}", &print.digest()[..16]));
    if !folder.join("config.json").exists() {
        phases.tell(
            "student's first weights",
            What::Begin { sentences: data.train.len() + data.unlabelled.len() },
        )?;
        let rows = write_smaller(teacher, &folder, &smaller, data.sentences())?;
        phases.tell("student's first weights", What::measured("subwords", rows as f64))?;
    }
    Ok(folder)
}
