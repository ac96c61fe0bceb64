//! Word vectors for named entity recognition: reading, looking up.
