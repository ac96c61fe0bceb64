//! The token as it is sent.

use std::fs::File;
use std::io::Read;

use ureq::http::HeaderValue;

use crate::bert::hub::token::{Place, Token};

/// More is no token.
const MOST: u64 = 4096;

/// The header of a token; none where there is none. What is wrong with one is said without saying the token.
pub(super) fn read(token: &Token) -> Result<Option<HeaderValue>, String> {
    let (text, place) = match &token.0 {
        Place::Nowhere => return Ok(None),
        Place::Text(text) => (text.clone(), "the token".to_owned()),
        Place::File(path) => {
            let place = format!("the token in {}", path.display());
            // A pipe would wait for ever.
            if !path.is_file() {
                return Ok(None);
            }
            let mut text = String::new();
            File::open(path)
                .and_then(|file| file.take(MOST + 1).read_to_string(&mut text))
                .map_err(|fault| format!("{place}: {fault}"))?;
            (text, place)
        }
    };
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() as u64 > MOST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("{place} has characters or a length that no token has"));
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {text}"))
        .map_err(|_| format!("{place} has characters that no token has"))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_is_checked_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        assert_eq!(read(&Token::default()).unwrap(), None);
        assert_eq!(read(&Token::in_file(&file)).unwrap(), None);
        assert_eq!(read(&Token::in_file(folder.path())).unwrap(), None);
        std::fs::write(&file, "hf_secret\n").unwrap();
        assert_eq!(read(&Token::in_file(&file)).unwrap().unwrap(), "Bearer hf_secret");
        assert_eq!(read(&Token::new(" ")).unwrap(), None);
        for bad in ["hf_secret\r\nHost: evil", "hf_secret é", "hf_secret x", &"hf_secret".repeat(1000)] {
            let fault = read(&Token::new(bad)).unwrap_err();
            assert!(!fault.contains("secret"), "{fault}");
        }
        assert!(!format!("{:?} {:?}", Token::new("hf_secret"), Token::default()).contains("secret"));
    }
}
