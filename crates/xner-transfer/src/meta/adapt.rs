//! Adaptation: before a target sentence is tagged, the model takes a step on the source sentences that are most similar
//! to it (algorithm 1, line 15 and below).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::tensor::backend::AutodiffBackend;
use rayon::ThreadPoolBuilder;
use xner_corpus::{Labelled, Sentence, Tag, TagSet};
use xner_tagger::bert::train::{Example, FineTuneOptimiser, FineTuned, Pass};
use xner_tagger::{Decode, Features, Tagger, Tagging};
use xner_train::{Device, Fingerprint, TrainBackend, holds_entities, on_device};

use super::config::{AdaptationConfig, InnerUpdate, LossConfig, MetaConfig, Nearest, Similarity};
use super::index::{Neighbour, Represent, SentenceIndex, SentenceVectors, enough};
use super::loss::Sentences;
use super::{inner, tasks};
use crate::{Error, Result};

/// A tagger that adapts its model to each sentence before it tags it.
///
/// Sentences with the same similar sentences are tagged together, and sentences with others at the same time, each by a
/// copy of what is trained, which shares memory with the model until it is changed. The model itself never is. A
/// sentence's tagging does not depend on those beside it, nor on the number of threads.
///
/// On a CPU there are as many copies at a time as rayon has threads, each of what is trained with its gradient and the
/// two moments of the optimiser; on an accelerator, which does one thing after another, there is one.
pub struct AdaptedTagger<A: AutodiffBackend> {
    model: FineTuned<A>,
    /// Copies, with the memory of their optimisers, that are not in use: of former calls.
    idle: Mutex<Vec<Worker<A>>>,
    /// The windows of each source sentence.
    windows: Vec<Vec<Example>>,
    index: SentenceIndex,
    encoder: Box<dyn Represent + Send + Sync>,
    cache: Option<PathBuf>,
    similarity: Similarity,
    loss: LossConfig,
    inner: InnerUpdate,
    adaptation: AdaptationConfig,
    decode: Decode,
}

/// A copy of the model, and what takes its steps.
type Worker<A> = (FineTuned<A>, FineTuneOptimiser<<A as AutodiffBackend>::InnerBackend>);

impl<A: AutodiffBackend> std::fmt::Debug for AdaptedTagger<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { similarity, adaptation, .. } = self;
        let mut shown = f.debug_struct("AdaptedTagger");
        shown.field("similarity", similarity).field("adaptation", adaptation).finish_non_exhaustive()
    }
}

impl<A: TrainBackend> AdaptedTagger<A> {
    /// `source` are the sentences of `index`, with their labels; of `config` the sections `similarity`, `loss`,
    /// `inner`, `adaptation` and `decode` count. `encoder` is that of the index; `cache` as in
    /// [`SentenceVectors::open_or_make`]. The index is asked for, with the encoder, when model, source and config are
    /// known to fit, for to make it takes long.
    ///
    /// # Errors
    /// [`Error::Data`] when there are fewer source sentences than are wanted for one, or more or fewer than in the
    /// index, or a label that the model does not have, or when it has a CRF; a fault of the tokeniser; those of
    /// `index`.
    pub fn new(
        model: FineTuned<A>,
        source: &[Labelled],
        index: impl FnOnce(&dyn Represent) -> Result<SentenceIndex>,
        encoder: Box<dyn Represent + Send + Sync>,
        cache: Option<&Path>,
        config: &MetaConfig,
    ) -> Result<Self> {
        if model.has_crf() {
            return Err(Error::data(
                "the model has a CRF, expected a head without one: the loss is of single words",
            ));
        }
        enough(source.len(), wanted(&config.similarity), 0)?;
        let windows = tasks::windows(&model, source)?;
        let index = index(encoder.as_ref())?;
        if windows.len() != index.len() {
            let (own, others) = (windows.len(), index.len());
            let message = format!("there are {own} source sentences, and an index of {others}");
            return Err(Error::Data { message });
        }
        Ok(Self {
            model,
            idle: Mutex::default(),
            windows,
            index,
            encoder,
            cache: cache.map(Path::to_owned),
            similarity: config.similarity,
            loss: config.plain_loss(),
            inner: config.inner.clone(),
            adaptation: config.adaptation,
            decode: config.decode.into(),
        })
    }

    /// The same with another way to choose tags than the config's.
    #[must_use]
    pub fn with_decode(self, decode: Decode) -> Self {
        Self { decode, ..self }
    }

    /// The model, which no adaptation changes.
    pub fn model(&self) -> &FineTuned<A> {
        &self.model
    }

    /// The source sentences that the model is adapted by, for each sentence; none for a sentence without words.
    ///
    /// # Errors
    /// The encoder's.
    pub fn similar(&self, sentences: &[Sentence]) -> Result<Vec<Vec<Neighbour>>> {
        let own: Vec<Sentence> = sentences.iter().filter(|one| !one.is_empty()).cloned().collect();
        let vectors = SentenceVectors::open_or_make(self.cache.as_deref(), self.encoder.as_ref(), &own)?;
        let mut found = self.index.nearest(&vectors, wanted(&self.similarity))?;
        if self.similarity.nearest == Nearest::Drop {
            for neighbours in &mut found {
                neighbours.remove(0);
            }
        }
        let mut found = found.into_iter();
        let of = |one: &Sentence| if one.is_empty() { None } else { found.next() };
        Ok(sentences.iter().map(of).map(Option::unwrap_or_default).collect())
    }

    /// What `f` makes of each group of sentences that have the same similar ones, with a tagger that is adapted by
    /// these; in the order of the sentences.
    fn each<T: Send + Default + Clone>(
        &self,
        sentences: &[Sentence],
        f: impl Fn(&dyn Features, &[Sentence]) -> Result<Vec<T>> + Sync,
    ) -> Result<Vec<T>> {
        let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (at, similar) in self.similar(sentences)?.into_iter().enumerate() {
            // In one order, so that equal sets are one.
            let mut support: Vec<usize> = similar.iter().map(|neighbour| neighbour.sentence).collect();
            support.sort_unstable();
            groups.entry(support).or_default().push(at);
        }
        let groups: Vec<(Vec<usize>, Vec<usize>)> = groups.into_iter().collect();
        let tagged = workers(
            &groups,
            A::workers(),
            || self.worker(),
            |worker| self.idle().push(worker),
            |(model, optimiser), (support, places)| {
                let own: Vec<Sentence> = places.iter().map(|&at| sentences[at].clone()).collect();
                self.adapted(model, optimiser, support, |tagger| f(tagger, &own))
            },
        )?;
        let mut all = vec![T::default(); sentences.len()];
        for ((_, places), found) in groups.iter().zip(tagged) {
            for (&at, one) in places.iter().zip(found) {
                all[at] = one;
            }
        }
        Ok(all)
    }

    /// A copy of the model that nobody uses.
    fn worker(&self) -> Worker<A> {
        // By itself, so that others need not wait while one is made.
        let idle = self.idle().pop();
        idle.unwrap_or_else(|| {
            let model = self.model.fork();
            let optimiser = inner::inner_optimiser(&model, &self.inner);
            (model, optimiser)
        })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker<A>>> {
        // Only whole ones are put in.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `f` makes of the tagger that is adapted by these source sentences. `model` is the same before and after.
    fn adapted<T>(
        &self,
        model: &mut FineTuned<A>,
        optimiser: &mut FineTuneOptimiser<A::InnerBackend>,
        support: &[usize],
        f: impl FnOnce(&dyn Features) -> Result<T>,
    ) -> Result<T> {
        let AdaptationConfig { steps, rate, dropout, .. } = self.adaptation;
        let sentences =
            Sentences::new(support.iter().map(|&at| self.windows[at].as_slice()), self.loss.subwords);
        let kept = model.keep(sentences.pieces());
        let pass = dropout.then(|| Pass { step: place(support), place: 0 });
        let outcome = match inner::update(model, optimiser, &sentences, &self.loss, rate, steps, pass) {
            Ok(outcome) => outcome,
            Err(fault) => {
                model.put_back(kept);
                return Err(fault);
            }
        };
        let diverged = |found: String| {
            let numbers: Vec<String> = support.iter().map(|at| (at + 1).to_string()).collect();
            let message = format!(
                "adapting by source sentences {}: {found}; a lower `adaptation.rate` may help",
                numbers.join(", ")
            );
            Error::Data { message }
        };
        let answer = if outcome.gradient_norm.is_finite() {
            model.passing_tagger().and_then(|tagger| {
                f(&tagger.with_decode(self.decode)).map_err(|fault| match fault {
                    // What the step made of the weights.
                    Error::Crf(fault) => diverged(fault.to_string()),
                    fault => fault,
                })
            })
        } else {
            let (loss, gradient) = (outcome.loss, outcome.gradient_norm);
            Err(diverged(format!("loss {loss}, gradient {gradient}, expected finite numbers")))
        };
        model.put_back(kept);
        answer
    }
}

/// What `f` makes of each of `work`, in its order, on at most `threads` threads; each begins with what `start` gives,
/// and gives it to `end` unless there was a fault. Of several faults it is that of the first in the order.
///
/// These are no tasks of rayon's: a backward pass holds a lock while it works in parallel, and a thread that took up
/// another such task meanwhile would wait for itself. So each thread does what it has to do alone, which for a few
/// short sentences is also the fastest.
fn workers<W: Sync, S, T: Send>(
    work: &[W],
    threads: usize,
    start: impl Fn() -> S + Sync,
    end: impl Fn(S) + Sync,
    f: impl Fn(&mut S, &W) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let run = || -> Vec<(usize, Result<T>)> {
        let (mut state, mut done) = (start(), Vec::new());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(own) = work.get(at) else {
                end(state);
                return done;
            };
            let found = f(&mut state, own);
            let failed = found.is_err();
            done.push((at, found));
            if failed {
                // What stands behind it need not be begun. What stands before it has been.
                next.store(work.len(), Ordering::Relaxed);
                return done;
            }
        }
    };
    let alone = || -> Result<Vec<(usize, Result<T>)>> {
        let pool = ThreadPoolBuilder::new().num_threads(1).build();
        let pool = pool.map_err(|fault| Error::Data { message: format!("a thread to adapt in: {fault}") })?;
        Ok(pool.install(run))
    };
    let found = std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads.min(work.len())).map(|_| scope.spawn(alone)).collect();
        let ended = started.into_iter().map(|thread| match thread.join() {
            Ok(found) => found,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        ended.collect::<Result<Vec<_>>>()
    })?;
    let mut found: Vec<(usize, Result<T>)> = found.into_iter().flatten().collect();
    found.sort_unstable_by_key(|&(at, _)| at);
    found.into_iter().map(|(_, found)| found).collect()
}

/// Source sentences that are looked up for one target sentence.
fn wanted(similarity: &Similarity) -> usize {
    similarity.k + usize::from(similarity.nearest == Nearest::Drop)
}

/// Where the dropout of an adaptation stands: a function of the sentences adapted by.
fn place(support: &[usize]) -> usize {
    let bytes: Vec<u8> = support.iter().flat_map(|&at| (at as u64).to_le_bytes()).collect();
    let digest = Fingerprint::new().bytes(&bytes).digest();
    // Thirteen hexadecimal digits fit into a number of any platform's that has 64 bits; on others the rest is cut off.
    usize::from_str_radix(&digest[..usize::BITS as usize / 4 - 3], 16).unwrap_or_default()
}

impl<A: TrainBackend> Tagger for AdaptedTagger<A> {
    fn tag(&self, sentences: &[Sentence]) -> Result<Vec<Tagging>> {
        self.each(sentences, |tagger, own| tagger.tag(own))
    }

    fn best(&self, sentences: &[Sentence]) -> Result<Vec<Vec<Tag>>> {
        self.each(sentences, |tagger, own| tagger.best(own))
    }

    fn tag_set(&self) -> &TagSet {
        self.model.tags()
    }
}

impl<A: TrainBackend> Features for AdaptedTagger<A> {
    fn common(&self, sentences: &[Sentence]) -> Result<Vec<Vec<f32>>> {
        self.each(sentences, |tagger, own| tagger.common(own))
    }
}

/// Opens a token classifier of Hugging Face's layout as an [`AdaptedTagger`]. What of it is trained is in
/// `config.bert`. `decode` is how tags are chosen where that is not as the config says.
///
/// # Errors
/// As [`FineTuned::reopen`] and [`AdaptedTagger::new`]; [`Error::Setting`] when no source sentence has an entity.
pub fn open_adapted(
    folder: &Path,
    source: &[Labelled],
    index: &dyn Fn(&dyn Represent) -> Result<SentenceIndex>,
    encoder: Box<dyn Represent + Send + Sync>,
    cache: Option<&Path>,
    config: &MetaConfig,
    decode: Option<Decode>,
    device: &Device,
) -> Result<Box<dyn Tagger>> {
    holds_entities("source.train", source, &config.drop_types)?;
    on_device!(*device, A, card => {
        let model = FineTuned::<A>::reopen(folder, &config.bert, config.seed, card)?;
        let tagger = AdaptedTagger::new(model, source, index, encoder, cache, config)?;
        let decode = decode.unwrap_or(tagger.decode);
        Ok(Box::new(tagger.with_decode(decode)) as Box<dyn Tagger>)
    })
}
