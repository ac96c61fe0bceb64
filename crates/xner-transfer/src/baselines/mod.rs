//! The methods that `TransAdv` is measured against, on the same parts. Each is a strategy: [`crate::run`] runs it.
//!
//! All begin with a source model. That of mBERT-FT is fine-tuned on the source and runs on the target as it is; that of
//! `AdvCE` learns besides to hide each word's language from a discriminator. TSL's student learns the soft labels that
//! its source model gives the target's own text.
//!
//! | row | paper | here |
//! |---|---|---|
//! | mBERT-FT | Wu and Dredze (2019) | [`Method::MbertFt`] |
//! | `AdvCE` | Keung, Lu and Bhardwaj (2019) | [`Method::AdvCe`] |
//! | TSL | Wu, Lin, Karlsson, Lou and Huang (2020) | [`Method::Tsl`] |
//! | `UniTrans` | Wu, Lin, Karlsson, Huang and Lou (2020) | [`Method::UniTrans`] |
//! | `AdvPicker` | Chen, Jiang, Wu, Karlsson and Guan (2021) | [`Method::AdvPicker`] |
//!
//! BWET is [`crate::bwet`].
//!
//! [`Method::MbertFt`]: crate::transadv::Method::MbertFt
//! [`Method::AdvCe`]: crate::transadv::Method::AdvCe
//! [`Method::Tsl`]: crate::transadv::Method::Tsl
//! [`Method::UniTrans`]: crate::transadv::Method::UniTrans
//! [`Method::AdvPicker`]: crate::transadv::Method::AdvPicker

mod advpicker;
mod unitrans;

pub(crate) use advpicker::advpicker;
pub(crate) use unitrans::unitrans;
