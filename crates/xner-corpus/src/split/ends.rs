//! Where a sentence ends: one pass over its bytes, and a look at the words around each mark.

use std::ops::Range;

use super::lexicon::{Kind, Lexicon};
use super::marks::{Mark, closes, closes_alone, find, mark, opens};

/// No sentence is longer than this, in bytes.
pub(super) const BYTES: usize = 1 << 14;
/// So many bytes behind a mark are looked at. More white space than that ends a sentence.
const LOOK: usize = 256;
/// The longest word before a mark that may be an abbreviation, in bytes.
const WORD: usize = 40;
/// The bytes at which `'t Is` is told: an apostrophe, a letter, a space and a capital, of any length.
const DUTCH: usize = 10;
/// Vowelless words that are no abbreviations' shape: units that often end sentences.
const UNITS: [&str; 8] = ["km", "kg", "cm", "mm", "ml", "pm", "tv", "hmm"];

/// The end of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// As the rules have it.
    Found(usize),
    /// As far as a sentence may go.
    Cut(usize),
}

/// What a mark turned out to be.
enum Verdict {
    /// The sentence ends before this byte.
    Ends(usize),
    /// It goes on; the next mark is to be looked for from this byte on.
    GoesOn(usize),
    /// The text ends too early to tell.
    Unknown,
}

/// What comes behind a mark.
enum Behind {
    /// The first word, without what stands before it.
    Word(Range<usize>),
    /// Another mark.
    Mark,
    /// Nothing, an empty line, or more white space than is looked at.
    Nothing,
    /// The text ends too early to tell.
    Unknown,
}

/// Looks for sentence ends in a text, or in the beginning of one.
pub(super) struct Ends<'a> {
    pub(super) text: &'a str,
    /// Whether nothing follows the text.
    pub(super) whole: bool,
    pub(super) lexicon: &'a Lexicon,
    /// Whether a semicolon asks.
    pub(super) greek: bool,
}

impl Ends<'_> {
    /// The end of the sentence that begins at byte `start`, perhaps with white space behind it: at most [`BYTES`]
    /// further. `None` where more of the text must be seen.
    pub(super) fn next(&self, start: usize) -> Option<End> {
        let bytes = self.text.as_bytes();
        let last = start + BYTES;
        let mut at = start;
        while let Some(step) = find(&bytes[at..bytes.len().min(last)]) {
            at += step;
            let verdict = if bytes[at] == b'\n' { self.line_end(at) } else { self.verdict(start, at) };
            match verdict {
                Verdict::Ends(end) if end <= last => return Some(End::Found(end)),
                Verdict::Ends(_) => break,
                Verdict::GoesOn(next) => at = next,
                Verdict::Unknown => return None,
            }
            if at >= bytes.len().min(last) {
                break;
            }
        }
        if bytes.len() >= last {
            Some(End::Cut(self.text.floor_char_boundary(last)))
        } else {
            self.whole.then_some(End::Found(bytes.len()))
        }
    }

    fn line_end(&self, at: usize) -> Verdict {
        for (step, c) in self.text[at + 1..].char_indices() {
            if c == '\n' || step > LOOK {
                return Verdict::Ends(at);
            }
            if !c.is_whitespace() {
                return Verdict::GoesOn(at + 1);
            }
        }
        if self.whole { Verdict::Ends(at) } else { Verdict::Unknown }
    }

    fn verdict(&self, start: usize, at: usize) -> Verdict {
        let Some((mut kind, len)) = mark(&self.text[at..], self.greek) else {
            return Verdict::GoesOn(at + 1);
        };
        let (mut end, mut wide) = (at + len, len > 1);
        while let Some((next, len)) = mark(&self.text[end..], self.greek) {
            kind = match (kind, next) {
                (Mark::Stop, _) | (_, Mark::Stop) => Mark::Stop,
                (Mark::Cry, _) | (_, Mark::Cry) => Mark::Cry,
                _ => Mark::Ellipsis,
            };
            (end, wide) = (end + len, wide || len > 1);
            if end > start + BYTES {
                return Verdict::Ends(end);
            }
        }
        let marks = end;
        for c in self.text[marks..].chars().take(LOOK) {
            // Behind a Chinese full stop `“` opens the next sentence; behind a German period it closes.
            if !closes(c) || kind == Mark::Stop && matches!(c, '“' | '‘' | '«' | '‹') {
                break;
            }
            end += c.len_utf8();
        }
        let Some(next) = self.text[end..].chars().next() else {
            return if self.whole { Verdict::Ends(end) } else { Verdict::Unknown };
        };
        if !next.is_whitespace() {
            // `！” he said`: the sentence around the quotation goes on; behind `。”` it seldom does.
            let quoted = end > marks && !self.text[at..marks].ends_with('。');
            let goes_on = quoted || !(next.is_alphanumeric() || opens(next));
            return if kind == Mark::Stop && !goes_on { Verdict::Ends(end) } else { Verdict::GoesOn(end) };
        }
        let (end, behind) = self.behind(start, end);
        let word = match behind {
            Behind::Word(word) => word,
            Behind::Mark => return Verdict::GoesOn(end),
            Behind::Nothing => return Verdict::Ends(end),
            Behind::Unknown => return Verdict::Unknown,
        };
        let small = self.text[word.clone()].starts_with(char::is_lowercase);
        let goes_on = match kind {
            Mark::Stop => false,
            Mark::Cry if small && marks == end => false,
            Mark::Cry | Mark::Ellipsis => {
                small || !self.text[start..at].contains(char::is_alphanumeric) && !wide
            }
            Mark::Period => small || self.takes_period(start, at, word),
        };
        if goes_on { Verdict::GoesOn(end) } else { Verdict::Ends(end) }
    }

    /// What is behind the white space at `end`; and the sentence's end, moved behind closing marks that stand alone.
    fn behind(&self, start: usize, mut end: usize) -> (usize, Behind) {
        let mut opened = false;
        let mut lines = 0;
        let mut steps = self.text[end..].char_indices().peekable();
        let begin = end;
        while let Some((step, c)) = steps.next() {
            let at = begin + step;
            if step > LOOK {
                return (end, Behind::Nothing);
            }
            if c.is_whitespace() {
                lines += usize::from(c == '\n');
                if lines > 1 {
                    return (end, Behind::Nothing);
                }
                continue;
            }
            lines = 0;
            if mark(&self.text[at..], self.greek).is_some() {
                return (end, Behind::Mark);
            }
            if !opened && (closes_alone(c) || c == '"') {
                let Some(&(_, next)) = steps.peek() else {
                    return (end, if self.whole { Behind::Nothing } else { Behind::Unknown });
                };
                let odd =
                    c != '"' || self.text[start..at].bytes().filter(|&byte| byte == b'"').count() % 2 == 1;
                if next.is_whitespace() && odd {
                    end = at + c.len_utf8();
                    continue;
                }
            }
            if matches!(c, '\'' | '’' | '‘') {
                if !self.whole && self.text.len() - at < DUTCH {
                    return (end, Behind::Unknown);
                }
                if let Some(word) = self.dutch(at) {
                    return (end, self.word_at(word));
                }
            }
            if opens(c) {
                opened = true;
                continue;
            }
            return (end, self.word_at(at));
        }
        (end, if self.whole { Behind::Nothing } else { Behind::Unknown })
    }

    /// The word that bears the capital of a Dutch sentence that begins with `'t` or `'s` at byte `at`.
    fn dutch(&self, at: usize) -> Option<usize> {
        let rest = self.text[at..].strip_prefix(['\'', '’', '‘'])?;
        let word = rest.strip_prefix("t ").or_else(|| rest.strip_prefix("s "))?;
        word.starts_with(char::is_uppercase).then(|| self.text.len() - word.len())
    }

    /// The word at byte `at`: its letters, or its first character.
    fn word_at(&self, at: usize) -> Behind {
        let rest = &self.text[at..];
        let len = rest.char_indices().find(|&(step, c)| !c.is_alphanumeric() || step > WORD);
        match len {
            Some((0, c)) => Behind::Word(at..at + c.len_utf8()),
            Some((len, _)) => Behind::Word(at..at + len),
            None if self.whole => Behind::Word(at..self.text.len()),
            None => Behind::Unknown,
        }
    }

    /// Whether the period at byte `at` belongs to the word before it and does not end the sentence.
    fn takes_period(&self, start: usize, at: usize, next: Range<usize>) -> bool {
        let word = self.word_before(start, at);
        let Some(first) = word.chars().next() else { return false };
        let rules = self.lexicon.rules;
        let number = self.text[next.clone()].starts_with(char::is_numeric);
        let begins = || self.begins_sentence(next.clone());
        let leads = !self.text[start..at - word.len()].contains(char::is_alphanumeric);
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            let listed = leads && word.len() <= 3;
            return listed || rules.ordinals && word.len() <= 2 && !begins();
        }
        let letters = word.chars().count();
        let kind = self.lexicon.kind(word);
        if kind.is(Kind::TITLE) || kind.is(Kind::BEFORE_NUMBER) && number {
            return true;
        }
        if letters == 1 {
            return first.is_alphabetic() && (leads || !begins());
        }
        if rules.danda && letters <= 3 && first.is_alphabetic() {
            return true;
        }
        let abbreviation = kind.is(Kind::SHORT)
            || initials(word)
            || rules.ordinals && roman(word)
            || !rules.vowelless && vowelless(word);
        abbreviation && !begins()
    }

    /// Whether sentences often begin with this word.
    fn begins_sentence(&self, next: Range<usize>) -> bool {
        let (next, behind) = (&self.text[next.clone()], &self.text[next.end..]);
        let initial = next.chars().count() == 1 && behind.starts_with('.');
        next.starts_with(char::is_uppercase) && !initial && self.lexicon.kind(next).is(Kind::STARTER)
    }

    /// What stands before the mark at `at`, from the last white space, bracket or quotation mark on.
    fn word_before(&self, start: usize, at: usize) -> &str {
        let from = self.text.ceil_char_boundary(start.max(at.saturating_sub(WORD)));
        let before = &self.text[from..at];
        let breaks =
            |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '/' | '…') || c != '-' && opens(c);
        let begin = before.char_indices().rev().find(|&(step, c)| {
            // `John's.` ends in no abbreviation, `l'av.` does.
            breaks(c) && !(matches!(c, '\'' | '’') && before[step + c.len_utf8()..].chars().count() < 2)
        });
        begin.map_or(before, |(step, c)| &before[step + c.len_utf8()..])
    }
}

/// Whether a word is letters with periods between, such as `U.S`, `z.B`, `J.-C`.
fn initials(word: &str) -> bool {
    word.contains('.')
        && word.split('.').all(|part| {
            let part = part.trim_start_matches('-');
            part.chars().count() <= 3 && part.chars().all(char::is_alphabetic)
        })
}

/// Whether a word is a Roman number of at most five figures.
fn roman(word: &str) -> bool {
    word.len() <= 5 && word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X' | b'L'))
}

/// Whether a word of Latin letters has no vowel and is not written in capitals, as `bzw`, `Mrs`.
fn vowelless(word: &str) -> bool {
    let consonant = |byte: u8| {
        byte.is_ascii_alphabetic()
            && !matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
    };
    word.len() <= 4
        && word.bytes().all(consonant)
        && word.bytes().any(|byte| byte.is_ascii_lowercase())
        && !UNITS.contains(&word)
}
