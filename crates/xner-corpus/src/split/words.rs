//! Where words begin and end.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::period::takes_period;

const HYPHENS: [char; 3] = ['-', '\u{2010}', '\u{2011}'];
const APOSTROPHES: [char; 2] = ['\'', '\u{2019}'];

/// The byte ranges of the words and punctuation marks of a sentence, in order. White space and invisible characters
/// are in none of them.
///
/// The base is Unicode's word boundaries (UAX 29), under which each Han character stands alone. Over them, as
/// the corpora of the field have it:
/// - words joined by hyphens stay whole, as do `3/4`, `...` and `--`;
/// - web and mail addresses stay whole;
/// - an abbreviation, an initial or an ordinal keeps its period (`U.S.`, `Dr.`, `J.`, `3. Oktober`);
/// - English clitics are cut off (`Smith|'s`, `did|n't`), French, Italian and Catalan ones too (`l'|eau`).
///
/// `language` is a code such as `en`; `en-GB` counts as `en`.
pub fn word_ranges(sentence: &str, language: &str) -> Vec<Range<usize>> {
    let language = language.split(['-', '_']).next().unwrap_or_default();
    let mut found = Vec::new();
    let mut at = 0;
    for chunk in sentence.split(char::is_whitespace) {
        let start = at;
        at += chunk.len();
        let behind = &sentence[at..];
        at += behind.chars().next().map_or(0, char::len_utf8);
        if chunk.is_empty() {
            continue;
        }
        let address = address(chunk);
        let pieces = joined(chunk, address, language);
        for piece in with_periods(chunk, &pieces, address, behind) {
            let word = &chunk[piece.clone()];
            let cut = if piece.end <= address { None } else { clitic(word, language) };
            let shifted = start + piece.start..start + piece.end;
            if let Some(cut) = cut {
                found.push(shifted.start..shifted.start + cut);
                found.push(shifted.start + cut..shifted.end);
            } else if !word.chars().all(invisible) {
                found.push(shifted);
            }
        }
    }
    found
}

fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

/// The length of the web or mail address at the start of the chunk, or 0 if there is none.
fn address(chunk: &str) -> usize {
    let core =
        chunk.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '"', '\'', '\u{201d}', '\u{2019}']);
    let web = core.starts_with("http://") || core.starts_with("https://") || core.starts_with("www.");
    let mail = core.split_once('@').is_some_and(|(user, host)| {
        let sound =
            |part: &str| part.starts_with(char::is_alphanumeric) && part.ends_with(char::is_alphanumeric);
        sound(user) && sound(host) && host.contains('.') && !host.contains('@')
    });
    if web || mail { core.len() } else { 0 }
}

/// The pieces of a chunk between Unicode's word boundaries, joined again where the field keeps them whole.
fn joined(chunk: &str, address: usize, language: &str) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    if address > 0 {
        pieces.push(0..address);
    }
    for (start, piece) in chunk[address..].split_word_bound_indices() {
        let (start, end) = (address + start, address + start + piece.len());
        let joins = pieces.last().is_some_and(|last| {
            last.start >= address && joins(&chunk[last.clone()], piece, &chunk[end..], language)
        });
        match pieces.last_mut() {
            Some(last) if joins => last.end = end,
            _ => pieces.push(start..end),
        }
    }
    pieces
}

/// Whether `piece`, with `behind` following, belongs to the word `before` it.
fn joins(before: &str, piece: &str, behind: &str, language: &str) -> bool {
    let (Some(last), Some(first)) = (before.chars().next_back(), piece.chars().next()) else { return false };
    let next = behind.chars().next().unwrap_or(' ');
    if HYPHENS.contains(&first) {
        let dashes = last == '-' && first == '-' && before.bytes().all(|byte| byte == b'-');
        return dashes || last.is_alphanumeric() && next.is_alphanumeric();
    }
    match first {
        '.' => before.bytes().all(|byte| byte == b'.'),
        '/' => last.is_ascii_digit() && next.is_ascii_digit(),
        _ if !first.is_alphanumeric() => false,
        // Dutch 's-Hertogenbosch, 't.
        _ if before.chars().count() == 1 && APOSTROPHES.contains(&last) => {
            matches!(language, "nl" | "af")
                && matches!(piece, "s" | "t" | "n" | "k")
                && !next.is_alphanumeric()
        }
        _ if HYPHENS.contains(&last) || last == '/' => before.chars().count() > 1 && !before.starts_with('-'),
        _ => false,
    }
}

/// The pieces, those that are abbreviations together with their periods.
fn with_periods(chunk: &str, pieces: &[Range<usize>], address: usize, behind: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let takes = &chunk[piece.clone()] == "."
            && found.last().is_some_and(|word| {
                word.start >= address && takes_period(&chunk[word.clone()], &chunk[piece.end..], behind)
            });
        match found.last_mut() {
            Some(word) if takes => word.end = piece.end,
            _ => found.push(piece.clone()),
        }
    }
    found
}

/// Where a clitic is to be cut from a word.
fn clitic(word: &str, language: &str) -> Option<usize> {
    let (at, apostrophe) = word.char_indices().find(|(_, c)| APOSTROPHES.contains(c))?;
    let (before, after) = (&word[..at], &word[at + apostrophe.len_utf8()..]);
    if before.is_empty() || after.is_empty() {
        return None;
    }
    match language {
        "en" => {
            let tail = after.to_ascii_lowercase();
            let is_not = tail == "t" && before.len() > 1 && before.ends_with(['n', 'N']);
            match tail.as_str() {
                "t" if is_not => Some(at - 1),
                "s" | "re" | "ve" | "ll" | "d" | "m" => Some(at),
                _ => None,
            }
        }
        "fr" | "it" | "ca" => {
            let kept = matches!(before.to_lowercase().as_str(), "o" | "aujourd" | "prud");
            (!kept && after.starts_with(char::is_alphabetic)).then(|| word.len() - after.len())
        }
        _ => None,
    }
}
