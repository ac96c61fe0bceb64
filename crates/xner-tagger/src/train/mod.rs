//! The training loop, apart from what it trains.

mod checkpoint;
mod learner;
mod observer;
mod report;
mod run;

pub use checkpoint::has_checkpoint;
pub use learner::{DevScores, Learner, Moment, StepOutcome};
pub use observer::{Event, Flow, Observer};
pub use report::{Ending, Evaluation, TrainReport};
pub use run::TrainingLoop;
