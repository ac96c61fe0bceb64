//! The CRF loss on burn's CPU backend (placeholder until kernels land).
use super::ops::CrfOps;
impl CrfOps for burn_flex::Flex {}
