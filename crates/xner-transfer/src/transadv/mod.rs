//! `TransAdv` (Zhao et al., 2022): multi-level adversarial training on translated, code-switched and shuffled text,
//! and distillation from several teachers.

pub mod data;
