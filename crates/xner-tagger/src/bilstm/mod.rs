//! The char-BiLSTM-CRF of Lample et al. (2016) as Bari et al. (2020) describe it.
//!
//! [`Lexicon`] knows words and characters, [`Forms`] and [`Batch`] turn sentences into numbers, [`BiLstmCrf`]
//! is the network, [`BiLstmLearner`] trains it, [`BiLstmTagger`] tags, opens and saves.

mod alphabet;
mod attention;
mod batch;
mod characters;
mod directory;
#[cfg(feature = "train")]
mod learner;
mod lexicon;
mod model;
mod settings;
pub(crate) mod sizes;
mod tagger;
mod words;

pub use alphabet::Alphabet;
pub use attention::Attention;
pub use batch::{Batch, CharacterBatch, Forms, by_length};
pub use characters::Characters;
#[cfg(feature = "train")]
pub use learner::BiLstmLearner;
pub use lexicon::{Lexicon, LexiconSources};
pub use model::{BiLstmCrf, Dropout};
pub use tagger::{BiLstmTagger, LexiconTagger, Network, map_batches};
pub use words::{UNKNOWN, Words};

pub(crate) use directory::{MODEL, Opened, Parts, Shapes, Sizes};
pub(crate) use model::dropped_states;
