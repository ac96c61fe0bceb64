//! The subcommands, one a file, and what several of them share.

pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod demo;
pub(crate) mod dictionary;
mod entity_words;
pub(crate) mod eval;
pub(crate) mod low_resource;
pub(crate) mod map;
pub(crate) mod map_eval;
pub(crate) mod map_plot;
pub(crate) mod pack;
mod printed;
pub(crate) mod quantise;
mod raw_text;
pub(crate) mod serve;
pub(crate) mod similar;
mod source_index;
pub(crate) mod sql;
pub(crate) mod stats;
pub(crate) mod tag;
pub(crate) mod teach_mask;
pub(crate) mod train;
pub(crate) mod transadv_data;
pub(crate) mod transfer;
pub(crate) mod translate;
pub(crate) mod vectors;
mod word_plot;

use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;

/// Prints a value as indented JSON.
fn print_json(value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    print(&text)
}

/// Prints text. Unlike `print!` it does not panic when the reader has gone away.
fn print(text: &str) -> Result<()> {
    write(io::stdout(), text)
}

/// Prints text with its colours, or without them where standard output is no terminal or the user wants none.
fn print_painted(text: &str) -> Result<()> {
    write(anstream::stdout(), text)
}

fn write(mut out: impl Write, text: &str) -> Result<()> {
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
