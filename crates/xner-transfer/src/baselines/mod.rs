//! The methods that `TransAdv` is measured against, on the same parts: [`crate::transadv::run`] runs them.
//!
//! | row | paper | here |
//! |---|---|---|
//! | mBERT-FT | Wu and Dredze (2019) | `mbert_ft.rs` |
//! | `AdvCE` | Keung, Lu and Bhardwaj (2019) | `advce.rs` |
//! | TSL | Wu, Lin, Karlsson, Lou and Huang (2020) | `tsl.rs` |
//! | `UniTrans` | Wu, Lin, Karlsson, Huang and Lou (2020) | `unitrans.rs` |
//! | `AdvPicker` | Chen, Jiang, Wu, Karlsson and Guan (2021) | `advpicker.rs` |
//!
//! BWET is [`crate::bwet`].

mod advce;
mod advpicker;
mod mbert_ft;
mod tsl;
mod unitrans;

pub(crate) use advce::advce;
pub(crate) use advpicker::advpicker;
pub(crate) use mbert_ft::mbert_ft;
pub(crate) use tsl::tsl;
pub(crate) use unitrans::unitrans;
