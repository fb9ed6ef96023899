//! A state in a file: written once, then mapped, so that keys and values are read where they lie.
//!
//! The file is a head (`MAGIC`, `FORM`, the caller's identity, layers, key/value width, bytes of an element, number of
//! tokens), the tokens, the keys and then the values of each layer, row-major 16-bit floats, and the CRC-32 of all that; all
//! of it little-endian. Which file holds what, and that nobody reads one half-written, is for the caller.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use half::{f16, slice::HalfFloatSliceExt};
use memmap2::{Mmap, MmapOptions};

use super::{Frozen, KvPrecision, KvState, Part, Segment};

const MAGIC: &[u8; 8] = b"reeve kv";
/// Counted up when the form changes: files of another are stale.
const FORM: u32 = 1;
const ELEMENT_BYTES: usize = 2;
const CHECKSUM_BYTES: usize = 4;

/// Elements that are converted at once, small enough for the stack.
const PORTION: usize = 1024;

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

    /// Appends the first `elements` keys or values of a layer to `into`.
    pub(super) fn read(&self, layer: usize, part: Part, elements: usize, into: &mut Vec<f32>) {
        let matrix = match part {
            Part::Keys => layer * 2,
            Part::Values => layer * 2 + 1,
        };
        let start = self.start + matrix * self.tokens.len() * self.kv_width * ELEMENT_BYTES;
        let bytes = &self.map[start..start + elements * ELEMENT_BYTES];
        // By way of a portion of its own: the file's bytes need no alignment then, nor this machine the file's byte order.
        let mut halves = [f16::ZERO; PORTION];
        for bytes in bytes.chunks(PORTION * ELEMENT_BYTES) {
            let halves = &mut halves[..bytes.len() / ELEMENT_BYTES];
            for (half, pair) in halves.iter_mut().zip(bytes.chunks_exact(ELEMENT_BYTES)) {
                *half = f16::from_le_bytes([pair[0], pair[1]]);
            }
            let start = into.len();
            into.resize(start + halves.len(), 0.0);
            halves.convert_to_f32_slice(&mut into[start..]);
        }
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
            let (keys, values) = self.read(layer, 0);
            for rows in [keys, values] {
                // Each was a 16-bit float before, so nothing is rounded here.
                put(&rows.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect::<Vec<u8>>())?;
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
            KvPrecision::F16 => ELEMENT_BYTES,
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
