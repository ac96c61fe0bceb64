//! Both languages' vectors in one space, found without a dictionary.

use anyhow::Result;
use xner_embed::Vectors;
use xner_embed::map::{Direction, Finish, MapConfig, Method, Resources, map};

/// The vectors that the demonstration uses.
pub(super) struct Space {
    /// The source's, in the common space.
    pub(super) source: Vectors,
    /// The target's, in the common space.
    pub(super) target: Vectors,
    /// The target's as they were, but for the normalisation that the others had too.
    pub(super) unmapped: Vectors,
    /// The unsupervised criterion of the mapping.
    pub(super) criterion: f64,
}

/// Turns the target's vectors into the source's space by self-learning, which sees no word pair.
pub(super) fn map_vectors(source: &Vectors, target: &Vectors, seed: u64) -> Result<Space> {
    let config = MapConfig {
        direction: Direction::TargetToSource,
        normalise: Vec::new(),
        finish: Finish::default(),
        seed,
        ..MapConfig::preset(Method::SelfLearning)
    };
    let found = map(source, target, &config.check()?, &Resources::default(), &mut ())?;
    let mut unmapped = target.data().to_vec();
    found.mapping.target_steps.apply(&mut unmapped);
    Ok(Space {
        source: found.mapping.apply_source(source)?,
        target: found.mapping.apply_target(target)?,
        unmapped: target.with_data(target.dim(), unmapped)?,
        criterion: found.report.criterion,
    })
}
