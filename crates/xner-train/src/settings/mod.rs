//! Configs: one way to read, check and tell them.
//!
//! What a key means is said once, by the doc comment of its field. From these comments come the config that a program
//! prints, with every key, its meaning and its value ([`documented`]), and the JSON schema by which an editor checks
//! and completes a file ([`schema`]).

pub mod check;
#[cfg(feature = "train")]
mod fault;
#[cfg(feature = "train")]
mod map;
#[cfg(feature = "train")]
mod node;
#[cfg(feature = "train")]
mod print;
#[cfg(feature = "train")]
mod read;
#[cfg(feature = "train")]
mod renamed;
#[cfg(feature = "train")]
mod schema;
#[cfg(feature = "train")]
mod words;

#[cfg(feature = "train")]
pub use fault::{key_and_message, located};
#[cfg(feature = "train")]
pub use print::documented;
#[cfg(feature = "train")]
pub use read::{Checked, Settings, complete, over};
#[cfg(feature = "train")]
pub use renamed::{Renamed, snake_keys};
#[cfg(feature = "train")]
pub use schema::schema;
pub use xner_embed::{differences, other_run};

#[cfg(all(test, feature = "train"))]
mod tests {
    use std::path::PathBuf;

    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    use super::Settings;
    use crate::Result;

    /// A config with all that configs have.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(default, deny_unknown_fields)]
    pub(super) struct Config {
        /// Decides everything. Default 1.
        pub(super) seed: u64,
        /// A file.
        #[schemars(example = &"a.txt")]
        pub(super) file: Option<PathBuf>,
        /// The rate.
        pub(super) rate: f32,
        /// How fast.
        pub(super) how: How,
        /// Where it begins.
        pub(super) first: Half,
        /// Where it ends.
        pub(super) second: Half,
        /// What is done.
        pub(super) kind: Kind,
    }

    /// A half.
    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(default, deny_unknown_fields)]
    pub(super) struct Half {
        /// Its size. Default 0.
        pub(super) size: usize,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    pub(super) enum How {
        /// Takes its time.
        Slow,
        /// Does not.
        VeryFast,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
    pub(super) enum Kind {
        /// Nothing.
        None {},
        /// Steps.
        Some {
            /// So many.
            steps: usize,
        },
    }

    impl Settings for Config {
        fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
            vec![&mut self.file]
        }

        fn check(&self) -> Result<()> {
            Ok(())
        }
    }

    impl Default for Config {
        fn default() -> Self {
            let (first, second) = (Half { size: 5 }, Half { size: 7 });
            Self {
                seed: 1,
                file: None,
                rate: 0.1,
                how: How::Slow,
                first,
                second,
                kind: Kind::Some { steps: 3 },
            }
        }
    }
}
