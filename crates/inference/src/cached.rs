//! An encoder that keeps what it made of the last texts.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use sha2::{Digest as _, Sha256};

use crate::{Encoder, InferenceError};

/// How many vectors are kept, some 1.5 KB each.
const KEPT: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

/// Encodes texts one by one and keeps the vectors of the last ones: a message is encoded for several ends, before it waits
/// and after, and many ask the same. Texts are known by their digests, and not kept.
#[derive(Debug)]
pub struct CachedEncoder {
    encoder: Arc<Encoder>,
    vectors: Mutex<LruCache<[u8; 32], Vec<f32>>>,
}

impl CachedEncoder {
    /// With nothing kept yet.
    pub fn new(encoder: Arc<Encoder>) -> Self {
        Self { encoder, vectors: Mutex::new(LruCache::new(KEPT)) }
    }

    /// The encoder itself, for texts that nobody asks for again.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The unit vector of a text.
    ///
    /// # Errors
    /// Tokeniser and tensor errors.
    pub fn encode(&self, text: &str) -> Result<Vec<f32>, InferenceError> {
        let key = Sha256::digest(text.as_bytes()).into();
        let vectors = || self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(vector) = vectors().get(&key) {
            return Ok(vector.clone());
        }
        let vector = self.encoder.encode_one(text)?;
        vectors().put(key, vector.clone());
        Ok(vector)
    }
}
