//! A run: restarts, each an initialiser, a refinement and a finish; the best by the criterion is kept.

use std::path::Path;

use xner_core::{Device, Event, Flow, Mapping as Step, Observer, What};

#[cfg(feature = "adversarial")]
use super::adversaries::initialise_adversarially;
use super::chance::{Chance, chance};
use super::checkpoint::{Checkpoint, fingerprint};
use super::config::{CheckedConfig, Initialiser, ProcrustesConfig, Refinement};
use super::finish::finish;
use super::mapping::Mapping;
use super::report::{Report, Restart};
use super::similarity::similarity_pairs;
use super::spaces::Spaces;
use super::state::{Current, State};
use super::{Pair, criterion, induced_pairs, rcsls, refine, seeds, self_learning};
use crate::dictionary::Dictionary;
use crate::knn::Csls;
use crate::linalg::{Matrix, apply};
use crate::{Error, Result, Rows, Vectors};

/// What a run may use beside vectors and config.
#[derive(Debug, Clone, Copy)]
pub struct Resources<'a> {
    /// The dictionary for the initialiser of that name.
    pub dictionary: Option<&'a Dictionary>,
    /// Where adversarial training runs.
    pub device: Device,
    /// The folder of the checkpoint; a run that finds one there goes on from it, with the same result to the bit.
    /// It stays after the run's end: [`super::save`] removes it from the folder it writes. One process at a time may
    /// use it: whoever shares folders with others takes a [`xner_corpus::write::FolderLock`].
    pub checkpoint: Option<&'a Path>,
    /// Iterations between two checkpoints; restarts end with one in any case.
    pub checkpoint_every: usize,
}

impl Default for Resources<'_> {
    fn default() -> Self {
        Self { dictionary: None, device: Device::Cpu, checkpoint: None, checkpoint_every: 20 }
    }
}

/// What a run gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// The best restart's mapping.
    pub mapping: Mapping,
    /// What the run found out about itself.
    pub report: Report,
}

/// Learns the mapping that brings `source` and `target` into one space.
///
/// ```
/// use xner_embed::Vectors;
/// use xner_embed::dictionary::Dictionary;
/// use xner_embed::map::{MapConfig, Method, Resources, map};
///
/// // The target is the source turned by a quarter.
/// let source = Vectors::from_rows(["one", "two", "three"], 2, &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0])?;
/// let target = Vectors::from_rows(["un", "deux", "trois"], 2, &[0.0, 1.0, -1.0, 0.0, -1.0, 1.0])?;
/// let dictionary = Dictionary::from_pairs([("one", "un"), ("two", "deux")])?;
///
/// let config = MapConfig::preset(Method::Supervised).check()?;
/// let resources = Resources { dictionary: Some(&dictionary), ..Resources::default() };
/// let mapped = map(&source, &target, &config, &resources, &mut ())?;
/// let three = mapped.mapping.apply_source(&source)?;
/// assert!(three.row(2).iter().zip(target.row(2)).all(|(a, b)| (a - b).abs() < 1e-6));
/// # Ok::<(), xner_embed::Error>(())
/// ```
///
/// # Errors
/// [`Error::Unmappable`] for vectors or a dictionary that give nothing to learn from, [`Error::Incompatible`] for
/// vectors of two dimensions, [`Error::NoOverlap`] for a dictionary of other words, [`Error::Stopped`] when the
/// observer says so, [`Error::Folder`] for a checkpoint of another run.
pub fn map(
    source: &Vectors,
    target: &Vectors,
    config: &CheckedConfig,
    resources: &Resources<'_>,
    observer: &mut dyn Observer,
) -> Result<Mapped> {
    let spaces = Spaces::new(source, target, config)?;
    // The pairs of initialisers that look at words alone.
    let given = match &config.initialiser {
        Initialiser::Identical {} => Some(seeds::identical(source, target, config.limit)?),
        Initialiser::Numerals {} => Some(seeds::numerals(source, target, config.limit)?),
        Initialiser::Dictionary {} => {
            let none = || Error::config("initialiser.kind", "is dictionary, but none was given");
            let dictionary = resources.dictionary.ok_or_else(none)?;
            Some(seeds::from_dictionary(dictionary, source, target, config.limit)?)
        }
        _ => None,
    };
    let checkpoint = match resources.checkpoint {
        Some(folder) => {
            let print = fingerprint(config, source, target, given.as_deref())?;
            Some(Checkpoint::new(folder, print, config))
        }
        None => None,
    };
    let state =
        checkpoint.as_ref().map_or_else(|| Ok(State::default()), |checkpoint| checkpoint.read(&spaces))?;
    let given = given.map(|pairs| spaces.oriented_pairs(pairs));
    Run { config, resources, spaces, given, checkpoint, state, observer }.all()
}

struct Run<'a> {
    config: &'a CheckedConfig,
    resources: &'a Resources<'a>,
    spaces: Spaces,
    /// The dictionary of words, of moving and fixed.
    given: Option<Vec<Pair>>,
    checkpoint: Option<Checkpoint>,
    state: State,
    observer: &'a mut dyn Observer,
}

impl Run<'_> {
    fn all(mut self) -> Result<Mapped> {
        while self.state.finished.len() < self.config.restarts {
            self.restart()?;
        }
        let kept = self.state.kept.take();
        let (kept, moving, fixed) =
            kept.ok_or_else(|| Error::unmappable("checkpoint", "counts restarts but holds no mapping"))?;
        let restarts = self.state.finished.clone();
        let chance = self.chance(&moving, &fixed)?;
        let report = Report { kept_restart: kept + 1, criterion: restarts[kept].criterion, restarts, chance };
        Ok(Mapped { mapping: Mapping::new(&self.spaces, moving, fixed), report })
    }

    fn restart(&mut self) -> Result<()> {
        let restart = self.state.finished.len();
        let seed = self.config.seed.wrapping_add(restart as u64);
        self.event(What::Mapping(&Step::Restart { restart: restart + 1, of: self.config.restarts, seed }))?;
        if self.state.current.is_none() {
            let current = self.initialise(seed)?;
            let pairs = current.counters.seed_pairs;
            self.state.current = Some(current);
            self.state.initialiser = None;
            self.save()?;
            self.event(What::Mapping(&Step::Initialised { pairs }))?;
        }
        let Some(mut current) = self.state.current.take() else { return Ok(()) };
        self.start(&mut current)?;
        while !current.counters.done {
            let event = match &self.config.refinement {
                Refinement::None {} => break,
                Refinement::Procrustes(config) => {
                    refine::step(&mut current, &self.spaces, config, &self.config.criterion)?
                }
                Refinement::SelfLearning(config) => {
                    self_learning::step(&mut current, &self.spaces, config, seed)?
                }
                Refinement::Rcsls(config) => rcsls::step(&mut current, &self.spaces, config, seed)?,
            };
            let due = current.counters.iteration.is_multiple_of(self.resources.checkpoint_every.max(1));
            self.state.current = Some(current);
            if due {
                self.save()?;
            }
            self.event(What::Mapping(&event))?;
            match self.state.current.take() {
                Some(next) => current = next,
                None => return Ok(()),
            }
        }
        self.end(current, restart, seed)
    }

    /// The first dictionary or mapping of a restart.
    #[cfg_attr(
        not(feature = "adversarial"),
        expect(unused_variables, reason = "only adversarial training draws")
    )]
    fn initialise(&mut self, seed: u64) -> Result<Current> {
        match &self.config.initialiser {
            #[cfg(feature = "adversarial")]
            Initialiser::Adversarial(config) => {
                let config = config.clone().check()?;
                let found = initialise_adversarially(
                    &self.spaces,
                    &config,
                    &self.config.criterion,
                    seed,
                    self.resources.device,
                    self.checkpoint.as_ref(),
                    &mut self.state,
                    self.observer,
                )?;
                Ok(Current::from_mapping(found))
            }
            Initialiser::SimilarityDistribution(config) => {
                similarity_pairs(self.spaces.moving(), self.spaces.fixed(), config).map(Current::from_pairs)
            }
            Initialiser::Identity {} => Ok(Current::from_mapping(Matrix::identity(self.spaces.dim()))),
            Initialiser::Identical {} | Initialiser::Numerals {} | Initialiser::Dictionary {} => {
                Ok(Current::from_pairs(self.given.clone().unwrap_or_default()))
            }
        }
    }

    /// The criterion before refinement; iterated Procrustes computes it itself.
    fn start(&self, current: &mut Current) -> Result<()> {
        if current.counters.initial_criterion.is_none()
            && !matches!(self.config.refinement, Refinement::Procrustes(_))
        {
            let first = current.solved(&self.spaces)?;
            current.counters.initial_criterion = Some(self.criterion(&first, None)?);
            if matches!(self.config.refinement, Refinement::None {}) {
                current.best = Some((first, current.pairs.clone()));
            }
        }
        Ok(())
    }

    /// The criterion of a mapping; `fixed` maps the side that stays, where that is not the identity.
    fn criterion(&self, moving: &Matrix, fixed: Option<&Matrix>) -> Result<f64> {
        let dim = self.spaces.dim();
        let moved = self.spaces.moved_unit(moving);
        let moved = Rows::new(&moved, dim);
        match fixed {
            None => {
                let csls = Csls::new(moved, self.spaces.fixed_unit(), self.config.criterion.neighbours)?;
                Ok(criterion::of_csls(&csls, &self.config.criterion))
            }
            Some(w) => {
                let data = apply(self.spaces.fixed(), w);
                criterion(moved, Rows::new(&data, dim), &self.config.criterion)
            }
        }
    }

    /// The mapping beside what chance reaches.
    fn chance(&self, moving: &Matrix, fixed: &Matrix) -> Result<Option<Chance>> {
        // More words than are looked at are not mapped.
        let head = |rows: Rows<'_>, w: &Matrix| apply(rows.head(self.config.criterion.words), w);
        let (moved, stays) = (head(self.spaces.moving(), moving), head(self.spaces.fixed(), fixed));
        let [moved, stays] = [&moved, &stays].map(|data| Rows::new(data, self.spaces.dim()));
        chance(moved, stays, &self.config.criterion, self.config.seed)
    }

    /// The finish of a restart, and whether it is the best so far.
    fn end(&mut self, mut current: Current, restart: usize, seed: u64) -> Result<()> {
        let (w, pairs) = match current.best.take() {
            Some(best) => best,
            None => (current.solved(&self.spaces)?, current.pairs.take()),
        };
        let refined = match (&self.config.refinement, current.counters.initial_criterion) {
            (Refinement::Procrustes(_), _) => current.counters.best.unwrap_or(-1.0),
            (Refinement::None {}, Some(initial)) => initial,
            _ => self.criterion(&w, None)?,
        };
        let (moving, fixed, criterion) = if self.config.finish.is_nothing() {
            (w, Matrix::identity(self.spaces.dim()), refined)
        } else {
            let pairs = match pairs {
                Some(pairs) => pairs,
                None => self.induced(&w)?,
            };
            let how = self.spaces.oriented(self.config.finish, self.config.finish.exchanged()).0;
            let (moving, fixed) = finish(self.spaces.moving(), self.spaces.fixed(), &pairs, &how)?;
            let criterion = self.criterion(&moving, Some(&fixed))?;
            (moving, fixed, criterion)
        };
        let counters = current.counters;
        let best = self.state.finished.iter().all(|other| criterion > other.criterion);
        self.state.finished.push(Restart {
            seed,
            seed_pairs: counters.seed_pairs,
            initial_criterion: counters.initial_criterion.unwrap_or(-1.0),
            iterations: counters.iterations,
            refined_criterion: refined,
            criterion,
        });
        if best {
            self.state.kept = Some((restart, moving, fixed));
        }
        self.save()?;
        self.event(What::Mapping(&Step::Finished { restart: restart + 1, criterion, best }))
    }

    /// A dictionary of a mapping that came without one.
    fn induced(&self, w: &Matrix) -> Result<Vec<Pair>> {
        let config = match &self.config.refinement {
            Refinement::Procrustes(config) => *config,
            _ => ProcrustesConfig::default(),
        };
        let moved = self.spaces.moved_unit(w);
        let csls =
            Csls::new(Rows::new(&moved, self.spaces.dim()), self.spaces.fixed_unit(), config.neighbours)?;
        Ok(induced_pairs(&csls, &config))
    }

    /// Tells the observer; a stop leaves a checkpoint.
    fn event(&mut self, what: What<'_>) -> Result<()> {
        match self.observer.event(&Event { phase: "mapping", what }) {
            Flow::Continue => Ok(()),
            Flow::Stop => {
                self.write()?;
                Err(Error::Stopped { restart: self.state.finished.len() + 1 })
            }
        }
    }

    /// Writes a checkpoint, where there is a folder for it, and says so.
    fn save(&mut self) -> Result<()> {
        if self.checkpoint.is_none() {
            return Ok(());
        }
        self.write()?;
        let step = self.state.current.as_ref().map_or(0, |current| current.counters.iteration);
        let path = self.resources.checkpoint.unwrap_or(Path::new(""));
        self.event(What::Checkpoint { step, path })
    }

    fn write(&self) -> Result<()> {
        self.checkpoint.as_ref().map_or(Ok(()), |checkpoint| checkpoint.write(&self.state))
    }
}
