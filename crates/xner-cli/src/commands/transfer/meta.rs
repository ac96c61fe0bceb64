//! `xner transfer meta`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xner_tagger::{Flow, Observer as _};
use xner_transfer::meta::{self, Event, MetaConfig, MetaCorpora, Observer};

use super::super::train;
use super::{meta_settings, runs};
use crate::interrupt;
use crate::progress::{Progress, note};

/// Meta-learning (Wu et al. 2020): a model that adapts to each sentence by similar source sentences
///
/// DIR becomes a model directory of Hugging Face's layout, which `xner tag` and `transformers` open, with a report beside
/// it: the scores of the model as it is, and adapted to each test sentence; `adaptation.json` has the sentences whose
/// tags adaptation changed. `xner tag --adapt` tags so. A run that was stopped or killed goes on from its last checkpoint when
/// the same command is given again, and ends with the same bytes as one that never stopped.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    runs: runs::Args,
    /// The folder of the base model, the meta-trained one and sentences' vectors: runs that share it make once what they
    /// have in common. By default `phases` in DIR
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

pub(super) fn run(Args { runs, cache }: &Args) -> Result<()> {
    if runs.print_config {
        return super::super::print(&meta_settings::documented()?);
    }
    let config = MetaConfig::read_with(runs.file(), &runs.set)?;
    runs.check()?;
    let corpora =
        MetaCorpora::read(&config).with_context(|| format!("{}: cannot train", runs.file().display()))?;
    runs.run(config.seed, |seed, out| {
        let config = MetaConfig { seed, ..config.clone() };
        let mut watch = Watch::new(interrupt::asked);
        Ok(meta::run(&config, &corpora, out, cache.as_deref(), &runs.device, &mut watch)?)
    })
}

/// Shows the phases of a run; stops it when asked to.
pub(in crate::commands) struct Watch {
    stop: fn() -> bool,
    shown: Shown,
}

/// What is on the screen.
enum Shown {
    Nothing,
    Training(train::Watch),
    /// Removed from the screen when it is dropped.
    Working {
        _spinner: Progress,
    },
    Counting {
        what: &'static str,
        bar: Progress,
        done: usize,
    },
}

impl Watch {
    /// A watch that stops the run at the first event at which `stop` says so.
    pub(in crate::commands) fn new(stop: fn() -> bool) -> Self {
        Self { stop, shown: Shown::Nothing }
    }

    fn working(&mut self, what: &'static str) {
        // What was shown goes first.
        self.shown = Shown::Nothing;
        self.shown = Shown::Working { _spinner: Progress::spinner(what) };
    }

    fn counting(&mut self, what: &'static str, done: usize, of: usize) {
        if !matches!(self.shown, Shown::Counting { what: shown, .. } if shown == what) {
            self.shown = Shown::Nothing;
            note(what);
            self.shown = Shown::Counting { what, bar: Progress::steps(of, 0), done: 0 };
        }
        if let Shown::Counting { bar, done: before, .. } = &mut self.shown {
            bar.add(done - *before);
            *before = done;
        }
    }
}

impl Observer for Watch {
    fn event(&mut self, event: &Event<'_>) -> Flow {
        match event {
            Event::Indexing { done: 0, .. } => self.working("similar sentences"),
            Event::Indexing { done, sentences } => self.counting("vectors of sentences", *done, *sentences),
            Event::Phase { name, sentences } => {
                self.shown = Shown::Nothing;
                note(&format!("{name}: {sentences} sentences"));
                let what = if *name == "meta" { "tasks" } else { "sentences" };
                self.shown = Shown::Training(train::Watch::of(what, self.stop));
            }
            Event::Training(event) => {
                if let Shown::Training(watch) = &mut self.shown {
                    watch.event(event);
                }
            }
            Event::PhaseEnd { name, cached } => {
                self.shown = Shown::Nothing;
                if *cached {
                    note(&format!("{name}: was there"));
                }
            }
            Event::Note(text) => {
                self.shown = Shown::Nothing;
                note(&format!("note: {text}"));
            }
            Event::Scoring => self.working("scoring"),
            Event::Adapting { done, sentences } => {
                self.counting("adapting to each test sentence", *done, *sentences);
            }
            _ => {}
        }
        if (self.stop)() { Flow::Stop } else { Flow::Continue }
    }
}
