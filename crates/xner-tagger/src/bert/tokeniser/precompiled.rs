//! `SentencePiece`'s maps of characters, as a normaliser of the type `Precompiled` holds them.
//!
//! Such a map is the length of a trie, the trie (a double array of 32-bit units, as Darts has it), and a text of
//! replacements with a NUL behind each. The crate that uses it follows the trie without looking whether it leads out of
//! the array, or to a place that is no replacement's; and it takes as much memory as the map says.

/// The longest replacement of a character, in bytes. The longest there is in Unicode has 33.
const LONGEST: usize = 1024;

/// Says that a map, in base 64, can be followed from every text.
pub(super) fn check(map: &str) -> Result<(), String> {
    let bytes = base64::decode(map).map_err(|fault| format!("is not base 64: {fault}"))?;
    let (length, rest) = bytes.split_first_chunk().ok_or("is cut short")?;
    let length = u32::from_le_bytes(*length) as usize;
    let (trie, replacements) = rest
        .split_at_checked(length)
        .ok_or_else(|| format!("says that its trie has {length} bytes, there are {}", rest.len()))?;
    let (units, odd) = trie.as_chunks();
    if units.is_empty() || !odd.is_empty() {
        return Err(format!("has a trie of {length} bytes, expected a number of units of 4 bytes"));
    }
    let units: Vec<u32> = units.iter().map(|&unit| u32::from_le_bytes(unit)).collect();
    let replacements = std::str::from_utf8(replacements)
        .map_err(|fault| format!("has replacements that are not UTF-8 from byte {}", fault.valid_up_to()))?;
    Trie { units, replacements }.check()
}

struct Trie<'a> {
    units: Vec<u32>,
    replacements: &'a str,
}

impl Trie<'_> {
    /// Goes wherever a text may lead.
    fn check(&self) -> Result<(), String> {
        let mut seen = vec![false; self.units.len()];
        let mut todo = vec![self.below(0)?];
        while let Some(state) = todo.pop() {
            if std::mem::replace(&mut seen[state], true) {
                continue;
            }
            // A text ends at a NUL.
            for byte in 1..=255 {
                let at = state ^ byte;
                // The highest bit is that of a value, which no byte leads to.
                if self.units[at] & (1 << 31 | 0xff) == byte as u32 {
                    let next = self.below(at)?;
                    if self.units[at] >> 8 & 1 == 1 {
                        self.value(self.units[next] & !(1 << 31))?;
                    }
                    todo.push(next);
                }
            }
        }
        Ok(())
    }

    /// The state that a unit leads to; from it every byte leads to a unit.
    fn below(&self, at: usize) -> Result<usize, String> {
        let unit = self.units[at] as usize;
        let state = at ^ (unit >> 10) << ((unit & 1 << 9) >> 6);
        if state | 0xff < self.units.len() {
            Ok(state)
        } else {
            Err(format!("has {} units, and unit {at} leads out of them", self.units.len()))
        }
    }

    fn value(&self, value: u32) -> Result<(), String> {
        let begin = value as usize;
        let bytes = self.replacements.as_bytes().get(begin..);
        let Some(bytes) = bytes.filter(|_| self.replacements.is_char_boundary(begin)) else {
            let length = self.replacements.len();
            return Err(format!(
                "has a replacement at byte {begin}, where none begins: there are {length} bytes"
            ));
        };
        let end = bytes.iter().take(LONGEST + 1).position(|&byte| byte == 0);
        if end.unwrap_or(bytes.len()) > LONGEST {
            return Err(format!("has a replacement of more than {LONGEST} bytes at byte {begin}"));
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A map that has `b` for `a`: what a trie of one letter is.
    pub(in super::super) fn small() -> (Vec<u32>, Vec<u8>) {
        let mut units = vec![0; 512];
        // The root's state is 256, that of `a` is 256 ^ 97 ^ 1 = 352.
        units[0] = 256 << 10;
        units[0x100 ^ 0x61] = 1 << 10 | 1 << 8 | 0x61;
        units[352] = 1 << 31;
        (units, b"b\0".to_vec())
    }

    pub(in super::super) fn packed(units: &[u32], replacements: &[u8]) -> String {
        let trie = units.iter().flat_map(|unit| unit.to_le_bytes());
        let length = (units.len() as u32 * 4).to_le_bytes();
        base64::encode(
            length.into_iter().chain(trie).chain(replacements.iter().copied()).collect::<Vec<u8>>(),
        )
    }

    #[test]
    fn a_map_that_is_whole_passes() {
        let (units, text) = small();
        check(&packed(&units, &text)).unwrap();
    }

    #[test]
    fn whatever_a_map_cannot_hold_is_named() {
        let (units, text) = small();
        let changed = |change: &dyn Fn(&mut Vec<u32>)| {
            let mut units = units.clone();
            change(&mut units);
            check(&packed(&units, &text)).unwrap_err()
        };
        for (fault, expected) in [
            (check("%").unwrap_err(), "is not base 64"),
            (check("AAA=").unwrap_err(), "cut short"),
            (check(&packed(&[], b"")).unwrap_err(), "a trie of 0 bytes"),
            // What took gigabytes.
            (check(&base64::encode([0xff; 8])).unwrap_err(), "its trie has 4294967295 bytes, there are 4"),
            (check(&base64::encode([3, 0, 0, 0, 1, 2, 3])).unwrap_err(), "a trie of 3 bytes"),
            (check(&packed(&units, b"\xff")).unwrap_err(), "not UTF-8 from byte 0"),
            (changed(&|units| units.truncate(300)), "has 300 units, and unit 0 leads out of them"),
            (changed(&|units| units[0] = 512 << 10), "unit 0 leads out"),
            (changed(&|units| units[0x100 ^ 0x61] |= 1 << 9 | 1 << 20), "unit 353 leads out"),
            (changed(&|units| units[352] |= 9), "a replacement at byte 9, where none begins"),
            (check(&packed(&units, &[b'b'; 2000])).unwrap_err(), "more than 1024 bytes at byte 0"),
        ] {
            assert!(fault.contains(expected), "{fault}");
        }
        let (mut units, text) = (units.clone(), "ß\0".as_bytes());
        units[352] |= 1;
        assert!(check(&packed(&units, text)).unwrap_err().contains("where none begins"));
    }
}
