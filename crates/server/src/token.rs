//! The secret that opens a conversation. Only its digest is kept, so that a dump of the memory opens nothing.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// 256 bits cannot be guessed, and cost nothing.
const TOKEN_BYTES: usize = 32;

/// The sha256 of a token.
#[derive(Debug)]
pub(crate) struct TokenDigest([u8; 32]);

/// A fresh token, as hexadecimal digits, and its digest.
pub(crate) fn issue() -> Result<(String, TokenDigest), getrandom::Error> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes)?;
    let token = hex(&bytes);
    let digest = TokenDigest(Sha256::digest(&token).into());
    Ok((token, digest))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl TokenDigest {
    /// Of a token that was given out before.
    pub(crate) fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// As it is kept.
    pub(crate) fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// As it was kept; none where that is no digest.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Whether this is the digest of `token`; takes the same time wherever they differ.
    pub(crate) fn is_of(&self, token: &str) -> bool {
        let other: [u8; 32] = Sha256::digest(token).into();
        self.0.ct_eq(&other).into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_opens_its_own_digest_only() {
        let (token, digest) = issue().unwrap();
        let (other, _) = issue().unwrap();
        assert_eq!(token.len(), 64);
        assert!(TokenDigest::from_hex(&digest.to_hex()).unwrap().is_of(&token));
        assert!(TokenDigest::from_hex("not a digest").is_none());
        assert!(digest.is_of(&token));
        for wrong in [other.as_str(), "", &token[1..], &format!("{token}0"), &token.to_uppercase().replace('0', "1")] {
            assert!(!digest.is_of(wrong), "{wrong}");
        }
    }
}
