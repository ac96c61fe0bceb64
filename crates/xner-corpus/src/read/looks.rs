//! What a file is, by its first lines, where neither its name nor anyone says so.

use std::fmt;

use super::conll::{DOCUMENT_MARK, is_numbered};
use crate::Spelling;

/// The fewest rows that make columns where nothing but their equal width says so.
const ROWS: usize = 4;
/// The fewest numbers of a row of word vectors, where no header tells them.
const NUMBERS: usize = 4;
/// So many words in small letters side by side are prose: columns hold a word, its lemma and names of classes.
const WORDS: usize = 4;
/// A field so long, in characters, is no word.
const LONG: usize = 80;

/// What the first lines of a file look like.
///
/// ```
/// use xner_corpus::read::Looks;
///
/// assert_eq!(Looks::of(b"Ada B-PER\nran O\n", true), Looks::Columns);
/// assert_eq!(Looks::of(b"Ada ran home.\nBob did not.\n", true), Looks::Prose);
/// assert_eq!(Looks::of(b"{\"text\": \"Ada ran.\"}\n", true), Looks::Json);
/// assert_eq!(Looks::of(b"2 3\nthe 1 0 0\nof 0 1 0\n", true), Looks::Vectors);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Looks {
    /// A token a row, with columns behind it.
    Columns,
    /// JSON, an object a line or one list.
    Json,
    /// Running text.
    Prose,
    /// Word vectors, as text or in word2vec's binary form.
    Vectors,
    /// None of these for sure: one word a line may be columns or text.
    Unclear,
}

impl fmt::Display for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Columns => "columns",
            Self::Json => "JSON lines",
            Self::Prose => "plain text",
            Self::Vectors => "word vectors",
            Self::Unclear => "nothing that is known",
        })
    }
}

impl Looks {
    /// Tells by the first bytes of a file; `whole` says whether they are all of it.
    pub fn of(head: &[u8], whole: bool) -> Self {
        // The head may end within a line, and within a character.
        let lines = match head.iter().rposition(|&byte| byte == b'\n') {
            Some(end) if !whole => &head[..=end],
            _ => head,
        };
        let text = String::from_utf8_lossy(lines);
        let text = text.trim_start_matches('\u{feff}');
        let mut filled = text.lines().filter(|line| !line.trim().is_empty());
        let Some(first) = filled.next() else { return Self::Unclear };
        if is_json(first) {
            return Self::Json;
        }
        if is_vectors(first, filled.next(), filled.next()) {
            return Self::Vectors;
        }
        if is_numbered(text, whole) == Some(true) {
            return Self::Columns;
        }
        let rows = Rows::of(text);
        if rows.are_columns() {
            Self::Columns
        } else if rows.are_prose() {
            Self::Prose
        } else {
            Self::Unclear
        }
    }
}

/// Whether a line begins an object, a list of them, or a text with its annotations.
fn is_json(line: &str) -> bool {
    let line = line.trim();
    let begins = |text: &str| text.is_empty() || text.starts_with(['{', '[', '"', ']']);
    match line.as_bytes().first() {
        Some(b'{') => {
            let rest = line[1..].trim_start();
            rest.is_empty() || rest.starts_with(['"', '}'])
        }
        Some(b'[') => begins(line[1..].trim_start()),
        _ => false,
    }
}

/// Whether these are the first lines of word vectors: a header and a row of as many numbers, or rows of numbers alone.
fn is_vectors(first: &str, second: Option<&str>, third: Option<&str>) -> bool {
    let numbers = |line: &str| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let from = fields.iter().rposition(|field| field.parse::<f32>().is_err()).map_or(0, |at| at + 1);
        (fields.len(), fields.len() - from)
    };
    let Some(second) = second else { return false };
    let counts: Vec<usize> = first.split_ascii_whitespace().map_while(|field| field.parse().ok()).collect();
    if let (&[_, dim], (2, 2)) = (counts.as_slice(), numbers(first)) {
        // word2vec's binary form has numbers that are no text.
        return numbers(second).1 >= dim && numbers(second).0 > dim && dim > 0 || second.contains('\u{fffd}');
    }
    let ((wide, many), (also, more)) = (numbers(first), numbers(second));
    let real = |line: &str| line.split_ascii_whitespace().any(|field| field.contains(['.', 'e']));
    wide == also
        && many == more
        && many >= NUMBERS
        && many + 1 == wide
        && real(first)
        && third.is_none_or(|third| numbers(third).1 >= many)
}

/// The rows of what may be columns, counted.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a sign of its own")]
struct Rows {
    count: usize,
    /// Rows of several fields whose last is a tag.
    tagged: usize,
    /// The fields of the first row.
    width: usize,
    /// Whether some row has another number of fields.
    uneven: bool,
    /// Whether there are tabs.
    tabs: bool,
    /// Whether there is the mark of a document.
    mark: bool,
    /// Whether there is an empty line between rows.
    gap: bool,
    /// Whether some row can be nothing but running text.
    prose: bool,
}

impl Rows {
    fn of(text: &str) -> Self {
        let mut rows = Self::default();
        let mut begins = true;
        for line in text.lines() {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            let Some(last) = fields.last() else {
                rows.gap |= rows.count > 0;
                begins = true;
                continue;
            };
            if fields[0] == DOCUMENT_MARK {
                rows.mark = true;
                continue;
            }
            if begins && fields[0] == "#" {
                continue;
            }
            begins = false;
            if rows.count == 0 {
                rows.width = fields.len();
            }
            rows.count += 1;
            rows.uneven |= fields.len() != rows.width;
            rows.tabs |= line.contains('\t');
            rows.tagged += usize::from(fields.len() > 1 && is_tag(last));
            rows.prose |= is_prose(&fields);
        }
        rows
    }

    /// Whether there is a mark, or each row ends in a tag, or all of [`ROWS`] rows or more with an empty line among
    /// them have the same number of fields, at least two.
    fn are_columns(&self) -> bool {
        let even = !self.uneven && self.width > 1;
        let tagged = self.count > 1 && self.tagged == self.count;
        self.count > 0
            && (self.mark && even || tagged || even && !self.prose && self.gap && self.count >= ROWS)
    }

    fn are_prose(&self) -> bool {
        let some_tagged = 2 * self.tagged > self.count;
        !self.tabs && !self.mark && !some_tagged && (self.prose || self.uneven)
    }
}

/// Whether the last field of a row is a tag in any of the usual letters; `BILOU`'s and lower case are.
fn is_tag(field: &str) -> bool {
    field.len() < 64 && Spelling::Auto.parse(field).is_ok()
}

/// Whether a row can be nothing but running text: a mark at a word's end that ends a sentence, many words in small
/// letters, a long field of several sentences.
fn is_prose(fields: &[&str]) -> bool {
    let letters = |field: &str| field.chars().filter(|c| c.is_alphabetic()).count();
    let ends = |field: &str| {
        let core = field.trim_end_matches(['"', '\'', ')', '”', '’', '»']);
        let word = core.trim_end_matches(['.', '!', '?', '…', ':', ',', ';']);
        word.len() < core.len() && letters(word) > 1
    };
    let stops = |field: &&str| {
        let stop = |c: char| matches!(c, '。' | '．' | '！' | '？' | '।' | '۔' | '؟' | '、' | '，');
        field.contains(stop) && letters(field) > 3
    };
    let small = |field: &&&str| field.chars().all(char::is_lowercase);
    fields.len() > 1 && fields.last().is_some_and(|field| ends(field))
        || fields.iter().any(stops)
        || fields.iter().filter(small).count() >= WORDS
        || fields.iter().any(|field| field.chars().count() > LONG && letters(field) > LONG)
}

#[cfg(test)]
mod tests {
    use super::Looks::{self, Columns, Json, Prose, Unclear, Vectors};

    #[test]
    fn first_lines_tell() {
        for (head, want) in [
            ("Ada NNP\nran VBD\n\nBob NNP\nsat VBD\n", Columns),
            ("\u{feff}Ada\tB-PER\r\nran\tO\r\n", Columns),
            ("-DOCSTART-\n\nAda NNP\n", Columns),
            ("-DOCSTART- -X- O\n\nAda NNP O\nran VBD O", Columns),
            ("Ada x B-PER\nran O\n", Columns),
            ("# id 1\nAda b-per\nran o\n\n# id 2\nBob U-PER\nsat O\n", Columns),
            ("1\tAda\t_\tPROPN\t_\t_\t0\troot\t_\t_\n", Columns),
            ("", Unclear),
            ("\n\n", Unclear),
            ("Plan B-side", Unclear),
            ("Good morning\n\nGood evening\n", Unclear),
            ("Ada\nran\n\nBob\nsat\n", Unclear),
            ("Ada B-PER\nLovelace X-PER\n", Unclear),
            ("One two\nthree four\nfive six\nseven eight\n", Unclear),
            ("Ada ran.\n\nShe did not come back.\n", Prose),
            ("Ada ran.\n\nShe sat.\n\nBob ran.\n\nHe sat.\n", Prose),
            ("the river flows past the town\n", Prose),
            ("# A title\n\nAnd then some lines\nof text\n", Prose),
            ("北京是中华人民共和国的首都。\n", Prose),
            ("{\"text\": \"a\"}\n", Json),
            ("\n [\n {\"text\": \"a\"}]", Json),
            ("[\"Ada ran.\", {\"entities\": []}]\n", Json),
            ("{ }\n", Json),
            ("{sic} he said so.\n", Prose),
            ("[1] A note on the text.\n", Prose),
            ("2 3\nthe 1 0 0\nof 0 1 0\n", Vectors),
            ("1 2\nNew York 0.5 -1e-3\n", Vectors),
            ("the 0.1 0.2 0.3 0.4\nof 0.5 0.6 0.7 0.8\n", Vectors),
            ("1 2\nand so on.\n", Prose),
            ("2019 2020\n", Unclear),
        ] {
            assert_eq!(Looks::of(head.as_bytes(), true), want, "{head:?}");
        }
        assert_eq!(Looks::of(b"2 3\nthe \x00\x00\x80?\xff\xfe\n", false), Vectors);
    }

    #[test]
    fn a_line_that_is_cut_says_nothing() {
        assert_eq!(Looks::of("Ada B-PER\nran O\nthe ri".as_bytes(), false), Columns);
        assert_eq!(Looks::of("Ada B-PER\nran O\nthe ri".as_bytes(), true), Unclear);
        assert_eq!(
            Looks::of("Ada B-PER\nran O\nZo\u{eb}".as_bytes().split_last().map_or(&[], |(_, b)| b), false),
            Columns
        );
    }
}
