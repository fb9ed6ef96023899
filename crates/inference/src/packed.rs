//! Weight matrices in the layout of our own kernels: small integers with a scale for every group of them, as the file has
//! them, but sixteen rows of the matrix side by side, so that one load brings what sixteen sums need next.
//!
//! The rows that a matrix is applied to are rounded to 8 bits ([`Activations`]), the products are exact integers, and the
//! sums over groups go in one order. So the result for a row depends on nothing but that row: not on the rows computed
//! with it, not on the number of threads, and not on which of the kernels the processor allows.

mod activations;
mod formats;
mod kernel;

use candle_core::quantized::{GgmlDType, QTensor};
use half::f16;
use rayon::prelude::*;

pub(crate) use activations::Activations;
use formats::Format;
use kernel::{Kernel, Output};

use crate::InferenceError;

/// Rows of a matrix that lie side by side.
const LANES: usize = 16;

/// Values of a row that are multiplied at a time: the block of the activations, and the group of most formats.
const BLOCK: usize = 32;

/// Values of each of the sixteen rows that one line holds as bytes.
const LINE_VALUES: usize = 4;

/// Strips that one task multiplies at least: fewer cost more in handing out than they take.
const LEAST_STRIPS: usize = 4;

/// Sixteen rows × four bytes, or sixteen rows × two times four half bytes.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// One number for each of sixteen rows.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(32))]
struct Lanes([f16; LANES]);

/// What the integers of a matrix mean: value = scale × (integer − zero) + least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    /// Bits that the integers need: 4, 5, 6 or 8. Those of 4 are stored in half bytes, the others in bytes.
    bits: u32,
    /// Values that share a scale: 16 or 32.
    group: usize,
    /// The integer that stands for nothing.
    zero: i32,
    /// Whether each group has a least value of its own.
    leasts: bool,
}

impl Form {
    /// Values of a row that one line holds.
    fn values_per_line(self) -> usize {
        if self.bits == 4 { 2 * LINE_VALUES } else { LINE_VALUES }
    }
}

/// A matrix of shape (out, width).
pub(crate) struct Packed {
    out: usize,
    width: usize,
    form: Form,
    lines: Vec<Line>,
    scales: Vec<Lanes>,
    leasts: Vec<Lanes>,
}

/// Sixteen rows of a matrix.
struct Strip<'a> {
    form: Form,
    lines: &'a [Line],
    scales: &'a [Lanes],
    leasts: &'a [Lanes],
}

/// The integers of one row of a matrix with the scales and least values of its groups.
struct UnpackedRow {
    integers: Vec<u8>,
    scales: Vec<f32>,
    leasts: Vec<f32>,
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
        Some(Self::pack(weight.len() / width, width, formats::BYTES, row))
    }

    /// Bytes that so many weights of a format take when packed; none where the format has no kernel here.
    pub(crate) fn bytes_of(dtype: GgmlDType, weights: usize) -> Option<usize> {
        let form = Format::of(dtype)?.form();
        let of_group = size_of::<f16>() * (1 + usize::from(form.leasts));
        Some(weights * LINE_VALUES / form.values_per_line() + weights / form.group * of_group)
    }

    fn pack(out: usize, width: usize, form: Form, row: impl Fn(usize) -> UnpackedRow + Sync) -> Self {
        let strips = out.div_ceil(LANES);
        let (lines_each, groups) = (width / form.values_per_line(), width / form.group);
        let mut packed = Self {
            out,
            width,
            form,
            lines: vec![Line([0; 64]); strips * lines_each],
            scales: vec![Lanes([f16::ZERO; LANES]); strips * groups],
            leasts: vec![Lanes([f16::ZERO; LANES]); if form.leasts { strips * groups } else { 0 }],
        };
        let fill = |strip: usize, lines: &mut [Line], scales: &mut [Lanes], leasts: &mut [Lanes]| {
            for lane in 0..LANES.min(out - strip * LANES) {
                let row = row(strip * LANES + lane);
                for (index, integer) in row.integers.into_iter().enumerate() {
                    let (line, byte, shift) = place(form, index);
                    lines[line].0[lane * LINE_VALUES + byte] |= integer << shift;
                }
                for (to, from) in scales.iter_mut().zip(row.scales) {
                    to.0[lane] = f16::from_f32(from);
                }
                for (to, from) in leasts.iter_mut().zip(row.leasts) {
                    to.0[lane] = f16::from_f32(from);
                }
            }
        };
        let of_strips = packed.lines.par_chunks_mut(lines_each).zip(packed.scales.par_chunks_mut(groups)).enumerate();
        if form.leasts {
            of_strips
                .zip(packed.leasts.par_chunks_mut(groups))
                .for_each(|((strip, (lines, scales)), leasts)| fill(strip, lines, scales, leasts));
        } else {
            of_strips.for_each(|(strip, (lines, scales))| fill(strip, lines, scales, &mut []));
        }
        packed
    }

    /// Rows of the matrix: the width of what it gives.
    pub(crate) fn out(&self) -> usize {
        self.out
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.lines.as_slice()) + size_of_val(self.scales.as_slice()) + size_of_val(self.leasts.as_slice())
    }

    /// One row of the matrix as floats.
    pub(crate) fn row(&self, row: usize) -> Vec<f32> {
        let (strip, within) = (self.strip(row / LANES), row % LANES);
        (0..self.width)
            .map(|index| {
                let (line, byte, shift) = place(self.form, index);
                let stored = strip.lines[line].0[within * LINE_VALUES + byte] >> shift;
                let integer = if self.form.bits == 4 { stored & 0x0f } else { stored };
                let group = index / self.form.group;
                let least = strip.leasts.get(group).map_or(0.0, |leasts| leasts.0[within].to_f32());
                strip.scales[group].0[within].to_f32() * (i32::from(integer) - self.form.zero) as f32 + least
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
        let strips = self.out.div_ceil(LANES);
        let output = Output::new(&mut product, self.out);
        (0..strips).into_par_iter().with_min_len(LEAST_STRIPS).for_each(|strip| {
            kernel.multiply(&self.strip(strip), rows, &output, strip);
        });
        product
    }

    fn strip(&self, strip: usize) -> Strip<'_> {
        let (lines, groups) = (self.width / self.form.values_per_line(), self.width / self.form.group);
        let leasts = if self.form.leasts { &self.leasts[strip * groups..(strip + 1) * groups] } else { &[] };
        Strip {
            form: self.form,
            lines: &self.lines[strip * lines..(strip + 1) * lines],
            scales: &self.scales[strip * groups..(strip + 1) * groups],
            leasts,
        }
    }
}

/// Where an integer of a row stands: its line, its byte among the four of its lane, and the bit at which it begins. Half
/// bytes are paired over half a block, so that one line gives two times four values that follow each other.
fn place(form: Form, index: usize) -> (usize, usize, u32) {
    let byte = index % LINE_VALUES;
    if form.bits != 4 {
        return (index / LINE_VALUES, byte, 0);
    }
    let (block, within) = (index / BLOCK, index % BLOCK);
    let half = BLOCK / 2;
    let line = block * (half / LINE_VALUES) + within % half / LINE_VALUES;
    (line, byte, if within < half { 0 } else { 4 })
}

#[cfg(test)]
mod tests;
