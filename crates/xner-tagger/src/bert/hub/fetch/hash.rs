//! Hashes that name files.

use std::io::{Read, Seek};

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};

use super::headers::is_hex;

/// The hash that names a file on the hub, and so a safe name for a file here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hash {
    /// SHA-1 of a file in git, as git makes it of a blob.
    Git(String),
    /// SHA-256 of a large file, which git does not hold itself.
    Sha256(String),
}

impl Hash {
    /// From 40 or 64 hexadecimal digits in lower case.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if is_hex(text, 40) {
            Some(Self::Git(text.to_owned()))
        } else if is_hex(text, 64) {
            Some(Self::Sha256(text.to_owned()))
        } else {
            None
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Git(text) | Self::Sha256(text) => text,
        }
    }

    /// Whether it is that of a file of `len` bytes, which is read from its start to its end.
    pub(super) fn is_of(&self, file: &mut (impl Read + Seek), len: u64) -> std::io::Result<bool> {
        let mut context = match self {
            Self::Git(_) => {
                let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
                context.update(format!("blob {len}\0").as_bytes());
                context
            }
            Self::Sha256(_) => Context::new(&SHA256),
        };
        file.rewind()?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => context.update(&buffer[..read]),
                Err(fault) if fault.kind() == std::io::ErrorKind::Interrupted => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(hex(context.finish().as_ref()) == self.as_str())
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Cursor;

    use super::*;

    #[test]
    fn hashes_are_those_of_git_and_of_sha256() {
        // `printf 'hello\n' | git hash-object --stdin` and `printf 'hello\n' | sha256sum`.
        for text in [
            "ce013625030ba8dba906f756967f9e9ca394464a",
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
        ] {
            let hash = Hash::parse(text).unwrap();
            assert!(hash.is_of(&mut Cursor::new("hello\n"), 6).unwrap());
            assert!(!hash.is_of(&mut Cursor::new("hello"), 5).unwrap());
        }
    }
}
