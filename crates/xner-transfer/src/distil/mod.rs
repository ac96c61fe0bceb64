//! Distillation into a smaller model: a student with some of a teacher's layers and subwords learns the soft labels
//! that the teacher gives labelled and raw text (Hinton et al. 2015), by the loss of `TransAdv`'s equation 8.
//!
//! | step | here |
//! |---|---|
//! | the student's first weights: layers and subwords of the teacher | `xner_tagger::bert::write_smaller` |
//! | soft labels of the teacher, of labelled sentences mixed with the gold ones | [`mixed`] |
//! | training | [`crate::transadv::Distillation`] |

mod config;
mod labels;
mod strategy;

pub use config::{DistilConfig, StudentConfig, TeacherConfig};
pub use labels::mixed;
pub use strategy::{Distil, DistilData};
