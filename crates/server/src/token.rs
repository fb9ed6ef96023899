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
    let mut token = String::with_capacity(2 * TOKEN_BYTES);
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(token, "{byte:02x}");
    }
    let digest = TokenDigest(Sha256::digest(&token).into());
    Ok((token, digest))
}

impl TokenDigest {
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
        assert!(digest.is_of(&token));
        for wrong in [other.as_str(), "", &token[1..], &format!("{token}0"), &token.to_uppercase().replace('0', "1")] {
            assert!(!digest.is_of(wrong), "{wrong}");
        }
    }
}
