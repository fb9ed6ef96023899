//! How GGUF files store quantised weights, block by block, as ggml defines the formats.

use candle_core::quantized::GgmlDType;
use half::f16;

use super::form::{BYTES, Form, SUPERBLOCK, Scales};
use super::{BLOCK, UnpackedRow};

/// A format of a GGUF file that has a kernel here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q4K,
    Q5K,
    Q6K,
}

impl Format {
    /// The format of a tensor; none for one without a kernel.
    pub(super) fn of(dtype: GgmlDType) -> Option<Self> {
        match dtype {
            GgmlDType::Q4_0 => Some(Self::Q4_0),
            GgmlDType::Q4_1 => Some(Self::Q4_1),
            GgmlDType::Q5_0 => Some(Self::Q5_0),
            GgmlDType::Q5_1 => Some(Self::Q5_1),
            GgmlDType::Q8_0 => Some(Self::Q8_0),
            GgmlDType::Q4K => Some(Self::Q4K),
            GgmlDType::Q5K => Some(Self::Q5K),
            GgmlDType::Q6K => Some(Self::Q6K),
            GgmlDType::F32
            | GgmlDType::F16
            | GgmlDType::BF16
            | GgmlDType::Q8_1
            | GgmlDType::Q2K
            | GgmlDType::Q3K
            | GgmlDType::Q8K => None,
        }
    }

    pub(super) fn form(self) -> Form {
        let (bits, scales) = match self {
            Self::Q4_0 => (4, Scales::Floats),
            Self::Q4_1 => (4, Scales::FloatsAndLeasts),
            Self::Q4K => (4, Scales::SixBits),
            Self::Q5_0 => (5, Scales::Floats),
            Self::Q5_1 => (5, Scales::FloatsAndLeasts),
            Self::Q5K => (5, Scales::SixBits),
            Self::Q6K => (6, Scales::Signed),
            Self::Q8_0 => return BYTES,
        };
        Form { bits, scales }
    }

    /// Values of one block.
    pub(super) fn block_values(self) -> usize {
        match self {
            Self::Q4_0 | Self::Q4_1 | Self::Q5_0 | Self::Q5_1 | Self::Q8_0 => BLOCK,
            Self::Q4K | Self::Q5K | Self::Q6K => SUPERBLOCK,
        }
    }

    /// Bytes of one block in the file.
    pub(super) fn block_bytes(self) -> usize {
        match self {
            Self::Q4_0 => 18,
            Self::Q4_1 => 20,
            Self::Q5_0 => 22,
            Self::Q5_1 => 24,
            Self::Q8_0 => 34,
            Self::Q4K => 144,
            Self::Q5K => 176,
            Self::Q6K => 210,
        }
    }

    /// Takes a row of blocks apart.
    pub(super) fn unpack(self, row: &[u8]) -> UnpackedRow {
        let values = row.len() / self.block_bytes() * self.block_values();
        let mut unpacked =
            UnpackedRow { integers: Vec::with_capacity(values), floats: Vec::new(), multiples: Vec::new() };
        for block in row.chunks_exact(self.block_bytes()) {
            match self {
                Self::Q4_0 => halves(block, 2, None, &mut unpacked),
                Self::Q4_1 => halves(block, 4, None, &mut unpacked),
                Self::Q5_0 => halves(block, 6, Some(2), &mut unpacked),
                Self::Q5_1 => halves(block, 8, Some(4), &mut unpacked),
                Self::Q8_0 => {
                    unpacked.integers.extend(block[2..].iter().map(|signed| signed ^ 0x80));
                }
                Self::Q4K => four_or_five_bits(&block[16..], None, &mut unpacked),
                Self::Q5K => four_or_five_bits(&block[48..], Some(&block[16..48]), &mut unpacked),
                Self::Q6K => six_bits(block, &mut unpacked),
            }
            match self {
                Self::Q4_0 | Self::Q5_0 | Self::Q8_0 => unpacked.floats.push(float(block, 0)),
                Self::Q4_1 | Self::Q5_1 => unpacked.floats.extend([float(block, 0), float(block, 2)]),
                Self::Q4K | Self::Q5K => {
                    unpacked.floats.extend([float(block, 0), float(block, 2)]);
                    unpacked.multiples.extend(&block[4..16]);
                }
                Self::Q6K => {
                    unpacked.floats.push(float(block, 208));
                    unpacked.multiples.extend(&block[192..208]);
                }
            }
        }
        unpacked
    }
}

/// Rounds a row of floats to bytes, 32 to a scale.
pub(super) fn round_to_bytes(row: &[f32]) -> UnpackedRow {
    let mut rounded = UnpackedRow { integers: Vec::new(), floats: Vec::new(), multiples: Vec::new() };
    for block in row.chunks_exact(BLOCK) {
        let largest = block.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        // Rounded as it is stored, so that the integers fit what they are multiplied by.
        let float = f16::from_f32(largest / 127.0);
        let scale = float.to_f32();
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        let integer = |value: &f32| ((nearest(value * inverse)).clamp(-127, 127) + BYTES.zero()) as u8;
        rounded.integers.extend(block.iter().map(integer));
        rounded.floats.push(float);
    }
    rounded
}

/// How long the difference of a row from its rounded bytes is.
pub(super) fn difference_from_bytes(row: &[f32], rounded: &UnpackedRow) -> f32 {
    let blocks = row.chunks_exact(BLOCK).zip(rounded.integers.chunks_exact(BLOCK)).zip(&rounded.floats);
    let squared = blocks.map(|((values, integers), float)| {
        let scale = float.to_f32();
        let differs = |(value, integer): (&f32, &u8)| value - scale * (i32::from(*integer) - BYTES.zero()) as f32;
        values.iter().zip(integers).map(|pair| differs(pair).powi(2)).sum::<f32>()
    });
    squared.sum::<f32>().sqrt()
}

/// The nearest integer, halves away from zero, as `f32::round` has it, which is a call where the processor's own rounding may
/// not be assumed. Half more is exact in 64 bits.
pub(super) fn nearest(value: f32) -> i32 {
    let value = f64::from(value);
    (value + 0.5_f64.copysign(value)) as i32
}

/// The 16-bit float at a byte.
fn float(block: &[u8], at: usize) -> f16 {
    f16::from_le_bytes([block[at], block[at + 1]])
}

/// A block of 32 in half bytes, the second sixteen in the upper halves, with the fifth bits together in four bytes.
fn halves(block: &[u8], at: usize, fifth_at: Option<usize>, unpacked: &mut UnpackedRow) {
    let bytes = &block[at..at + 16];
    let fifth = fifth_at.map_or(0, |at| u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]]));
    let bit = |index: usize| (((fifth >> index) & 1) as u8) << 4;
    unpacked.integers.extend(bytes.iter().enumerate().map(|(index, byte)| (byte & 0x0f) | bit(index)));
    unpacked.integers.extend(bytes.iter().enumerate().map(|(index, byte)| (byte >> 4) | bit(index + 16)));
}

/// A block of 256 in eight groups: two groups share 32 bytes, one in their lower and one in their upper halves.
fn four_or_five_bits(bytes: &[u8], fifth: Option<&[u8]>, unpacked: &mut UnpackedRow) {
    for group in 0..8 {
        let shift = if group % 2 == 0 { 0 } else { 4 };
        let of_group = &bytes[group / 2 * 32..(group / 2 + 1) * 32];
        unpacked.integers.extend(of_group.iter().enumerate().map(|(index, byte)| {
            let upper = fifth.map_or(0, |fifth| ((fifth[index] >> group) & 1) << 4);
            ((byte >> shift) & 0x0f) | upper
        }));
    }
}

/// A block of 256: four bits of each value, then two.
fn six_bits(block: &[u8], unpacked: &mut UnpackedRow) {
    for half in 0..2 {
        let low = &block[half * 64..(half + 1) * 64];
        let high = &block[128 + half * 32..128 + (half + 1) * 32];
        for quarter in 0..4 {
            let lows = &low[quarter % 2 * 32..(quarter % 2 + 1) * 32];
            unpacked.integers.extend(lows.iter().zip(high).map(|(low, high)| {
                let low = if quarter < 2 { low & 0x0f } else { low >> 4 };
                low | (((high >> (2 * quarter)) & 3) << 4)
            }));
        }
    }
}
