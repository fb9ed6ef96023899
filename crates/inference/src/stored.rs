//! Keys and values as they are stored, in runs of tokens, and taken out as 32-bit floats where they are needed.

use half::{f16, slice::HalfFloatSliceExt};

/// Bytes of a 16-bit float in a file.
pub(crate) const HALF_BYTES: usize = 2;

/// Elements of a file that are converted at once, small enough for the stack.
const PORTION: usize = 128;

/// Keys or values of some tokens, row-major.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stored<'a> {
    /// 32-bit floats.
    Floats(&'a [f32]),
    /// 16-bit floats.
    Halves(&'a [f16]),
    /// 16-bit floats in a file, little-endian.
    Bytes(&'a [u8]),
}

impl Stored<'_> {
    /// The first of them.
    fn first(self, count: usize) -> Self {
        match self {
            Self::Floats(values) => Self::Floats(&values[..count]),
            Self::Halves(values) => Self::Halves(&values[..count]),
            Self::Bytes(bytes) => Self::Bytes(&bytes[..count * HALF_BYTES]),
        }
    }

    /// All of them.
    pub(crate) fn to_floats(self) -> Vec<f32> {
        let mut floats = vec![0.0; self.len()];
        self.copy(0, &mut floats);
        floats
    }

    /// How many there are.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Floats(values) => values.len(),
            Self::Halves(values) => values.len(),
            Self::Bytes(bytes) => bytes.len() / HALF_BYTES,
        }
    }

    /// Those from `first` on, as many as `into` has room for.
    pub(crate) fn copy(self, first: usize, into: &mut [f32]) {
        let end = first + into.len();
        match self {
            Self::Floats(values) => into.copy_from_slice(&values[first..end]),
            Self::Halves(values) => values[first..end].convert_to_f32_slice(into),
            Self::Bytes(bytes) => {
                // By way of a portion of its own: the bytes need no alignment then, nor this machine the file's byte order.
                let mut halves = [f16::ZERO; PORTION];
                let portions = bytes[first * HALF_BYTES..end * HALF_BYTES].chunks(PORTION * HALF_BYTES);
                for (bytes, into) in portions.zip(into.chunks_mut(PORTION)) {
                    let halves = &mut halves[..into.len()];
                    for (half, pair) in halves.iter_mut().zip(bytes.as_chunks().0) {
                        *half = f16::from_le_bytes(*pair);
                    }
                    halves.convert_to_f32_slice(into);
                }
            }
        }
    }
}

/// The keys and values of some tokens in a row, for all heads: tokens × key/value width each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    /// The keys.
    pub(crate) keys: Stored<'a>,
    /// The values.
    pub(crate) values: Stored<'a>,
}

impl Run<'_> {
    /// Of the first tokens, which have so many elements.
    pub(crate) fn first(self, elements: usize) -> Self {
        Self { keys: self.keys.first(elements), values: self.values.first(elements) }
    }
}
