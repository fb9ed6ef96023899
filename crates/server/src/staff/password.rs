//! Passwords of staff: argon2id (RFC 9106), with the parameters that OWASP's Password Storage Cheat Sheet names first
//! for it: 19 MiB, two passes, one lane.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The fewest characters of a password. There is no second factor, so it is longer than the 8 that NIST SP 800-63B asks
/// for where there is one.
const FEWEST_CHARACTERS: usize = 12;
/// The most bytes of a password: nobody types more, and hashing takes time for each.
const MOST_BYTES: usize = 1024;

/// Why a password cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// It is too short.
    #[error("a password has at least {FEWEST_CHARACTERS} characters")]
    TooShort,
    /// It is too long.
    #[error("a password has at most {MOST_BYTES} bytes")]
    TooLong,
    /// The hash could not be made.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

/// The hash under which a password of a member of staff is kept, in the words of its algorithm. Takes some tens of
/// milliseconds of a processor.
pub fn hash_password(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < FEWEST_CHARACTERS {
        return Err(PasswordError::TooShort);
    }
    if password.len() > MOST_BYTES {
        return Err(PasswordError::TooLong);
    }
    hash(password)
}

fn hash(password: &str) -> Result<String, PasswordError> {
    let told = |error: &dyn std::fmt::Display| PasswordError::Hash(error.to_string());
    let hash = argon2().map_err(|error| told(&error))?.hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| told(&error))
}

/// A hash that no password has, for names that there are not: they take as long as those that there are.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash(&uuid::Uuid::new_v4().to_string()).ok());

/// Whether the password is the one of the hash. Without a hash it takes as long, and is not.
pub(crate) fn is_right(password: &str, hash: Option<&str>) -> bool {
    let Some(against) = hash.or(NOBODYS.as_deref()) else { return false };
    let Ok(parsed) = PasswordHash::new(against) else {
        tracing::error!("a password hash cannot be read");
        return false;
    };
    let password = if password.len() > MOST_BYTES { "" } else { password };
    let same = argon2().is_ok_and(|argon2| argon2.verify_password(password.as_bytes(), &parsed).is_ok());
    same && hash.is_some()
}

fn argon2() -> Result<Argon2<'static>, argon2::Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_opens_its_own_hash_only() {
        let hash = hash_password("correct horse battery").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is_right("correct horse battery", Some(&hash)));
        assert!(!is_right("correct horse batterx", Some(&hash)));
        assert!(!is_right("", Some(&hash)));
        assert!(!is_right("correct horse battery", None));
        assert!(!is_right("correct horse battery", Some("not a hash")));
        assert_ne!(hash, hash_password("correct horse battery").unwrap());
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert!(matches!(hash_password("elevenchars"), Err(PasswordError::TooShort)));
        assert!(matches!(hash_password(&"a".repeat(1025)), Err(PasswordError::TooLong)));
    }
}
