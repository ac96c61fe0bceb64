//! Vectors as text, with the standard library's parser as the oracle.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_embed::read::read_text;
use xner_fuzz::{check_vectors, options};

/// The bits of all rows' numbers, where words do not come twice; `header` says whether the first line is one.
fn numbers(text: &str, header: bool) -> Vec<u32> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let rows = text.lines().skip(usize::from(header));
    let columns = rows.flat_map(|row| row.split([' ', '\t']).filter(|column| !column.is_empty()).skip(1));
    let number = |column: &str| column.trim_end_matches('\r').parse::<f32>().ok().map(f32::to_bits);
    columns.filter_map(number).collect()
}

fuzz_target!(|bytes: &[u8]| {
    for options in options(None) {
        let Ok(vectors) = read_text(bytes, "input", &options) else { continue };
        check_vectors(&vectors);
        if options.limit.is_none() && vectors.duplicates() == 0 {
            let text = std::str::from_utf8(bytes).expect("text that was read");
            let found: Vec<u32> = vectors.data().iter().map(|number| number.to_bits()).collect();
            assert!([false, true].iter().any(|&header| numbers(text, header) == found));
        }
    }
});
