//! Vectors of two languages whose relation is known: one is the other turned, with noise.
#![allow(dead_code, reason = "each test uses a part")]

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_embed::Vectors;
use xner_embed::dictionary::Dictionary;
use xner_embed::linalg::{Matrix, svd};

/// Two languages, and which target word translates which source word.
pub(crate) struct Hidden {
    pub(crate) source: Vectors,
    pub(crate) target: Vectors,
    /// The rotation, so that `source · rotation` is the target but for noise and order.
    pub(crate) rotation: Matrix,
    /// The rank of the target word of each source word.
    pub(crate) gold: Vec<usize>,
}

/// A number with a bell-shaped distribution, of variance 1.
fn bell(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

impl Hidden {
    /// `words` words of `dim` dimensions. The vectors have what real ones have, and unsupervised methods need: a
    /// spectrum that falls, clusters of unequal size, and components that are not symmetric about zero. `noise` is
    /// relative to a vector's length. A tenth of the words are written alike, and of those half are numerals; the
    /// target's words come in an order of their own, near the source's.
    pub(crate) fn new(words: usize, dim: usize, noise: f64, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let centres: Vec<Vec<f64>> = (0..dim).map(|_| (0..dim).map(|_| bell(&mut rng)).collect()).collect();
        let mut rows = Vec::new();
        for _ in 0..words {
            let share: f64 = rng.random();
            let centre = &centres[((share * share) * dim as f64) as usize];
            let row: Vec<f64> = (0..dim)
                .map(|at| {
                    let own = bell(&mut rng);
                    let skewed = own + 0.3 * own * own;
                    (0.6 * centre[at] + skewed) / ((at + 2) as f64).sqrt()
                })
                .collect();
            rows.push(row);
        }
        let rotation = rotation(dim, &mut rng);
        // Ranks differ a little between languages.
        let mut order: Vec<(f64, usize)> =
            (0..words).map(|rank| (rank as f64 + 20.0 * rng.random::<f64>(), rank)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut gold = vec![0; words];
        let mut target = Vec::new();
        let mut names = Vec::new();
        for (rank, &(_, of)) in order.iter().enumerate() {
            gold[of] = rank;
            let length = rows[of].iter().map(|x| x * x).sum::<f64>().sqrt();
            for column in 0..dim {
                let turned: f64 = (0..dim).map(|at| rows[of][at] * rotation.at(at, column)).sum();
                target.push((turned + noise * length * bell(&mut rng) / (dim as f64).sqrt()) as f32);
            }
            names.push(name(of, "t"));
        }
        let source: Vec<f32> = rows.iter().flatten().map(|&x| x as f32).collect();
        Self {
            source: Vectors::from_rows((0..words).map(|of| name(of, "s")), dim, &source).unwrap(),
            target: Vectors::from_rows(names, dim, &target).unwrap(),
            rotation,
            gold,
        }
    }

    /// The translations of the first `count` source words.
    pub(crate) fn dictionary(&self, count: usize) -> Dictionary {
        let pairs = (0..count).map(|at| (self.source.word(at), self.target.word(self.gold[at])));
        Dictionary::from_pairs(pairs).unwrap()
    }
}

fn name(of: usize, prefix: &str) -> String {
    match of % 20 {
        3 => format!("{of}"),
        13 => format!("name{of}"),
        _ => format!("{prefix}{of}"),
    }
}

/// An orthogonal matrix, by chance a rotation or a reflection.
pub(crate) fn rotation(dim: usize, rng: &mut ChaCha8Rng) -> Matrix {
    let noise = Matrix::from_fn(dim, dim, |_, _| bell(rng));
    svd(&noise).unwrap().rotation()
}

/// The share of source words whose nearest target word by cosine is the right one, found by brute force.
pub(crate) fn precision(source: &Vectors, target: &Vectors, gold: &[usize]) -> f64 {
    let cosine = |x: &[f32], z: &[f32]| {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        dot(x, z) / (dot(z, z).sqrt() + 1e-12)
    };
    let right = (0..source.len()).filter(|&of| {
        let scores = (0..target.len()).map(|at| cosine(source.row(of), target.row(at)));
        let best = scores.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        best.0 == gold[of]
    });
    right.count() as f64 / source.len() as f64
}
