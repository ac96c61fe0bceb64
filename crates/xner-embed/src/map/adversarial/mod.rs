//! Word-level adversarial mapping (equations 3 and 4 of Bari et al. 2020).
