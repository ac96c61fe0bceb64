//! A tiny mapping, its folder and its checkpoints.

use std::fs;
use std::path::Path;

use xner_core::{Event, Flow};
use xner_embed::dictionary::Dictionary;
use xner_embed::map::{self, MapConfig, Mapped, Method, Resources, VectorFiles};
use xner_embed::{Result, Vectors};

/// The files of a mapping's folder, in the order in which an input holds them.
pub const FILES: [&str; 5] =
    ["mapping.safetensors", "config.json", "report.json", "source.vec", "target.vec"];
/// What stands between two files of an input.
pub const BETWEEN: &[u8] = b"\n--8<--\n";
/// The file of a checkpoint.
pub const STATE: &str = "state.safetensors";
/// The methods whose checkpoints are tried.
pub const METHODS: [Method; 2] = [Method::Supervised, Method::Identical];

fn vectors(words: [&str; 5], turn: f32) -> Result<Vectors> {
    let (sin, cos) = turn.sin_cos();
    let data: Vec<f32> = (0..5)
        .map(|n| (n as f32 * 0.7 + 0.1, (n * n) as f32 * 0.3 - 1.0))
        .flat_map(|(x, y)| [x * cos - y * sin, x * sin + y * cos])
        .collect();
    Vectors::from_rows(words, 2, &data)
}

/// Five words and their vectors.
///
/// # Errors
/// None that are known.
pub fn source() -> Result<Vectors> {
    vectors(["a", "b", "1", "2", "c"], 0.0)
}

/// The same vectors turned, of other words but for two.
///
/// # Errors
/// None that are known.
pub fn target() -> Result<Vectors> {
    vectors(["x", "y", "1", "2", "z"], 1.0)
}

/// Maps with the checkpoint in `folder`, for so many events at most.
///
/// # Errors
/// What mapping says.
pub fn run(method: Method, folder: Option<&Path>, events: usize) -> Result<(Mapped, MapConfig)> {
    // Supervised mapping is the same in every restart, and may have but one.
    let restarts = if method == Method::Supervised { 1 } else { 2 };
    let config = MapConfig { restarts, ..MapConfig::preset(method) };
    let dictionary = Dictionary::from_pairs([("a", "x"), ("b", "y"), ("c", "z")])?;
    let resources = Resources {
        dictionary: method.wants_dictionary().then_some(&dictionary),
        checkpoint: folder,
        checkpoint_every: 1,
        ..Resources::default()
    };
    let mut left = events;
    let mut observer = |_: &Event<'_>| {
        left = left.saturating_sub(1);
        if left == 0 { Flow::Stop } else { Flow::Continue }
    };
    let mapped = map::map(&source()?, &target()?, &config.clone().check()?, &resources, &mut observer)?;
    Ok((mapped, config))
}

/// The bytes of a whole folder's files.
///
/// # Errors
/// What mapping and writing say.
pub fn folder(dir: &Path) -> Result<Vec<Vec<u8>>> {
    let (mapped, config) = run(Method::Identical, None, usize::MAX)?;
    map::save(dir, &mapped, &config, &source()?, &target()?, VectorFiles::Text)?;
    Ok(FILES.iter().map(|file| fs::read(dir.join(file)).unwrap_or_default()).collect())
}

/// Cuts an input into the files it holds.
pub fn parts(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while let Some(end) = bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
        found.push(&bytes[..end]);
        bytes = &bytes[end + BETWEEN.len()..];
    }
    found.push(bytes);
    found
}
