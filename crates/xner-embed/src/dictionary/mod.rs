//! Bilingual dictionaries: reading, inducing, writing.
