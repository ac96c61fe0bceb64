//! How much of a file is taken into memory at once.
//!
//! A file may say anything, and a compressed one says much in few bytes. What is beyond these limits is refused with
//! its line, as soon as it is read: the rest of the file is not.

use crate::Sentence;

/// The longest line of a corpus, in bytes without its end; and the longest record of a list of JSON, brat's document
/// and text without a sentence's end.
pub const LONGEST_LINE: usize = 64 << 20;
/// The longest token, in bytes.
pub const LONGEST_TOKEN: usize = 1 << 20;
/// The tokens of a sentence at most.
pub const MOST_TOKENS: usize = 1 << 20;
/// The longest text of a sentence of columns, in bytes.
pub const LONGEST_SENTENCE: usize = 64 << 20;
/// The most bytes of a file of text that is read as a whole: a config, a report, a vocabulary.
pub const LARGEST_TEXT: u64 = 256 << 20;
/// The memory that a decompressor may take, in bytes.
#[cfg(feature = "xz")]
pub(crate) const DECODER_MEMORY: u64 = 1 << 30;

/// What is said of a line that is too long.
pub(crate) fn long_line() -> String {
    format!("the line is longer than {}, the most that is read", mebibytes(LONGEST_LINE))
}

/// Adds a token to a sentence that is read token by token; else says which limit it breaks.
pub(crate) fn push(sentence: &mut Sentence, token: &str) -> Result<(), String> {
    token_fits(token)?;
    tokens_fit(sentence.len() + 1)?;
    if sentence.text().len() + token.len() >= LONGEST_SENTENCE || !sentence.try_push(token) {
        return Err(format!(
            "the sentence is longer than {}, the most that is read: is an empty line missing?",
            mebibytes(LONGEST_SENTENCE)
        ));
    }
    Ok(())
}

/// Says that a sentence keeps to the limits.
pub(crate) fn check(sentence: &Sentence) -> Result<(), String> {
    tokens_fit(sentence.len())?;
    sentence.tokens().try_for_each(token_fits)
}

fn token_fits(token: &str) -> Result<(), String> {
    if token.len() > LONGEST_TOKEN {
        let length = token.len();
        return Err(format!(
            "a token has {length} bytes, expected at most {LONGEST_TOKEN} ({})",
            mebibytes(LONGEST_TOKEN)
        ));
    }
    Ok(())
}

fn tokens_fit(count: usize) -> Result<(), String> {
    if count > MOST_TOKENS {
        return Err(format!(
            "the sentence has more than {MOST_TOKENS} tokens, the most that are read: is an empty line missing?"
        ));
    }
    Ok(())
}

/// A number of bytes in words; they are whole mebibytes.
pub(crate) fn mebibytes(bytes: usize) -> String {
    format!("{} MiB", bytes >> 20)
}
