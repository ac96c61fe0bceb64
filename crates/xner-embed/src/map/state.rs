//! The state of a run between two iterations: all that is needed to go on as if it had never stopped.

use serde::{Deserialize, Serialize};

use super::Pair;
use super::procrustes::procrustes;
use super::report::{Iteration, Restart};
use super::spaces::Spaces;
use crate::Result;
use crate::linalg::Matrix;

/// A run's state.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct State {
    /// The restarts that are done.
    pub(super) finished: Vec<Restart>,
    /// The best mapping of those, of the side that moves and the side that stays, and which restart gave it.
    pub(super) kept: Option<(usize, Matrix, Matrix)>,
    /// The running restart, from the end of its initialiser on.
    pub(super) current: Option<Current>,
    /// What an initialiser that takes long left of itself: counters and tensors that it alone understands.
    pub(super) initialiser: Option<Vec<u8>>,
}

impl State {
    /// What cannot be, of a run in `dim` dimensions with so many words that move and that stay.
    pub(super) fn fault(&self, dim: usize, [moving, fixed]: [usize; 2]) -> Option<String> {
        let square = |matrix: &Matrix| (matrix.rows(), matrix.cols()) == (dim, dim);
        let fits =
            |pairs: &Vec<Pair>| pairs.iter().all(|&(i, j)| (i as usize) < moving && (j as usize) < fixed);
        if let Some((restart, moving, fixed)) = &self.kept
            && (*restart >= self.finished.len() || !square(moving) || !square(fixed))
        {
            let done = self.finished.len();
            return Some(format!(
                "keeps restart {} of {done} that are done, or a mapping that is not of {dim} dimensions",
                restart + 1
            ));
        }
        let current = self.current.as_ref()?;
        let best = current.best.as_ref();
        if !current.mapping.iter().chain(best.map(|best| &best.0)).all(square) {
            return Some(format!("has a mapping that is not of {dim} dimensions"));
        }
        if !current.pairs.iter().chain(best.and_then(|best| best.1.as_ref())).all(fits) {
            return Some(format!("has pairs of words outside {moving} and {fixed}"));
        }
        let Counters { iteration, improved, .. } = current.counters;
        (improved > iteration || iteration > u32::MAX as usize).then(|| {
            format!("is in iteration {iteration}, and found something better in iteration {improved}")
        })
    }
}

/// The state of a restart whose initialiser is done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Current {
    pub(super) counters: Counters,
    /// The dictionary to solve next; none where `mapping` comes first.
    pub(super) pairs: Option<Vec<Pair>>,
    /// The last mapping.
    pub(super) mapping: Option<Matrix>,
    /// The best mapping so far, and the dictionary that gave it.
    pub(super) best: Option<(Matrix, Option<Vec<Pair>>)>,
}

/// The counters of a restart.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counters {
    /// Pairs of the initialiser's dictionary.
    pub(super) seed_pairs: Option<usize>,
    /// The criterion before refinement.
    pub(super) initial_criterion: Option<f64>,
    /// The report's iterations so far.
    pub(super) iterations: Vec<Iteration>,
    /// The next iteration.
    pub(super) iteration: usize,
    /// The best criterion (Procrustes) or objective (self-learning).
    pub(super) best: Option<f64>,
    /// The iteration in which the objective last grew (self-learning).
    pub(super) improved: usize,
    /// The share of similarities that take part (self-learning), or the learning rate (relaxed CSLS).
    pub(super) rate: f64,
    /// Whether the refinement is done.
    pub(super) done: bool,
}

impl Current {
    /// The mapping that it stands at: the solution of its dictionary, or the last mapping.
    pub(super) fn solved(&self, spaces: &Spaces) -> Result<Matrix> {
        match (&self.pairs, &self.mapping) {
            (Some(pairs), _) => procrustes(spaces.moving(), spaces.fixed(), pairs),
            (None, Some(mapping)) => Ok(mapping.clone()),
            (None, None) => Ok(Matrix::identity(spaces.dim())),
        }
    }

    /// A restart that begins with this dictionary.
    pub(super) fn from_pairs(pairs: Vec<Pair>) -> Self {
        let counters = Counters { seed_pairs: Some(pairs.len()), ..Counters::default() };
        Self { counters, pairs: Some(pairs), mapping: None, best: None }
    }

    /// A restart that begins with this mapping.
    pub(super) fn from_mapping(mapping: Matrix) -> Self {
        Self { counters: Counters::default(), pairs: None, mapping: Some(mapping), best: None }
    }
}
