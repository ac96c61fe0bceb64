//! Translation word by word.
