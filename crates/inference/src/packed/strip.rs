//! Sixteen rows of a matrix as they are stored, and unfolded into what is multiplied: bytes and 32-bit floats.

use super::form::{Form, SUPERBLOCK, Scales, upper};
use super::kernel::Kernel;
use super::{BLOCK, LANES, Line};
use crate::simd::vectorised;

/// Groups with six-bit multiples in a span.
const GROUPS: usize = SUPERBLOCK / BLOCK;

/// Sixteen rows of a matrix.
pub(super) struct Strip<'a> {
    pub(super) form: Form,
    pub(super) values: &'a [Line],
    multiples: &'a [Line],
    floats: &'a [Line],
}

/// One number for each of sixteen rows.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Lanes(pub(super) [f32; LANES]);

/// What a strip unfolds into; kept from strip to strip for its memory.
#[derive(Default)]
pub(super) struct Unfolded {
    /// For each block as many as the form says: the scales of its groups, or the scale and the least value of the one.
    pub(super) scales: Vec<Lanes>,
    /// The integers, a line for every four values of each row.
    pub(super) bytes: Vec<Line>,
    /// The floats that multiples are of.
    shared: Vec<Lanes>,
}

impl<'a> Strip<'a> {
    pub(super) fn new(form: Form, width: usize, lines: &'a [Line]) -> Self {
        let [floats, multiples, _] = form.parts_of_strip(width);
        let (floats, rest) = lines.split_at(floats);
        let (multiples, values) = rest.split_at(multiples);
        Self { form, values, multiples, floats }
    }

    fn blocks(&self) -> usize {
        self.values.len() / self.form.lines_of_block()
    }

    /// The scales and least values of all groups.
    pub(super) fn unfold_scales(&self, kernel: Kernel, to: &mut Unfolded) {
        to.scales.resize(self.blocks() * self.form.scales_of_block(), Lanes([0.0; LANES]));
        let shared = self.blocks() * BLOCK / self.form.span() * self.form.floats_of_span();
        to.shared.resize(shared, Lanes([0.0; LANES]));
        match self.form.scales {
            Scales::Floats | Scales::FloatsAndLeasts => kernel.widen(self.floats, &mut to.scales),
            Scales::SixBits => {
                kernel.widen(self.floats, &mut to.shared);
                six_bits(&to.shared, self.multiples, &mut to.scales);
            }
            Scales::Signed => {
                kernel.widen(self.floats, &mut to.shared);
                signed(&to.shared, self.multiples, &mut to.scales);
            }
        }
    }

    /// The integers as bytes.
    pub(super) fn unfold_values(&self, to: &mut Unfolded) {
        to.bytes.resize(self.blocks() * 8, Line([0; 64]));
        unfold(self.form.bits, self.values, &mut to.bytes);
    }
}

vectorised! {
    fn six_bits(shared: &[Lanes], multiples: &[Line], scales: &mut [Lanes]) {
        let scales = scales.as_chunks_mut::<2>().0.as_chunks_mut::<GROUPS>().0;
        let spans = shared.as_chunks::<2>().0.iter().zip(multiples.as_chunks::<3>().0).zip(scales);
        for (([scale, least], [of_scales, of_leasts, lower]), scales) in spans {
            // Of four groups, then of the other four.
            let (mut scale_multiples, mut least_multiples) = ([[0; 64]; 2], [[0; 64]; 2]);
            for (at, lower) in lower.0.iter().enumerate() {
                let (of_scale, of_least) = (of_scales.0[at], of_leasts.0[at]);
                scale_multiples[0][at] = of_scale & 63;
                scale_multiples[1][at] = (lower & 0x0f) | (of_scale >> 6 << 4);
                least_multiples[0][at] = of_least & 63;
                least_multiples[1][at] = (lower >> 4) | (of_least >> 6 << 4);
            }
            for (group, scales) in scales.iter_mut().enumerate() {
                let of_scales = &scale_multiples[group / 4].as_chunks::<LANES>().0[group % 4];
                let of_leasts = &least_multiples[group / 4].as_chunks::<LANES>().0[group % 4];
                for lane in 0..LANES {
                    scales[0].0[lane] = scale.0[lane] * f32::from(of_scales[lane]);
                    scales[1].0[lane] = -least.0[lane] * f32::from(of_leasts[lane]);
                }
            }
        }
    }
}

vectorised! {
    fn signed(shared: &[Lanes], multiples: &[Line], scales: &mut [Lanes]) {
        let scales = scales.as_chunks_mut::<{ SUPERBLOCK / 16 }>().0;
        for ((scale, multiples), scales) in shared.iter().zip(multiples.as_chunks::<4>().0).zip(scales) {
            for (group, scales) in scales.iter_mut().enumerate() {
                let multiples = &multiples[group / 4].0.as_chunks::<LANES>().0[group % 4];
                for ((to, scale), multiple) in scales.0.iter_mut().zip(scale.0).zip(multiples) {
                    *to = scale * f32::from(*multiple as i8);
                }
            }
        }
    }
}

vectorised! {
    fn unfold(bits: usize, values: &[Line], bytes: &mut [Line]) {
        match bits {
            4 => unfold_blocks::<4>(values, bytes),
            5 => unfold_blocks::<5>(values, bytes),
            6 => unfold_blocks::<6>(values, bytes),
            _ => bytes.copy_from_slice(values),
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "it is to be compiled into loops over vectors")]
fn unfold_blocks<const BITS: usize>(values: &[Line], bytes: &mut [Line]) {
    for (values, bytes) in values.as_chunks::<BITS>().0.iter().zip(bytes.as_chunks_mut::<8>().0) {
        for (four, to) in bytes.iter_mut().enumerate() {
            let (line, shift) = upper(BITS, four);
            for (byte, to) in to.0.iter_mut().enumerate() {
                let lower = values[four % 4].0[byte] >> (four / 4 * 4) & 0x0f;
                let upper = if BITS > 4 { values[line].0[byte] >> shift & ((1 << (BITS - 4)) - 1) } else { 0 };
                *to = lower | upper << 4;
            }
        }
    }
}
