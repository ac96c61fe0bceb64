//! Writes the seeds: `cargo +nightly run --example seeds`, inside `fuzz`.

use std::error::Error;
use std::fs;
use std::path::Path;

use xner_embed::Vectors;
use xner_embed::write::{write_native, write_vec};
use xner_fuzz::mapping::{BETWEEN, METHODS, STATE, folder, run};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds = root.join("seeds");
    let seed = |name: &str, bytes: &[u8]| {
        let path = seeds.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&seeds))?;
        fs::write(path, bytes)
    };
    let golden = root.join("../crates/xner-embed/tests/golden/fasttext");
    for (name, file) in [
        ("fasttext/skipgram", "skipgram.bin"),
        ("fasttext/words", "words.bin"),
        ("fasttext/quantised", "quantised.ftz"),
        ("fasttext/pruned", "pruned.ftz"),
        ("word2vec/gensim", "word2vec.bin"),
        ("open/word2vec", "word2vec.bin"),
        ("open/fasttext", "words.bin"),
    ] {
        seed(name, &fs::read(golden.join(file))?)?;
    }
    let texts: [(&str, &str); 5] = [
        ("header", "3 2\nthe 1 -0.5\nKöln 1e-3 0\nThe .5 +2E1\n"),
        ("glove", "the 0.1 0.2 -0.3\nof\t1\t2\t3\r\n"),
        ("long-numbers", "a 0.30000001192092896 123456789012345678901234567890e-25 1e38 1e-45\n"),
        ("mark", "\u{feff}1 1\n\u{a0}\u{2028} 7\n"),
        ("faults", "2 1\na nan\n"),
    ];
    for (name, text) in texts {
        seed(&format!("text/{name}"), text.as_bytes())?;
    }
    seed("open/text", texts[0].1.as_bytes())?;
    for newline in ["", "\n"] {
        let mut bytes = b"2 1\n".to_vec();
        for word in ["The", "é"] {
            bytes.extend_from_slice(word.as_bytes());
            bytes.extend_from_slice(b" \x00\x00\x80\x3f");
            bytes.extend_from_slice(newline.as_bytes());
        }
        seed(if newline.is_empty() { "word2vec/plain" } else { "word2vec/newlines" }, &bytes)?;
    }
    seed("dictionary/blanks", "dog perro\ndog can\ncat\tgato\n".as_bytes())?;
    seed("dictionary/phrases", "New York\tNueva York\t0.9\nÜber\tsobre\t-1e-3\r\n\n".as_bytes())?;
    seed("similarity/blanks", "dog cat 7.5\ndog house 1\n".as_bytes())?;
    seed("similarity/header", "word1\tword2\tscore\nNew York\tcity\t9e0\n".as_bytes())?;

    let scratch = root.join("target/seeds");
    fs::create_dir_all(&scratch)?;
    let vectors = Vectors::from_rows(["The", "é", "the"], 2, &[1.0, 2.0, 0.0, 0.0, -0.5, 1e-9])?;
    let path = scratch.join("a.safetensors");
    write_native(&path, &vectors)?;
    seed("native/small", &fs::read(&path)?)?;
    seed("open/native", &fs::read(&path)?)?;
    for ending in ["gz", "xz"] {
        let path = scratch.join(format!("a.vec.{ending}"));
        write_vec(&path, &vectors)?;
        seed(&format!("open/{ending}"), &fs::read(&path)?)?;
    }

    let mut files = folder(&scratch.join("mapping"))?;
    files[0] = unsealed(&files[0]);
    seed("mapping/mapping", &files[0])?;
    seed("mapping/all", &files.join(BETWEEN))?;
    for method in METHODS {
        let dir = scratch.join(method.name());
        for events in [3, 4, 6, usize::MAX] {
            let _ = fs::remove_dir_all(&dir);
            if let Err(error) = run(method, Some(&dir), events) {
                eprintln!("{method}, {events} events: {error}");
            }
            if let Ok(bytes) = fs::read(dir.join(STATE)) {
                seed(&format!("checkpoint/{}-{}", method.name(), events.min(99)), &unsealed(&bytes))?;
            }
        }
    }
    Ok(())
}

/// A file of tensors without its digest, which would tell every change: white space before the note.
fn unsealed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(at) = bytes.windows(5).position(|window| window == b"xxh3 ") {
        // The digest, and the line's end as JSON has it.
        bytes[at..at + 5 + 32 + 2].fill(b' ');
    }
    bytes
}
