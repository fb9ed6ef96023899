//! A state in a file: written once, then mapped, so that keys and values are read where they lie.
//!
//! The file is a head (`MAGIC`, `FORM`, the caller's identity, layers, key/value width, bytes of an element, number of
//! tokens), the tokens, the keys and then the values of each layer, row-major 16-bit floats, and the CRC-32 of all that; all
//! of it little-endian. Which file holds what, and that nobody reads one half-written, is for the caller.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use half::f16;
use memmap2::{Mmap, MmapOptions};

use super::{Frozen, KvPrecision, KvState, Segment};
use crate::stored::{HALF_BYTES, Run, Stored};

const MAGIC: &[u8; 8] = b"reeve kv";
/// Counted up when the form changes: files of another are stale.
const FORM: u32 = 1;
const CHECKSUM_BYTES: usize = 4;

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// It cannot be opened, read or mapped.
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It was written for other tokens, another model, or other arithmetic.
    #[error("it was written for something else")]
    Stale,
    /// It is cut off, or a byte has changed.
    #[error("it is damaged")]
    Damaged,
}

/// A frozen segment in a mapped file.
#[derive(Debug)]
pub(super) struct MappedSegment {
    tokens: Vec<u32>,
    kv_width: usize,
    map: Mmap,
    /// Where the keys of the first layer begin.
    start: usize,
}

impl MappedSegment {
    pub(super) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Keys and values of a layer.
    pub(super) fn run(&self, layer: usize) -> Run<'_> {
        let bytes = self.tokens.len() * self.kv_width * HALF_BYTES;
        let keys = self.start + 2 * layer * bytes;
        let (keys, values) = self.map[keys..keys + 2 * bytes].split_at(bytes);
        Run { keys: Stored::Bytes(keys), values: Stored::Bytes(values) }
    }
}

impl KvState {
    /// Writes the state for [`Self::from_file`]. `identity` stands for all that decides over keys and values besides the
    /// tokens: the model's file, what was changed in it, the arithmetic.
    ///
    /// # Errors
    /// Errors of the writer, and `Unsupported` for a state of 32-bit floats.
    pub fn write(&self, identity: &[u8; 32], into: &mut impl Write) -> io::Result<()> {
        if self.precision != KvPrecision::F16 {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "only states of 16-bit floats are written"));
        }
        let mut checksum = crc32fast::Hasher::new();
        let mut put = |bytes: &[u8]| {
            checksum.update(bytes);
            into.write_all(bytes)
        };
        put(&self.head(identity, &self.tokens()))?;
        for layer in 0..self.open.keys.len() {
            let runs = self.runs(layer);
            for rows in runs.iter().map(|run| run.keys).chain(runs.iter().map(|run| run.values)) {
                // Each was a 16-bit float before, so nothing is rounded here.
                let bytes = rows.to_floats().into_iter().flat_map(|value| f16::from_f32(value).to_le_bytes());
                put(&bytes.collect::<Vec<u8>>())?;
            }
        }
        into.write_all(&checksum.finalize().to_le_bytes())
    }

    /// The state of these tokens as a file holds it, under the model that made `self`. The file is read through once, to see
    /// that it is whole; after that, keys and values are read from it where attention needs them.
    ///
    /// The file must not be changed in place while the state is held; to replace it, rename another over it.
    ///
    /// # Errors
    /// `Stale` where it was written under another identity, for other tokens or for a model of another shape, `Damaged`
    /// where its bytes are not those that were written, `Read` where it cannot be read or mapped.
    pub fn from_file(&self, file: &File, identity: &[u8; 32], tokens: &[u32]) -> Result<Self, StateFileError> {
        let (length, head) = (self.file_bytes(tokens.len()), self.head(identity, tokens));
        let found = file.metadata()?.len();
        if found < (MAGIC.len() + CHECKSUM_BYTES) as u64 {
            return Err(StateFileError::Damaged);
        }
        #[expect(unsafe_code, reason = "a file can be mapped only so")]
        // SAFETY: what is mapped must not change as long as the map lives. The length is that of the file now, so no byte
        // beyond its end is mapped. Whoever writes such files writes them under another name first and renames them
        // (`retrieval` does, and takes the right to write from them), which leaves a mapped file as it is, and so does
        // deleting it. What is read are numbers, of which every bit pattern is one: bytes that somebody changed in place
        // all the same would be wrong numbers, never a wrong address; a file that somebody cut short in place would end the
        // process, as it would for the search index.
        let map = unsafe { MmapOptions::new().len(usize::try_from(found).unwrap_or(0)).map(file) }?;
        if !map.starts_with(MAGIC) {
            return Err(StateFileError::Damaged);
        }
        if !map.starts_with(&head) {
            return Err(StateFileError::Stale);
        }
        let (content, checksum) = map.split_at(map.len() - CHECKSUM_BYTES);
        if found != length || checksum != crc32fast::hash(content).to_le_bytes() {
            return Err(StateFileError::Damaged);
        }
        let segment = MappedSegment { tokens: tokens.to_vec(), kv_width: self.kv_width, map, start: head.len() };
        let frozen = vec![(Arc::new(Frozen::Mapped(segment)), tokens.len())];
        let open = Segment::new(self.open.keys.len(), self.precision);
        Ok(Self { model: self.model, precision: self.precision, kv_width: self.kv_width, frozen, open })
    }

    /// Bytes of the file of a state of so many tokens, under the model that made `self`.
    pub fn file_bytes(&self, tokens: usize) -> u64 {
        let before = self.head(&[0; 32], &[]).len() + tokens * size_of::<u32>();
        (before + tokens * self.token_bytes() + CHECKSUM_BYTES) as u64
    }

    /// What a file of these tokens begins with, tokens included.
    fn head(&self, identity: &[u8; 32], tokens: &[u32]) -> Vec<u8> {
        let number = |number: usize| (number as u32).to_le_bytes();
        let mut head = MAGIC.to_vec();
        head.extend(FORM.to_le_bytes());
        head.extend(identity);
        let element_bytes = match self.precision {
            KvPrecision::F32 => size_of::<f32>(),
            KvPrecision::F16 => HALF_BYTES,
        };
        for value in [self.open.keys.len(), self.kv_width, element_bytes, tokens.len()] {
            head.extend(number(value));
        }
        head.extend(tokens.iter().flat_map(|token| token.to_le_bytes()));
        head
    }
}

#[cfg(test)]
mod tests;
