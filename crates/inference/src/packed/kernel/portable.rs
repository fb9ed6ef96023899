//! The kernel in plain loops, for processors without one of their own; what the others compute is defined by it.

use half::f16;

use super::Unpacked;
use crate::packed::activations::Block;
use crate::packed::strip::Lanes;
use crate::packed::{LANES, Line};

/// Multiplies a strip, whose integers are bytes, with a few rows.
pub(super) fn multiply<const ROWS: usize>(strip: &Unpacked<'_>, rows: &[&[Block]; ROWS]) -> [[f32; LANES]; ROWS] {
    let form = strip.form;
    let (groups, zero) = (form.groups_of_block(), form.zero());
    let blocks = strip.lines.as_chunks::<8>().0.iter().zip(strip.scales.chunks_exact(form.scales_of_block()));
    let mut results = [[0.0; LANES]; ROWS];
    for (index, (lines, scales)) in blocks.enumerate() {
        for (row, results) in rows.iter().zip(&mut results) {
            let block = &row[index];
            for (part, scales) in scales[..groups].iter().enumerate() {
                let sum = if groups == 1 { block.sums[0] + block.sums[1] } else { block.sums[part] };
                let mut dots = [-zero * sum; LANES];
                let fours = lines.iter().zip(block.integers.as_chunks::<4>().0);
                for (line, integers) in fours.skip(part * 8 / groups).take(8 / groups) {
                    for (dot, values) in dots.iter_mut().zip(line.0.as_chunks::<4>().0) {
                        for (value, integer) in values.iter().zip(integers) {
                            *dot += i32::from(*value) * i32::from(*integer);
                        }
                    }
                }
                for ((result, dot), scale) in results.iter_mut().zip(dots).zip(scales.0) {
                    *result = (dot as f32).mul_add(scale * block.scale, *result);
                }
            }
            if form.leasts() {
                for (result, least) in results.iter_mut().zip(scales[1].0) {
                    *result = least.mul_add(block.scaled_sum, *result);
                }
            }
        }
    }
    results
}

/// Turns 16-bit floats into floats of 32 bits.
pub(super) fn widen(floats: &[Line], to: &mut [Lanes]) {
    let halves = floats.iter().flat_map(|line| line.0.as_chunks::<{ 2 * LANES }>().0);
    for (to, halves) in to.iter_mut().zip(halves) {
        for (to, half) in to.0.iter_mut().zip(halves.as_chunks::<2>().0) {
            *to = f16::from_le_bytes(*half).to_f32();
        }
    }
}
