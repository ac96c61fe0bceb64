//! Labelled sentences as windows of subwords.

use xner_corpus::{Labelled, Sentence, TagSet};

use super::super::batch::Piece;
use super::super::tokeniser::Tokeniser;
use super::super::windows::Windows;
use crate::Result;

/// One window of a labelled sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The window.
    pub piece: Piece,
    /// The gold tags of the words that have an answer in it.
    pub gold: Vec<u16>,
}

/// The windows of a sentence; a word has its tag in each window that answers for it. Windows without words to answer
/// for are left out.
pub(super) fn examples(
    labelled: &Labelled,
    tags: &TagSet,
    windows: &Windows,
    tokeniser: &Tokeniser,
) -> Result<Vec<Example>> {
    let gold = tags.encode(labelled)?;
    let example = |piece: Piece| {
        let gold = piece.words.iter().map(|&(word, _)| gold[word as usize]).collect();
        Example { piece, gold }
    };
    Ok(pieces(&labelled.sentence, windows, tokeniser)?.into_iter().map(example).collect())
}

/// As [`examples`], without labels.
pub(super) fn pieces(sentence: &Sentence, windows: &Windows, tokeniser: &Tokeniser) -> Result<Vec<Piece>> {
    let subwords = tokeniser.encode(sentence.tokens())?;
    let windows = windows.of(&subwords);
    let pieces = windows.iter().map(|window| Piece::new(&subwords, window, tokeniser));
    Ok(pieces.filter(|piece| !piece.words.is_empty()).collect())
}
