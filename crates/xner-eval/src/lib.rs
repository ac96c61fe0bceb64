#![doc = include_str!("../README.md")]

mod by_length;
mod calibration;
mod chunks;
mod confusion;
mod counts;
mod error;
mod intern;
mod label;
mod mode;
mod report;
mod runs;
mod scorer;
mod scores;
mod shortcut;
mod significance;
mod symbol;
mod table;

pub use by_length::{ByLength, LengthBin, LengthTable, Lengths};
pub use calibration::{Bin, Calibration, Calibrator};
pub use confusion::{Boundaries, Confusion};
pub use counts::{Counts, Score};
pub use error::{Error, Result};
pub use label::{Label, LabelRef};
pub use mode::Mode;
pub use report::ConllevalReport;
pub use runs::{Runs, ScoreSummary, Summary};
pub use scorer::{Scorer, score};
pub use scores::Scores;
pub use significance::{Significance, approximate_randomisation, paired_bootstrap};
pub use table::{Column, Kind, Table, TableRow};

/// What scoring reads: schemes, tags, and the entities in them.
pub use xner_corpus::{Entity, EntityType, Scheme, Tag, entities};
