//! Meta-learning as a strategy: the index, the base model or meta-training, scores with adaptation and without.

use std::path::Path;

use rayon::ThreadPoolBuilder;

use xner_corpus::{Labelled, Tag};
use xner_tagger::bert::train::FineTuned;
use xner_tagger::bert::{BertConfig, Tokeniser, Windows};
use xner_tagger::{OpenOptions, Tagger};
use xner_train::{
    Checked, Error, Fingerprint, Result, TrainBackend, What, files::create_folder, on_device, score,
};

use super::adapt::AdaptedTagger;
use super::case::{Case, Cases};
use super::config::{Ablation, MetaConfig, Overlap};
use super::corpora::MetaCorpora;
use super::index::{Origin, Pretrained, SentenceIndex, enough};
use super::progress::Progress;
use super::train::trained;
use crate::report::{Adapted, Select, Selected, TestScores};
use crate::strategy::{Common, Corpora, Phases, Strategy, Trained};

/// What reports call it.
pub(crate) const METHOD: &str = "meta";
/// Sentences that are adapted to between two words to the observer.
const CHUNK: usize = 128;

/// Meta-learning.
///
/// Beside the model is then `adaptation.json`: the sentences whose tags adaptation changed, with those that the model
/// was adapted by. The base model, where it is needed, the meta-trained one and the vectors of sentences are in the
/// cache: runs with the same cache make them once, whatever language they are scored on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Meta;

impl Strategy for Meta {
    type Config = MetaConfig;
    type Data = MetaCorpora;

    fn name(&self) -> &str {
        METHOD
    }

    fn common<'a>(&self, config: &'a MetaConfig) -> Common<'a> {
        Common {
            seed: config.seed,
            row: config.row(),
            select: Select::SourceDev,
            source: &config.source.language,
            target: &config.target.language,
            drop_types: &config.drop_types,
        }
    }

    fn read(&self, config: &MetaConfig) -> Result<MetaCorpora> {
        MetaCorpora::read(config)
    }

    fn corpora<'a>(&self, data: &'a MetaCorpora) -> Corpora<'a> {
        let MetaCorpora { train, dev, target_test } = data;
        Corpora { train, dev, target_test, ..Corpora::default() }
    }

    fn fingerprint(
        &self,
        config: &Checked<MetaConfig>,
        _: &MetaCorpora,
        print: &mut Fingerprint,
    ) -> Result<()> {
        print.bytes(xner_tagger::bert::fingerprint(&config.bert.directory()?)?.as_bytes());
        Ok(())
    }

    fn train(
        &self,
        config: &Checked<MetaConfig>,
        data: &MetaCorpora,
        phases: &mut Phases<'_>,
    ) -> Result<Trained> {
        create_folder(phases.cache)?;
        let folder = config.bert.directory()?;
        let encoder = Pretrained::new(&folder, config.similarity.representation(), phases.device)?;
        fits(config, &folder)?;
        let cut = cut(config, data, &folder)?;
        let data = cut.as_ref().unwrap_or(data);
        enough(data.train.len(), config.similarity.k, 1)?;
        let index = index(&encoder, data, phases)?;
        let report = on_device!(phases.device, A, card => trained::<A>(config, data, &index, card, phases))?;
        Ok(Trained { encoder: Some(encoder.files().to_owned()), ..report.into() })
    }

    fn score(
        &self,
        config: &Checked<MetaConfig>,
        data: &MetaCorpora,
        model: &Path,
        phases: &mut Phases<'_>,
        selected: &mut Selected,
    ) -> Result<()> {
        let folder = config.bert.directory()?;
        let cut = cut(config, data, &folder)?;
        let data = cut.as_ref().unwrap_or(data);
        if data.target_test.is_empty() {
            return Ok(());
        }
        let options = OpenOptions::default().with_decode(config.decode.into());
        let plain = xner_tagger::open_with(model, &options, &phases.device)?;
        let sentences: Vec<_> = data.target_test.iter().map(|labelled| labelled.sentence.clone()).collect();
        let before = plain.best(&sentences)?;
        drop(plain);
        selected.target_test = Some(scored(&data.target_test, &before)?);
        if config.adaptation.score {
            let adapted = on_device!(phases.device, A, card => {
                adapted::<A>(config, data, model, &before, card, phases)
            });
            selected.adapted = Some(adapted?);
        }
        Ok(())
    }

    fn clean(&self, out: &Path) -> Result<()> {
        Progress::remove(out)
    }
}

/// The source's index. The observer is told of it as it grows; a wish to stop is granted when the vectors are in the
/// cache.
fn index(encoder: &Pretrained, data: &MetaCorpora, phases: &mut Phases<'_>) -> Result<SentenceIndex> {
    let sentences: Vec<_> = data.train.iter().map(|labelled| labelled.sentence.clone()).collect();
    phases.tell("indexing", What::Begin { sentences: sentences.len() })?;
    let cache = phases.cache;
    let (tell, counts) = std::sync::mpsc::channel();
    // Sentences are done on any thread, but the observer lives on this one. The work has a pool as large as the
    // caller's: this thread may be one of the caller's, and waits.
    let threads = rayon::current_num_threads();
    let (index, stopped) = std::thread::scope(|scope| {
        let (sentences, of) = (&sentences, sentences.len());
        let making = scope.spawn(move || {
            let done = |more| tell.send(more).unwrap_or_default();
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|fault| Error::data(format!("threads to index in: {fault}")))?;
            pool.install(|| SentenceIndex::open_or_make_with(Some(cache), encoder, sentences, &done))
        });
        let (mut done, mut stopped) = (0, Ok(()));
        for more in counts {
            done += more;
            stopped = stopped.and(phases.tell("indexing", What::Progress { done, of }));
        }
        (making.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), stopped)
    });
    let index = index?;
    stopped?;
    if let Origin::MadeAnew(fault) = index.vectors().origin() {
        phases.tell("indexing", What::Note(&format!("{fault}; its vectors are made anew")))?;
    }
    Ok(index)
}

/// What training would find out only behind the vectors or the base model: settings do not fit the encoder, or words
/// cannot be masked. `folder` is the encoder's.
fn fits(config: &MetaConfig, folder: &Path) -> Result<()> {
    let encoder = BertConfig::read(&folder.join("config.json"))?;
    config.bert.check_against(&encoder)?;
    if config.ablation == Ablation::NoMetaTraining || config.meta_masking().ratio == 0.0 {
        return Ok(());
    }
    super::learner::mask(&Tokeniser::open(folder, &encoder)?).map(|_| ())
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
    let windows = windows.map_err(|fault| fault.at_key(|key| format!("bert.{key}")))?;
    Ok(Some(corpora.clone().cut(&windows, &tokeniser)?))
}

/// The scores of the model in the folder `model`, adapted to each test sentence; `before` are the tags that it gives as
/// it is. What adaptation changed is written.
fn adapted<A: TrainBackend>(
    config: &Checked<MetaConfig>,
    data: &MetaCorpora,
    model: &Path,
    before: &[Vec<Tag>],
    card: &A::Device,
    phases: &mut Phases<'_>,
) -> Result<Adapted> {
    let MetaCorpora { train, target_test: test, .. } = data;
    let encoder =
        Pretrained::new(&config.bert.directory()?, config.similarity.representation(), phases.device)?;
    let index = index(&encoder, data, phases)?;
    let (out, cache) = (phases.out, Some(phases.cache));
    let model = FineTuned::<A>::reopen(model, &config.bert, config.seed, card)?;
    // Another device may have trained another model, and found others similar.
    let mut key = Fingerprint::new();
    key.bytes(phases.fingerprint().as_bytes()).bytes(index.vectors().encoder().as_bytes());
    model.fingerprint(&mut key);
    let key = key.digest();
    let adapted = AdaptedTagger::new(model, train, |_| Ok(index), Box::new(encoder), cache, config)?;
    // A run that was stopped here goes on behind the last chunk.
    let mut done = Progress::of(out, &key)?;
    let mut after = done.tags()?;
    let sentences: Vec<_> = test.iter().map(|labelled| labelled.sentence.clone()).collect();
    for chunk in sentences.chunks(CHUNK).skip(after.len().div_ceil(CHUNK)) {
        phases.tell("adapting", What::Progress { done: after.len(), of: test.len() })?;
        let tags = adapted.best(chunk)?;
        done.add(out, &tags)?;
        after.extend(tags);
    }
    phases.tell("adapting", What::Progress { done: after.len(), of: test.len() })?;
    let scores = scored(test, &after)?;
    let mut cases = Vec::new();
    for (number, chunk) in sentences.chunks(CHUNK).enumerate() {
        let begin = number * CHUNK;
        let changed = (begin..begin + chunk.len()).filter(|&at| before[at] != after[at]);
        let changed: Vec<usize> = changed.collect();
        if !changed.is_empty() {
            // The chunks whose vectors are in the cache.
            let similar = adapted.similar(chunk)?;
            let case =
                |at: usize| Case::new(at, &test[at], &before[at], &after[at], &similar[at - begin], train);
            cases.extend(changed.into_iter().map(case));
        }
    }
    let changed = cases.len();
    Cases { cases }.write(out)?;
    Ok(Adapted { scores, sentences: test.len(), changed })
}

/// The scores of tags.
fn scored(test: &[Labelled], tags: &[Vec<Tag>]) -> Result<TestScores> {
    Ok((&score(test, tags)?).into())
}
