//! Judging vectors and mappings: bilingual induction, word similarity.
