//! Mappings' folders and checkpoints with bytes cut off or changed: an error or a value, never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_core::{Event, Flow};
use xner_embed::map::{self, MapConfig, Mapped, Method, Resources, VectorFiles};
use xner_embed::{ReadOptions, Result, Vectors};

fn vectors(words: [&str; 5], turn: f32) -> Vectors {
    let (sin, cos) = turn.sin_cos();
    let data: Vec<f32> = (0..5)
        .map(|n| (n as f32 * 0.7 + 0.1, (n * n) as f32 * 0.3 - 1.0))
        .flat_map(|(x, y)| [x * cos - y * sin, x * sin + y * cos])
        .collect();
    Vectors::from_rows(words, 2, &data).unwrap()
}

fn source() -> Vectors {
    vectors(["a", "b", "1", "2", "c"], 0.0)
}

fn target() -> Vectors {
    vectors(["x", "y", "1", "2", "z"], 1.0)
}

fn config() -> MapConfig {
    MapConfig { restarts: 2, ..MapConfig::preset(Method::Identical) }
}

/// A run that stops after so many events.
fn run(checkpoint: Option<&Path>, events: usize) -> Result<Mapped> {
    let resources = Resources { checkpoint, checkpoint_every: 1, ..Resources::default() };
    let mut left = events;
    let mut observer = |_: &Event<'_>| {
        left = left.saturating_sub(1);
        if left == 0 { Flow::Stop } else { Flow::Continue }
    };
    map::map(&source(), &target(), &config().check()?, &resources, &mut observer)
}

/// A new file in the place of the old: to overwrite one may wait for the disk.
fn replace(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).unwrap();
}

/// Calls `visit` with files that differ from `whole`: cut at every length, and with bytes changed.
fn damaged(whole: &[u8], rounds: usize, mut visit: impl FnMut(&[u8])) {
    (0..whole.len()).for_each(|len| visit(&whole[..len]));
    let mut random = ChaCha8Rng::seed_from_u64(2);
    for _ in 0..rounds {
        let mut bytes = whole.to_vec();
        for _ in 0..random.random_range(1..3) {
            let at = random.random_range(0..bytes.len());
            bytes[at] = [b'9', b'0', b'-', 0xff, 0x7f, random.random()][random.random_range(0..6)];
        }
        visit(&bytes);
    }
}

/// A file without its digest, as it once was: what is damaged is then told by nothing but what is in it.
fn unsealed(bytes: &[u8]) -> Vec<u8> {
    let at = bytes.windows(5).position(|window| window == b"xxh3 ").expect("a digest");
    let mut bytes = bytes.to_vec();
    // The digest, and the line's end as JSON has it: white space before the note.
    bytes[at..at + 5 + 32 + 2].fill(b' ');
    bytes
}

#[test]
fn one_bit_of_a_checkpoint_or_a_mapping_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("map");
    let mapped = run(None, usize::MAX).unwrap();
    map::save(&dir, &mapped, &config(), &source(), &target(), VectorFiles::Text).unwrap();
    assert!(run(Some(folder.path()), 9).is_err());
    for file in ["state.safetensors", "map/mapping.safetensors"] {
        let path = folder.path().join(file);
        let whole = fs::read(&path).unwrap();
        for at in (0..whole.len() * 8).step_by(3) {
            let mut bytes = whole.clone();
            bytes[at / 8] ^= 1 << (at % 8);
            replace(&path, &bytes);
            let fault = match file {
                "state.safetensors" => run(Some(folder.path()), usize::MAX).map(|_| ()),
                _ => map::open(&dir).map(|_| ()),
            };
            let fault = fault.expect_err(&format!("{file}: bit {at}")).to_string();
            assert!(fault.contains(file.rsplit('/').next().unwrap()), "{fault}");
        }
        fs::write(&path, &whole).unwrap();
    }
    assert!(map::open(&dir).is_ok());
    assert!(run(Some(folder.path()), usize::MAX).is_ok());
}

#[test]
fn checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.safetensors");
    for events in [4, 9] {
        let _ = fs::remove_file(&path);
        assert!(run(Some(folder.path()), events).is_err());
        let whole = unsealed(&fs::read(&path).unwrap());
        damaged(&whole, 1500, |bytes| {
            replace(&path, bytes);
            let _ = run(Some(folder.path()), 2);
        });
        fs::write(&path, &whole).unwrap();
        assert!(run(Some(folder.path()), usize::MAX).is_ok());
    }
}

#[test]
fn checkpoints_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.safetensors");
    run(Some(folder.path()), usize::MAX).unwrap();
    let whole = unsealed(&fs::read(&path).unwrap());
    // Puts `new` behind the first `place`.
    let changed = |place: &str, new: &str| {
        let at = whole.windows(place.len()).position(|window| window == place.as_bytes()).expect(place);
        let mut bytes = whole.clone();
        bytes[at + place.len()..at + place.len() + new.len()].copy_from_slice(new.as_bytes());
        fs::write(&path, bytes).unwrap();
        run(Some(folder.path()), 2).unwrap_err().to_string()
    };
    let error = changed(r#"\"kept\":"#, "7");
    assert!(error.contains("state.safetensors: keeps restart 8 of 2 that are done"), "{error}");
    let error = changed("\"shape\":[", "4,1");
    assert!(error.contains("that is not of 2 dimensions"), "{error}");
}

#[test]
fn folders() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let mapped = run(None, usize::MAX).unwrap();
    map::save(dir, &mapped, &config(), &source(), &target(), VectorFiles::Text).unwrap();
    for file in ["mapping.safetensors", "config.json", "report.json", "source.vec"] {
        let path = dir.join(file);
        let whole = fs::read(&path).unwrap();
        let whole = if file == "mapping.safetensors" { unsealed(&whole) } else { whole };
        damaged(&whole, 500, |bytes| {
            replace(&path, bytes);
            let Ok(folder) = map::open(dir) else { return };
            if let Ok(vectors) = folder.source(&ReadOptions::default()) {
                let _ = folder.mapping.apply_source(&vectors);
            }
        });
        fs::write(&path, &whole).unwrap();
        assert!(map::open(dir).is_ok());
    }
}
