//! The built-in sample: a small seeded grammar in three languages, with word vectors.
