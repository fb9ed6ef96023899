//! The rows that a packed matrix is applied to, rounded to 8 bits.

use rayon::prelude::*;

use super::BLOCK;
use crate::simd::vectorised;

/// Values of which the sum is kept: the smallest group of a format.
const SUM_VALUES: usize = 16;

/// Rows from which on several threads round them.
const PARALLEL_ROWS: usize = 16;

/// Rows of integers with one scale for every 32 of them, rounded to the nearest, −127 to 127.
pub(crate) struct Activations {
    width: usize,
    integers: Vec<i8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
}

/// One row of activations.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) integers: &'a [i8],
    /// One for every 32 integers.
    pub(super) scales: &'a [f32],
    /// The sum of every 16 integers.
    pub(super) sums: &'a [i32],
}

impl Activations {
    /// Rounds rows of `width` values, which is a multiple of 32.
    pub(crate) fn new(rows: &[f32], width: usize) -> Self {
        let mut rounded = Self {
            width,
            integers: vec![0; rows.len()],
            scales: vec![0.0; rows.len() / BLOCK],
            sums: vec![0; rows.len() / SUM_VALUES],
        };
        let each = rounded
            .integers
            .par_chunks_mut(width)
            .zip(rounded.scales.par_chunks_mut(width / BLOCK))
            .zip(rounded.sums.par_chunks_mut(width / SUM_VALUES))
            .zip(rows.par_chunks(width))
            .with_min_len(PARALLEL_ROWS);
        each.for_each(|(((integers, scales), sums), row)| round(row, integers, scales, sums));
        rounded
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn count(&self) -> usize {
        self.integers.len() / self.width.max(1)
    }

    pub(super) fn row(&self, row: usize) -> Row<'_> {
        let (blocks, sums) = (self.width / BLOCK, self.width / SUM_VALUES);
        Row {
            integers: &self.integers[row * self.width..(row + 1) * self.width],
            scales: &self.scales[row * blocks..(row + 1) * blocks],
            sums: &self.sums[row * sums..(row + 1) * sums],
        }
    }
}

vectorised! {
    /// Rounds one row.
    fn round(row: &[f32], integers: &mut [i8], scales: &mut [f32], sums: &mut [i32]) {
        // Adding and taking away this number leaves a float without its fraction, rounded to the nearest, ties to even.
        const ROUNDER: f32 = 12_582_912.0;
        for (index, (row, integers)) in row.chunks_exact(BLOCK).zip(integers.chunks_exact_mut(BLOCK)).enumerate() {
            let mut largest = [0.0_f32; 8];
            for eight in row.chunks_exact(8) {
                for (largest, value) in largest.iter_mut().zip(eight) {
                    *largest = if value.abs() > *largest { value.abs() } else { *largest };
                }
            }
            let largest = largest.iter().fold(0.0_f32, |largest, value| largest.max(*value));
            scales[index] = largest / 127.0;
            let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
            for (integer, value) in integers.iter_mut().zip(row) {
                *integer = ((value * inverse + ROUNDER) - ROUNDER) as i32 as i8;
            }
            for half in 0..2 {
                let half_integers = &integers[half * SUM_VALUES..(half + 1) * SUM_VALUES];
                sums[2 * index + half] = half_integers.iter().map(|integer| i32::from(*integer)).sum();
            }
        }
    }
}
