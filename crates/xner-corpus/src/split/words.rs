//! Where words begin and end.

use std::ops::Range;

use super::Language;
use super::lexicon::Lexicon;
use super::marks::is_direction;
use super::period::takes_period;
use super::unspaced::pieces as pieces_of;

const HYPHENS: [char; 3] = ['-', '\u{2010}', '\u{2011}'];
const APOSTROPHES: [char; 2] = ['\'', '\u{2019}'];

/// The byte ranges of the words and punctuation marks of a sentence, in order. White space and invisible characters
/// are in none of them.
///
/// The base is Unicode's word boundaries (UAX 29), under which each Han character stands alone; words of Thai, Lao,
/// Khmer and Burmese are found by a small network where the feature `languages` is on, else each character is one. Over
/// them, as the corpora of the field have it:
/// - words joined by hyphens stay whole, as do `3/4`, `...` and `--`;
/// - web and mail addresses stay whole;
/// - an abbreviation, an initial or an ordinal keeps its period (`U.S.`, `Dr.`, `J.`, `3. Oktober`);
/// - English clitics are cut off (`Smith|'s`, `did|n't`), French, Italian and Catalan ones too (`l'|eau`).
///
/// Marks of direction stand at no word's edge.
pub fn word_ranges(sentence: &str, language: Language) -> Vec<Range<usize>> {
    let (lexicon, language) = (language.lexicon(), language.code());
    let mut found = Vec::new();
    let mut at = 0;
    for chunk in sentence.split(char::is_whitespace) {
        let inner = chunk.trim_start_matches(is_direction);
        let start = at + chunk.len() - inner.len();
        at += chunk.len();
        let behind = &sentence[at..];
        at += behind.chars().next().map_or(0, char::len_utf8);
        let chunk = inner.trim_end_matches(is_direction);
        if chunk.is_empty() {
            continue;
        }
        if let Some(letters) = plain(chunk) {
            found.push(start..start + letters);
            if letters < chunk.len() {
                found.push(start + letters..start + chunk.len());
            }
            continue;
        }
        let address = address(chunk);
        let pieces = joined(chunk, address, language);
        for piece in with_periods(chunk, &pieces, address, behind, lexicon) {
            let cut = if piece.end <= address { None } else { clitic(&chunk[piece.clone()], language) };
            let cut = cut.map_or(piece.end, |cut| piece.start + cut);
            for part in [piece.start..cut, cut..piece.end] {
                let word = within_marks(chunk, part);
                if !chunk[word.clone()].chars().all(invisible) {
                    found.push(start + word.start..start + word.end);
                }
            }
        }
    }
    found
}

/// The length of the letters of a chunk that is letters, perhaps with one mark behind that stands alone: most are.
/// Letters below U+0590 never break.
fn plain(chunk: &str) -> Option<usize> {
    let letter = |c: char| c.is_ascii_alphabetic() || !c.is_ascii() && c < '\u{590}' && c.is_alphabetic();
    let letters = chunk.find(|c| !letter(c)).unwrap_or(chunk.len());
    (letters > 0 && matches!(&chunk.as_bytes()[letters..], [] | [b',' | b';' | b'!' | b'?' | b')']))
        .then_some(letters)
}

/// The piece without marks of direction at its ends.
fn within_marks(chunk: &str, piece: Range<usize>) -> Range<usize> {
    let inner = chunk[piece.clone()].trim_start_matches(is_direction);
    let start = piece.end - inner.len();
    start..start + inner.trim_end_matches(is_direction).len()
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
    for piece in pieces_of(&chunk[address..]) {
        let (start, end) = (address + piece.start, address + piece.end);
        let piece = &chunk[start..end];
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
        // What begins with a dash is dashes.
        let dashes = last == '-' && first == '-' && before.starts_with('-');
        return dashes || last.is_alphanumeric() && next.is_alphanumeric();
    }
    match first {
        // What begins with a period is periods.
        '.' => before.starts_with('.'),
        '/' => last.is_ascii_digit() && next.is_ascii_digit(),
        _ if !first.is_alphanumeric() => false,
        // Dutch 's-Hertogenbosch and Gerard 't Hooft, in every language; 's, 'n and 'k in Dutch alone.
        _ if before.chars().nth(1).is_none() && (APOSTROPHES.contains(&last) || last == '\u{2018}') => {
            let of_place =
                piece == "s" && behind.starts_with('-') && behind[1..].starts_with(char::is_uppercase);
            let of_dutch = matches!(language, "nl" | "af" | "fy")
                && matches!(piece, "s" | "t" | "n" | "k")
                && !next.is_alphanumeric();
            of_place || of_dutch || piece == "t" && behind.is_empty()
        }
        _ if HYPHENS.contains(&last) || last == '/' => {
            before.chars().nth(1).is_some() && !before.starts_with('-')
        }
        _ => false,
    }
}

/// The pieces, those that are abbreviations together with their periods.
fn with_periods(
    chunk: &str,
    pieces: &[Range<usize>],
    address: usize,
    behind: &str,
    lexicon: &Lexicon,
) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let takes = &chunk[piece.clone()] == "."
            && found.last().is_some_and(|word| {
                word.start >= address
                    && takes_period(&chunk[word.clone()], &chunk[piece.end..], behind, lexicon)
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
