//! A small cache of the numbers of tags of 4 to 16 bytes, which is nearly all tags. It takes two loads and two
//! multiplications instead of a hash over a string of any length, and no call to compare.

use crate::symbol::SymbolId;

const SLOTS: usize = 512;

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    ends: [u64; 2],
    /// 0 in an empty slot.
    len: u32,
    id: SymbolId,
}

/// The tags that came last. Each has one slot where it can be.
#[derive(Debug, Clone)]
pub(crate) struct Shortcut {
    slots: Box<[Slot; SLOTS]>,
}

impl Shortcut {
    pub(crate) fn new() -> Self {
        Self { slots: Box::new([Slot::default(); SLOTS]) }
    }

    /// The number of a tag, if it is remembered.
    #[inline]
    pub(crate) fn get(&self, text: &str) -> Option<SymbolId> {
        let ends = ends(text)?;
        let slot = &self.slots[at(ends)];
        (slot.ends == ends && slot.len as usize == text.len()).then_some(slot.id)
    }

    /// Remembers a tag's number, and forgets what was in its slot.
    pub(crate) fn set(&mut self, text: &str, id: SymbolId) {
        if let Some(ends) = ends(text) {
            self.slots[at(ends)] = Slot { ends, len: text.len() as u32, id };
        }
    }
}

/// The first and the last bytes, which overlap for some lengths. Together with the length they determine the text.
#[inline]
fn ends(text: &str) -> Option<[u64; 2]> {
    let bytes = text.as_bytes();
    match bytes.len() {
        4..=7 => {
            let (&first, &last) = (bytes.first_chunk()?, bytes.last_chunk()?);
            Some([u32::from_le_bytes(first).into(), u32::from_le_bytes(last).into()])
        }
        8..=16 => {
            let (&first, &last) = (bytes.first_chunk()?, bytes.last_chunk()?);
            Some([u64::from_le_bytes(first), u64::from_le_bytes(last)])
        }
        _ => None,
    }
}

#[inline]
fn at(ends: [u64; 2]) -> usize {
    let first = ends[0].wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let last = ends[1].wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    // Every bit of both takes part in the topmost bits.
    (first.wrapping_add(last) >> (u64::BITS - SLOTS.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts with the same ends and other lengths, and more texts than slots.
    #[test]
    fn remembers_only_what_was_set() {
        let texts = (1..=20).map(|len| "a".repeat(len));
        let texts: Vec<String> = texts.chain((0..1000).map(|n| format!("B-{n}-TYPE"))).collect();
        let mut shortcut = Shortcut::new();
        assert!(texts.iter().all(|text| shortcut.get(text).is_none()));
        for (id, text) in (0..).zip(&texts) {
            shortcut.set(text, id);
            assert_eq!(shortcut.get(text), (4..=16).contains(&text.len()).then_some(id));
        }
        let kept = (0..).zip(&texts).filter(|&(id, text)| match shortcut.get(text) {
            Some(kept) => {
                assert_eq!(kept, id, "{text}");
                true
            }
            None => false,
        });
        assert!(kept.count() > 300, "the texts spread over the slots");
    }
}
