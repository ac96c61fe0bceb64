//! Adversarial training as a whole: a hidden rotation is found, runs repeat, stopped runs go on.
#![cfg(feature = "adversarial")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use burn_flex::{Flex, FlexDevice};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_core::{Device, Event, Flow, Mapping, What};
use xner_embed::linalg::{Matrix, svd};
use xner_embed::map::adversarial::{
    AdversarialConfig, FlexNetwork, Found, State, TensorNetwork, train, train_on,
};
use xner_embed::{Error, Result, Rows};

/// Words in clusters of unequal size, each stretched its own way; and the same turned by a hidden rotation, with noise.
struct Spaces {
    dim: usize,
    source: Vec<f32>,
    target: Vec<f32>,
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

fn spaces(words: usize, dim: usize, noise: f64, seed: u64) -> Spaces {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let clusters = 12;
    let mut gaussian =
        |count: usize, scale: f64| -> Vec<f64> { (0..count).map(|_| normal(&mut rng) * scale).collect() };
    let centres = gaussian(clusters * dim, 1.0);
    // Some directions matter more than others.
    let stretch: Vec<f64> = (0..dim).map(|at| 0.9_f64.powi(at as i32)).collect();
    let spread: Vec<Vec<f64>> =
        (0..clusters).map(|_| gaussian(dim * dim, 0.35 / (dim as f64).sqrt())).collect();
    let turned = svd(&Matrix::new(dim, dim, gaussian(dim * dim, 1.0))).unwrap();
    let rotation = turned.u.product(&turned.v.transposed());
    let mut source = Vec::new();
    for word in 0..words {
        // Cluster c has a share that falls with c.
        let cluster = (word * word + 7 * word) % (clusters * (clusters + 1) / 2);
        let cluster = (0..clusters).find(|c| cluster < (c + 1) * (c + 2) / 2).unwrap();
        let own = gaussian(dim, 1.0);
        for at in 0..dim {
            let off: f64 = (0..dim).map(|from| own[from] * spread[cluster][from * dim + at]).sum();
            source.push(stretch[at] * (centres[cluster * dim + at] + 1.5 * off));
        }
    }
    let target = Matrix::new(words, dim, source.clone()).product(&rotation);
    let noisy = gaussian(words * dim, noise);
    let target = target.data().iter().zip(noisy).map(|(x, n)| (x + n) as f32).collect();
    Spaces { dim, source: source.iter().map(|&x| x as f32).collect(), target }
}

impl Spaces {
    fn source(&self) -> Rows<'_> {
        Rows::new(&self.source, self.dim)
    }

    fn target(&self) -> Rows<'_> {
        Rows::new(&self.target, self.dim)
    }

    /// For each mapped source word its nearest target word, by cosine, and the cosine.
    fn nearest(&self, mapping: &Matrix) -> Vec<(usize, f64)> {
        let unit = |rows: Matrix| -> Matrix {
            let rows: Vec<f64> = (0..rows.rows())
                .flat_map(|i| {
                    let length = rows.row(i).iter().map(|x| x * x).sum::<f64>().sqrt();
                    rows.row(i).iter().map(|x| x / length).collect::<Vec<_>>()
                })
                .collect();
            Matrix::new(rows.len() / self.dim, self.dim, rows)
        };
        let words = self.source().len();
        let mapped = unit(Matrix::from_f32(words, self.dim, &self.source).product(mapping));
        let target = unit(Matrix::from_f32(words, self.dim, &self.target));
        let cosines = mapped.product(&target.transposed());
        let best = |i: usize| {
            let row = cosines.row(i);
            row.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
        };
        (0..words).map(best).collect()
    }

    /// The criterion: the mean cosine of each mapped word with its nearest.
    fn criterion(&self, mapping: &Matrix) -> f64 {
        let nearest = self.nearest(mapping);
        nearest.iter().map(|(_, cosine)| cosine).sum::<f64>() / nearest.len() as f64
    }

    fn precision(&self, mapping: &Matrix) -> f64 {
        let nearest = self.nearest(mapping);
        nearest.iter().enumerate().filter(|(word, (found, _))| word == found).count() as f64
            / nearest.len() as f64
    }

    /// Procrustes over the nearest words, some times.
    fn refined(&self, mapping: &Matrix) -> Matrix {
        let mut mapping = mapping.clone();
        let words = self.source().len();
        let target = Matrix::from_f32(words, self.dim, &self.target);
        let source = Matrix::from_f32(words, self.dim, &self.source);
        for _ in 0..5 {
            let nearest = self.nearest(&mapping);
            let taken: Vec<f64> = nearest.iter().flat_map(|&(found, _)| target.row(found).to_vec()).collect();
            let found = svd(&source.transposed().product(&Matrix::new(words, self.dim, taken))).unwrap();
            mapping = found.u.product(&found.v.transposed());
        }
        mapping
    }
}

/// What suits small spaces.
fn small() -> AdversarialConfig {
    AdversarialConfig {
        hidden: 64,
        epochs: 4,
        epoch_size: 32_000,
        orthogonality: 0.01,
        ..AdversarialConfig::default()
    }
}

/// A run that no checkpoint is made of.
#[expect(clippy::unnecessary_wraps, reason = "the signature is that of whoever may fail")]
fn keep_none(_: &State) -> Result<()> {
    Ok(())
}

fn run(spaces: &Spaces, config: &AdversarialConfig, seed: u64) -> Result<Found> {
    let config = config.clone().check()?;
    let state = State::new(&config, spaces.dim, seed);
    let criterion = &mut |mapping: &Matrix| Ok(spaces.criterion(mapping));
    train_on(
        Device::Cpu,
        spaces.source(),
        spaces.target(),
        &config,
        state,
        criterion,
        &mut keep_none,
        &mut (),
    )
}

#[test]
fn a_hidden_rotation_is_found() {
    let spaces = spaces(1000, 10, 0.02, 4);
    let best = (1..=3)
        .map(|seed| run(&spaces, &small(), seed).unwrap())
        .inspect(|found| {
            eprintln!("criterion {}, precision {}", found.criterion, spaces.precision(&found.mapping));
        })
        .max_by(|a, b| a.criterion.total_cmp(&b.criterion))
        .unwrap();
    let refined = spaces.refined(&best.mapping);
    let (before, after) = (spaces.precision(&best.mapping), spaces.precision(&refined));
    assert!(after >= 0.99, "precision@1 {after} after refinement, {before} before");
}

#[test]
fn one_seed_gives_the_same_bytes_with_any_number_of_threads() {
    let spaces = spaces(200, 10, 0.02, 1);
    let config =
        AdversarialConfig { epoch_size: 640, epochs: 2, hidden: 200, hidden_dropout: 0.2, ..small() };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&spaces, &config, 5).unwrap())
    };
    let one = on(1);
    for threads in [1, 2, 3] {
        assert!(on(threads) == one, "{threads} threads");
    }
    assert!(run(&spaces, &config, 6).unwrap() != one, "another seed, other bytes");
}

#[test]
fn the_tensor_network_trains_alike() {
    let spaces = spaces(200, 10, 0.02, 1);
    let config =
        AdversarialConfig { epoch_size: 320, epochs: 1, hidden_dropout: 0.2, ..small() }.check().unwrap();
    let criterion = &mut |_: &Matrix| Ok(0.0);
    let (source, target) = (spaces.source(), spaces.target());
    let begin = || State::new(&config, spaces.dim, 2);
    let native = train::<Flex, FlexNetwork>(
        source,
        target,
        &config,
        begin(),
        &FlexDevice,
        criterion,
        &mut keep_none,
        &mut (),
    )
    .unwrap();
    let tensor = train::<Flex, TensorNetwork<Flex>>(
        source,
        target,
        &config,
        begin(),
        &FlexDevice,
        criterion,
        &mut keep_none,
        &mut (),
    )
    .unwrap();
    for (a, b) in native.mapping.data().iter().zip(tensor.mapping.data()) {
        assert!((a - b).abs() < 1e-4, "{a} and {b}");
    }
}

#[test]
fn a_run_goes_on_from_a_state_with_the_same_bytes() {
    let spaces = spaces(200, 10, 0.02, 3);
    let config = AdversarialConfig { epoch_size: 640, epochs: 4, ..small() }.check().unwrap();
    // A criterion that rises and falls, so that the best and the rate have something to remember.
    let judge = |mapping: &Matrix| Ok((mapping.at(0, 0) * 1e4).sin());
    let go = |state: State, stop: usize| {
        let mut states = Vec::new();
        let mut keep = |state: &State| {
            states.push(state.to_bytes()?);
            Ok(())
        };
        let mut watch = |event: &Event<'_>| match event.what {
            What::Mapping(Mapping::AdversarialEpoch { epoch, .. }) if *epoch == stop => Flow::Stop,
            _ => Flow::Continue,
        };
        let (source, target) = (spaces.source(), spaces.target());
        let found =
            train_on(Device::Cpu, source, target, &config, state, &mut { judge }, &mut keep, &mut watch);
        (found, states)
    };
    let begin = || State::new(&config, spaces.dim, 9);
    let (whole, states) = go(begin(), usize::MAX);
    assert_eq!(states.len(), 4);
    for stop in 1..4 {
        let (stopped, before) = go(begin(), stop);
        assert!(matches!(stopped, Err(Error::Stopped { .. })));
        let state = State::from_bytes(before.last().unwrap()).unwrap();
        assert_eq!(state.epoch(), stop);
        let (resumed, after) = go(state, usize::MAX);
        assert!(resumed.as_ref().unwrap() == whole.as_ref().unwrap(), "stopped after epoch {stop}");
        assert!([before, after].concat() == states, "stopped after epoch {stop}");
    }
}

/// A run that is stopped within its first epoch, or any other, loses nothing.
#[test]
fn a_run_goes_on_from_within_an_epoch_with_the_same_bytes() {
    let spaces = spaces(200, 10, 0.02, 3);
    // Two looks within an epoch, and one at its end.
    let config = AdversarialConfig { batch: 4, epoch_size: 1000, epochs: 3, ..small() }.check().unwrap();
    let go = |state: State, stop: usize| {
        let (mut states, mut seen) = (Vec::new(), 0);
        let mut keep = |state: &State| {
            states.push(state.to_bytes()?);
            Ok(())
        };
        let mut watch = |event: &Event<'_>| {
            if let What::Mapping(Mapping::AdversarialSteps { .. }) = event.what {
                seen += 1;
                // Once: a wish is not forgotten.
                return if seen == stop { Flow::Stop } else { Flow::Continue };
            }
            Flow::Continue
        };
        let judge = |mapping: &Matrix| Ok((mapping.at(0, 0) * 1e4).sin());
        let (source, target) = (spaces.source(), spaces.target());
        let found =
            train_on(Device::Cpu, source, target, &config, state, &mut { judge }, &mut keep, &mut watch);
        (found, states)
    };
    let begin = || State::new(&config, spaces.dim, 9);
    let (whole, states) = go(begin(), usize::MAX);
    assert_eq!(states.len(), 3);
    for (stop, at) in [(1, (0, 100)), (2, (0, 200)), (3, (1, 0)), (4, (1, 100)), (8, (2, 200))] {
        let (stopped, before) = go(begin(), stop);
        assert!(matches!(stopped, Err(Error::Stopped { .. })), "{stop}");
        let state = State::from_bytes(before.last().unwrap()).unwrap();
        assert_eq!((state.epoch(), state.step()), at, "{stop}");
        let (resumed, after) = go(state, usize::MAX);
        assert!(resumed.as_ref().unwrap() == whole.as_ref().unwrap(), "stopped at look {stop}");
        assert!(after.last() == states.last(), "stopped at look {stop}");
    }
    // Nothing is left to stop in the end.
    assert!(go(begin(), 9).0.unwrap() == whole.unwrap());
}

#[test]
fn a_broken_state_is_refused() {
    let config = AdversarialConfig { hidden: 5, ..small() }.check().unwrap();
    let state = State::new(&config, 3, 1);
    let bytes = state.to_bytes().unwrap();
    assert_eq!(State::from_bytes(&bytes).unwrap(), state);
    // Bytes of the time when settings were spelt with `-`.
    let mut old = bytes.clone();
    let at = old.windows(10).position(|part| part == b"epoch_size").unwrap();
    old[at + 5] = b'-';
    assert_eq!(State::from_bytes(&old).unwrap(), state);
    for cut in [0, 4, 9, 100, bytes.len() - 1] {
        let fault = State::from_bytes(&bytes[..cut]).unwrap_err();
        assert!(matches!(fault, Error::AdversarialState { .. }), "{fault}");
    }
    let other = AdversarialConfig { hidden: 6, ..small() }.check().unwrap();
    let rows = [0.0_f32; 6];
    let rows = Rows::new(&rows, 3);
    let judge = &mut |_: &Matrix| Ok(0.0);
    let fault = train_on(Device::Cpu, rows, rows, &other, state, judge, &mut keep_none, &mut ()).unwrap_err();
    assert!(fault.to_string().contains("other settings"), "{fault}");
}

#[test]
fn what_cannot_be_mapped_is_an_error() {
    let config = AdversarialConfig { hidden: 5, epoch_size: 64, epochs: 1, ..small() };
    let attempt = |source: &[f32], target: &[f32], dim: usize| {
        let config = config.clone().check().unwrap();
        let state = State::new(&config, 3, 1);
        let judge = &mut |_: &Matrix| Ok(0.0);
        let (source, target) = (Rows::new(source, 3), Rows::new(target, dim));
        train_on(Device::Cpu, source, target, &config, state, judge, &mut keep_none, &mut ()).map(|_| ())
    };
    attempt(&[1.0; 3], &[1.0; 6], 3).unwrap();
    assert!(matches!(attempt(&[1.0; 6], &[1.0; 4], 4), Err(Error::Incompatible { .. })));
    assert!(matches!(attempt(&[], &[1.0; 6], 3), Err(Error::Unmappable { .. })));
    assert!(matches!(attempt(&[1.0, f32::NAN, 0.0], &[1.0; 6], 3), Err(Error::NotFinite { .. })));
    // Finite, but not for long.
    assert!(matches!(attempt(&[1e30; 6], &[1.0; 6], 3), Err(Error::Diverged { epoch: 1, .. })));
}

#[test]
fn a_criterion_that_is_no_number_or_fails_ends_the_run() {
    let config = AdversarialConfig { hidden: 5, epoch_size: 64, epochs: 2, ..small() }.check().unwrap();
    let rows = [1.0_f32, 2.0, 3.0];
    let rows = Rows::new(&rows, 3);
    let attempt = |answer: fn() -> Result<f64>| {
        train_on(
            Device::Cpu,
            rows,
            rows,
            &config,
            State::new(&config, 3, 1),
            &mut |_| answer(),
            &mut keep_none,
            &mut (),
        )
    };
    assert!(matches!(attempt(|| Ok(f64::NAN)), Err(Error::Diverged { epoch: 1, .. })));
    let fault = || Err(Error::PcaDimension { dim: 3, of: 2 });
    assert!(matches!(attempt(fault), Err(Error::PcaDimension { .. })));
}

#[test]
fn settings_out_of_range_are_named() {
    let defaults = AdversarialConfig::default;
    for (key, config) in [
        ("layers", AdversarialConfig { layers: 0, ..defaults() }),
        ("hidden", AdversarialConfig { hidden: 1 << 30, ..defaults() }),
        ("batch", AdversarialConfig { batch: 0, ..defaults() }),
        ("epoch_size", AdversarialConfig { epoch_size: 0, ..defaults() }),
        ("input_dropout", AdversarialConfig { input_dropout: 1.0, ..defaults() }),
        ("leak", AdversarialConfig { leak: f32::NAN, ..defaults() }),
        ("smoothing", AdversarialConfig { smoothing: 0.5, ..defaults() }),
        ("mapping_rate", AdversarialConfig { mapping_rate: -0.1, ..defaults() }),
        ("decay", AdversarialConfig { decay: 1.1, ..defaults() }),
        ("orthogonality", AdversarialConfig { orthogonality: 1.0, ..defaults() }),
    ] {
        let fault = config.check().unwrap_err().to_string();
        assert!(fault.contains(&format!("`adversarial.{key}`")), "{fault}");
    }
    let read = serde_json::from_str::<AdversarialConfig>;
    assert_eq!(read("{}").unwrap(), defaults());
    assert_eq!(read(r#"{"most_frequent": 5}"#).unwrap().most_frequent, 5);
    assert!(read(r#"{"hiden": 5}"#).unwrap_err().to_string().contains("hiden"));
    assert_eq!(AdversarialConfig { epoch_size: 1_000_000, ..defaults() }.steps(), 31_250);
}

#[test]
fn the_rate_falls_as_in_muse() {
    let spaces = spaces(50, 4, 0.02, 1);
    let config = AdversarialConfig { hidden: 4, epochs: 6, epoch_size: 32, ..small() }.check().unwrap();
    // Best, a drop, a rise below the best (a drop too), a new best, level with it, a drop.
    let mut answers = [0.5, 0.4, 0.45, 0.6, 0.6, 0.1].into_iter();
    let mut rates = Vec::new();
    let mut keep = |state: &State| {
        rates.push(state.rate());
        Ok(())
    };
    let judge = &mut |_: &Matrix| Ok(answers.next().unwrap());
    let state = State::new(&config, spaces.dim, 1);
    let (source, target) = (spaces.source(), spaces.target());
    let found = train_on(Device::Cpu, source, target, &config, state, judge, &mut keep, &mut ()).unwrap();
    assert_eq!((found.epoch, found.criterion, found.epochs), (4, 0.6, 6));
    let mut want = 0.1;
    for (rate, factor) in rates.iter().zip([0.98, 0.98, 0.49, 0.98, 0.98, 0.49]) {
        want *= factor;
        assert!((rate - want).abs() < 1e-12, "{rates:?}");
    }
    assert_eq!(rates.len(), 6);
}

#[cfg(not(feature = "cuda"))]
#[test]
fn a_device_that_was_not_built_in_is_an_error() {
    let config = small().check().unwrap();
    let rows = [1.0_f32; 3];
    let rows = Rows::new(&rows, 3);
    let judge = &mut |_: &Matrix| Ok(0.0);
    let fault = train_on(
        Device::Cuda(0),
        rows,
        rows,
        &config,
        State::new(&config, 3, 1),
        judge,
        &mut keep_none,
        &mut (),
    );
    assert!(fault.unwrap_err().to_string().contains("without the feature `cuda`"));
}
