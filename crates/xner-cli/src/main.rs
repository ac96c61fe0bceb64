//! The program `xner`.
fn main() {}
