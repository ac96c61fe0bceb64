//! Words of scripts that do not write spaces between them, and whose words Unicode's word boundaries do not find: Thai,
//! Lao, Khmer and Burmese.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Whether a character is of one of these scripts.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
        || matches!(c, '\u{19e0}'..='\u{19ff}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}')
}

/// The pieces of a text between Unicode's word boundaries, and between the words of these scripts.
pub(super) fn pieces(text: &str) -> Vec<Range<usize>> {
    // All of them are behind U+0E00, whose first byte is this one.
    if text.bytes().all(|byte| byte < 0xe0) || !text.contains(is_unspaced) {
        return bounds(text, 0).collect();
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let unspaced = rest.starts_with(is_unspaced);
        let run = &rest[..rest.find(|c| is_unspaced(c) != unspaced).unwrap_or(rest.len())];
        if unspaced {
            found.extend(words(run, at));
        } else {
            found.extend(bounds(run, at));
        }
        at += run.len();
    }
    found
}

/// The pieces of a text that begins at byte `base`.
fn bounds(text: &str, base: usize) -> impl Iterator<Item = Range<usize>> {
    text.split_word_bound_indices().map(move |(at, piece)| base + at..base + at + piece.len())
}

/// The words of a run of letters of these scripts.
#[cfg(feature = "languages")]
fn words(run: &str, base: usize) -> Vec<Range<usize>> {
    use std::sync::LazyLock;

    use icu_segmenter::options::WordBreakInvariantOptions;
    use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};

    static SEGMENTER: LazyLock<WordSegmenterBorrowed<'static>> =
        LazyLock::new(|| WordSegmenter::new_lstm(WordBreakInvariantOptions::default()));
    let ends: Vec<usize> = SEGMENTER.segment_str(run).collect();
    ends.windows(2).map(|ends| base + ends[0]..base + ends[1]).collect()
}

/// Its characters: this program is built without the feature `languages`.
#[cfg(not(feature = "languages"))]
fn words(run: &str, base: usize) -> Vec<Range<usize>> {
    bounds(run, base).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<&str> {
        pieces(text).into_iter().map(|piece| &text[piece]).collect()
    }

    #[test]
    fn other_scripts_are_as_unicode_has_them() {
        for text in ["ab, c3.5 'n", "北京é ab", "", "\u{dff}x\u{f00}"] {
            assert_eq!(of(text), text.split_word_bounds().collect::<Vec<_>>());
        }
    }

    #[cfg(feature = "languages")]
    #[test]
    fn words_without_spaces_are_found() {
        // "I come from Bangkok", "Vientiane", "Phnom Penh city", "Yangon city".
        assert_eq!(of("ผมมาจากกรุงเทพ"), ["ผม", "มา", "จาก", "กรุง", "เทพ"]);
        for text in ["ນະຄອນຫຼວງວຽງຈັນ", "ទីក្រុងភ្នំពេញ", "ရန်ကုန်မြို့"]
        {
            let found = of(text);
            assert!(found.len() < text.graphemes(true).count(), "{found:?}");
            assert_eq!(found.concat(), text);
        }
        assert_eq!(of("Siam(ผมมา)1"), ["Siam", "(", "ผม", "มา", ")", "1"]);
    }
}
