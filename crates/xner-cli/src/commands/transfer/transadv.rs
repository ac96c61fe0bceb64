//! `xner transfer transadv`, and the baselines on the same parts.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use xner_tagger::{Flow, Observer as _};
use xner_transfer::transadv::{self, Event, Method, Observer, Told, TransAdvConfig, TransAdvCorpora};

use super::super::train;
use super::{runs, transadv_settings};
use crate::interrupt;
use crate::progress::{Progress, note};

/// The arguments of a method of the family.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    runs: runs::Args,
    /// The folder of the phases' models: runs that share it train what they have in common once. By default `phases`
    /// in DIR
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

pub(super) fn run(Args { runs, cache }: &Args, method: Method) -> Result<()> {
    if runs.print_config {
        return super::super::print(&transadv_settings::documented()?);
    }
    let config = TransAdvConfig::read_with(runs.file(), &runs.set)?;
    runs.check()?;
    let spinner = Progress::spinner("reading, and making the sets");
    let corpora = TransAdvCorpora::read(&config, method)
        .with_context(|| format!("{}: cannot train", runs.file().display()))?;
    drop(spinner);
    runs.run(config.seed, |seed, out| {
        let config = TransAdvConfig { seed, ..config.clone() };
        let mut watch = Watch { stop: interrupt::asked, shown: None, scoring: None, begun: Instant::now() };
        let cache = cache.as_deref();
        Ok(transadv::run(method, &config, &corpora, out, cache, &runs.device, &mut watch)?)
    })
}

/// Shows the phases of a run, each as `xner train` would; stops it when asked to.
struct Watch {
    stop: fn() -> bool,
    shown: Option<train::Watch>,
    scoring: Option<Progress>,
    /// When the running phase began.
    begun: Instant,
}

impl Observer for Watch {
    fn event(&mut self, event: &Event<'_>) -> Flow {
        match event {
            Event::Created { coverage, notes } => {
                let share = |words: &transadv::data::Words| 100.0 * words.share();
                let (entity, context) = (share(&coverage.entity_words), share(&coverage.context_words));
                note(&format!("translated: {entity:.1} % of entity words, {context:.1} % of others"));
                notes.iter().for_each(|text| note(text));
            }
            Event::Phase { name, .. } => {
                self.scoring = None;
                note(&format!("phase {name}"));
                (self.shown, self.begun) = (Some(train::Watch::new(self.stop)), Instant::now());
            }
            Event::Training(event) => {
                if let Some(watch) = &mut self.shown {
                    watch.event(event);
                }
            }
            Event::Game { tally, .. } => {
                for (what, told) in [("language", &tally.language), ("order", &tally.order)] {
                    if let Some(text) = game(what, told) {
                        note(&text);
                    }
                }
            }
            Event::PhaseEnd { name, cached, bytes, .. } => {
                self.shown = None;
                let size = *bytes as f64 / f64::from(1 << 20);
                let seconds = self.begun.elapsed().as_secs_f64();
                let how = if *cached { "was there".to_owned() } else { format!("{seconds:.0} s") };
                note(&format!("phase {name}: {how}, {size:.0} MiB"));
            }
            Event::Labelling { .. } => self.scoring = Some(Progress::spinner("labelling the target's text")),
            Event::Scoring => self.scoring = Some(Progress::spinner("scoring")),
            _ => {}
        }
        if (self.stop)() { Flow::Stop } else { Flow::Continue }
    }
}

/// What a discriminator reached.
fn game(what: &str, told: &Told) -> Option<String> {
    let accuracy = 100.0 * told.accuracy()?;
    let note = if told.saturated() {
        ": it is saturated, and teaches the encoder next to nothing"
    } else if told.lost() {
        ": it tells next to nothing"
    } else {
        ""
    };
    Some(format!("{what} discriminator: {accuracy:.1} % right{note}"))
}
