//! How fast word vectors are read and written: `vectors_speed read|write|open|verify FILE [ROUNDS]` prints the seconds
//! of each round, a line each. What is written goes beside the file.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use xner_embed::read::{self, ReadOptions};
use xner_embed::write::save;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, path, rest @ ..] = arguments.as_slice() else {
        return Err("expected read, write, open or verify, and a file".into());
    };
    let options = ReadOptions::default();
    let native = format!("{path}.safetensors");
    if mode == "open" || mode == "verify" {
        save(&native, &read::open(path, &options)?)?;
    }
    let rounds = rest.first().map_or(Ok(1), |rounds| rounds.parse())?;
    for _ in 0..rounds {
        let vectors = if mode == "write" { Some(read::open(path, &options)?) } else { None };
        let begun = Instant::now();
        // What is read is dropped behind the clock.
        let read = match (mode.as_str(), vectors) {
            ("read", _) => Some(read::open(path, &options)?),
            ("open", _) => Some(read::open(&native, &options)?),
            ("verify", _) => {
                read::open(&native, &options)?.verify()?;
                None
            }
            ("write", Some(vectors)) => {
                save(format!("{path}.out.vec"), &vectors)?;
                None
            }
            _ => return Err(format!("`{mode}` is none of read, write, open and verify").into()),
        };
        println!("{:.6}", begun.elapsed().as_secs_f64());
        drop(read);
    }
    Ok(())
}
