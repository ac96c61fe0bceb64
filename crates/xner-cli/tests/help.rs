//! Help on a narrow terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::xner;

/// The commands, and those within them.
const COMMANDS: [&str; 22] = [
    "",
    "demo",
    "train",
    "transfer",
    "transfer zero-resource",
    "transfer bwet",
    "transfer transadv",
    "transfer meta",
    "transfer table",
    "transfer figures",
    "low-resource",
    "tag",
    "eval",
    "convert",
    "stats",
    "vectors",
    "vectors neighbours",
    "map",
    "map-eval",
    "translate",
    "similar",
    "transadv-data",
];

#[test]
fn help_fits_forty_columns() {
    for command in COMMANDS {
        for help in ["--help", "-h"] {
            let mut run = xner();
            run.env("COLUMNS", "40").args(command.split_whitespace()).arg(help);
            let text = String::from_utf8(run.output().unwrap().stdout).unwrap();
            assert!(!text.is_empty(), "{command}");
            for line in text.lines() {
                // What cannot be broken is a command's usage, and an option with its value.
                let whole = line.trim_start().starts_with("Usage: ") || line.trim_start().starts_with('-');
                assert!(whole || line.chars().count() <= 40, "xner {command} {help}: {line:?}");
            }
        }
    }
}
