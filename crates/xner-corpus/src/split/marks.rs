//! The marks that end sentences, and those that stand around them.

/// What a mark that may end a sentence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A period, which may be an abbreviation's.
    Period,
    /// An ellipsis.
    Ellipsis,
    /// `!`, `?` and their like.
    Cry,
    /// A mark behind which no white space is needed: the full stops of Chinese, Devanagari, Arabic and others.
    Stop,
}

/// The bytes with which a mark or a line end begins.
static BEGINS: [bool; 256] = {
    let mut begins = [false; 256];
    let bytes = [b'.', b'!', b'?', b';', b'\n', 0xd6, 0xd8, 0xdb, 0xe0, 0xe1, 0xe2, 0xe3, 0xef];
    let mut at = 0;
    while at < bytes.len() {
        begins[bytes[at] as usize] = true;
        at += 1;
    }
    begins
};

/// The first place in `bytes` at which a mark or a line end may begin.
pub(super) fn find(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        from += bytes[from..].iter().position(|&byte| BEGINS[byte as usize])?;
        // Letters of some scripts begin with the same byte.
        let begins = match bytes[from..] {
            [0xd6, second, ..] => second == 0x89,
            [0xd8, second, ..] => second == 0x9f,
            [0xdb, second, ..] => second == 0x94,
            [0xe0, second, third, ..] => second == 0xa5 && third & 0xfe == 0xa4,
            _ => true,
        };
        if begins {
            return Some(from);
        }
        from += 1;
    }
}

/// The mark at the start of `text`, with its length. `greek` says whether a semicolon asks.
pub(super) fn mark(text: &str, greek: bool) -> Option<(Mark, usize)> {
    let c = text.chars().next()?;
    let mark = match c {
        '.' => Mark::Period,
        '…' => Mark::Ellipsis,
        '!' | '?' | '‼' | '‽' | '⁇' | '⁈' | '⁉' => Mark::Cry,
        // Armenian, Arabic, Urdu; Devanagari; Burmese, Khmer, Ethiopic; Chinese and Japanese.
        '։' | '؟' | '۔' | '।' | '॥' | '။' | '។' | '።' | '፧' | '。' | '｡' | '！' | '？' | '．' => {
            Mark::Stop
        }
        ';' if greek => return Some((Mark::Cry, 1)),
        _ => return None,
    };
    Some((mark, c.len_utf8()))
}

/// Marks of direction, and the byte order mark: they belong to no word.
pub(super) fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether `c`, where it stands at a sentence's last mark, belongs to the sentence.
pub(super) fn closes(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | ')'
            | ']'
            | '}'
            | '”'
            | '’'
            | '“'
            | '‘'
            | '»'
            | '«'
            | '›'
            | '‹'
            | '」'
            | '』'
            | '）'
            | '】'
            | '〉'
            | '》'
            | '〕'
    ) || is_direction(c)
}

/// Whether `c` closes also where it stands alone.
pub(super) fn closes_alone(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '”' | '»' | '›')
}

/// Whether `c` may stand before the first word of a sentence.
pub(super) fn opens(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '('
            | '['
            | '{'
            | '“'
            | '”'
            | '‘'
            | '’'
            | '„'
            | '‚'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '¿'
            | '¡'
            | '-'
            | '\u{2010}'..='\u{2015}' | '•' | '*' | '·' | '「' | '『' | '（' | '【' | '《'
    ) || is_direction(c)
}
