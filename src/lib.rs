//! xner
