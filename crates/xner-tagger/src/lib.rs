//! Sequence taggers on burn: training, saving, opening, tagging.
