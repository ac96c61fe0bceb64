//! Judging vectors and mappings: bilingual induction, word similarity, nearest neighbours, analogies.
//!
//! ```
//! use xner_embed::Vectors;
//! use xner_embed::dictionary::Dictionary;
//! use xner_embed::judge::induction;
//!
//! let source = Vectors::from_rows(["dog", "cat"], 2, &[1.0, 0.0, 0.0, 1.0])?;
//! let target = Vectors::from_rows(["gato", "perro"], 2, &[0.1, 2.0, 3.0, 0.2])?;
//! let dictionary = Dictionary::from_pairs([("dog", "perro"), ("cat", "gato"), ("bird", "ave")])?;
//! let judged = induction(&source, &target, &dictionary, 10)?;
//! assert_eq!((judged.csls.p1, judged.words, judged.dictionary_words), (1.0, 2, 3));
//! # Ok::<(), xner_embed::Error>(())
//! ```

mod correlation;
mod induction;
mod neighbours;
mod similarity;

pub use correlation::{pearson, spearman};
pub use induction::{Induction, Precision, induction};
pub use neighbours::{Neighbour, analogy, nearest_words, neighbours};
pub use similarity::{Similarity, SimilarityPairs, similarity};
