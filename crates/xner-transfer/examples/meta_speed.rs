//! What a meta-update and an adapted sentence cost.
//!
//! `meta_speed CONFIG ROUNDS` takes a config of `xner transfer meta`, makes ROUNDS meta-updates of the encoder with a
//! new head, tags 32 ROUNDS of the target's test sentences as they are and adapted, and prints a line for each:
//! milliseconds of process CPU time and of wall clock. `RAYON_NUM_THREADS` says how many threads it may use.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use burn::backend::Autodiff;
use burn_flex::{Flex, FlexDevice};
use cpu_time::ProcessTime;
use xner_corpus::Sentence;
use xner_tagger::Tagger;
use xner_tagger::bert::train::{FineTuned, tags_of};
use xner_train::{Device, Learner, Moment, Settings};
use xner_transfer::meta::index::{Pretrained, SentenceIndex};
use xner_transfer::meta::{AdaptedTagger, MetaConfig, MetaCorpora, MetaLessons, Tasks};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [config, rounds] = arguments.as_slice() else { return Err("usage: meta_speed CONFIG ROUNDS".into()) };
    let (config, rounds): (_, usize) = (MetaConfig::read(Path::new(config))?, rounds.parse()?);
    let corpora = MetaCorpora::read(&config)?;
    let folder = config.bert.directory()?;
    let encoder = || Pretrained::new(&folder, config.similarity.representation(), Device::Cpu);
    let sentences = |corpus: &[xner_corpus::Labelled]| -> Vec<Sentence> {
        corpus.iter().map(|labelled| labelled.sentence.clone()).collect()
    };
    let source = sentences(&corpora.train);
    let index = timed("vectors of all source sentences", 1, || {
        SentenceIndex::open_or_make(None, &encoder()?, &source)
    })?;
    let similar = timed("their similar ones", 1, || index.tasks(config.similarity.k))?;
    let tags = tags_of(config.bert.scheme, &corpora.train)?;
    let model = || FineTuned::<Autodiff<Flex>>::open(&config.bert, tags.clone(), config.seed, &FlexDevice);

    let tasks = Tasks::new(&model()?, &corpora.train, &similar, 1000)?;
    let mut learner = MetaLessons::learner(&config, model()?, tasks, &corpora.dev)?;
    let mut step = |step| learner.step(&[], &Moment { epoch: 0, step, rate: config.meta.optimiser.rate() });
    step(0)?;
    timed("a meta-update", rounds, || (1..=rounds).try_for_each(|at| step(at).map(drop)))?;

    let asked = sentences(&corpora.target_test);
    let asked = &asked[..asked.len().min(32 * rounds)];
    let adapted =
        AdaptedTagger::new(model()?, &corpora.train, |_| Ok(index), Box::new(encoder()?), None, &config)?;
    adapted.best(&asked[..1])?;
    timed("a sentence's vector and its similar ones", asked.len(), || adapted.similar(asked))?;
    timed("an adapted sentence, with that", asked.len(), || adapted.best(asked))?;
    let plain = model()?.tagger()?;
    plain.best(asked)?;
    timed("a sentence tagged as it is", asked.len(), || plain.best(asked))?;
    timed("the same one by one", asked.len(), || {
        asked.iter().try_for_each(|one| plain.best(std::slice::from_ref(one)).map(drop))
    })?;
    Ok(())
}

/// Prints what one of `count` things in `work` took.
fn timed<T, E>(what: &str, count: usize, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let (cpu, wall) = (ProcessTime::now(), Instant::now());
    let done = work()?;
    let each = |time: std::time::Duration| 1e3 * time.as_secs_f64() / count.max(1) as f64;
    println!("{what:42} {:9.1} ms CPU {:9.1} ms", each(cpu.elapsed()), each(wall.elapsed()));
    Ok(done)
}
