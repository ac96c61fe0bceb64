//! Character offsets of a stream of bytes.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{BufRead, Read, Result};
use std::rc::Rc;

/// Passes UTF-8 on, and remembers which bytes begin no character.
pub(super) struct Counted<R> {
    inner: R,
    read: usize,
    characters: Characters,
}

/// Turns byte offsets of what a [`Counted`] has passed on into character offsets.
#[derive(Clone, Default)]
pub(super) struct Characters(Rc<RefCell<Continuations>>);

#[derive(Default)]
struct Continuations {
    /// Those behind the last offset that was asked for.
    ahead: VecDeque<usize>,
    /// How many lie before it.
    behind: usize,
}

impl<R: BufRead> Counted<R> {
    pub(super) fn new(inner: R) -> (Self, Characters) {
        let characters = Characters::default();
        (Self { inner, read: 0, characters: characters.clone() }, characters)
    }
}

impl Characters {
    /// The character at which byte `offset` stands; offsets must not fall from call to call.
    pub(super) fn at(&self, offset: usize) -> usize {
        let mut inner = self.0.borrow_mut();
        while inner.ahead.front().is_some_and(|&byte| byte < offset) {
            inner.ahead.pop_front();
            inner.behind += 1;
        }
        offset - inner.behind
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // The buffer is not empty where something is consumed, so this reads nothing and cannot fail.
        if let Ok(buffer) = self.inner.fill_buf() {
            let taken = buffer.get(..amount).unwrap_or(buffer);
            let continues = taken.iter().enumerate().filter(|(_, byte)| (**byte & 0xc0) == 0x80);
            self.characters.0.borrow_mut().ahead.extend(continues.map(|(at, _)| self.read + at));
        }
        self.read += amount;
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let buffer = self.fill_buf()?;
        let amount = buffer.len().min(out.len());
        out[..amount].copy_from_slice(&buffer[..amount]);
        self.consume(amount);
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::BufReader;

    #[test]
    fn offsets_agree_with_counting() {
        let text = "Zoë mag Köln. 😀 Και εδώ.\nx";
        // A buffer that cuts characters in two.
        let (mut counted, characters) = Counted::new(BufReader::with_capacity(3, text.as_bytes()));
        let mut copy = String::new();
        counted.read_to_string(&mut copy).unwrap();
        assert_eq!(copy, text);
        for (chars, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(characters.at(byte), chars);
        }
    }
}
