//! Texts that are made to cost much.

use std::time::{Duration, Instant};

use xner::prelude::*;

use super::{batched, ner};

/// Bytes of a text.
const SIZE: usize = 1 << 20;

fn texts() -> Vec<(&'static str, String)> {
    let of = |unit: &str| unit.repeat(SIZE / unit.len());
    vec![
        ("one word", of("a")),
        ("quotes", of("\"")),
        ("opening quotes", of("\u{201c}Ada ")),
        ("no sentence ends", of("Ada lives in London and ")),
        ("direction marks", of("\u{202e}\u{2066}")),
        ("emoji", of("\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{1f1e9}")),
        ("combining marks", of("e\u{301}\u{302}\u{303}\u{304}")),
        ("newlines", of("\n")),
        ("spaces", of(" ")),
        ("zero width", of("\u{200b}")),
        ("digits", of("7")),
        ("Han", of("\u{6f22}")),
        ("periods", of(".")),
        ("dashes", of("-")),
    ]
}

/// The most memory that this process ever had, in MiB; none where the system does not tell.
fn most() -> Option<usize> {
    let told = std::fs::read_to_string("/proc/self/status").ok()?;
    let kib: usize =
        told.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok())?;
    Some(kib / 1024)
}

#[test]
fn a_deadline_ends_the_work_on_any_text() {
    for ner in [ner(), batched()] {
        for (name, text) in texts() {
            let begin = Instant::now();
            let outcome = ner.entities_within(&text, &Limit::within(Duration::from_millis(50)));
            let took = begin.elapsed();
            println!("{name}: {took:?}, {}", if outcome.is_ok() { "done" } else { "deadline" });
            if let Err(fault) = outcome {
                assert_eq!(fault.kind(), ErrorKind::Deadline, "{name}: {fault}");
            }
            // Fifty milliseconds past the deadline are the aim; the machine may be busy.
            assert!(took < Duration::from_secs(3), "{name}: {took:?}");
        }
    }
}

#[test]
fn a_text_of_a_megabyte_is_tagged_in_little_memory() {
    let ner = ner();
    for (name, text) in texts() {
        let begin = Instant::now();
        let found = ner.entities(&text).unwrap();
        println!("{name}: {} entities in {:?}", found.len(), begin.elapsed());
        for entity in found.iter().step_by(1 + found.len() / 100) {
            assert_eq!(&text[entity.bytes.clone()], entity.text, "{name}");
        }
    }
    if let Some(most) = most() {
        println!("{most} MiB at most");
        assert!(most < 200, "{most} MiB");
    }
}
