//! Weight matrices in the layout of our own kernels: small integers with a scale for every group of them, in as many bits as
//! the file has, but sixteen rows of the matrix side by side, so that one load brings what sixteen sums need next.
//!
//! The rows that a matrix is applied to are rounded to 8 bits ([`Activations`]), the products are exact integers, and the
//! sums over groups go in one order. So the result for a row depends on nothing but that row: not on the rows computed
//! with it, not on the number of threads, and not on which of the kernels the processor allows.

mod activations;
mod form;
mod formats;
mod kernel;
mod strip;

use candle_core::quantized::{GgmlDType, QTensor};
use half::f16;
use rayon::prelude::*;

use crate::InferenceError;
pub(crate) use activations::Activations;
use form::{Form, LINE_VALUES, place};
use formats::Format;
pub use kernel::without_avx512;
use kernel::{Kernel, Output};
use strip::{Strip, Unfolded};

/// Rows of a matrix that lie side by side.
const LANES: usize = 16;

/// Values of a row that are multiplied at a time: the block of the activations, and the group of most formats.
const BLOCK: usize = 32;

/// Strips that one task multiplies at least: fewer cost more in handing out than they take.
const LEAST_STRIPS: usize = 4;

/// A line of the processor's cache: sixteen rows × four bytes, or what `Form` says.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// A matrix of shape (out, width), strip by strip.
pub(crate) struct Packed {
    out: usize,
    width: usize,
    form: Form,
    lines: Vec<Line>,
}

/// One row of a matrix, taken out of the file's blocks.
struct UnpackedRow {
    /// One for each value.
    integers: Vec<u8>,
    /// The scale, and where there is one the least value, of every span.
    floats: Vec<f16>,
    /// The multiples of these, span by span.
    multiples: Vec<u8>,
}

impl Packed {
    /// Packs a quantised matrix; none where its format has no kernel here or its rows are not whole blocks.
    ///
    /// # Errors
    /// `Tensor` when the data cannot be read.
    pub(crate) fn from_quantised(weight: &QTensor) -> Result<Option<Self>, InferenceError> {
        let (out, width) = weight.shape().dims2()?;
        let Some(format) = Format::of(weight.dtype()) else { return Ok(None) };
        if !width.is_multiple_of(format.block_values()) {
            return Ok(None);
        }
        let data = weight.data()?;
        let row_bytes = width / format.block_values() * format.block_bytes();
        let row = |row: usize| format.unpack(&data[row * row_bytes..(row + 1) * row_bytes]);
        Ok(Some(Self::pack(out, width, format.form(), row)))
    }

    /// Rounds a matrix of 32-bit floats, row-major, to 8 bits and packs it; none where its rows are not whole blocks.
    pub(crate) fn from_floats(weight: &[f32], width: usize) -> Option<Self> {
        if !width.is_multiple_of(BLOCK) {
            return None;
        }
        let row = |row: usize| formats::round_to_bytes(&weight[row * width..(row + 1) * width]);
        Some(Self::pack(weight.len() / width, width, form::BYTES, row))
    }

    /// Rounds `count` rows of 32-bit floats, given by number, to 8 bits and packs them; none where they are not whole blocks.
    /// Of each it is told how long its difference from the rounded row is, on any thread.
    pub(crate) fn from_rows<'a>(
        count: usize,
        width: usize,
        row: &(impl Fn(usize) -> &'a [f32] + Sync),
        difference: &(impl Fn(f32) + Sync),
    ) -> Option<Self> {
        if !width.is_multiple_of(BLOCK) {
            return None;
        }
        let round = |number: usize| {
            let row = row(number);
            let rounded = formats::round_to_bytes(row);
            difference(formats::difference_from_bytes(row, &rounded));
            rounded
        };
        Some(Self::pack(count, width, form::BYTES, round))
    }

    /// Bytes that so many weights of a format take when packed; none where the format has no kernel here.
    pub(crate) fn bytes_of(dtype: GgmlDType, weights: usize) -> Option<usize> {
        Some(Format::of(dtype)?.form().bytes_of(weights))
    }

    fn pack(out: usize, width: usize, form: Form, row: impl Fn(usize) -> UnpackedRow + Sync) -> Self {
        let parts = form.parts_of_strip(width);
        let each = parts.iter().sum::<usize>();
        let mut lines = vec![Line([0; 64]); out.div_ceil(LANES) * each];
        lines.par_chunks_mut(each.max(1)).enumerate().for_each(|(strip, lines)| {
            let (floats, rest) = lines.split_at_mut(parts[0]);
            let (multiples, values) = rest.split_at_mut(parts[1]);
            for lane in 0..LANES.min(out - strip * LANES) {
                let row = row(strip * LANES + lane);
                let (fours, _) = row.integers.as_chunks::<LINE_VALUES>();
                for (number, four) in fours.iter().enumerate() {
                    let integers = u32::from_le_bytes(*four);
                    for place in place(form, number).into_iter().flatten() {
                        let bytes = &mut values[place.line].0[lane * LINE_VALUES..(lane + 1) * LINE_VALUES];
                        let bits = (integers >> place.from & place.mask) << place.shift;
                        bytes.iter_mut().zip(bits.to_le_bytes()).for_each(|(byte, bits)| *byte |= bits);
                    }
                }
                for (index, byte) in row.multiples.into_iter().enumerate() {
                    multiples[index / 4].0[index % 4 * LANES + lane] = byte;
                }
                for (index, float) in row.floats.into_iter().enumerate() {
                    let at = index % 2 * (2 * LANES) + lane * 2;
                    floats[index / 2].0[at..at + 2].copy_from_slice(&float.to_le_bytes());
                }
            }
        });
        Self { out, width, form, lines }
    }

    /// Rows of the matrix: the width of what it gives.
    pub(crate) fn out(&self) -> usize {
        self.out
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.lines.as_slice())
    }

    /// One row of the matrix as floats.
    pub(crate) fn row(&self, row: usize) -> Vec<f32> {
        let (strip, lane) = (self.strip(row / LANES), row % LANES);
        let mut unfolded = Unfolded::default();
        strip.unfold_scales(Kernel::best(), &mut unfolded);
        strip.unfold_values(&mut unfolded);
        let blocks = unfolded.scales.chunks_exact(self.form.scales_of_block()).zip(unfolded.bytes.as_chunks::<8>().0);
        let (zero, group) = (self.form.zero(), BLOCK / self.form.groups_of_block());
        blocks
            .flat_map(|(scales, lines)| {
                let least = if self.form.leasts() { scales[1].0[lane] } else { 0.0 };
                (0..BLOCK).map(move |index| {
                    let integer = lines[index / LINE_VALUES].0[lane * LINE_VALUES + index % LINE_VALUES];
                    scales[index / group].0[lane] * (i32::from(integer) - zero) as f32 + least
                })
            })
            .collect()
    }

    /// `rows` (rows × width) times the transposed matrix: rows × out.
    pub(crate) fn forward(&self, rows: &Activations) -> Vec<f32> {
        self.forward_by(Kernel::best(), rows)
    }

    fn forward_by(&self, kernel: Kernel, rows: &Activations) -> Vec<f32> {
        assert_eq!(rows.width(), self.width, "the activations have the width of the matrix");
        let mut product = vec![0.0; rows.count() * self.out];
        let output = Output::new(&mut product, self.out);
        let strips = (0..self.out.div_ceil(LANES)).into_par_iter().with_min_len(LEAST_STRIPS);
        strips.for_each_init(Unfolded::default, |unfolded, strip| {
            kernel.multiply(&self.strip(strip), rows, unfolded, &output, strip);
        });
        product
    }

    fn strip(&self, strip: usize) -> Strip<'_> {
        let each = self.form.parts_of_strip(self.width).iter().sum::<usize>();
        Strip::new(self.form, self.width, &self.lines[strip * each..(strip + 1) * each])
    }
}

#[cfg(test)]
mod tests;
