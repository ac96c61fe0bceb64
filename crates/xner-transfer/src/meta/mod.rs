//! Enhanced meta-learning, after Wu et al. (2020): a tagger that adapts to every sentence by the labelled sentences that are
//! most similar to it.
//!
//! [`index`] finds those sentences: the pseudo tasks that the source is cut into for meta-training, and the support of each
//! target sentence.

pub mod index;
