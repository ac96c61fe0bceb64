//! What the one run of all strategies does for each of them.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::float_cmp)]

#[path = "../common/mod.rs"]
mod common;
mod corpora;
mod folders;
mod mapping;
mod own;
mod subjects;

#[allow(dead_code, reason = "it has more than is needed here")]
#[path = "../meta/small.rs"]
mod meta_case;
#[allow(dead_code, reason = "it has more than is needed here")]
#[path = "../transadv/small.rs"]
mod transadv_case;
