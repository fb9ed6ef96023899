//! Vectors of texts, kept on disk by the digest of what was encoded, so that only new text is encoded again.
//!
//! The file is a header, then records of a 32-byte digest and `dimensions` little-endian 32-bit floats. A record cut
//! short by a crash is dropped when the file is read.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use inference::Encoder;
use sha2::{Digest as _, Sha256};

use crate::RetrievalError;

const MAGIC: &[u8; 8] = b"reevevec";

/// Large corpora are encoded in portions of so many texts, each appended as it is done: an interrupted run loses little.
const PORTION: usize = 4096;

/// What identifies an encoded text.
pub(crate) type Key = [u8; 32];

/// The key of a text.
pub(crate) fn key(text: &str) -> Key {
    Sha256::digest(text.as_bytes()).into()
}

/// How far the square of a vector's length may be from 1, by rounding.
const LENGTH_ERROR: f32 = 1e-3;

/// Whether this can be what an encoder made.
fn is_unit(vector: &[f32]) -> bool {
    (vector.iter().map(|value| value * value).sum::<f32>() - 1.0).abs() < LENGTH_ERROR
}

/// Vectors by key, backed by a file that belongs to one encoder.
#[derive(Debug)]
pub(crate) struct VectorFile {
    path: PathBuf,
    header: Vec<u8>,
    dimensions: usize,
    vectors: HashMap<Key, Vec<f32>>,
}

impl VectorFile {
    /// Reads the file. A missing one, or one of another encoder, counts as empty; a damaged record as missing.
    pub(crate) fn open(path: &Path, encoder_digest: &str, dimensions: usize) -> Result<Self, RetrievalError> {
        let mut header = MAGIC.to_vec();
        header.extend(Sha256::digest(format!("{encoder_digest} {dimensions}").as_bytes()));
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(RetrievalError::File { path: path.to_path_buf(), source }),
        };
        let mut vectors = HashMap::new();
        if let Some(records) = bytes.strip_prefix(header.as_slice()) {
            for record in records.chunks_exact(32 + dimensions * 4) {
                let mut key = [0; 32];
                key.copy_from_slice(&record[..32]);
                let vector: Vec<f32> =
                    record[32..].chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
                if is_unit(&vector) {
                    vectors.insert(key, vector);
                }
            }
        }
        Ok(Self { path: path.to_path_buf(), header, dimensions, vectors })
    }

    /// The vector of a text that `ensure` has seen.
    pub(crate) fn get(&self, key: &Key) -> Option<&[f32]> {
        self.vectors.get(key).map(Vec::as_slice)
    }

    /// Encodes the texts that are missing, forgets all others, and writes the file when anything changed.
    pub(crate) fn ensure(
        &mut self,
        texts: &[(Key, &str)],
        encoder: &Encoder,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<(), RetrievalError> {
        let wanted: HashSet<Key> = texts.iter().map(|(key, _)| *key).collect();
        let mut missing: Vec<(Key, &str)> =
            texts.iter().filter(|(key, _)| !self.vectors.contains_key(key)).copied().collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() && wanted.len() == self.vectors.len() {
            return Ok(());
        }
        let total = missing.len();
        let mut done = 0;
        if total > PORTION {
            // What is appended has to follow whole records of this encoder.
            self.write()?;
        }
        for portion in missing.chunks(PORTION) {
            let texts: Vec<&str> = portion.iter().map(|(_, text)| *text).collect();
            let vectors = encoder.encode(&texts, &mut |count| progress(done + count, total))?;
            self.vectors.extend(portion.iter().map(|(key, _)| *key).zip(vectors));
            done += portion.len();
            if done < total {
                self.append(portion.iter().map(|(key, _)| key))?;
            }
        }
        self.vectors.retain(|key, _| wanted.contains(key));
        self.write()
    }

    /// Digest of the vectors, to the last digit of each. That digit can depend on which texts were encoded together, and so
    /// on how the file came about.
    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.bytes()).into()
    }

    /// What the file holds, in one order.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.header.clone();
        let mut keys: Vec<&Key> = self.vectors.keys().collect();
        keys.sort_unstable();
        self.put_records(keys, &mut bytes);
        bytes
    }

    fn put_records<'a>(&self, keys: impl IntoIterator<Item = &'a Key>, into: &mut Vec<u8>) {
        for key in keys {
            into.extend_from_slice(key);
            into.extend(self.vectors[key].iter().flat_map(|v| v.to_le_bytes()));
        }
    }

    /// Adds records to the file, as they come. The file is in order again with the next [`Self::write`].
    fn append<'a>(&self, keys: impl IntoIterator<Item = &'a Key>) -> Result<(), RetrievalError> {
        let failed = |source| RetrievalError::File { path: self.path.clone(), source };
        let mut records = Vec::new();
        self.put_records(keys, &mut records);
        let mut file = std::fs::OpenOptions::new().append(true).open(&self.path).map_err(failed)?;
        file.write_all(&records).map_err(failed)?;
        file.sync_data().map_err(failed)
    }

    /// Replaces the file in one move, so that a crash leaves the old one or the new one.
    fn write(&self) -> Result<(), RetrievalError> {
        let failed = |source| RetrievalError::File { path: self.path.clone(), source };
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(&self.bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&self.path).map_err(|error| failed(error.error))?;
        debug_assert!(self.vectors.values().all(|vector| vector.len() == self.dimensions));
        Ok(())
    }
}

/// Dot product: the cosine, for unit vectors.
pub(crate) fn dot(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn open(path: &Path) -> VectorFile {
        VectorFile::open(path, "encoder", 2).unwrap()
    }

    fn put(file: &mut VectorFile, text: &str, vector: [f32; 2]) -> Key {
        let key = key(text);
        file.vectors.insert(key, vector.to_vec());
        key
    }

    #[test]
    fn what_was_appended_before_the_process_ended_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors");
        let mut file = open(&path);
        let first = put(&mut file, "first", [1.0, 0.0]);
        file.write().unwrap();
        let (second, third) = (put(&mut file, "second", [0.0, 1.0]), put(&mut file, "third", [0.6, 0.8]));
        file.append([&third, &second]).unwrap();
        let whole = open(&path);
        assert_eq!(whole.vectors, file.vectors);
        assert_eq!(whole.digest(), file.digest(), "the order of the records does not count");

        // The last record was being written.
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let cut = open(&path);
        assert_eq!((cut.get(&first), cut.get(&third)), (file.get(&first), file.get(&third)));
        assert_eq!((cut.vectors.len(), cut.get(&second)), (2, None));
        // A record that no encoder made counts as missing as well.
        let mut broken = bytes.clone();
        let at = broken.len() - 4;
        broken[at..].copy_from_slice(&f32::NAN.to_le_bytes());
        std::fs::write(&path, broken).unwrap();
        assert_eq!(open(&path).vectors.len(), 2);
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        // What follows is appended to whole records.
        cut.write().unwrap();
        file.append([&second]).unwrap();
        assert_eq!(open(&path).vectors, file.vectors);
    }
}
