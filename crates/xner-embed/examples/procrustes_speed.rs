//! How long refinement takes: `procrustes_speed SOURCE TARGET DIM PAIRS` reads two files of little-endian floats
//! and prints the seconds of Procrustes over as many pairs, and of a whole refinement: mapping, CSLS dictionary of
//! rank up to as many, Procrustes.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use xner_embed::Rows;
use xner_embed::knn::Csls;
use xner_embed::linalg::apply;
use xner_embed::map::{Pair, ProcrustesConfig, induced_pairs, procrustes};
use xner_embed::normalise::unit;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, target, dim, pairs] = arguments.as_slice() else {
        return Err("usage: procrustes_speed SOURCE TARGET DIM PAIRS".into());
    };
    let (dim, count): (usize, usize) = (dim.parse()?, pairs.parse()?);
    let read = |path: &String| -> std::io::Result<Vec<f32>> {
        Ok(std::fs::read(path)?.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
    };
    let (source, target) = (read(source)?, read(target)?);
    let (source, target) = (Rows::new(&source, dim), Rows::new(&target, dim));
    let pairs: Vec<Pair> = (0..count as u32).map(|rank| (rank, rank)).collect();
    let mut solve = f64::INFINITY;
    for _ in 0..7 {
        let begun = Instant::now();
        std::hint::black_box(procrustes(source, target, &pairs)?);
        solve = solve.min(begun.elapsed().as_secs_f64());
    }
    let w = procrustes(source, target, &pairs)?;
    let begun = Instant::now();
    let mut mapped = apply(source, &w);
    mapped.chunks_exact_mut(dim).for_each(unit);
    let csls = Csls::new(Rows::new(&mapped, dim), target, 10)?;
    let induced =
        induced_pairs(&csls, &ProcrustesConfig { rank_limit: count, ..ProcrustesConfig::default() });
    std::hint::black_box(procrustes(source, target, &induced)?);
    let refinement = begun.elapsed().as_secs_f64();
    println!(r#"{{"solve": {solve}, "refinement": {refinement}, "pairs": {}}}"#, induced.len());
    Ok(())
}
